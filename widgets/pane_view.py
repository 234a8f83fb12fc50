"""One agent's live pane: drawn line by line, only changed lines drawn again."""

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from crewtui.core.model.agent import AgentState, AgentView
from crewtui.core.model.screen import ScreenPatch
from crewtui.widgets.glyphs import AGENT, age, until, word
from crewtui.widgets.keyboard import tmux_key
from crewtui.widgets.plain import plain, styled
from crewtui.widgets.sgr import segments_of
from crewtui.widgets.wish import Wish

CURSOR = Style(reverse=True)
STALE = Style(dim=True)
LEAVE = "ctrl+backslash"


class PaneView(Widget, can_focus=True):
    """The pane of one agent; its border says who it is and how it does."""

    HELP = """
# A pane

The agent's own screen, live. The border says its state and why it is believed.

- `z` or Enter: zoom in and out
- `i`: type into it; Ctrl+\\ ends that
- `o`: open it in a full tmux client
- `s`: scroll back and search
- `a` / `x`: approve or deny what it asks; `A` always, `d` deny and say why, `c` its choices
- if it asks nothing, these keys go to the agent that does and show its whole question first
"""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,z", "zoom", "Zoom", id="pane.zoom", tooltip="Show this pane alone"),
        Binding("i", "type", "Type", id="pane.type", tooltip="Send keys to the agent"),
        Binding("s", "scrollback", "Scroll back", id="pane.scrollback", tooltip="Read what passed"),
    ]

    DEFAULT_CSS = """
    PaneView {
        border: round $panel-lighten-2;
        border-title-align: left;
        border-title-color: $foreground;
        border-subtitle-color: $text-muted;
        &:focus { border: round $primary; }
        &.-typing { border: heavy $state-ask; }
        &.-asking { border: round $state-ask; }
        &.-bad { border: round $state-bad; }
    }
    """

    @dataclass
    class Asked(Wish):
        """The person wants something done with this pane: ``zoom scrollback``."""

        agent: str
        what: str

    @dataclass
    class Typed(Wish):
        """Keys or text for the agent's terminal."""

        agent: str
        keys: tuple[str, ...] = ()
        text: str = ""
        paste: bool = False

    @dataclass
    class TypingChanged(Message):
        """Typing into the pane began or ended."""

        agent: str
        on: bool

    @dataclass
    class Sized(Message):
        """The pane has another size, and may have come into sight."""

        agent: str

    def __init__(self, agent: str):
        super().__init__(id=f"pane-{agent}")
        self.agent = agent
        self.typing = False
        self._lines: list[str] = []
        self._cursor: tuple[int, int] | None = None
        self._stale = False
        self._title: object = None
        self.history = 0

    def render_line(self, y: int) -> Strip:
        """One line of the pane, in its own colours."""
        width = self.size.width
        base = self.rich_style
        line = self._lines[y] if y < len(self._lines) else ""
        segments = segments_of(line)
        strip = Strip(segments).adjust_cell_length(width, Style.null())
        if self._cursor is not None and self._cursor[1] == y and not self._stale:
            strip = _with_cursor(strip, self._cursor[0], width)
        if self._stale:
            strip = strip.apply_style(STALE)
        return Strip([Segment(s.text, base + s.style if s.style else base) for s in strip], width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the pane has."""
        return max(1, len(self._lines))

    def apply(self, patch: ScreenPatch) -> None:
        """Take what changed and draw only that."""
        old_cursor = self._cursor
        del self._lines[patch.count :]
        self._lines += [""] * (patch.count - len(self._lines))
        for row, line in patch.lines.items():
            self._lines[row] = line
        self.history = patch.history
        shown = patch.cursor_on and not patch.dead
        self._cursor = (patch.cursor_x, patch.cursor_y) if shown else None
        rows = set(patch.lines)
        if old_cursor != self._cursor:
            rows |= {at[1] for at in (old_cursor, self._cursor) if at is not None}
        width = self.size.width
        regions = [Region(0, row, width, 1) for row in rows if row < self.size.height]
        if regions:
            self.refresh(*regions)

    def set_stale(self, stale: bool) -> None:
        """Grey the picture: it is the last one known."""
        if stale != self._stale:
            self._stale = stale
            self.refresh()

    def describe(self, view: AgentView, now: float) -> None:
        """Say in the border who this is and how it does."""
        glyph, color = AGENT[view.state]
        since = age(now - view.since)
        restarts = f" · ↻{view.restarts}/{view.restart_limit}" if view.restarts else ""
        up = f" · up {age(now - view.started_at)}" if view.started_at else ""
        line = view.evidence.line
        why = view.question or (line if any(map(str.isalnum, line)) else view.evidence.rule)
        if view.state in (AgentState.DEGRADED, AgentState.FAILED, AgentState.EXITED):
            why = view.exit
        if view.state is AgentState.BACKOFF and view.restart_at is not None:
            why = f"{view.exit}, again in {max(0, round(view.restart_at - now))}s"
        if view.ends_at is not None:
            why = f"{until(view, now)} · {why}"
        loose = view.policies.startswith("do not hold")
        title = (view, since, up, why, self.typing)
        if title == self._title:
            return
        self._title = title
        program = view.command.split(" ")[0].rpartition("/")[2]
        self.border_title = styled(
            (view.id, "bold"),
            (f" · {program}", ""),
            (f" {view.version}, never tried" if not view.version_tried else "", "$state-ask"),
            (" · policies do not hold" if loose else "", "$state-bad"),
            (" · ", ""),
            (f"{glyph} {word(view.state)} {since}", color),
            (restarts + up + fence_words(view.fence), ""),
        )
        self.border_subtitle = (
            Content("TYPING · Ctrl+\\ ends it") if self.typing else plain(f"{why}"[:80])
        )
        self.set_class(view.state is AgentState.ASKING, "-asking")
        self.set_class(view.state in (AgentState.DEGRADED, AgentState.FAILED), "-bad")

    def set_typing(self, on: bool) -> None:
        """Send every key to the agent, or stop that."""
        self.typing = on
        self.set_class(on, "-typing")
        self.border_subtitle = Content("TYPING · Ctrl+\\ ends it") if on else Content("")
        self.post_message(self.TypingChanged(self.agent, on))

    def on_key(self, event: events.Key) -> None:
        """While typing, every key but Ctrl+\\ is the agent's."""
        if not self.typing:
            return
        event.stop()
        event.prevent_default()
        if event.key == LEAVE:
            self.set_typing(False)
        elif event.character is not None and event.is_printable:
            self.post_message(self.Typed(self.agent, text=event.character))
        elif (name := tmux_key(event.key)) is not None:
            self.post_message(self.Typed(self.agent, keys=(name,)))

    def on_paste(self, event: events.Paste) -> None:
        """A paste while typing goes to the agent as a paste."""
        if self.typing:
            event.stop()
            self.post_message(self.Typed(self.agent, text=event.text, paste=True))

    def on_resize(self) -> None:
        """The agent's terminal should have this size."""
        self.post_message(self.Sized(self.agent))

    def on_blur(self) -> None:
        """Typing ends when another panel is chosen."""
        if self.typing:
            self.set_typing(False)

    def action_zoom(self) -> None:
        """Show this pane alone, or all again."""
        self.post_message(self.Asked(self.agent, "zoom"))

    def action_type(self) -> None:
        """Send keys to the agent from now on."""
        self.set_typing(True)

    def action_scrollback(self) -> None:
        """Read what passed."""
        self.post_message(self.Asked(self.agent, "scrollback"))


def _with_cursor(strip: Strip, x: int, width: int) -> Strip:
    if x >= width:
        return strip
    left, at, right = strip.crop(0, x), strip.crop(x, x + 1), strip.crop(x + 1, width)
    return Strip.join([left, at.apply_style(CURSOR), right])


def fence_words(fence: str) -> str:
    """What the border says of a fence; nothing while it is not known."""
    if not fence:
        return ""
    return " · no fence" if fence == "none" else f" · fence {fence}"
