"""The command line: python3 -m words FILE."""

import sys
from pathlib import Path

from words.count import count
from words.report import table


def main() -> int:
    """Print the most frequent words of a file; 1 if it cannot be read."""
    try:
        text = Path(sys.argv[1]).read_text(encoding="utf-8")
    except (IndexError, OSError) as error:
        print(f"words: {error}", file=sys.stderr)
        return 1
    print(table(count(text)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
