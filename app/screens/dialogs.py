"""Small dialogs: write a message, choose an agent, confirm."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from crewtui.widgets.plain import plain


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as written."""

    to: str
    topic: str
    body: str


class ComposeScreen(ModalScreen[Draft | None]):
    """Write a message, or change a dead letter's text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "send", "Send", priority=True),
        Binding("escape", "dismiss(None)", "Cancel"),
    ]

    def __init__(self, to: str, topic: str = "", body: str = "", *, fixed: bool = False):
        super().__init__()
        self._to, self._topic, self._body, self._fixed = to, topic, body, fixed

    def compose(self) -> ComposeResult:
        """To, topic, text."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = plain(f"message to {self._to}")
            yield Input(self._topic, placeholder="topic", id="topic", disabled=self._fixed)
            yield TextArea(self._body, id="text")
            yield Static("Ctrl+S sends it · Esc gives it up", classes="hint", markup=False)

    def on_mount(self) -> None:
        """Begin with what is still empty."""
        self.query_one("#text" if self._fixed or self._topic else "#topic").focus()

    def on_input_submitted(self) -> None:
        """Enter in the topic goes on to the text."""
        self.query_one("#text").focus()

    def action_send(self) -> None:
        """Close with the draft; an empty one is refused."""
        body = self.query_one("#text", TextArea).text
        if not body.strip():
            self.notify("the message is empty", severity="warning", markup=False)
            return
        self.dismiss(Draft(self._to, self.query_one("#topic", Input).value, body))


class ChooseScreen(ModalScreen[str | None]):
    """Choose one of several names."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel")]

    def __init__(self, title: str, names: list[str]):
        super().__init__()
        self._title, self._names = title, names

    def compose(self) -> ComposeResult:
        """The names."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = plain(self._title)
            yield OptionList(*(Option(plain(name)) for name in self._names), markup=False)
            yield Static("Enter chooses · Esc goes back", classes="hint", markup=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Close with the name."""
        self.dismiss(self._names[event.option_index])


class ConfirmScreen(ModalScreen[bool]):
    """Ask before something that is hard to take back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "Yes"),
        Binding("n,escape", "dismiss(False)", "No"),
    ]

    def __init__(self, question: str):
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """The question and two buttons."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = plain("sure?")
            yield Static(plain(self._question), markup=False)
            with Horizontal(classes="buttons"):
                yield Button("No (n)", id="no")
                yield Button("Yes (y)", id="yes", variant="error")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Close with the answer."""
        self.dismiss(event.button.id == "yes")
