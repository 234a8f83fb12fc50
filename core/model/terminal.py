"""What the kernel knows of a pane's terminal, and a place where one types: values, no I/O."""

import re

from pydantic import BaseModel, ConfigDict

_DIGITS = re.compile(r"\d+")


class Reader(BaseModel):
    """A process that is blocked in reading the terminal; ``started`` is the kernel's start mark."""

    model_config = ConfigDict(frozen=True)

    pid: int
    started: str
    name: str


class Facts(BaseModel):
    """A terminal at one moment; none where it cannot be known, which is never taken for a no."""

    model_config = ConfigDict(frozen=True)

    unread: int | None = None
    """Bytes that were typed and nobody has read; on a cooked terminal finished lines alone."""
    cooked: bool | None = None
    """Whether the kernel edits lines (ICANON); else the program gets each key."""
    echo: bool | None = None
    paste: bool | None = None
    """Whether the program has asked for pastes in brackets (DECSET 2004, the last one printed)."""
    readers: tuple[Reader, ...] | None = None
    """Who waits for input on it; empty: nobody; none: not permitted to know."""
    stopped: bool = False
    """Whether a reader is stopped: it looks as if it read, and does not."""
    output: int = 0
    """So many bytes were printed since it is watched."""
    newlines: int = 0
    """So many lines were ended on it since it is watched."""
    quiet_s: float = 0.0
    """How long nothing was printed, in seconds."""

    @property
    def secret(self) -> bool:
        """Whether what is typed does not show: a password prompt (ICANON without ECHO)."""
        return self.cooked is True and self.echo is False


class Place(BaseModel):
    """Where a program rests, as far as it can be compared: modes, who reads, line, rest, below.

    Digits are blurred: prompts count. The rule and its misses are from 226 looks at programs.
    """

    model_config = ConfigDict(frozen=True)

    reader: str = ""
    """The reading program's name; empty where it cannot be known."""
    cooked: bool | None = None
    echo: bool | None = None
    paste: bool | None = None
    alternate: bool = False
    line: str = ""
    """The cursor's row up to the cursor."""
    rest: str = ""
    """What stands behind the cursor on its row."""
    below: int = 0
    """How many rows below it are not empty."""
    under: str = ""
    """The last filled row above, where the cursor's own row is empty: to be shown, not compared."""

    def modes_of(self, other: "Place") -> bool:
        """Whether the other place has the same modes and reader; what is unknown differs not."""
        pairs = (
            (self.reader or None, other.reader or None),
            (self.cooked, other.cooked),
            (self.echo, other.echo),
            (self.paste, other.paste),
        )
        same = all(a is None or b is None or a == b for a, b in pairs)
        return same and self.alternate == other.alternate

    def is_same(self, other: "Place") -> bool:
        """Whether the whole state is that of the other place."""
        return (
            self.modes_of(other)
            and blurred(self.line) == blurred(other.line)
            and blurred(self.rest) == blurred(other.rest)
            and self.below == other.below
        )

    def draft_in(self, other: "Place") -> str:
        """What stands behind this place's line in the other, if that is this place with a draft."""
        begin = re.escape(blurred(self.line)).replace("0", r"\d+")
        found = re.match(begin, other.line)
        if found is None or not self.modes_of(other):
            return ""
        return other.line[found.end() :] + other.rest


def blurred(text: str) -> str:
    """The text with each number as ``0``."""
    return _DIGITS.sub("0", text)
