"""Every key of every panel and screen while no supervisor answers: said in words, never the end."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from crewtui.app.dashboard import CrewApp
from crewtui.app.keys.mail import MailKeys
from crewtui.app.keys.table import keys
from crewtui.app.keys.work import WorkKeys
from crewtui.app.panels import PANELS, Panel
from crewtui.app.screens.board import BoardScreen
from crewtui.app.screens.dialogs import ComposeScreen
from crewtui.app.screens.gate import GateScreen
from crewtui.app.screens.question import QuestionScreen
from crewtui.app.screens.reading import MessageScreen
from crewtui.app.screens.task import TaskScreen
from crewtui.app.screens.tie_break import TieBreakScreen
from crewtui.core.model.crew_state import CrewState
from crewtui.core.model.message import MessageState
from tests.app.conftest import Open, wait_for
from tests.support import states

ENDS = {"", "q", "o"}
"""Keys that leave the dashboard: for good, or for a tmux client."""
DETAILS = {
    "message": states.message(5, MessageState.DEAD).model_dump(mode="json"),
    "body": "the text",
    "attempts": [],
    "screen": [],
}
SCREENS: dict[type[Screen[Any]], tuple[CrewState, Callable[[CrewApp], object]]] = {
    BoardScreen: (states.at_work(), lambda app: app.action_press("work", "board_here")),
    GateScreen: (states.at_work(), lambda app: app.action_press("work", "gate_here")),
    TieBreakScreen: (states.at_work(), lambda app: app.action_press("work", "tie_break")),
    TaskScreen: (states.at_work(), lambda app: WorkKeys(app).task("print")),
    QuestionScreen: (states.usual(), lambda app: app.action_press("questions", "choose")),
    ComposeScreen: (states.usual(), lambda app: app.action_press("mail", "broadcast")),
    MessageScreen: (states.usual(), lambda app: MailKeys(app).read("m5")),
}


def _own_keys(node: Any) -> list[str]:
    """The keys of a widget or screen, those that close it last."""
    pairs = [(key, b.action) for key, all_ in node._bindings.key_to_bindings.items() for b in all_]
    return [key for key, action in sorted(pairs, key=lambda pair: _closes(pair[1]))]


def _closes(action: str) -> bool:
    return action.startswith(("dismiss", "leave", "send"))


async def _press(app: CrewApp, pilot: Pilot[None], key: str) -> None:
    await pilot.press(key)
    await pilot.pause()
    assert app.is_running, key


async def _go_back(app: CrewApp, pilot: Pilot[None], screen: Screen[Any]) -> None:
    while app.screen is not screen and app.screen is not app.board:
        await _press(app, pilot, "escape")


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.id)
async def test_a_key_of_a_panel(panel: Panel, open_dashboard: Open) -> None:
    async with open_dashboard(states.full()) as (app, pilot, supervisor):
        await pilot.press(panel.key)
        await pilot.pause()
        await supervisor.stop()
        await wait_for(pilot, lambda: not app.crew.up.is_set())
        for key in _own_keys(app.board.focused):
            await pilot.press(panel.key)
            await _press(app, pilot, key)
            await _go_back(app, pilot, app.board)


async def test_a_key_of_the_table(open_dashboard: Open) -> None:
    async with open_dashboard(states.full()) as (app, pilot, supervisor):
        await supervisor.stop()
        await wait_for(pilot, lambda: not app.crew.up.is_set())
        for key in [key.key for _, key in keys() if key.key not in ENDS]:
            await pilot.press("2")
            await _press(app, pilot, key)
            await _go_back(app, pilot, app.board)


@pytest.mark.parametrize("kind", list(SCREENS), ids=lambda kind: kind.__name__)
async def test_a_key_of_a_screen(kind: type[Screen[Any]], open_dashboard: Open) -> None:
    state, go = SCREENS[kind]
    async with open_dashboard(state) as (app, pilot, supervisor):
        supervisor.answers["message.show"] = DETAILS
        supervisor.answers["task.diff"] = {"task": {}, "diff": "+ a"}
        go(app)
        await wait_for(pilot, lambda: isinstance(app.screen, kind))
        screen, own = app.screen, _own_keys(app.screen)
        await supervisor.stop()
        await wait_for(pilot, lambda: not app.crew.up.is_set())
        for key in own:
            if app.screen is screen:
                await _press(app, pilot, key)
                await _go_back(app, pilot, screen)
        assert app.screen is app.board, "one of its keys closes it"
