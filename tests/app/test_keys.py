"""Every key of the dashboard, pressed."""

import pytest
from textual.widgets import Input

from crewtui.app.keys.table import keys
from crewtui.app.panels import PANELS, PANES
from crewtui.app.screens.dialogs import ChooseScreen, ComposeScreen, ConfirmScreen
from crewtui.app.screens.question import QuestionScreen
from crewtui.app.screens.reading import HelpScreen, MessageScreen, ScrollbackScreen
from crewtui.core.model.agent import AgentState
from crewtui.core.model.message import MessageState
from crewtui.widgets.dead_letters import DeadLetters
from crewtui.widgets.pane_grid import PaneGrid
from crewtui.widgets.pane_view import PaneView
from crewtui.widgets.row_list import RowList
from tests.app.conftest import Open, wait_for
from tests.support import states

DETAILS = {
    "message": states.message(5, MessageState.DEAD).model_dump(mode="json"),
    "body": "the text [/nope]",
    "attempts": [{"at": states.NOW, "step": "sent", "evidence": "Enter was not taken"}],
    "screen": ["what was on screen"],
}
DRAWN = {"approval": "ask-tester", "fingerprint": "f"}


@pytest.mark.parametrize(("key", "role"), [("a", "approve"), ("A", "always"), ("x", "deny")])
async def test_a_key_answers_the_question_that_was_shown(
    key: str, role: str, open_dashboard: Open
) -> None:
    async with open_dashboard(states.usual()) as (_app, pilot, supervisor):
        await pilot.press("6", "down", key)
        await wait_for(pilot, lambda: supervisor.asked("approval.decide"))
        assert supervisor.asked("approval.decide") == [{**DRAWN, "role": role}]


async def test_d_denies_and_tells_the_agent_why(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        await pilot.press("6", "down", "d")
        await wait_for(pilot, lambda: isinstance(app.screen, ComposeScreen))
        await pilot.press(*"no", "ctrl+s")
        await wait_for(pilot, lambda: supervisor.asked("approval.decide"))
        wanted = {**DRAWN, "role": "deny", "message": "no"}
        assert supervisor.asked("approval.decide") == [wanted]


async def test_c_shows_the_choices_and_a_number_picks_one(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        await pilot.press("c")
        await wait_for(pilot, lambda: isinstance(app.screen, QuestionScreen))
        await pilot.press("2")
        await wait_for(pilot, lambda: supervisor.asked("approval.decide"))
        wanted = {**DRAWN, "number": 2}
        assert supervisor.asked("approval.decide") == [wanted]


async def test_approve_without_a_question_says_so(open_dashboard: Open) -> None:
    state = states.crew(states.agent("coder", AgentState.IDLE))
    async with open_dashboard(state) as (app, pilot, supervisor):
        await pilot.press("1", "a")
        await wait_for(pilot, lambda: app._notifications)
        assert supervisor.asked("approval.decide") == []


@pytest.mark.parametrize(
    ("key", "panel"),
    [(panel.key, panel.id) for panel in PANELS if panel.id != PANES],
)
@pytest.mark.parametrize("size", [(200, 50), (120, 40), (80, 24)])
async def test_number_keys_show_and_focus_a_panel(
    key: str, panel: str, size: tuple[int, int], open_dashboard: Open
) -> None:
    async with open_dashboard(states.usual(), size) as (app, pilot, _):
        await pilot.press(key)
        widget = app.board.query_one(f"#{panel}")
        await wait_for(pilot, lambda: app.board.focused is widget)
        assert widget.region.width > 10
        assert widget.region.height > 2


@pytest.mark.parametrize(
    ("key", "method"),
    [("S", "start"), ("K", "stop"), ("ctrl+r", "restart"), ("D", "reset")],
)
async def test_agents_are_steered_from_their_list(
    key: str, method: str, open_dashboard: Open
) -> None:
    async with open_dashboard(states.usual()) as (_app, pilot, supervisor):
        await pilot.press("6")
        await pilot.pause()
        await pilot.press("down", key)
        await wait_for(pilot, lambda: supervisor.asked(f"agent.{method}"))
        assert supervisor.asked(f"agent.{method}") == [{"agent": "tester"}]


async def test_what_was_done_to_an_agent_is_said_in_words(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        supervisor.answers["agent.stop"] = "tester is stopped: its process 7 was ended"
        await pilot.press("6", "down", "K")
        await wait_for(pilot, lambda: app._notifications)
        said = [note.message for note in app._notifications]
        assert said == ["tester is stopped: its process 7 was ended"]


async def test_retry_and_retry_all_and_purge(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        await pilot.press("4")
        await wait_for(pilot, lambda: isinstance(app.board.focused, DeadLetters))
        await pilot.press("r")
        await wait_for(pilot, lambda: len(supervisor.asked("message.redrive")) == 1)
        await pilot.press("A")
        await wait_for(pilot, lambda: len(supervisor.asked("message.redrive")) == 2)
        await pilot.press("P")
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("n")
        await wait_for(pilot, lambda: app.screen is app.board)
        assert supervisor.asked("message.purge") == []
        await pilot.press("P")
        await wait_for(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await wait_for(pilot, lambda: supervisor.asked("message.purge"))


async def test_edit_and_resend(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        supervisor.answers["message.show"] = DETAILS
        await pilot.press("4")
        await wait_for(pilot, lambda: isinstance(app.board.focused, DeadLetters))
        await pilot.press("e")
        await wait_for(pilot, lambda: isinstance(app.screen, ComposeScreen))
        await pilot.press("ctrl+home", "N", "o", " ", "ctrl+s")
        await wait_for(pilot, lambda: supervisor.asked("message.redrive"))
        assert supervisor.asked("message.redrive")[0]["body"] == "No the text [/nope]"


async def test_route_to_another_agent(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        await pilot.press("4")
        await wait_for(pilot, lambda: isinstance(app.board.focused, DeadLetters))
        await pilot.press("R")
        await wait_for(pilot, lambda: isinstance(app.screen, ChooseScreen))
        await pilot.press("down", "down", "enter")
        await wait_for(pilot, lambda: supervisor.asked("message.redrive"))
        assert supervisor.asked("message.redrive")[0]["recipient"] in ("tester", "reviewer")


async def test_enter_reads_a_message_and_r_there_sends_it_again(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        supervisor.answers["message.show"] = DETAILS
        await pilot.press("4")
        await wait_for(pilot, lambda: isinstance(app.board.focused, DeadLetters))
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, MessageScreen))
        await pilot.press("r")
        await wait_for(pilot, lambda: supervisor.asked("message.redrive"))


@pytest.mark.parametrize(("key", "to"), [("m", "coder"), ("b", "all")])
async def test_writing_a_message(key: str, to: str, open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        await pilot.press("1")
        await wait_for(pilot, lambda: isinstance(app.board.focused, PaneView))
        await pilot.press(key)
        await wait_for(pilot, lambda: isinstance(app.screen, ComposeScreen))
        await pilot.press("h", "i", "enter", "y", "o", "ctrl+s")
        await wait_for(pilot, lambda: supervisor.asked("message.send"))
        wanted = {"recipient": to, "topic": "hi", "body": "yo"}
        assert supervisor.asked("message.send") == [wanted]


async def test_typing_into_a_pane_sends_every_key_but_the_one_that_ends_it(
    open_dashboard: Open,
) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        await pilot.press("1")
        await wait_for(pilot, lambda: isinstance(app.board.focused, PaneView))
        await pilot.press("i", "q", "ctrl+p", "up", "tab", "ctrl+q", "enter")
        await wait_for(pilot, lambda: len(supervisor.asked("pane.keys")) == 5)
        assert [p["text"] for p in supervisor.asked("pane.text")] == ["q"]
        keys = [p["keys"] for p in supervisor.asked("pane.keys")]
        assert sorted(map(str, keys)) == sorted(
            map(str, (["C-p"], ["Up"], ["Tab"], ["C-q"], ["Enter"]))
        )
        assert app.screen is app.board
        await pilot.press("ctrl+backslash", "question_mark")
        await wait_for(pilot, lambda: isinstance(app.screen, HelpScreen))


async def test_zoom_shows_one_pane_alone_and_back(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, _):
        grid = app.board.query_one(PaneGrid)
        await pilot.press("1")
        await wait_for(pilot, lambda: isinstance(app.board.focused, PaneView))
        await pilot.press("z")
        await wait_for(pilot, lambda: grid.zoomed == "coder")
        pane = grid.pane("coder")
        assert pane is not None
        await wait_for(pilot, lambda: pane.region.width > 190)
        await pilot.press("escape")
        await wait_for(pilot, lambda: grid.zoomed is None)


async def test_filter_narrows_the_focused_list_and_escape_clears_it(open_dashboard: Open) -> None:
    async with open_dashboard(states.full()) as (app, pilot, _):
        await pilot.press("8")
        ticker = app.board.query_one("#ticker", RowList)
        await wait_for(pilot, lambda: app.board.focused is ticker)
        await pilot.press("slash", *"event 19")
        await wait_for(pilot, lambda: ticker.option_count == 10)
        await pilot.press("enter")
        assert not app.board.query_one("#filter", Input).has_class("-open")
        await pilot.press("escape")
        await wait_for(pilot, lambda: ticker.option_count > 100)


async def test_scrollback_searches_upwards(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        supervisor.answers["pane.history"] = [f"line {n}" for n in range(500)]
        await pilot.press("1")
        await wait_for(pilot, lambda: isinstance(app.board.focused, PaneView))
        await pilot.press("s")
        await wait_for(pilot, lambda: isinstance(app.screen, ScrollbackScreen))
        await pilot.press("slash", *"line 77", "enter")
        await wait_for(pilot, lambda: app.screen._view.scroll_offset.y == 77)  # type: ignore[attr-defined]
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.screen is app.board)


async def test_help_is_that_of_the_focused_panel(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, _):
        await pilot.press("4")
        await wait_for(pilot, lambda: isinstance(app.board.focused, DeadLetters))
        await pilot.press("question_mark")
        await wait_for(pilot, lambda: isinstance(app.screen, HelpScreen))
        assert "Dead letters" in app.screen._text  # type: ignore[attr-defined]
        for _, key in keys():
            assert not key.key or key.tooltip in app.screen._text  # type: ignore[attr-defined]


async def test_the_palette_has_every_action(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        await pilot.press("6")
        await pilot.pause()
        await pilot.press("down", "ctrl+p")
        await wait_for(pilot, lambda: app.screen is not app.board)
        await pilot.press(*"Reset the")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await wait_for(pilot, lambda: supervisor.asked("agent.reset"))


async def test_themes_go_round(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, _):
        first = app.theme
        for _ in range(3):
            await pilot.press("T")
            await pilot.pause()
        assert app.theme == first


async def test_quit_leaves_the_crew_running(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        await pilot.press("q")
        await wait_for(pilot, lambda: not app.is_running or app._exit)
        assert supervisor.asked("stop") == []


async def test_tie_break_without_a_tie_says_so(open_dashboard: Open) -> None:
    async with open_dashboard(states.empty()) as (app, pilot, _):
        await pilot.press("t")
        await wait_for(pilot, lambda: app._notifications)


async def test_open_on_an_agent_without_a_pane_says_so(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, _):
        await pilot.press("1")
        await wait_for(pilot, lambda: isinstance(app.board.focused, PaneView))
        await pilot.press("o")
        await wait_for(pilot, lambda: app._notifications)


async def test_the_bell_can_be_turned_off(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, _):
        before = app.announce
        await pilot.press("N")
        await wait_for(pilot, lambda: app.announce is not before)


async def test_a_click_on_a_pane_focuses_it(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, _):
        await wait_for(pilot, lambda: app.board.query("#pane-reviewer"))
        await pilot.click("#pane-reviewer")
        assert app.board.current == "reviewer"
