"""The main screen: every panel, and where each is at the three sizes."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Input

from crewtui.app.panels import HOMES, PANELS, PANES, SIDE, lists_in
from crewtui.core.model.attention import Need, NeedKind, needs
from crewtui.core.model.clock import Clock
from crewtui.core.model.crew_state import CrewState
from crewtui.widgets.agent_list import AgentList
from crewtui.widgets.agent_strip import AgentStrip, PanelTabs
from crewtui.widgets.crew_header import CrewHeader
from crewtui.widgets.event_ticker import EventTicker
from crewtui.widgets.needs_you import NeedsYou
from crewtui.widgets.pane_grid import PaneGrid
from crewtui.widgets.pane_view import PaneView
from crewtui.widgets.row_list import RowList, Shown


class CrewScreen(Screen[None]):
    """Shows one ``CrewState``; knows neither supervisor nor socket."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (160, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (36, "-tall")]  # noqa: RUF012
    HELP = "# crewtui\n\nEvery agent's pane, what waits for you, and the mail between them."

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.crew = CrewState()
        self.up = False
        self.needs: list[Need] = []
        self.current: str | None = None
        self.page = PANES
        self.side = "needs"
        self.filtered: RowList | None = None

    def compose(self) -> ComposeResult:
        """All panels; the stylesheet says which are seen at which size."""
        yield CrewHeader(id="header")
        yield AgentStrip(id="strip")
        yield PanelTabs(id="tabs")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield from lists_in("left")
            with Vertical(id="centre"):
                yield PaneGrid(id="grid")
            with Vertical(id="side"):
                yield from lists_in("side")
        yield from lists_in("ticker")
        yield Input(placeholder="filter the panel; Enter keeps it, Esc clears it", id="filter")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Begin with the panes."""
        self.show_panel(PANES, focus=False)

    def show(self, state: CrewState, up: bool) -> None:
        """Show a state; panels whose values did not change do nothing."""
        self.crew, self.up = state, up
        now = self._clock.wall()
        self.needs = needs(state, now)
        self.query_one(CrewHeader).show(state, up, len(self.needs), now)
        self.query_one(AgentStrip).show(state)
        self.query_one(PaneGrid).show(state.agents, now)
        shown = Shown(state, self.needs, now)
        for panel in self.query(RowList):
            panel.show(shown)
        self._show_tabs()

    def _show_tabs(self) -> None:
        narrow = self.has_class("-narrow")
        names = []
        for panel in PANELS:
            if narrow or panel.id in SIDE:
                rows = len(self.query_one(f"#{panel.id}", RowList).rows) if panel.id in SIDE else 0
                words = f"{panel.short} {rows}" if rows else panel.short
                names.append((panel.id, panel.key, words))
        self.query_one(PanelTabs).show(names, self.page if narrow else self.side)

    def on_resize(self) -> None:
        """Another size may show other panels."""
        self.call_after_refresh(self._show_tabs)

    def show_panel(self, panel: str, *, focus: bool = True) -> None:
        """Bring a panel to the front at any size, and focus it."""
        self.page = panel
        if panel in SIDE:
            self.side = panel
        home = HOMES[panel]
        for name in {*HOMES.values(), *HOMES}:
            self.query_one(f"#{name}").set_class(name in (panel, home), "-shown")
        self.set_class(panel == "ticker", "-page-ticker")
        for name in SIDE:
            self.query_one(f"#{name}").set_class(name == self.side, "-current")
        self._show_tabs()
        if focus:
            target = self._focus_target(panel)
            if target is not None:
                self.call_after_refresh(target.focus)
        self.call_after_refresh(self.query_one(PaneGrid).place)

    def _focus_target(self, panel: str) -> Widget | None:
        if panel != PANES:
            return self.query_one(f"#{panel}")
        grid = self.query_one(PaneGrid)
        return grid.pane(self.current or "") or next(iter(grid.panes()), None)

    def on_panel_tabs_chosen(self, event: PanelTabs.Chosen) -> None:
        """A click on a panel's name."""
        self.show_panel(event.panel)

    def on_descendant_focus(self) -> None:
        """What has the focus says which agent is meant."""
        if isinstance(self.focused, PaneView):
            self.current = self.focused.agent

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """So does the highlighted row."""
        self._mean(event.list, event.key)

    def _mean(self, panel: RowList, key: str) -> None:
        if isinstance(panel, AgentList):
            self.current = key
        elif isinstance(panel, NeedsYou):
            need = self.need_at(key)
            if need is not None and need.agent:
                self.current = need.agent
        elif key in self.crew.messages:
            self.current = self.crew.messages[key].recipient

    def need_at(self, key: str) -> Need | None:
        """The need that a row stands for."""
        return next((n for n in self.needs if f"{n.kind}:{n.subject}" == key), None)

    def agent_in_focus(self) -> str | None:
        """The agent whose question a key may decide at once: what the person looks at is its own.

        That is a focused pane, a row of the crew, or a question's row in NEEDS YOU.
        """
        if isinstance(self.focused, PaneView):
            return self.focused.agent
        if isinstance(self.focused, AgentList):
            return self.focused.key
        need = self.need_in_focus()
        return need.agent if need is not None and need.kind is NeedKind.QUESTION else None

    def row_agent(self) -> str | None:
        """The agent that the highlighted row of NEEDS YOU is about, whatever it needs."""
        need = self.need_in_focus()
        return need.agent if need is not None else None

    def go_to(self, agent: str) -> None:
        """Bring an agent's pane to the front and focus it, and point at its rows."""
        self.current = agent
        grid = self.query_one(PaneGrid)
        if grid.zoomed not in (None, agent):
            grid.zoom(agent)
        self.query_one(AgentList).point_at(agent)
        self.query_one(NeedsYou).point_at(f"{NeedKind.QUESTION}:{agent}")
        self.show_panel(PANES)

    @property
    def filtering(self) -> bool:
        """Whether a filter is being written."""
        return self.query_one("#filter", Input).has_class("-open")

    def need_in_focus(self) -> Need | None:
        """The need that is highlighted, if their list has the focus."""
        panel = self.query_one(NeedsYou)
        return self.need_at(panel.key) if panel.has_focus and panel.key is not None else None

    def action_open_filter(self) -> None:
        """Ask for a text; it applies to the list that has the focus."""
        field = self.query_one("#filter", Input)
        field.add_class("-open")
        focused = self.focused
        self.filtered = focused if isinstance(focused, RowList) else self.query_one(EventTicker)
        field.value = self.filtered.filter_text
        field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while it is typed."""
        if self.filtered is not None and event.input.has_class("-open"):
            self.filtered.set_filter(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter and go back to the list."""
        if self.filtered is not None:
            event.input.remove_class("-open")
            self.filtered.focus()

    def close_filter(self) -> bool:
        """Clear an open filter; whether there was one."""
        field = self.query_one("#filter", Input)
        if self.filtered is not None and field.has_class("-open"):
            field.remove_class("-open")
            self.filtered.set_filter("")
            self.filtered.focus()
            return True
        if isinstance(self.focused, RowList) and self.focused.filter_text:
            self.focused.set_filter("")
            return True
        return False
