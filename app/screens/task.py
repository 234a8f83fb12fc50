"""One task: what it changes, coloured, with its validations and reviews beside it."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from crewtui.core.model.task import TODO, Ending, TaskState, TaskView
from crewtui.widgets.diff_view import DiffView
from crewtui.widgets.plain import plain, plain_block, styled
from crewtui.widgets.wish import Wish

Parts = list[tuple[str, str]]


class TaskScreen(Screen[None]):
    """Read a task's difference; approve or reject it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Back"),
        Binding("a", "ask('approve')", "Approve"),
        Binding("x", "ask('reject')", "Reject"),
        Binding("r", "ask('retry')", "Go on"),
    ]
    DEFAULT_CSS = """
    TaskScreen #head { height: auto; max-height: 4; background: $panel; padding: 0 1; }
    TaskScreen #both { height: 1fr; }
    TaskScreen DiffView { width: 3fr; border: round $panel-lighten-2; }
    TaskScreen DiffView:focus { border: round $primary; }
    TaskScreen #beside { width: 1fr; min-width: 30; border: round $panel-lighten-2; padding: 0 1; }
    TaskScreen #beside Static { height: auto; }
    """

    @dataclass
    class Asked(Wish):
        """``approve``, ``reject`` or ``retry`` a task."""

        task: str
        what: str

    def __init__(self, view: TaskView, diff: str):
        super().__init__()
        self.view = view
        self._diff = diff or "Nothing is submitted yet: the difference shows here then."

    def compose(self) -> ComposeResult:
        """Head, difference, and what is beside it."""
        yield Static("", id="head", markup=False)
        with Horizontal(id="both"):
            yield DiffView(self._diff)
            with VerticalScroll(id="beside") as beside:
                beside.border_title = plain("reviews")
                with Vertical():
                    yield Static("", id="facts", markup=False)
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Show what is known."""
        self.show(self.view)
        self.query_one(DiffView).focus()

    def show(self, view: TaskView) -> None:
        """Show the task as it is now."""
        self.view = view
        self.query_one("#head", Static).update(styled(*_head(view)))
        self.query_one("#facts", Static).update(_facts(view))

    def action_ask(self, what: str) -> None:
        """Pass it on."""
        self.app.post_message(self.Asked(self.view.id, what))


def _head(view: TaskView) -> Parts:
    parts: Parts = [(f"{view.id} ", "bold $primary"), (view.title, "bold")]
    parts.append((f"   {view.state.replace('_', ' ')}", "$state-ask"))
    if view.agent:
        parts.append((f" by {view.agent} on {view.branch}", ""))
    last = view.attempt
    if last is not None:
        todo = TODO[last.ending].format(task=view.id, agent=view.agent)
        parts.append((f"\nattempt {last.number}: {last.ending.replace('_', ' ')}", "bold"))
        parts.append((f"  {last.reason}  → {todo}", "$text-muted"))
    return [(text.replace("\n", "   "), style) for text, style in parts]


def _facts(view: TaskView) -> Content:
    lines: list[Content] = []
    for review in view.reviews:
        mark, color = ("✓", "$state-ok") if review.approved else ("✗", "$state-bad")
        old = "" if review.commit == view.commit else "  (an older commit)"
        lines.append(styled((f"{mark} {review.reviewer}", f"bold {color}"), (old, "$text-muted")))
        if review.text:
            lines += [plain_block(review.text), Content("")]
    if not view.reviews:
        lines.append(styled(("nobody has reviewed it yet", "$text-muted")))
    if view.state is TaskState.REVIEW:
        lines.append(styled((f"{len(view.approvals)} of 2 approvals", "bold")))
    last = view.attempt
    if last is not None:
        lines += [Content(""), styled(("validations", "bold"))]
        for check in last.validations:
            mark, color = ("✓", "$state-ok") if check.passed else ("✗", "$state-bad")
            lines.append(styled((f"{mark} {check.name} ", color), (check.exit, "$text-muted")))
        if last.ending is Ending.NEEDS_APPROVAL:
            lines += [Content(""), styled(("a lets it go to review", "bold $state-ask"))]
    for name, values in (("acceptance", view.acceptance), ("may change", view.allowed_paths)):
        if values:
            lines += [Content(""), styled((name, "bold"))]
            lines += [styled((f"- {value}", "")) for value in values]
    if view.goal:
        lines += [Content(""), styled(("goal", "bold")), plain_block(view.goal)]
    return Content("\n").join(lines)
