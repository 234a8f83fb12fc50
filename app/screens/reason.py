"""Ask for one line of words."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from crewtui.widgets.plain import plain


class ReasonScreen(ModalScreen[str | None]):
    """A reason, that may have to be given."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(self, title: str, *, needed: bool):
        super().__init__()
        self._title, self._needed = title, needed

    def compose(self) -> ComposeResult:
        """One line."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = plain(self._title)
            yield Input(placeholder="why" if self._needed else "why (may stay empty)")
            yield Static("Enter sends it · Esc goes back", classes="hint", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Close with the words."""
        if self._needed and not event.value.strip():
            self.notify("a reason is needed", severity="warning", markup=False)
            return
        self.dismiss(event.value.strip())
