"""Print counts as a table."""


def table(counts: dict[str, int], rows: int = 5) -> str:
    """The first so many words, with a bar for how often each occurs."""
    shown = list(counts.items())[:rows]
    return "\n".join(f"{word:<12} {number:>3} {'#' * number}" for word, number in shown)
