"""How a message looks when it is typed into an agent, and how it is found again on a screen."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from crewtui.core.agents.adapter import Adapter, Composer
from crewtui.core.agents.draft import filled_part, find_composer, plain_lines
from crewtui.core.agents.ground import cells_to_index
from crewtui.core.agents.status import Reading
from crewtui.core.model.ids import SELF
from crewtui.core.model.message import MessageView
from crewtui.core.model.screen import Screen
from crewtui.core.model.text import clean, essence, letters, one_line

TAIL = 24
BEGIN = 8
"""So many characters of our text tell where it begins."""
FILLS = "\0"
"""What stands before our text cannot be seen: it fills the screen."""
BRACKETS = str.maketrans("[]", "()")
"""A topic never ends the head that it stands in."""
_HEAD = re.compile(r"\[from [^\]\n]{1,160}?#?[0-9a-f]{4,8}")
FILLED = 100
"""So many letters of ours fill a screen at least, however small it is."""


@dataclass(frozen=True, slots=True)
class Framed:
    """A framed text, and what of it shows on screen however it is wrapped or folded.

    ``mark`` is in its head, ``tail`` holds the letters of its last line, ``end`` its last line's
    last characters without blanks and what has no width; ``joined`` says that newlines were lost.
    """

    text: str
    mark: str
    tail: str
    end: str
    joined: bool = False
    pasted: bool = False
    """Whether it was pasted in this very try: only then may a folded paste be ours."""


def frame(message: MessageView, body: str, adapter: Adapter, *, keep: bool = True) -> Framed:
    """The message with who sent it, its topic and its id before the body.

    The first character is never the body's, so that ``/exit`` or ``!cmd`` stays text; lines of
    the body that look like a frame are quoted. Where a program would run what it reads, every
    line is a comment, but for the body's where the agent runs messages: crewtui's own never are.
    ``keep`` keeps newlines where the adapter leaves that to what the program asks for.
    """
    mark = f"#{message.id}"
    plain = one_line(message.topic, 60).translate(BRACKETS)
    topic = f" · {plain}" if plain else ""
    again = " · redelivered" if message.in_doubt or message.redelivered else ""
    head = f"[from {one_line(message.sender)}{topic} · {mark}{again}]"
    lines = [f"> {line}" if line.lstrip().startswith("[from ") else line for line in _lines(body)]
    runs = adapter.runs_messages and message.sender != SELF
    join = adapter.newlines == "join" or (adapter.newlines == "as asked" and not keep)
    if join and not runs:
        text = f"{head} " + " ⏎ ".join(line for line in lines if line.strip())
    elif adapter.comment or len(lines) > 1:
        text = "\n".join([head, *lines])
    else:
        text = f"{head} {lines[0]}"
    if adapter.comment and runs and join and len(lines) == 1:
        text = f"{lines[0]}  {commented(head, adapter)}"  # one Enter, and the head stays a comment
    elif adapter.comment and runs:
        text = "\n".join([commented(head, adapter), *lines])
    elif adapter.comment:
        text = "\n".join(commented(line, adapter) for line in text.split("\n"))
    last = text.rsplit("\n", 1)[-1]
    joined = join and not runs and len(lines) > 1
    return Framed(text, mark, kept(lines[-1])[-TAIL:], essence(last)[-TAIL:], joined)


def commented(line: str, adapter: Adapter) -> str:
    """One line that the program does not run: a comment, or a quoted word after a no-op."""
    text = "'" + line.replace("'", "'\\''") + "'" if adapter.quoted else line
    return f"{adapter.comment}{text}".rstrip()


@lru_cache(maxsize=64)
def kept(text: str) -> str:
    """The letters of a text that stay, whether a program keeps marks apart or joins them."""
    return letters(essence(text))


def _lines(body: str) -> list[str]:
    return clean(body).lstrip("\ufeff").strip("\n").expandtabs(4).split("\n")


def sits(adapter: Adapter, screen: Screen, framed: Framed) -> bool:
    """Whether the framed text's end still stands where a person would type."""
    lines = plain_lines(screen)
    if adapter.composer is not None and adapter.composer.where != "cursor":
        seen = find_composer(adapter.composer, lines, screen)
        if seen is None:
            return fills(adapter, screen, framed)
        return _holds(adapter.composer, lines[seen.top : seen.end], framed)
    return stands(lines, screen, framed) is not None


def stands(lines: list[str], screen: Screen, framed: Framed, beside: str = "") -> str | None:
    """What stands before our text, if it stands up to the cursor, whole and once; else none.

    Where it fills the whole screen that cannot be seen: then it is ``FILLS``. ``beside`` is what
    may stand behind the cursor, such as a right prompt: else it may be taken with the text.
    """
    row = screen.cursor_y
    whole = lines[row] if row < len(lines) else ""
    at = cells_to_index(whole, screen.cursor_x)
    if whole[at:].strip() not in ("", beside.strip()):
        return None
    wrapped = row > 0 and _is_full(lines[row - 1], screen.width)
    if not whole[:at].strip() and not wrapped:
        return None
    shown = _joined([*lines[:row], whole[:at]], screen.width)
    if framed.end and not essence(shown).endswith(framed.end):
        return None
    ours, seen = kept(framed.text), kept(shown)
    begin, start = framed.text[:BEGIN], len(shown)
    while (start := shown.rfind(begin, 0, start)) >= 0:
        if kept(shown[start:]) == ours:
            return shown[shown.rfind("\n", 0, start) + 1 : start]
    visible = essence(shown)
    cut = letters(framed.mark) not in seen and len(visible) >= FILLED
    ends = (
        essence(framed.text).endswith(visible)
        or (len(seen) >= FILLED and ours.endswith(seen))
        or _skips(_joined([*lines[:row], ""], screen.width), whole[:at], ours)
    )
    return FILLS if cut and ends else None


def _skips(above: str, last: str, ours: str) -> bool:
    """Whether a screen is full of our text but for a gap before its last row: so bash draws it."""
    first, end = kept(above), kept(last)
    return bool(end) and ours.endswith(end) and len(first) >= FILLED and first in ours


def _is_full(line: str, width: int) -> bool:
    return cells_to_index(line, width) <= len(line)


def _joined(rows: list[str], width: int) -> str:
    """The rows as lines: one that is full to its edge goes on in the next."""
    return "".join(row if _is_full(row, width) else row + "\n" for row in rows[:-1]) + rows[-1]


def is_wholly_ours(draft: str, texts: Iterable[Framed]) -> bool:
    """Whether a draft is nothing but texts of ours, the last one perhaps cut short."""
    left = kept(draft)
    known = [kept(framed.text) for framed in texts]
    if not is_our_head(draft):
        return False
    while left:
        whole = next((text for text in known if text and left.startswith(text)), None)
        if whole is None:
            return any(text.startswith(left) for text in known)
        left = left[len(whole) :]
    return True


def is_our_head(text: str) -> bool:
    """Whether a draft begins as every message of ours does."""
    return _HEAD.match(text.lstrip("# >❯›│┃")) is not None


def fills(adapter: Adapter, screen: Screen, framed: Framed) -> bool:
    """Whether the whole screen is the end of our text, but for the composer's own foot."""
    composer = adapter.composer
    if composer is None or not composer.grows:
        return False
    lines = plain_lines(screen)
    if composer.foot is not None:
        text = "\n".join(filled_part(lines, len(lines))[1])
        foot = composer.foot.search(text)
        lines = text[: foot.start()].split("\n") if foot is not None else []
    else:
        lines = lines[: screen.cursor_y + 1] if screen.cursor_on else []
    if composer.prefix is not None:
        lines = [composer.prefix.sub("", line) for line in lines]
    return _is_end(kept("\n".join(lines)), framed)


def _holds(composer: Composer, rows: list[str], framed: Framed) -> bool:
    shown = kept("\n".join(rows))
    if shown.count(letters(framed.mark)) > 1:
        return False  # it stands there twice
    if letters(framed.mark) in shown and shown.endswith(framed.tail):
        return True
    scrolled = composer.grows and _is_end(shown, framed)
    return scrolled or _folded(composer, "\n".join(rows), framed)


def _is_end(shown: str, framed: Framed) -> bool:
    """Whether these letters are the end of our text, and enough of them that nothing else is."""
    return len(shown) >= FILLED and kept(framed.text).endswith(shown)


def _folded(composer: Composer, text: str, framed: Framed) -> bool:
    """Whether the program shows our long paste as one mark of the right length."""
    found = composer.folded.search(text) if composer.folded is not None else None
    if found is None or not framed.pasted:
        return False
    left = letters(text[: found.start()] + text[found.end() :])
    if left and not letters(framed.text).startswith(left):
        return False  # a person's words stand beside it
    groups = found.groupdict()
    chars, lines = groups.get("chars"), groups.get("lines")
    breaks = framed.text.count("\n")
    units = len(framed.text.encode("utf-16-le")) // 2  # as programs in JavaScript count
    return (chars is None or int(chars) in (len(framed.text), units)) and (
        lines is None or int(lines) in (breaks, breaks + 1)
    )


def draft_is_ours(adapter: Adapter, reading: Reading, framed: Framed) -> bool:
    """Whether what stands in the composer begins as the framed text does, or is it folded."""
    composer = adapter.composer
    if composer is not None and _folded(composer, reading.draft, framed):
        return True
    if composer is not None and composer.grows and _is_end(kept(reading.draft), framed):
        return True
    begin, draft = kept(framed.text)[:12], kept(reading.draft)
    return not reading.draft or draft[:12] == begin[: len(draft)]
