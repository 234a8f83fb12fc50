"""The board: every task in the column of its state, by milestone."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from crewtui.app.screens.gate import MARKS
from crewtui.core.model.crew_state import CrewState
from crewtui.core.model.milestone import MilestoneView
from crewtui.core.model.task import GOOD, Ending, TaskState, TaskView
from crewtui.widgets.plain import styled
from crewtui.widgets.row_list import Row, RowList
from crewtui.widgets.wish import Wish

COLUMNS: dict[TaskState, tuple[str, str]] = {
    TaskState.QUEUED: ("QUEUED", "$state-quiet"),
    TaskState.CLAIMED: ("CLAIMED", "$state-busy"),
    TaskState.IN_PROGRESS: ("IN PROGRESS", "$state-busy"),
    TaskState.REVIEW: ("REVIEW", "$state-ask"),
    TaskState.MERGED: ("MERGED", "$state-ok"),
    TaskState.BLOCKED: ("BLOCKED", "$state-bad"),
}
EMPTY = {
    TaskState.QUEUED: "Add tasks: crewtui task add",
    TaskState.BLOCKED: "Nothing is blocked.",
}


class Column(RowList):
    """The tasks of one state."""

    HELP = "# Board\n\nEnter: the task with its difference and reviews. `m`: next milestone."
    DEFAULT_CSS = "Column { width: 1fr; }"

    def __init__(self, state: TaskState):
        super().__init__(id=state.value)
        self.TITLE = COLUMNS[state][0]
        self.EMPTY = EMPTY.get(state, "–")
        self.state = state


class BoardScreen(Screen[None]):
    """All tasks of a milestone, or all."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012
    HELP = Column.HELP
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,B", "leave", "Back"),
        Binding("m", "milestone", "Next milestone"),
        Binding("g", "gate", "Gate"),
        Binding("left,h", "column(-1)", "Left", show=False),
        Binding("right,l", "column(1)", "Right", show=False),
    ]
    DEFAULT_CSS = """
    BoardScreen #miles { height: auto; max-height: 3; background: $panel; padding: 0 1; }
    BoardScreen #columns { height: 1fr; }
    BoardScreen.-narrow Column { width: 30; }
    """

    @dataclass
    class Asked(Wish):
        """Enter on a task (``task``), or the gate of a milestone (``gate``)."""

        what: str
        key: str

    def __init__(self, state: CrewState, milestone: str = ""):
        super().__init__()
        self._state = state
        self._milestone = milestone
        self._drawn = False

    def compose(self) -> ComposeResult:
        """The milestones on top, the columns below."""
        yield Static("", id="miles", markup=False)
        with HorizontalScroll(id="columns", can_focus=False):
            for state in COLUMNS:
                yield Column(state)
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Show what is known, and begin at the first column with something in it."""
        self._drawn = True
        self.show(self._state)
        columns = list(self.query(Column))
        busy = next((column for column in columns if column.rows), columns[0])
        busy.focus()

    def show(self, state: CrewState) -> None:
        """Show a state; columns that did not change do nothing."""
        self._state = state
        if not self._drawn:
            return
        found: dict[TaskState, list[Row]] = {column: [] for column in COLUMNS}
        for task in state.tasks.values():
            if self._milestone in ("", task.milestone) or not task.milestone:
                found[task.state].append(card(task))
        for column in self.query(Column):
            column.set_rows(found[column.state])
        self.query_one("#miles", Static).update(self._bar())

    def _bar(self) -> Content:
        parts: list[tuple[str, str]] = [
            (" all tasks ", "bold reverse" if not self._milestone else "")
        ]
        for view in self._milestones():
            parts.append((f"  {_progress(view, self._state)} ", _style(view, self._milestone)))
        shown = self._state.milestones.get(self._milestone)
        lines = [styled(*parts), *([styled(*_checks(shown))] if shown is not None else [])]
        return Content("\n").join(lines)

    def _milestones(self) -> list[MilestoneView]:
        return sorted(self._state.milestones.values(), key=lambda m: m.position)

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Enter on a card."""
        event.stop()
        self.app.post_message(self.Asked("task", event.key))

    def action_milestone(self) -> None:
        """The next milestone's tasks, or all again."""
        names = ["", *(view.id for view in self._milestones())]
        at = names.index(self._milestone) if self._milestone in names else 0
        self._milestone = names[(at + 1) % len(names)]
        self.show(self._state)

    def action_gate(self) -> None:
        """The gate of the milestone that is shown, or of the first that is not passed."""
        self.app.post_message(self.Asked("gate", self._milestone))

    def action_column(self, step: int) -> None:
        """The next column to the side."""
        columns = list(self.query(Column))
        at = next((n for n, column in enumerate(columns) if column.has_focus), 0)
        columns[(at + step) % len(columns)].focus()

    def action_leave(self) -> None:
        """Back to the panes."""
        self.dismiss(None)


def card(task: TaskView) -> Row:
    """One task: its id, who has it, how its attempts and reviews stand, its title."""
    _, color = COLUMNS[task.state]
    parts: list[tuple[str, str]] = [(f"{task.id} ", f"bold {color}")]
    if task.agent:
        parts.append((f"{task.agent} ", ""))
    last = task.attempt
    if last is not None:
        good = last.ending in GOOD
        mark = "▶" if last.ending is Ending.RUNNING else "✓" if good else "✗"
        look = "$state-ok" if good else "$state-busy" if mark == "▶" else "$state-bad"
        parts.append((f"{mark}{last.number} ", look))
    if task.state is TaskState.REVIEW:
        parts.append((f"{len(task.approvals)}/2 ", "$state-ask"))
    if task.bids and task.state is TaskState.QUEUED:
        parts.append((f"{len(task.bids)} bids ", "$state-busy"))
    parts.append((task.reason if task.state is TaskState.BLOCKED else task.title, "$text-muted"))
    return Row(task.id, styled(*parts))


def _checks(view: MilestoneView) -> list[tuple[str, str]]:
    """Each check of a milestone with how it went; the gate has the evidence."""
    parts: list[tuple[str, str]] = [(" checks", "$text-muted")]
    for check in view.checks:
        glyph, color = MARKS[check.passed]
        parts.append((f"  {glyph} {check.name}", color))
    parts.append(("  g opens the gate", "$text-muted"))
    return parts


def _progress(view: MilestoneView, state: CrewState) -> str:
    tasks = [task for task in state.tasks.values() if task.milestone in ("", view.id)]
    merged = sum(task.state is TaskState.MERGED for task in tasks)
    passed = sum(check.passed is True for check in view.checks)
    if view.approved:
        return f"✓ {view.title}"
    full = round(8 * merged / len(tasks)) if tasks else 0
    bar = "▓" * full + "░" * (8 - full)
    return f"{view.title} {bar} {merged}/{len(tasks)} tasks {passed}/{len(view.checks)} checks"


def _style(view: MilestoneView, shown: str) -> str:
    if view.id == shown:
        return "bold reverse"
    return "$state-ok" if view.approved else ""
