"""An agent's question, whole, with its choices: a number picks one."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from crewtui.core.model.approval import ApprovalView
from crewtui.widgets.plain import plain, plain_block


class QuestionScreen(ModalScreen[int | None]):
    """Read what is asked and choose an answer."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(self, approval: ApprovalView):
        super().__init__()
        self._approval = approval
        self._choices = [choice for choice in approval.choices if choice.number]

    def compose(self) -> ComposeResult:
        """The question, the choices, the keys."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = plain(f"{self._approval.agent} asks")
            with VerticalScroll(classes="question"):
                yield Static(plain_block(self._whole()), markup=False)
            labels = (plain(f"{c.number}  {c.label}") for c in self._choices)
            yield OptionList(*(Option(label) for label in labels), markup=False)
            yield Static("a number or Enter chooses · Esc goes back", classes="hint", markup=False)

    def _whole(self) -> str:
        approval = self._approval
        if approval.detail and approval.detail not in approval.shown:
            return f"{approval.tool}: {approval.detail}\n\n{approval.shown}"
        return approval.shown or approval.text

    def on_mount(self) -> None:
        """The choices have the focus."""
        self.query_one(OptionList).focus()

    def on_key(self, event: Key) -> None:
        """A number is a choice."""
        numbers = [str(choice.number) for choice in self._choices]
        if event.character in numbers:
            event.stop()
            self.dismiss(int(event.character))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter is the highlighted choice."""
        self.dismiss(self._choices[event.option_index].number)
