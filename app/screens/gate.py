"""The gate of a milestone: every check with its evidence, and the person's word."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from crewtui.core.model.milestone import CheckView, MilestoneView
from crewtui.widgets.plain import plain, plain_block, styled
from crewtui.widgets.wish import Wish

MARKS = {True: ("✓", "$state-ok"), False: ("✗", "$state-bad"), None: ("·", "$state-quiet")}


class GateScreen(ModalScreen[None]):
    """Approve the milestone, send it back, or run its checks again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Back"),
        Binding("r", "ask('check')", "Run the checks again"),
        Binding("a", "ask('approve')", "Approve"),
        Binding("x", "ask('return')", "Send back"),
        Binding("j,down", "scroll(1)", "Down", show=False),
        Binding("k,up", "scroll(-1)", "Up", show=False),
    ]

    @dataclass
    class Asked(Wish):
        """``check``, ``approve`` or ``return`` a milestone."""

        milestone: str
        what: str

    def __init__(self, view: MilestoneView):
        super().__init__()
        self.view = view
        self._drawn: MilestoneView | None = None

    def compose(self) -> ComposeResult:
        """The checks, the keys."""
        with Vertical(classes="dialog -tall") as dialog:
            dialog.border_title = plain(f"gate: {self.view.title}")
            yield Static("", id="verdict", markup=False)
            with VerticalScroll(classes="scroll"):
                for place in range(len(self.view.checks)):
                    yield Static("", id=f"check-{place}", markup=False)
                    yield Static("", id=f"evidence-{place}", classes="hint", markup=False)
            hint = "a approve · x send back, with a reason · r run the checks again · Esc back"
            yield Static(hint, classes="hint", markup=False)

    def on_mount(self) -> None:
        """Show what is known."""
        self.show(self.view)

    def show(self, view: MilestoneView) -> None:
        """Show the milestone as it is now."""
        if view == self._drawn or len(view.checks) != len(self.view.checks):
            return
        self.view = self._drawn = view
        self.query_one("#verdict", Static).update(styled(*_verdict(view)))
        for place, check in enumerate(view.checks):
            glyph, color = MARKS[check.passed]
            name = (f"{glyph} ", f"bold {color}"), (check.name, "bold")
            head = styled(*name, (f"  {check.what}", ""))
            self.query_one(f"#check-{place}", Static).update(head)
            self.query_one(f"#evidence-{place}", Static).update(plain_block(_evidence(check)))

    def action_ask(self, what: str) -> None:
        """Pass it on."""
        self.app.post_message(self.Asked(self.view.id, what))

    def action_scroll(self, step: int) -> None:
        """The evidence may be long."""
        self.query_one(VerticalScroll).scroll_relative(y=2 * step, animate=False)


def _verdict(view: MilestoneView) -> list[tuple[str, str]]:
    passed = sum(check.passed is True for check in view.checks)
    if view.checking:
        return [("the checks run …", "bold $state-busy")]
    if view.regressed:
        return [("it had passed, and passes no more: see what fails below", "bold $state-bad")]
    if view.approved:
        return [(f"approved by {view.decided_by}: {view.reason}".rstrip(": "), "bold $state-ok")]
    parts = [(f"{passed} of {len(view.checks)} checks pass", "bold")]
    if view.green:
        parts.append(("   a lets it pass", "bold $state-ask"))
    if view.decided_by:
        parts.append((f"   sent back: {view.reason}", "$state-warn"))
    return parts


def _evidence(check: CheckView) -> str:
    text = check.evidence or "not run yet: r runs it"
    return "\n".join(f"    {line}" for line in text.split("\n")[-12:])
