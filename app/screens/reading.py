"""Screens to read: one message, help, a pane's scrollback."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input, Markdown, Static

from crewtui.widgets.plain import plain, plain_block, styled
from crewtui.widgets.sgr import segments_of


class MessageScreen(ModalScreen[str | None]):
    """One message: its way, every attempt, its text, the screen it met."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss(None)", "Close"),
        Binding("r", "dismiss('retry')", "Send again"),
        Binding("e", "dismiss('edit')", "Edit"),
        Binding("R", "dismiss('route')", "Route"),
        Binding("d", "dismiss('read')", "Mark as read"),
    ]

    def __init__(self, details: dict[str, Any]):
        super().__init__()
        self._details = details

    def compose(self) -> ComposeResult:
        """From top to bottom in the order a person wants it."""
        message = self._details["message"]
        with Vertical(classes="dialog -tall") as dialog:
            dialog.border_title = plain(f"{message['sender']} → {message['recipient']}")
            with VerticalScroll(classes="scroll"):
                state = f"{message['state']}: {message['reason']}".rstrip(": ")
                yield Static(styled((message["topic"] or "no topic", "bold"), (f"   {state}", "")))
                for attempt in self._details["attempts"]:
                    at = datetime.fromtimestamp(attempt["at"]).astimezone().strftime("%H:%M:%S")
                    line = f"{at}  {attempt['step']}: {attempt['evidence']}"
                    yield Static(plain(line), markup=False, classes="hint")
                yield Static(plain_block("\n" + self._details["body"]), markup=False)
                if any(self._details["screen"]):
                    screen = "\n".join(self._details["screen"]).rstrip()
                    yield Static(plain("── the screen it met ──"), classes="hint")
                    yield Static(plain_block(screen), markup=False)
            hint = "r send again · e edit · R route · d mark as read · Esc close"
            yield Static(hint, classes="hint", markup=False)


class HelpScreen(ModalScreen[None]):
    """Help for the focused panel, and every key."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark", "dismiss", "Close")]

    def __init__(self, text: str, keys: Iterable[tuple[str, str]]):
        super().__init__()
        rows = "\n".join(f"| `{key}` | {what} |" for key, what in keys)
        self._text = f"{text}\n\n# Everywhere\n\n| key | |\n|---|---|\n{rows}\n"
        self._text += "| `Tab` | Next panel |\n| `Ctrl+P` | Every action by name |\n"

    def compose(self) -> ComposeResult:
        """The text, scrolling."""
        with Vertical(classes="dialog -tall") as dialog:
            dialog.border_title = plain("help")
            with VerticalScroll(classes="scroll"):
                yield Markdown(self._text)


class Scrollback(ScrollView, can_focus=True):
    """Captured lines, drawn as they were; the matching ones can be walked."""

    def __init__(self, lines: list[str]):
        super().__init__()
        self._lines = lines
        self.virtual_size = Size(max([80, *map(len, lines)]), len(lines))

    def render_line(self, y: int) -> Strip:
        """One line."""
        row = y + self.scroll_offset.y
        if row >= len(self._lines):
            return Strip.blank(self.size.width)
        strip = Strip(segments_of(self._lines[row])).adjust_cell_length(self.size.width)
        return strip.apply_style(self.rich_style)

    def find(self, text: str, before: int) -> int | None:
        """The last line above ``before`` that has the text."""
        for row in range(min(before, len(self._lines)) - 1, -1, -1):
            said = "".join(segment.text for segment in segments_of(self._lines[row]))
            if text.lower() in said.lower():
                return row
        return None


class ScrollbackScreen(ModalScreen[None]):
    """What passed in a pane; ``/`` searches upwards."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Close"),
        Binding("slash", "search", "Search"),
        Binding("n", "next", "Next above"),
    ]

    def __init__(self, agent: str, lines: list[str]):
        super().__init__()
        self._agent = agent
        while lines and not lines[-1].strip():
            lines.pop()
        self._view = Scrollback(lines)
        self._text = ""
        self._at = len(lines)

    def compose(self) -> ComposeResult:
        """The lines and a search field."""
        with Vertical(classes="dialog -tall") as dialog:
            dialog.border_title = plain(f"{self._agent}: scrollback")
            yield self._view
            yield Input(placeholder="search upwards", id="search")
            yield Static("/ search · n next above · Esc close", classes="hint", markup=False)

    def on_mount(self) -> None:
        """Begin at the end."""
        self._view.focus()
        self._view.scroll_end(animate=False)

    def action_search(self) -> None:
        """Ask for a text."""
        self.query_one("#search").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Find it."""
        self._text, self._at = event.value, self._at
        self._view.focus()
        self.action_next()

    def action_next(self) -> None:
        """Go to the next match above."""
        found = self._view.find(self._text, self._at) if self._text else None
        if found is None:
            self.notify("not found above", markup=False)
            return
        self._at = found
        self._view.scroll_to(y=found, animate=False)
