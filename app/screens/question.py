"""An agent's question, whole, with its choices: a number picks one, the usual keys decide."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from crewtui.core.model.approval import ApprovalView, Role, how_it_changed
from crewtui.widgets.plain import plain, plain_block

KEYS: dict[str, tuple[Role, str]] = {
    "a": (Role.APPROVE, "approves"),
    "A": (Role.ALWAYS, "approves always"),
    "x": (Role.DENY, "denies"),
    "d": (Role.DENY, "denies and says why"),
}
QUESTION_SEEN = 24
CHOICES_SEEN = 12
AROUND = 9
"""Lines that are the dialog's frame, its hint, and what is left free around it."""


@dataclass(frozen=True, slots=True)
class Picked:
    """An answer: by its meaning or by its number; ``saying`` wants a word to the agent with it."""

    role: Role
    number: int | None = None
    saying: bool = False


class QuestionScreen(ModalScreen[Picked | None]):
    """Read what is asked and choose an answer; one that vanished meanwhile takes none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back"),
        Binding("pagedown", "read(1)", "Read on", priority=True),
        Binding("pageup", "read(-1)", "Read back", priority=True),
    ]

    def __init__(self, approval: ApprovalView):
        super().__init__()
        self._approval = approval
        self._choices = [choice for choice in approval.choices if choice.number]
        self._changed = ""

    @property
    def agent(self) -> str:
        """Who asks."""
        return self._approval.agent

    def compose(self) -> ComposeResult:
        """The question, the choices, the keys."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = plain(f"{self._approval.agent} asks")
            with VerticalScroll(classes="question"):
                yield Static(plain_block(self._whole()), markup=False)
            labels = (plain(f"{c.number}  {c.label}") for c in self._choices)
            yield OptionList(*(Option(label) for label in labels), markup=False)
            yield Static(plain(self._hint()), classes="hint", id="keys", markup=False)

    def _whole(self) -> str:
        approval = self._approval
        if approval.detail and approval.detail not in approval.shown:
            return f"{approval.tool}: {approval.detail}\n\n{approval.shown}"
        return approval.shown or approval.text

    def _hint(self) -> str:
        """The keys that mean something here; a choice without a number is named with its key."""
        said = ["a number or Enter chooses"] if self._choices else []
        for key, (role, does) in KEYS.items():
            choice = self._approval.choice(role)
            if choice is not None:
                said.append(f"{key} {does if choice.number else choice.label}")
        return " · ".join([*said, "Esc goes back"])

    def on_mount(self) -> None:
        """The choices have the focus."""
        self.query_one(OptionList).focus()

    def on_resize(self) -> None:
        """The choices stay in sight at any size; of a long question it is said how to read on."""
        choices = min(len(self._choices), CHOICES_SEEN) + 2
        room = self.size.height - choices - AROUND
        self.query_one(".question").styles.max_height = max(3, min(room, QUESTION_SEEN))
        self.call_after_refresh(self._show_hint)

    def _show_hint(self) -> None:
        hint = f"{self._changed} · Esc goes back" if self._changed else self._hint()
        more = "PgDn reads on · " if self.query_one(".question").max_scroll_y else ""
        self.query_one("#keys", Static).update(plain(more + hint))

    def action_read(self, pages: int) -> None:
        """Scroll the question, whatever has the focus."""
        part = self.query_one(".question")
        part.scroll_relative(y=pages * max(1, part.size.height - 1), animate=False)

    def follow(self, now: ApprovalView | None) -> None:
        """What the agent asks by now: if that is not this question, it takes no answer any more."""
        changed = how_it_changed(self._approval, now)
        if changed != self._changed:
            self._changed = changed
            self._show_hint()

    def on_key(self, event: Key) -> None:
        """A number is a choice; the usual keys decide here too."""
        key = event.character or ""
        numbers = [str(choice.number) for choice in self._choices]
        if key in numbers:
            event.stop()
            self._pick(Picked(Role.OTHER, int(key)))
        elif key in KEYS:
            event.stop()
            role, does = KEYS[key]
            if self._approval.choices and self._approval.choice(role) is None:
                self._say(f"nothing here {does}: choose by number")
            else:
                self._pick(Picked(role, saying=key == "d"))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter is the highlighted choice."""
        self._pick(Picked(Role.OTHER, self._choices[event.option_index].number))

    def _pick(self, picked: Picked) -> None:
        if self._changed:
            self._say(f"{self._changed}: nothing was answered")
        else:
            self.dismiss(picked)

    def _say(self, text: str) -> None:
        self.notify(plain(text).plain, severity="warning", markup=False)
