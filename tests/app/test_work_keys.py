"""Tie-break, board, gate and task: every key, pressed."""

import pytest
from textual.widgets import Input, OptionList

from crewtui.app.dashboard import CrewApp
from crewtui.app.keys.work import WorkKeys
from crewtui.app.screens.board import BoardScreen, Column
from crewtui.app.screens.gate import GateScreen
from crewtui.app.screens.reason import ReasonScreen
from crewtui.app.screens.task import TaskScreen
from crewtui.app.screens.tie_break import TieBreakScreen
from crewtui.core.model.agent import AgentState
from crewtui.core.model.task import TaskState
from crewtui.widgets.diff_view import DiffView
from tests.app.conftest import Open, wait_for
from tests.support import states

DIFF = """diff --git a/words.py b/words.py
--- a/words.py
+++ b/words.py
@@ -1 +1,2 @@
-def words(text): return text.split()
+def words(text: str) -> list[str]:
+    return text.split()
"""


def on_board(app: CrewApp) -> bool:
    """Whether the board is shown with its cards."""
    board = app.screen
    return isinstance(board, BoardScreen) and any(column.rows for column in board.query(Column))


async def test_t_breaks_the_tie_with_the_option_and_the_reason(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        await pilot.press("t")
        await wait_for(pilot, lambda: isinstance(app.screen, TieBreakScreen))
        await pilot.press("down", "enter", *"short", "enter")
        await wait_for(pilot, lambda: supervisor.asked("vote.break"))
        wanted = {"vote": "v1", "option": "C", "reason": "short"}
        assert supervisor.asked("vote.break") == [wanted]


async def test_a_tie_is_not_broken_without_a_reason(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (app, pilot, supervisor):
        await pilot.press("t")
        await wait_for(pilot, lambda: isinstance(app.screen, TieBreakScreen))
        assert app.screen.query_one(OptionList).option_count == 2
        await pilot.press("enter", "enter")
        assert isinstance(app.screen, TieBreakScreen)
        assert isinstance(app.screen.focused, Input)
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.screen is app.board)
        assert supervisor.asked("vote.break") == []


async def test_u_on_a_vote_takes_the_tie_break_back(open_dashboard: Open) -> None:
    async with open_dashboard(states.usual()) as (_app, pilot, supervisor):
        await pilot.press("5", "u")
        await wait_for(pilot, lambda: supervisor.asked("vote.undo"))
        assert supervisor.asked("vote.undo") == [{"vote": "v1"}]


async def test_the_board_has_each_task_in_the_column_of_its_state(open_dashboard: Open) -> None:
    async with open_dashboard(states.at_work()) as (app, pilot, _supervisor):
        await pilot.press("B")
        await wait_for(pilot, lambda: on_board(app))
        found = {c.state: [row.key for row in c.rows] for c in app.screen.query(Column)}
        assert found == {
            TaskState.QUEUED: ["read"],
            TaskState.CLAIMED: ["cut"],
            TaskState.IN_PROGRESS: ["count"],
            TaskState.REVIEW: ["print"],
            TaskState.MERGED: ["test"],
            TaskState.BLOCKED: ["gated"],
        }


async def test_the_board_follows_the_crew(open_dashboard: Open) -> None:
    async with open_dashboard(states.at_work()) as (app, pilot, supervisor):
        await pilot.press("B")
        await wait_for(pilot, lambda: on_board(app))
        task = states.at_work().tasks["read"].model_copy(update={"state": TaskState.CLAIMED})
        supervisor.change("task", task.model_dump(mode="json"))
        column = app.screen.query_one("#claimed", Column)
        await wait_for(pilot, lambda: len(column.rows) == 2)


async def test_keys_of_the_panels_do_nothing_on_the_board(open_dashboard: Open) -> None:
    async with open_dashboard(states.at_work()) as (app, pilot, supervisor):
        await pilot.press("B")
        await wait_for(pilot, lambda: on_board(app))
        await pilot.press("x", "a", "d")
        await pilot.press("escape")
        await wait_for(pilot, lambda: app.screen is app.board)
        assert supervisor.asked("approval.decide") == []


async def test_enter_on_a_card_shows_its_difference_and_reviews(open_dashboard: Open) -> None:
    async with open_dashboard(states.at_work()) as (app, pilot, supervisor):
        supervisor.answers["task.diff"] = {"task": {}, "diff": DIFF}
        await pilot.press("B")
        await wait_for(pilot, lambda: on_board(app))
        column = app.screen.query_one("#review", Column)
        column.focus()
        await wait_for(pilot, lambda: column.key == "print")
        await pilot.press("enter")
        await wait_for(pilot, lambda: isinstance(app.screen, TaskScreen))
        assert supervisor.asked("task.diff") == [{"task": "print"}]
        view = app.screen.query_one(DiffView)
        await pilot.pause()
        shown = [view.render_line(y).text.rstrip() for y in range(7)]
        assert shown == DIFF.rstrip().split("\n")


@pytest.mark.parametrize(("key", "approve"), [("a", True), ("x", False)])
async def test_a_task_is_reviewed_with_a_word(
    key: str, approve: bool, open_dashboard: Open
) -> None:
    async with open_dashboard(states.at_work()) as (app, pilot, supervisor):
        supervisor.answers["task.diff"] = {"task": {}, "diff": DIFF}
        WorkKeys(app).task("print")
        await wait_for(pilot, lambda: isinstance(app.screen, TaskScreen))
        await pilot.press(key)
        await wait_for(pilot, lambda: isinstance(app.screen, ReasonScreen))
        await pilot.press(*"well", "enter")
        await wait_for(pilot, lambda: supervisor.asked("review.add"))
        wanted = {"task": "print", "approve": approve, "text": "well"}
        assert supervisor.asked("review.add") == [wanted]


async def test_gated_changes_are_let_pass_where_they_need_you(open_dashboard: Open) -> None:
    async with open_dashboard(states.at_work()) as (app, pilot, supervisor):
        await pilot.press("2")
        rows = [row.key for row in app.board.query_one("#needs").rows]  # type: ignore[attr-defined]
        await pilot.press(*["down"] * rows.index("task:gated"), "a")
        await wait_for(pilot, lambda: isinstance(app.screen, ReasonScreen))
        await pilot.press("enter")
        await wait_for(pilot, lambda: supervisor.asked("task.decide"))
        wanted = {"task": "gated", "approve": True}
        assert supervisor.asked("task.decide") == [wanted]


async def test_the_gate_approves_and_runs_its_checks_again(open_dashboard: Open) -> None:
    async with open_dashboard(states.at_work()) as (app, pilot, supervisor):
        await pilot.press("g")
        await wait_for(pilot, lambda: isinstance(app.screen, GateScreen))
        await pilot.press("r")
        await wait_for(pilot, lambda: supervisor.asked("milestone.check"))
        assert supervisor.asked("milestone.check") == [{"milestone": "poc", "wait": False}]
        await pilot.press("a")
        await wait_for(pilot, lambda: isinstance(app.screen, ReasonScreen))
        await pilot.press("enter")
        await wait_for(pilot, lambda: supervisor.asked("milestone.decide"))
        wanted = {"milestone": "poc", "approve": True}
        assert supervisor.asked("milestone.decide") == [wanted]


async def test_the_gate_sends_back_only_with_a_reason(open_dashboard: Open) -> None:
    async with open_dashboard(states.at_work()) as (app, pilot, supervisor):
        await pilot.press("g", "x")
        await wait_for(pilot, lambda: isinstance(app.screen, ReasonScreen))
        await pilot.press("enter")
        assert isinstance(app.screen, ReasonScreen)
        await pilot.press(*"slow", "enter")
        await wait_for(pilot, lambda: supervisor.asked("milestone.decide"))
        assert supervisor.asked("milestone.decide")[0]["reason"] == "slow"


async def test_without_ties_or_milestones_the_keys_say_so(open_dashboard: Open) -> None:
    state = states.crew(states.agent("coder", AgentState.IDLE))
    async with open_dashboard(state) as (app, pilot, _supervisor):
        await pilot.press("t", "g")
        await wait_for(pilot, lambda: len(app._notifications) == 2)
        said = [note.message for note in app._notifications]
        assert said[0] == "no vote is tied"
        assert "milestones.toml" in said[1]


async def test_the_header_shows_phase_and_milestone(open_dashboard: Open) -> None:
    async with open_dashboard(states.at_work()) as (app, pilot, _supervisor):
        await pilot.pause()
        said = str(app.board.query_one("#header").render())
        assert "build" in said
        assert "PoC 1/6" in said
