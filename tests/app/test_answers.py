"""The keys that answer: for what the person looks at alone, and for a question as it was drawn."""

from typing import Any

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input

from crewtui.app.dashboard import CrewApp
from crewtui.app.screens.dialogs import ComposeScreen
from crewtui.app.screens.question import QuestionScreen
from crewtui.app.screens.reading import HelpScreen
from crewtui.core.model.agent import AgentState, AgentView
from crewtui.core.model.approval import ApprovalView, Choice, Role
from crewtui.core.model.crew_state import CrewState, Trouble
from crewtui.core.model.message import MessageState
from crewtui.widgets.agent_list import AgentList
from crewtui.widgets.needs_you import NeedsYou
from crewtui.widgets.pane_grid import PaneGrid
from crewtui.widgets.pane_view import PaneView
from tests.app.conftest import Open, wait_for
from tests.app.test_live import shown
from tests.support import states
from tests.support.fake_supervisor import FakeSupervisor

LONG = "rm -rf build && " + " && ".join(f"make part-{n}" for n in range(30))
KEYS = ["a", "A", "x", "d", "c"]


def asking(name: str, text: str = "run `make e2e`?", since: float = 40) -> AgentView:
    view = states.agent(name, AgentState.ASKING, since, question=text)
    assert view.approval is not None
    asked = view.approval.model_copy(update={"since": states.NOW - since})
    return view.model_copy(update={"approval": asked})


def far_away(text: str = LONG) -> CrewState:
    """Sixteen agents; the last one, off screen, asks."""
    idle = [states.agent(f"agent-{n}", AgentState.IDLE) for n in range(15)]
    return states.crew(*idle, asking("last", text))


async def look_at(app: CrewApp, pilot: Pilot[None], agent: str) -> None:
    """Focus an agent's pane."""
    pane = app.board.query_one(PaneGrid).pane(agent)
    assert pane is not None
    pane.focus()
    await wait_for(pilot, lambda: app.board.focused is pane)


def decided(supervisor: FakeSupervisor) -> list[dict[str, Any]]:
    return supervisor.asked("approval.decide")


def words(app: CrewApp) -> str:
    return " ".join(note.message for note in app._notifications)


@pytest.mark.parametrize("key", KEYS)
async def test_a_key_on_an_agent_that_asks_nothing_answers_nobody(
    key: str, open_dashboard: Open
) -> None:
    async with open_dashboard(far_away(), (120, 40)) as (app, pilot, supervisor):
        await look_at(app, pilot, "agent-0")
        await pilot.press(key)
        await wait_for(pilot, lambda: isinstance(app.screen, QuestionScreen))
        await pilot.pause(0.1)
        assert decided(supervisor) == []
        assert supervisor.asked("message.send") == []
        assert "make part-29" in str(app.screen._whole())  # type: ignore[attr-defined]
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.screen is app.board)
        focused = app.board.focused
        assert isinstance(focused, PaneView)
        assert (focused.agent, app.board.current) == ("last", "last")
        assert app.board.query_one(AgentList).key == "last"
        assert decided(supervisor) == []


async def test_the_whole_question_can_be_read_before_the_second_key(open_dashboard: Open) -> None:
    async with open_dashboard(far_away("rm -rf build"), (80, 24)) as (app, pilot, _):
        await pilot.press("1", "a")
        await wait_for(pilot, lambda: isinstance(app.screen, QuestionScreen))
        await wait_for(pilot, lambda: "rm -rf build" in shown(app) and "last asks" in shown(app))
        assert "a approves" in shown(app)


async def test_a_question_longer_than_the_dialog_can_be_read_to_its_end(
    open_dashboard: Open,
) -> None:
    text = "\n".join(f"make part-{n}" for n in range(40))
    async with open_dashboard(far_away(text), (80, 24)) as (app, pilot, supervisor):
        await pilot.press("1", "a")
        await wait_for(pilot, lambda: "PgDn reads on" in shown(app))
        assert "part-39" not in shown(app)
        await pilot.press(*["pagedown"] * 12)
        await wait_for(pilot, lambda: "part-39" in shown(app))
        await pilot.press(*["pageup"] * 12)
        await wait_for(pilot, lambda: "part-0" in shown(app))
        assert decided(supervisor) == []


@pytest.mark.parametrize(
    ("key", "role"), [("a", "approve"), ("A", "always"), ("x", "deny"), ("2", "other")]
)
async def test_the_second_key_decides(key: str, role: str, open_dashboard: Open) -> None:
    async with open_dashboard(far_away()) as (app, pilot, supervisor):
        await look_at(app, pilot, "agent-3")
        await pilot.press("x")
        await wait_for(pilot, lambda: isinstance(app.screen, QuestionScreen))
        await pilot.press(key)
        await wait_for(pilot, lambda: decided(supervisor))
        wanted = {"approval": "ask-last", "fingerprint": "f"}
        wanted |= {"role": role} if role != "other" else {}
        assert decided(supervisor) == [wanted | ({"number": 2} if key == "2" else {})]
        assert app.screen is app.board


async def test_after_the_question_was_read_a_key_on_its_pane_decides(open_dashboard: Open) -> None:
    async with open_dashboard(far_away()) as (app, pilot, supervisor):
        await look_at(app, pilot, "agent-3")
        await pilot.press("a")
        await wait_for(pilot, lambda: isinstance(app.screen, QuestionScreen))
        await pilot.press("escape")
        pane = app.board.query_one(PaneGrid).pane("last")
        await wait_for(pilot, lambda: app.board.focused is pane)
        await pilot.press("x")
        await wait_for(pilot, lambda: decided(supervisor))
        assert decided(supervisor)[0]["role"] == "deny"


async def test_of_several_the_one_that_waits_longest_is_shown(open_dashboard: Open) -> None:
    quiet = states.agent("quiet", AgentState.IDLE)
    state = states.crew(quiet, asking("b", since=10), asking("c", since=90), asking("d", since=50))
    async with open_dashboard(state) as (app, pilot, supervisor):
        await look_at(app, pilot, "quiet")
        await pilot.press("a")
        await wait_for(pilot, lambda: isinstance(app.screen, QuestionScreen))
        assert app.screen.agent == "c"  # type: ignore[attr-defined]
        assert decided(supervisor) == []


async def test_of_two_that_ask_the_focused_one_is_answered(open_dashboard: Open) -> None:
    state = states.crew(asking("b", since=90), asking("c", since=10))
    async with open_dashboard(state) as (app, pilot, supervisor):
        await look_at(app, pilot, "c")
        await pilot.press("a")
        await wait_for(pilot, lambda: decided(supervisor))
        assert [asked["approval"] for asked in decided(supervisor)] == ["ask-c"]


async def test_a_zoomed_pane_makes_room_for_the_one_that_asks(open_dashboard: Open) -> None:
    async with open_dashboard(far_away()) as (app, pilot, _):
        await look_at(app, pilot, "agent-1")
        await pilot.press("z", "a")
        await wait_for(pilot, lambda: isinstance(app.screen, QuestionScreen))
        assert app.board.query_one(PaneGrid).zoomed == "last"


@pytest.mark.parametrize("key", KEYS)
async def test_where_nobody_asks_a_word_says_so(key: str, open_dashboard: Open) -> None:
    state = states.crew(states.agent("coder", AgentState.IDLE))
    async with open_dashboard(state) as (app, pilot, supervisor):
        await look_at(app, pilot, "coder")
        await pilot.press(key)
        await wait_for(pilot, lambda: "no agent asks anything" in words(app))
        assert app.screen is app.board
        assert decided(supervisor) == []


async def test_in_needs_you_the_row_is_answered(open_dashboard: Open) -> None:
    state = states.crew(asking("b", since=10), asking("c", since=90))
    async with open_dashboard(state) as (app, pilot, supervisor):
        await look_at(app, pilot, "b")
        await pilot.press("2")
        needs = app.board.query_one(NeedsYou)
        await wait_for(pilot, lambda: needs.has_focus and needs.key == "question:b")
        await pilot.press("down")
        await wait_for(pilot, lambda: needs.key == "question:c")
        await pilot.press("x")
        await wait_for(pilot, lambda: decided(supervisor))
        assert [asked["approval"] for asked in decided(supervisor)] == ["ask-c"]


async def test_on_a_row_that_is_no_question_nothing_is_answered(open_dashboard: Open) -> None:
    trouble = Trouble(id="disk", what="the disk is full", since=states.NOW)
    dead = states.message(5, MessageState.DEAD, "wild", "b", reason="not_confirmed")
    more = {"troubles": {"disk": trouble}, "messages": {dead.id: dead}}
    state = states.crew(asking("b", since=500), asking("c", since=900), **more)
    async with open_dashboard(state) as (app, pilot, supervisor):
        await look_at(app, pilot, "b")
        await pilot.press("2")
        needs = app.board.query_one(NeedsYou)
        await wait_for(pilot, lambda: needs.has_focus and needs.key == "trouble:disk")
        await pilot.press("a")
        await wait_for(pilot, lambda: isinstance(app.screen, QuestionScreen))
        assert app.screen.agent == "c"  # type: ignore[attr-defined]
        await pilot.press("escape", "2")
        await wait_for(pilot, lambda: needs.has_focus)
        needs.point_at(f"dead letter:{dead.id}")
        await pilot.press("a")
        await wait_for(pilot, lambda: isinstance(app.screen, QuestionScreen))
        assert app.screen.agent == "b"  # type: ignore[attr-defined]
        assert decided(supervisor) == []


async def test_a_key_for_a_row_that_has_just_gone_does_not_decide_the_next_one(
    open_dashboard: Open,
) -> None:
    state = states.crew(asking("b", since=10), asking("c", since=90))
    async with open_dashboard(state) as (app, pilot, supervisor):
        await pilot.press("2")
        needs = app.board.query_one(NeedsYou)
        await wait_for(pilot, lambda: needs.has_focus and needs.key == "question:b")
        view = states.agent("b", AgentState.IDLE)
        supervisor.change("agent", view.model_dump(mode="json"))
        await wait_for(pilot, lambda: len(needs.rows) == 1)
        await pilot.press("a")
        await wait_for(pilot, lambda: isinstance(app.screen, QuestionScreen))
        assert decided(supervisor) == []


async def test_from_a_list_of_messages_nothing_is_answered_at_once(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        await pilot.press("3")
        await wait_for(pilot, lambda: app.board.focused is app.board.query_one("#inboxes"))
        await pilot.press("a")
        await wait_for(pilot, lambda: isinstance(app.screen, QuestionScreen))
        assert decided(supervisor) == []


async def test_a_question_that_changed_while_it_was_read_takes_no_answer(
    open_dashboard: Open,
) -> None:
    async with open_dashboard(far_away()) as (app, pilot, supervisor):
        await look_at(app, pilot, "last")
        await pilot.press("c")
        await wait_for(pilot, lambda: isinstance(app.screen, QuestionScreen))
        other = asking("last", "rm -rf /")
        assert other.approval is not None
        changed = other.approval.model_copy(update={"id": "another", "fingerprint": "g"})
        view = other.model_copy(update={"approval": changed})
        supervisor.change("agent", view.model_dump(mode="json"))
        await wait_for(pilot, lambda: "asks something else by now" in shown(app))
        for key in ("a", "1", "enter", "x", "d"):
            await pilot.press(key)
        await wait_for(pilot, lambda: "nothing was answered" in words(app))
        assert isinstance(app.screen, QuestionScreen)
        assert decided(supervisor) == []


@pytest.mark.parametrize("vanished", [True, False])
async def test_what_was_drawn_is_what_is_answered(vanished: bool, open_dashboard: Open) -> None:
    async with open_dashboard(far_away()) as (app, pilot, supervisor):
        await look_at(app, pilot, "last")
        app._apply = lambda: None  # type: ignore[method-assign]  # it has not been drawn yet
        same = asking("last", "rm -rf /")
        assert same.approval is not None
        changed = same.approval.model_copy(update={"fingerprint": "g"})
        view = same.model_copy(update={"approval": None if vanished else changed})
        supervisor.change("agent", view.model_dump(mode="json"))
        await wait_for(pilot, lambda: app.crew.state.agents["last"] == view)
        await pilot.press("a")
        await wait_for(pilot, lambda: "nothing was answered" in words(app))
        assert ("does not ask this any more" in words(app)) is vanished
        assert decided(supervisor) == []


async def test_a_message_with_the_denial_belongs_to_the_question_that_was_read(
    open_dashboard: Open,
) -> None:
    async with open_dashboard(far_away()) as (app, pilot, supervisor):
        await look_at(app, pilot, "last")
        await pilot.press("d")
        await wait_for(pilot, lambda: isinstance(app.screen, ComposeScreen))
        view = states.agent("last", AgentState.IDLE)
        supervisor.change("agent", view.model_dump(mode="json"))
        await wait_for(pilot, lambda: app.crew.state.agents["last"].approval is None)
        await pilot.press(*"no", "ctrl+s")
        await wait_for(pilot, lambda: "nothing was answered" in words(app))
        assert decided(supervisor) == []


async def test_while_something_is_open_no_key_answers(open_dashboard: Open) -> None:
    async with open_dashboard(far_away()) as (app, pilot, supervisor):
        await look_at(app, pilot, "last")
        await pilot.press("m")
        await wait_for(pilot, lambda: isinstance(app.screen, ComposeScreen))
        await pilot.press("enter", *KEYS, "escape")
        await pilot.press("question_mark")
        await wait_for(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press(*KEYS, "escape")
        await wait_for(pilot, lambda: app.screen is app.board)
        await pilot.press("ctrl+p")
        await wait_for(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press(*KEYS, "escape", "escape")
        await wait_for(pilot, lambda: app.screen is app.board)
        await pilot.press("8", "slash", *KEYS)
        await wait_for(pilot, lambda: app.board.query_one("#filter", Input).value == "".join(KEYS))
        await look_at(app, pilot, "last")  # a click leaves the filter open
        await pilot.press(*KEYS)
        await wait_for(pilot, lambda: "close the filter" in words(app))
        assert app.screen is app.board
        assert decided(supervisor) == []


async def test_an_answer_chosen_in_the_palette_is_that_of_the_agent_in_focus(
    open_dashboard: Open,
) -> None:
    async with open_dashboard(far_away()) as (app, pilot, supervisor):
        await look_at(app, pilot, "last")
        await pilot.press("ctrl+p")
        await wait_for(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press(*"Deny (x)")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await wait_for(pilot, lambda: decided(supervisor))
        assert decided(supervisor)[0]["role"] == "deny"


async def test_an_answer_without_keys_or_number_is_named_and_decided(open_dashboard: Open) -> None:
    choices = (
        Choice(number=0, label="this is where one types", role=Role.APPROVE),
        Choice(number=0, label="never", role=Role.DENY),
    )
    asked = ApprovalView(
        id="place-1", agent="b", text="unknown prompt “>>> ”", source="place", choices=choices
    )
    view = states.agent("b", AgentState.ASKING).model_copy(update={"approval": asked})
    state = states.crew(states.agent("quiet", AgentState.IDLE), view)
    async with open_dashboard(state) as (app, pilot, supervisor):
        await look_at(app, pilot, "quiet")
        await pilot.press("a")
        await wait_for(pilot, lambda: isinstance(app.screen, QuestionScreen))
        await wait_for(pilot, lambda: "a this is where one types · x never" in shown(app))
        await pilot.press("A")
        assert isinstance(app.screen, QuestionScreen)
        await pilot.press("x")
        await wait_for(pilot, lambda: decided(supervisor))
        wanted = {"approval": "place-1", "fingerprint": "", "role": "deny"}
        assert decided(supervisor) == [wanted]
