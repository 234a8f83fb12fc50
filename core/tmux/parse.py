"""The lines of tmux control mode, as values: pure."""

from dataclasses import dataclass

from crewtui.core.model.screen import Screen

SCREEN_FORMAT = (
    "#{cursor_x} #{cursor_y} #{cursor_flag} #{pane_width} #{pane_height} "
    "#{pane_in_mode} #{history_size} #{pane_dead} #{alternate_on} =#{bracket_paste_flag} "
    "#{pane_title}"
)


@dataclass(slots=True)
class Reply:
    """What one command printed; ``ok`` is false where tmux said error."""

    lines: list[str]
    ok: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A line that tmux sent of its own accord: ``%output %3`` is kind ``output``, target ``%3``."""

    kind: str
    target: str = ""


class ReplyParser:
    """Turns lines into replies and notices; a notice may stand inside a reply's block.

    A block whose flag is 0 answers no command of ours (the attach itself, a hook) and is dropped:
    counting it would shift every later reply by one.
    """

    def __init__(self) -> None:
        self._block: list[str] | None = None
        self._tag = ""

    def feed(self, line: str) -> Reply | Notice | None:
        """The value that this line completes, if any."""
        if self._block is not None:
            if line.startswith(("%end ", "%error ")) and line.split(" ", 1)[1] == self._tag:
                reply = Reply(self._block, line.startswith("%end"))
                self._block = None
                return reply if self._tag.endswith(" 1") else None
            if line.startswith(("%pause %", "%continue %")):
                return _notice(line)
            self._block.append(line)
            return None
        if line.startswith("%begin "):
            self._block, self._tag = [], line.split(" ", 1)[1]
            return None
        return _notice(line) if line.startswith("%") else None


def _notice(line: str) -> Notice:
    kind, _, rest = line[1:].partition(" ")
    return Notice(kind, rest.partition(" ")[0])


def screen_of(captured: list[str], facts: list[str]) -> Screen:
    """The screen from a ``capture-pane -p -e`` and a ``display-message`` of ``SCREEN_FORMAT``."""
    words = (facts[0] if facts else "").split(" ", 10)
    numbers = [int(word) if word.isdigit() else 0 for word in words[:9]]
    numbers += [0] * (9 - len(numbers))
    height = numbers[4] or 24
    lines = (captured + [""] * height)[:height]
    return Screen(
        lines=tuple(lines),
        cursor_x=numbers[0],
        cursor_y=numbers[1],
        cursor_on=numbers[2] == 1,
        width=numbers[3] or 80,
        height=height,
        copy_mode=numbers[5] > 0,
        history=numbers[6],
        dead=numbers[7] == 1,
        alternate=numbers[8] == 1,
        paste={"=1": True, "=0": False}.get(words[9]) if len(words) > 9 else None,
        title=words[10] if len(words) > 10 else "",
    )
