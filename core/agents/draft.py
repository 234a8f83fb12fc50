"""The lines of a screen as text, and the composer in them: where a person types, and what is there.

Hints that a program shows in an empty composer are told from a draft by their look: dim, or the
one cell of a drawn cursor before dim text.
"""

import re
from dataclasses import dataclass

from crewtui.core.agents.adapter import Composer
from crewtui.core.model.screen import Screen
from crewtui.core.model.sgr import Look, runs, without_escapes


@dataclass(frozen=True, slots=True)
class Seen:
    """A composer on a screen: its rows from ``top`` to before ``end``, and the draft in it."""

    top: int
    end: int
    draft: str
    line: str


def plain(line: str) -> str:
    """A captured line without colours, right-trimmed."""
    return without_escapes(line).rstrip()


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
    out: list[str] = []
    reversed_at = -1
    for run in runs(raw):
        reversed_at = _add(out, run.text, run.look, reversed_at)
    return "".join(out)[: len(plain_line)].ljust(len(plain_line))


def _add(out: list[str], piece: str, look: Look, reversed_at: int) -> int:
    """Put a piece of one look behind the others; returns where the last reversed cell stands."""
    if look.dim:
        if reversed_at >= 0 and reversed_at == len(out) - 1:
            out[reversed_at] = " "
        out.extend(" " * len(piece))
        return -1
    out.extend(piece)
    return len(out) - 1 if look.reverse and len(piece) == 1 else -1
