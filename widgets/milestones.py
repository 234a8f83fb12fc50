"""The milestones in short; the board is a screen of its own."""

from collections.abc import Iterable

from crewtui.core.model.milestone import MilestoneView
from crewtui.core.model.task import TaskState, TaskView
from crewtui.widgets.plain import fitted, styled
from crewtui.widgets.row_list import Row, RowList, Shown


class Milestones(RowList):
    """Milestones from PoC to Release, each with how many of its checks pass and its tasks."""

    TITLE = "MILESTONES"
    EMPTY = "None yet. Write .orchestrator/milestones.toml; B shows the board of tasks."
    HELP = """
# Milestones

One line a milestone: its checks as a bar, ✓ once a person approved it, *regressed* if a check of it
fails since, and how many of its tasks are merged. None passes before the one above it.

- Enter or `B`: the board of tasks
- `g`: the gate: every check with its evidence, approve it or send it back
"""

    def rows_of(self, shown: Shown) -> list[Row]:
        """One row a milestone, in their order."""
        board = sorted(shown.crew.milestones.values(), key=lambda m: m.position)
        return [milestone_row(milestone, shown.crew.tasks.values()) for milestone in board]


def milestone_row(milestone: MilestoneView, tasks: Iterable[TaskView] = ()) -> Row:
    """One milestone: its checks as a bar, and its merged tasks."""
    total = len(milestone.checks)
    passed = sum(check.passed is True for check in milestone.checks)
    full = 5 if milestone.passed else round(5 * passed / total) if total else 0
    mark = "✓" if milestone.passed else f"{passed}/{total}"
    mark += " regressed" if milestone.regressed else ""
    return Row(
        milestone.id,
        styled(
            (f"{fitted(milestone.title, 10)} ", ""),
            ("▓" * full, "$state-ok"),
            ("░" * (5 - full), "$text-muted"),
            (f" {mark}", _look(milestone)),
            (_merged(milestone, tasks), "$text-muted"),
        ),
    )


def _look(milestone: MilestoneView) -> str:
    if milestone.regressed:
        return "$state-bad"
    return "$state-ok" if milestone.approved else ""


def _merged(milestone: MilestoneView, tasks: Iterable[TaskView]) -> str:
    own = [task for task in tasks if task.milestone in ("", milestone.id)]
    done = sum(task.state is TaskState.MERGED for task in own)
    return f"  {done}/{len(own)} tasks" if own and not milestone.approved else ""
