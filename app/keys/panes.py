"""Keys and wishes about panes: zoom, open in tmux, type, read what passed."""

import os
import subprocess
from functools import partial
from typing import ClassVar

from crewtui.app.commands.attach import attach_words
from crewtui.app.keys.key import Key, KeyGroup
from crewtui.app.screens.reading import ScrollbackScreen
from crewtui.core.model.errors import CrewtuiError
from crewtui.core.rpc.panes import PaneHistory, PressKeys, ShowPanes, TypeText
from crewtui.core.rpc.request import Request
from crewtui.widgets.pane_grid import PaneGrid
from crewtui.widgets.pane_view import PaneView

HISTORY_LINES = 5000


class PaneKeys(KeyGroup):
    """Shows panes and passes on what is typed into them."""

    NAME = "panes"
    KEYS = (
        Key("o", "open", "Open", "Open the current agent in a full tmux client", False),
        Key("z", "zoom", "Zoom", "Show the current agent's pane alone"),
    )
    WISHES: ClassVar = {
        PaneGrid.Visible: "on_visible",
        PaneView.Typed: "on_typed",
        PaneView.Asked: "on_asked",
    }

    def zoom(self) -> None:
        """Show the current pane alone, or all again."""
        board = self._app.board
        grid = board.query_one(PaneGrid)
        agent = board.current or next(iter(board.crew.agents), None)
        zoomed = None if grid.zoomed else agent
        board.set_class(zoomed is not None, "-zoomed")
        grid.zoom(zoomed)
        pane = grid.pane(zoomed or "")
        if pane is not None:
            pane.focus()

    def open(self) -> None:
        """Open the current agent in a full tmux client, and come back on detach."""
        agent = self._app.board.current
        try:
            words = attach_words(self._app.crew.state.model_dump(mode="json"), agent or "")
        except CrewtuiError as error:
            self.say(error.what, warn=True)
            return
        environment = {key: value for key, value in os.environ.items() if key != "TMUX"}
        with self._app.suspend():
            subprocess.run(words, env=environment, check=False)

    def on_visible(self, wish: PaneGrid.Visible) -> None:
        """Tell the supervisor which panes to send."""
        self._app.run_worker(partial(self._show, wish.sizes), group="panes", exclusive=True)

    async def _show(self, sizes: dict[str, tuple[int, int]]) -> None:
        try:
            await self._app.crew.request(ShowPanes(agents={**sizes}))
        except CrewtuiError:
            return  # said again after the reconnection

    def on_typed(self, wish: PaneView.Typed) -> None:
        """Pass a person's keys on."""
        typed: Request = TypeText(agent=wish.agent, text=wish.text, paste=wish.paste)
        if wish.keys:
            typed = PressKeys(agent=wish.agent, keys=tuple(wish.keys))
        self._app.run_worker(partial(self._type, typed), group="typing")

    async def _type(self, typed: Request) -> None:
        try:
            await self._app.crew.request(typed)
        except CrewtuiError as error:
            self.say(error.what, warn=True)

    def on_asked(self, wish: PaneView.Asked) -> None:
        """Zoom, or read what passed."""
        self._app.board.current = wish.agent
        if wish.what == "zoom":
            self.zoom()
        else:
            self._app.run_worker(partial(self._read, wish.agent), group="request")

    async def _read(self, agent: str) -> None:
        try:
            lines = await self._app.crew.request(PaneHistory(agent=agent, lines=HISTORY_LINES))
        except CrewtuiError as error:
            self.say(error.what, warn=True)
            return
        self._app.push_screen(ScrollbackScreen(agent, lines))
