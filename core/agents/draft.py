"""The lines of a screen as text, and the composer in them: where a person types, and what is there.

Hints that a program shows in an empty composer are told from a draft by their look: dim, or the
one cell of a drawn cursor before dim text.
"""

import re
from dataclasses import dataclass

from crewtui.core.agents.adapter import Composer
from crewtui.core.model.screen import Screen

_ESCAPES = re.compile("\x1b\\[[0-9;:]*[A-Za-z]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|[\x0e\x0f]")
_SGR = re.compile("\x1b\\[([0-9;:]*)m")


@dataclass(frozen=True, slots=True)
class Seen:
    """A composer on a screen: its rows from ``top`` to before ``end``, and the draft in it."""

    top: int
    end: int
    draft: str
    line: str


def plain(line: str) -> str:
    """A captured line without colours, right-trimmed."""
    return _ESCAPES.sub("", line).rstrip()


def plain_lines(screen: Screen) -> list[str]:
    """The screen's lines without colours, right-trimmed."""
    return [plain(line) for line in screen.lines]


def filled_part(lines: list[str], within: int) -> tuple[int, list[str]]:
    """The last lines up to the last that is not blank: the row of the first, and the lines."""
    end = len(lines)
    while end and not lines[end - 1]:
        end -= 1
    start = max(0, end - within)
    return start, lines[start:end]


def find_composer(composer: Composer, lines: list[str], screen: Screen) -> Seen | None:
    """The composer, if one stands where it must."""
    match composer.where:
        case "cursor":
            row = screen.cursor_y
            found = composer.match.search(lines[row]) if row < len(lines) else None
            if found is None:
                return None
            return Seen(row, row + 1, _draft(composer, found), found.string)
        case "bottom":
            return _lowest(composer, lines)
        case _:
            return _block(composer, lines, screen)


def _lowest(composer: Composer, lines: list[str]) -> Seen | None:
    """The lowest line that matches among the last filled ones; it goes on to the foot."""
    left = composer.within
    for row in range(len(lines) - 1, -1, -1):
        if not lines[row]:
            continue
        if found := composer.match.search(lines[row]):
            return Seen(row, len(lines), _draft(composer, found), found.string)
        left -= 1
        if not left:
            return None
    return None


def _block(composer: Composer, lines: list[str], screen: Screen) -> Seen | None:
    start, part = filled_part(lines, composer.within)
    text = "\n".join(part)
    matches = list(composer.match.finditer(text))
    if not matches:
        return None
    found = matches[-1]
    begin, end = found.span("draft")
    top = start + text.count("\n", 0, begin)
    below = start + text.count("\n", 0, end) + 1
    inside = top <= screen.cursor_y < below
    if (composer.cursor != "anywhere" and not inside) or (
        composer.cursor == "shown" and not screen.cursor_on
    ):
        return None
    rows = zip(screen.lines[top:below], lines[top:below], strict=True)
    bright = "\n".join(bright_line(raw, line) for raw, line in rows)
    before = text.rfind("\n", 0, begin) + 1  # where the draft's first row begins
    own = bright[begin - before : end - before]
    draft = "\n".join(line.strip(" \u00a0\u200b┃│|") for line in own.split("\n"))
    return Seen(top, below, _without_hint(composer, draft.strip()), lines[top])


def _draft(composer: Composer, found: re.Match[str]) -> str:
    draft = (found.groupdict().get("draft") or "").strip()
    return _without_hint(composer, draft)


def _without_hint(composer: Composer, draft: str) -> str:
    hint = composer.placeholder
    return "" if hint is not None and hint.fullmatch(draft) else draft


def bright_line(raw: str, plain_line: str) -> str:
    """The plain line with dim text, and one reversed cell before it, blanked out."""
    dim = reverse = False
    out: list[str] = []
    reversed_at = -1
    at = 0
    for found in _SGR.finditer(raw):
        piece = _ESCAPES.sub("", raw[at : found.start()])
        at = found.end()
        reversed_at = _add(out, piece, dim, reverse, reversed_at)
        dim, reverse = _after(found.group(1), dim, reverse)
    _add(out, _ESCAPES.sub("", raw[at:]), dim, reverse, reversed_at)
    return "".join(out)[: len(plain_line)].ljust(len(plain_line))


def _add(out: list[str], piece: str, dim: bool, reverse: bool, reversed_at: int) -> int:
    """Put a piece of one look behind the others; returns where the last reversed cell stands."""
    if not piece:
        return reversed_at
    if dim:
        if reversed_at >= 0 and reversed_at == len(out) - 1:
            out[reversed_at] = " "
        out.extend(" " * len(piece))
        return -1
    out.extend(piece)
    return len(out) - 1 if reverse and len(piece) == 1 else -1


def _after(codes: str, dim: bool, reverse: bool) -> tuple[bool, bool]:
    numbers = [int(code) if code.isdigit() else 0 for code in re.split("[;:]", codes or "0")]
    skip = 0
    for place, number in enumerate(numbers):
        if skip:
            skip -= 1
        elif number in (38, 48, 58):  # a colour's own numbers say nothing of dim or reverse
            skip = 4 if numbers[place + 1 : place + 2] == [2] else 2
        elif number == 0:
            dim = reverse = False
        elif number == 2:
            dim = True
        elif number == 22:
            dim = False
        elif number in (7, 27):
            reverse = number == 7
    return dim, reverse
