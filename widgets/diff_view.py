"""A difference: added and removed lines tinted, the code itself coloured by its language."""

from functools import lru_cache

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.syntax import Syntax
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from crewtui.core.model.text import visible

MOST_LINES = 50_000
MOST_COLUMNS = 2000


class DiffView(ScrollView, can_focus=True):
    """Draws only the lines that are seen, so the length of a difference costs nothing."""

    HELP = "# Difference\n\n+ added, - removed; `n` and `p` go from file to file."
    BINDINGS = [  # noqa: RUF012
        ("j", "scroll_down", "Down"),
        ("k", "scroll_up", "Up"),
        ("n", "file(1)", "Next file"),
        ("p", "file(-1)", "Previous file"),
    ]
    COMPONENT_CLASSES = {  # noqa: RUF012
        "diff--added",
        "diff--removed",
        "diff--hunk",
        "diff--file",
    }
    DEFAULT_CSS = """
    DiffView {
        scrollbar-size-vertical: 1;
        & > .diff--added { background: $success 18%; }
        & > .diff--removed { background: $error 18%; }
        & > .diff--hunk { color: $primary; }
        & > .diff--file { text-style: bold; background: $panel; }
    }
    """

    def __init__(self, text: str, *, id: str | None = None):  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._lines = [
            visible(line).expandtabs(4)[:MOST_COLUMNS] for line in text.split("\n")[:MOST_LINES]
        ]
        self._lexers = _lexers_of(self._lines)
        self._files = [n for n, line in enumerate(self._lines) if line.startswith("diff --git ")]
        self.virtual_size = Size(max([80, *map(len, self._lines)]), len(self._lines))

    def render_line(self, y: int) -> Strip:
        """One line of the difference."""
        left, top = self.scroll_offset
        row = y + top
        if row >= len(self._lines):
            return Strip.blank(self.size.width, self.rich_style)
        line = self._lines[row]
        style = self._style_of(line)
        segments = self._segments(line, self._lexers[row])
        strip = Strip(segments).crop(left, left + self.size.width)
        return strip.adjust_cell_length(self.size.width).apply_style(self.rich_style + style)

    def _style_of(self, line: str) -> Style:
        kind = _kind_of(line)
        return self.get_component_rich_style(f"diff--{kind}") if kind else Style()

    def _segments(self, line: str, lexer: str) -> list[Segment]:
        if not lexer or _kind_of(line) in ("file", "hunk") or not line:
            return [Segment(line)]
        return [Segment(line[0]), *_highlighted(line[1:], lexer)]

    def action_file(self, step: int) -> None:
        """Go to the next or the previous file."""
        here = self.scroll_offset.y
        later = [n for n in self._files if n > here]
        before = [n for n in self._files if n < here]
        target = (later[:1] if step > 0 else before[-1:]) or [here]
        self.scroll_to(y=target[0], animate=False)


def _kind_of(line: str) -> str:
    if line.startswith(("diff --git ", "index ", "--- ", "+++ ", "new file", "deleted file")):
        return "file"
    if line.startswith("@@"):
        return "hunk"
    return {"+": "added", "-": "removed"}.get(line[:1], "")


def _lexers_of(lines: list[str]) -> list[str]:
    """For each line the language of the file that it belongs to."""
    found, current = [], ""
    for line in lines:
        if line.startswith("diff --git "):
            current = _language(line.rpartition("/")[2])
        found.append(current)
    return found


@lru_cache(maxsize=256)
def _language(name: str) -> str:
    found = Syntax.guess_lexer(name)
    return "" if found == "default" else found


@lru_cache(maxsize=1)
def _console() -> Console:
    return Console(width=MOST_COLUMNS, color_system="truecolor")


@lru_cache(maxsize=4096)
def _highlighted(code: str, lexer: str) -> tuple[Segment, ...]:
    """The code's segments; in a theme that reads well on dark and light ground alike."""
    text = Syntax("", lexer, theme="ansi_dark").highlight(code)
    text.rstrip()
    return tuple(Segment(part.text, part.style) for part in text.render(_console(), end=""))
