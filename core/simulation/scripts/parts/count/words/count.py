"""Count words."""

from collections import Counter


def count(text: str) -> dict[str, int]:
    """Each word in small letters with how often it occurs, the most frequent first."""
    words = (word.strip(".,;:!?()\"'").lower() for word in text.split())
    return dict(Counter(word for word in words if word).most_common())
