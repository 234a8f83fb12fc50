"""The application: joins the connection and the main screen, and turns keys into requests."""

from collections.abc import Awaitable
from importlib.resources import files
from typing import ClassVar

from textual import on, work
from textual.app import App
from textual.binding import Binding, BindingType

from crewtui.app.desktop import announce
from crewtui.app.keys.table import EVERYWHERE, GROUPS, bindings
from crewtui.app.palette import CrewCommands
from crewtui.app.screens.board import BoardScreen
from crewtui.app.screens.crew import CrewScreen
from crewtui.app.screens.task import TaskScreen
from crewtui.app.themes import FALLBACK, load_themes
from crewtui.core.client.connection import connection_to
from crewtui.core.config.death import Death, last_death
from crewtui.core.config.project import Project
from crewtui.core.model.agent import AgentState
from crewtui.core.model.clock import Clock, SystemClock
from crewtui.core.model.crew_state import CrewState, Trouble
from crewtui.core.model.errors import CrewtuiError
from crewtui.core.model.screen import ScreenPatch
from crewtui.widgets.pane_grid import PaneGrid
from crewtui.widgets.pane_view import PaneView
from crewtui.widgets.plain import plain
from crewtui.widgets.wish import Wish

APPLY_S = 0.05
"""Changes that come closer together than this are shown in one go, in seconds."""
TICK_S = 1.0
"""How often countdowns on screen are drawn again, in seconds."""
AGES_TICKS = 5
"""Without a countdown, ages are drawn again each so many ticks: idle, the screen costs little."""


OF_TEXTUAL = ("leave", "command_palette", "quit", "help_quit")
"""Actions that would take a key away from a person who types into a pane."""


class CrewApp(App[None]):
    """The dashboard of one project."""

    TITLE = "crewtui"
    CSS_PATH = str(files("crewtui") / "themes" / "crewtui.tcss")
    COMMANDS: ClassVar = {CrewCommands}
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(),
        Binding("ctrl+q", "leave", "Quit", show=False, priority=True),
    ]

    def __init__(self, project: Project, *, notify: bool = True, clock: Clock | None = None):
        self._fallback = FALLBACK
        super().__init__()
        self.project = project
        self.crew = connection_to(project)
        self.crew.on_state = self._on_state
        self.crew.on_frame = self._on_frame
        self.crew.on_link = self._on_link
        self.board = CrewScreen(clock or SystemClock())
        self.groups = {group.NAME: group(self) for group in GROUPS}
        self.announce = notify
        self._pending = False
        self._death: Death | None = None
        self._ticks = 0
        self._known_needs: set[str] | None = None
        for theme in load_themes():
            self.register_theme(theme)
        self.theme = "crew-dark"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """State colours for themes that have none."""
        return self._fallback

    def on_mount(self) -> None:
        """Show the screen, connect, keep ages fresh."""
        self.push_screen(self.board)
        self.hold_connection()
        self.set_interval(TICK_S, self._tick)

    @work(exclusive=True, group="connection")
    async def hold_connection(self) -> None:
        """Keep the connection until the application ends."""
        await self.crew.keep()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a person types into a pane, no key is ours; a board or a task has its own keys."""
        if isinstance(self.screen, BoardScreen | TaskScreen):
            return action != "press" or parameters[:2] in EVERYWHERE
        focused = self.board.focused if self.screen is self.board else None
        typing = isinstance(focused, PaneView) and focused.typing
        ends = action in OF_TEXTUAL or parameters[:2] == ("view", "leave")
        return not (typing and ends)

    def _on_state(self, _state: CrewState) -> None:
        if not self._pending:
            self._pending = True
            self.set_timer(APPLY_S, self._apply)

    def _on_frame(self, patch: ScreenPatch) -> None:
        if self.board.is_mounted:
            self.board.query_one(PaneGrid).apply(patch)

    def _on_link(self, up: bool) -> None:
        grid = self.board.query_one(PaneGrid)
        for pane in grid.panes():
            pane.set_stale(not up)
        if up:
            grid.forget_said()
        self._death = None if up else last_death(self.project)
        self._on_state(self.crew.state)

    def _tick(self) -> None:
        self._ticks += 1
        if not self.crew.up.is_set() and (death := last_death(self.project)) != self._death:
            self._death = death  # its parent writes down how it died once it has seen that
            self._apply()
        agents = self.crew.state.agents.values()
        counts_down = any(view.state is AgentState.BACKOFF for view in agents)
        if counts_down or self._ticks % AGES_TICKS == 0:
            self._apply()

    def _apply(self) -> None:
        self._pending = False
        if not self.board.is_mounted or not self.board.children:  # not yet composed, or closing
            return
        self.board.show(self._state_here(), self.crew.up.is_set())
        for group in self.groups.values():
            group.follow(self.crew.state)
        keys = {f"{need.kind}:{need.subject}" for need in self.board.needs}
        fresh = keys - self._known_needs if self._known_needs is not None else set()
        if self.crew.up.is_set():
            self._known_needs = keys
        if fresh and self.announce:
            texts = [n.text for n in self.board.needs if f"{n.kind}:{n.subject}" in fresh]
            announce(self, texts[0])

    def _state_here(self) -> CrewState:
        """The crew as it was last known; with the reason if its supervisor died since."""
        state, death = self.crew.state, self._death
        if death is None or death.again:
            return state
        trouble = Trouble(id="died", what=death.said, todo="start it: crewtui up", since=death.at)
        return state.model_copy(update={"troubles": {**state.troubles, trouble.id: trouble}})

    @work(group="request")
    async def ask(self, request: Awaitable[str]) -> None:
        """Wait for a request and say in words what came of it."""
        try:
            said = await request
        except CrewtuiError as error:
            text = f"{error.what}. {error.todo}" if error.todo else error.what
            self.notify(plain(text).plain, severity="warning", markup=False)
        else:
            if said:
                self.notify(plain(said).plain, markup=False)

    @on(Wish)
    def fulfil(self, wish: Wish) -> None:
        """Do what a person wants through a widget: the group that knows how does it."""
        for group in self.groups.values():
            for kind, method in group.WISHES.items():
                if isinstance(wish, kind):
                    getattr(group, method)(wish)

    def action_press(self, group: str, does: str, *how: str) -> None:
        """Do what a key of the table does."""
        getattr(self.groups[group], does)(*how)

    def action_leave(self) -> None:
        """Close the dashboard; the crew runs on."""
        self.action_press("view", "leave")
