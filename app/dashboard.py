"""The application: joins the connection and the main screen, and turns keys into requests."""

import os
import subprocess
from collections.abc import Awaitable
from importlib.resources import files
from typing import Any, ClassVar

from textual import work
from textual.app import App
from textual.binding import Binding, BindingType

from crewtui.app import requests
from crewtui.app.answers import Answers
from crewtui.app.commands.attach import attach_words
from crewtui.app.desktop import announce
from crewtui.app.keys import OF_PANELS, bindings
from crewtui.app.letters import Letters
from crewtui.app.palette import CrewCommands
from crewtui.app.protocol import ProtocolKeys
from crewtui.app.screens.board import BoardScreen
from crewtui.app.screens.crew import CrewScreen
from crewtui.app.screens.dialogs import ComposeScreen, Draft
from crewtui.app.screens.gate import GateScreen
from crewtui.app.screens.reading import HelpScreen, ScrollbackScreen
from crewtui.app.screens.task import TaskScreen
from crewtui.app.themes import FALLBACK, load_themes
from crewtui.core.client.connection import CrewConnection
from crewtui.core.config.project import Project
from crewtui.core.model.agent import AgentState
from crewtui.core.model.approval import Role
from crewtui.core.model.attention import NeedKind
from crewtui.core.model.clock import Clock, SystemClock
from crewtui.core.model.crew_state import CrewState
from crewtui.core.model.errors import CrewtuiError
from crewtui.core.model.screen import ScreenPatch
from crewtui.widgets.agent_list import AgentList
from crewtui.widgets.letters import LetterList
from crewtui.widgets.milestones import Milestones
from crewtui.widgets.pane_grid import PaneGrid
from crewtui.widgets.pane_view import PaneView
from crewtui.widgets.plain import plain
from crewtui.widgets.row_list import RowList
from crewtui.widgets.tally import Tally

APPLY_S = 0.05
"""Changes that come closer together than this are shown in one go, in seconds."""
TICK_S = 1.0
"""How often countdowns on screen are drawn again, in seconds."""
AGES_TICKS = 5
"""Without a countdown, ages are drawn again each so many ticks: idle, the screen costs little."""


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
        self.crew = CrewConnection(project)
        self.protocol = ProtocolKeys(self)
        self.crew.on_state = self._on_state
        self.crew.on_frame = self._on_frame
        self.crew.on_link = self._on_link
        self.board = CrewScreen(clock or SystemClock())
        self.answers = Answers(self)
        self.letters = Letters(self)
        self.announce = notify
        self._pending = False
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
            return action not in OF_PANELS
        focused = self.board.focused if self.screen is self.board else None
        typing = isinstance(focused, PaneView) and focused.typing
        return not (typing and action in ("leave", "command_palette", "quit", "help_quit"))

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
        self._on_state(self.crew.state)

    def _tick(self) -> None:
        self._ticks += 1
        agents = self.crew.state.agents.values()
        counts_down = any(view.state is AgentState.BACKOFF for view in agents)
        if counts_down or self._ticks % AGES_TICKS == 0:
            self._apply()

    def _apply(self) -> None:
        self._pending = False
        if not self.board.is_mounted or not self.board.children:  # not yet composed, or closing
            return
        self.board.show(self.crew.state, self.crew.up.is_set())
        self.protocol.show(self.crew.state)
        self.answers.follow()
        keys = {f"{need.kind}:{need.subject}" for need in self.board.needs}
        fresh = keys - self._known_needs if self._known_needs is not None else set()
        if self.crew.up.is_set():
            self._known_needs = keys
        if fresh and self.announce:
            texts = [n.text for n in self.board.needs if f"{n.kind}:{n.subject}" in fresh]
            announce(self, texts[0])

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

    @work(group="panes", exclusive=True)
    async def _show_panes(self, sizes: dict[str, tuple[int, int]]) -> None:
        try:
            await self.crew.request("panes.show", agents=sizes)
        except CrewtuiError:
            return  # said again after the reconnection

    def on_pane_grid_visible(self, event: PaneGrid.Visible) -> None:
        """Tell the supervisor which panes to send."""
        self._show_panes(event.sizes)

    @work(group="typing")
    async def _type(self, method: str, params: dict[str, Any]) -> None:
        try:
            await self.crew.request(method, **params)
        except CrewtuiError as error:
            self.notify(error.what, severity="warning", markup=False)

    def on_pane_view_typed(self, event: PaneView.Typed) -> None:
        """Pass a person's keys on."""
        if event.keys:
            self._type("pane.keys", {"agent": event.agent, "keys": event.keys})
        else:
            params = {"agent": event.agent, "text": event.text, "paste": event.paste}
            self._type("pane.text", params)

    def on_pane_view_asked(self, event: PaneView.Asked) -> None:
        """Zoom, or read what passed."""
        self.board.current = event.agent
        if event.what == "zoom":
            self.action_zoom()
        else:
            self.read_history(event.agent)

    @work(group="request")
    async def read_history(self, agent: str) -> None:
        """Show a pane's scrollback."""
        try:
            lines = await self.crew.request("pane.history", agent=agent, lines=5000)
        except CrewtuiError as error:
            self.notify(error.what, severity="warning", markup=False)
            return
        self.push_screen(ScrollbackScreen(agent, lines))

    def on_agent_list_asked(self, event: AgentList.Asked) -> None:
        """Start, stop, restart, reset."""
        self.ask(requests.steer(self.crew, event.agent, event.what))

    def on_letter_list_asked(self, event: LetterList.Asked) -> None:
        """Retry, edit, route, purge."""
        self.letters.act(event.message, event.what)

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Look at what a row stands for."""
        key = event.key
        if isinstance(event.list, AgentList):
            self.board.current = key
            self.board.show_panel("centre")
        elif isinstance(event.list, Milestones):
            self.protocol.board(key)
        elif isinstance(event.list, Tally):
            self.protocol.tie_break(key.partition(":")[0])
        elif key in self.board.crew.messages:
            self.letters.read(key)
        elif (need := self.board.need_at(key)) is not None:
            if self.protocol.on_need(need):
                return
            if need.kind in (NeedKind.DEAD_LETTER, NeedKind.MAIL, NeedKind.HELD):
                self.letters.read(need.subject)
            elif need.agent:
                self.board.current = need.agent
                self.board.show_panel("centre")

    def action_answer(self, role: str) -> None:
        """Decide what the highlighted need or else the agent in focus asks."""
        if self.answers.refused():
            return
        need = self.board.need_in_focus()
        if need is not None and self.protocol.on_need(need, role):
            return
        self.answers.answer(Role(role))

    def action_deny_with(self) -> None:
        """Deny what the agent in focus asks and tell it why."""
        if not self.answers.refused():
            self.answers.deny_with()

    def action_choose(self) -> None:
        """Show the whole question of the agent in focus, and its choices by number."""
        if not self.answers.refused():
            self.answers.choose()

    def action_message(self) -> None:
        """Write to the current agent."""
        if self.board.current is None:
            self.notify("choose an agent first", severity="warning", markup=False)
        else:
            self._compose(self.board.current)

    def action_broadcast(self) -> None:
        """Write to all agents."""
        self._compose("all")

    def _compose(self, to: str) -> None:
        def send(draft: Draft | None) -> None:
            if draft is not None:
                self.ask(requests.send(self.crew, draft.to, draft.topic, draft.body))

        self.push_screen(ComposeScreen(to), send)

    def action_tie_break(self) -> None:
        """Decide a tied vote, or say that there is none."""
        self.protocol.tie_break()

    def action_work_board(self) -> None:
        """The board of all tasks."""
        self.protocol.board(self.crew.state.phase.milestone)

    def action_gate(self) -> None:
        """The gate of the milestone that is worked on."""
        self.protocol.gate(self.crew.state.phase.milestone)

    def on_tally_undo(self, event: Tally.Undo) -> None:
        """Take a tie-break back."""
        self.protocol.undo(event.vote)

    def on_board_screen_asked(self, event: BoardScreen.Asked) -> None:
        """A task or a gate from the board."""
        if event.what == "gate":
            self.protocol.gate(event.key)
        else:
            self.protocol.task(event.key)

    def on_gate_screen_asked(self, event: GateScreen.Asked) -> None:
        """Check, approve, send back."""
        self.protocol.at_gate(event.milestone, event.what)

    def on_task_screen_asked(self, event: TaskScreen.Asked) -> None:
        """Approve, reject, go on."""
        self.protocol.on_task(event.task, event.what)

    def action_zoom(self) -> None:
        """Show the current pane alone, or all again."""
        grid = self.board.query_one(PaneGrid)
        agent = self.board.current or next(iter(self.crew.state.agents), None)
        zoomed = None if grid.zoomed else agent
        self.board.set_class(zoomed is not None, "-zoomed")
        grid.zoom(zoomed)
        pane = grid.pane(zoomed or "")
        if pane is not None:
            pane.focus()

    def action_open(self) -> None:
        """Open the current agent in a full tmux client, and come back on detach."""
        agent = self.board.current
        try:
            words = attach_words(self.crew.state.model_dump(mode="json"), agent or "")
        except CrewtuiError as error:
            self.notify(error.what, severity="warning", markup=False)
            return
        environment = {key: value for key, value in os.environ.items() if key != "TMUX"}
        with self.suspend():
            subprocess.run(words, env=environment, check=False)

    def action_steer(self, what: str) -> None:
        """Start, stop, restart or reset the current agent."""
        if self.board.current is None:
            self.notify("choose an agent first", severity="warning", markup=False)
        else:
            self.ask(requests.steer(self.crew, self.board.current, what))

    def action_filter(self) -> None:
        """Filter the focused list."""
        self.board.action_open_filter()

    def action_step_back(self) -> None:
        """Close the filter, or end the zoom."""
        if not self.board.close_filter() and self.board.query_one(PaneGrid).zoomed:
            self.action_zoom()

    def action_panel(self, panel: str) -> None:
        """Go to a panel."""
        if self.board.query_one(PaneGrid).zoomed and panel != "centre":
            self.action_zoom()
        self.board.show_panel(panel)

    def action_theme(self) -> None:
        """The next of crewtui's own themes."""
        names = [name for name in self.available_themes if name.startswith("crew-")]
        index = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(index + 1) % len(names)]
        self.notify(f"theme: {self.theme.removeprefix('crew-')}", markup=False)

    def action_bell_switch(self) -> None:
        """Bell and desktop notifications on or off."""
        self.announce = not self.announce
        self.notify(f"bell and notifications {'on' if self.announce else 'off'}", markup=False)

    def action_help(self) -> None:
        """Help for the focused panel."""
        widget = self.board.focused
        self.push_screen(HelpScreen(getattr(widget, "HELP", None) or self.board.HELP))

    def action_leave(self) -> None:
        """Close the dashboard; the crew runs on."""
        self.exit(message="The crew runs on. Back to it: crewtui   End it: crewtui stop")
