"""All panes side by side: as many columns as fit, scrolling when there are more."""

from collections.abc import Iterable
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from crewtui.core.model.agent import AgentView
from crewtui.core.model.screen import ScreenPatch
from crewtui.widgets.pane_view import PaneView
from crewtui.widgets.wish import Wish

MIN_WIDTH = 44
MIN_HEIGHT = 12
EMPTY = "No agents yet.\n\nAdd one to .orchestrator/agents.toml, then: crewtui stop; crewtui"


class PaneGrid(VerticalScroll):
    """One ``PaneView`` an agent, in the order of agents.toml."""

    DEFAULT_CSS = """
    PaneGrid {
        layout: grid;
        grid-gutter: 0 0;
        scrollbar-size-vertical: 1;
        & > .empty { padding: 2 4; color: $text-muted; column-span: 4; }
    }
    """

    @dataclass
    class Visible(Wish):
        """Which panes can be seen now, each with its size in cells."""

        sizes: dict[str, tuple[int, int]]

    def __init__(self, *, id: str):  # noqa: A002 - Textual's name for it
        super().__init__(id=id, can_focus=False)
        self.zoomed: str | None = None
        self._panes: dict[str, PaneView] = {}
        self._said: dict[str, tuple[int, int]] = {}

    def compose(self) -> ComposeResult:
        """Nothing to see yet."""
        yield Static(EMPTY, classes="empty", markup=False)

    def pane(self, agent: str) -> PaneView | None:
        """The pane of an agent."""
        return self._panes.get(agent)

    def panes(self) -> Iterable[PaneView]:
        """Every pane."""
        return self._panes.values()

    def show(self, agents: dict[str, AgentView], now: float) -> None:
        """Have a pane for each agent and describe it."""
        fresh = [PaneView(name) for name in agents if name not in self._panes]
        for pane in fresh:
            self._panes[pane.agent] = pane
        for name in [name for name in self._panes if name not in agents]:
            self._panes.pop(name).remove()
        if fresh:
            self.mount_all(fresh)
            self.query_one(".empty").display = False
            self.place()
        for name, view in agents.items():
            self._panes[name].describe(view, now)

    def apply(self, patch: ScreenPatch) -> None:
        """Pass a patch to its pane."""
        pane = self._panes.get(patch.agent)
        if pane is not None:
            pane.apply(patch)

    def zoom(self, agent: str | None) -> None:
        """Show one pane alone, or all."""
        self.zoomed = agent
        self.place()

    def place(self) -> None:
        """Give every pane its place."""
        count = 1 if self.zoomed else max(1, len(self._panes))
        width, height = self.size.width, self.size.height
        if not width or not height:
            self.call_after_refresh(self.say_visible)
            return
        most = max(1, width // MIN_WIDTH)
        columns = min(count, most, 2 if count <= 4 else most)
        rows = -(-count // columns)
        room = max(1, min(rows, height // MIN_HEIGHT))
        tall = max(min(height, MIN_HEIGHT), height // room)
        self.styles.grid_size_columns = columns
        self.styles.grid_size_rows = rows
        self.styles.grid_rows = str(tall)
        for name, pane in self._panes.items():
            pane.display = self.zoomed in (None, name)
            pane.styles.height = tall
        self.call_after_refresh(self.say_visible)

    def on_resize(self) -> None:
        """The room changed."""
        self.place()

    def on_pane_view_sized(self, event: PaneView.Sized) -> None:
        """A pane was laid out: say what can be seen now."""
        event.stop()
        self.call_after_refresh(self.say_visible)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other panes may be in sight."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.call_after_refresh(self.say_visible)

    def say_visible(self) -> None:
        """Tell which panes are in sight, if that changed."""
        sizes: dict[str, tuple[int, int]] = {}
        if self.is_on_screen and self.size.width:
            for name, pane in self._panes.items():
                if pane.display and pane.size.width and self.region.overlaps(pane.region):
                    sizes[name] = (pane.size.width, pane.size.height)
        if sizes != self._said:
            self._said = sizes
            self.post_message(self.Visible(sizes))

    def forget_said(self) -> None:
        """After a reconnection everything must be said again."""
        self._said = {}
        self.say_visible()
