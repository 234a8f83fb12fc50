"""The tie-break: the tied options, what separates them, and a reason to write."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from crewtui.core.model.vote import VoteView
from crewtui.widgets.plain import plain, styled
from crewtui.widgets.vote_rows import matrix_rows, round_rows


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided, and why."""

    vote: str
    option: str
    reason: str


class TieBreakScreen(ModalScreen[Decision | None]):
    """Choose among the possible winners only."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]
    DEFAULT_CSS = """
    TieBreakScreen #facts { height: auto; max-height: 20; margin: 0 0 1 0; }
    TieBreakScreen Static { height: auto; }
    """

    def __init__(self, vote: VoteView):
        super().__init__()
        self._vote = vote

    def compose(self) -> ComposeResult:
        """The options, the facts, the reason."""
        vote = self._vote
        with Vertical(classes="dialog -tall") as dialog:
            dialog.border_title = plain(f"break the tie: {vote.title}")
            lines = (styled((vote.title_of(o), "bold"), *_facts(vote, o)) for o in vote.tied)
            yield OptionList(*(Option(line) for line in lines), markup=False)
            with VerticalScroll(id="facts"):
                yield Static(styled(("What separates them", "bold $state-ask")))
                for one in _separates(vote):
                    yield Static(plain(one), markup=False)
                for row in (*matrix_rows(vote), *round_rows(vote)):
                    yield Static(row.content, markup=False)
            yield Input(placeholder="why this one? (it is written down)", id="reason")
            hint = "↑↓ choose · Enter goes on to the reason · Enter there decides · Esc back"
            yield Static(hint, classes="hint", markup=False)

    def on_mount(self) -> None:
        """The options have the focus."""
        options = self.query_one(OptionList)
        options.highlighted = 0
        options.focus()

    def on_option_list_option_selected(self) -> None:
        """Enter on an option: now the reason."""
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the reason decides."""
        if not event.value.strip():
            self.notify("a tie is broken with a reason", severity="warning", markup=False)
            return
        chosen = self._vote.tied[self.query_one(OptionList).highlighted or 0]
        self.dismiss(Decision(self._vote.id, chosen, event.value.strip()))


def _facts(vote: VoteView, option: str) -> list[tuple[str, str]]:
    first = vote.first_choices.get(option, 0)
    pairs = vote.pairwise.get(option, {})
    won = sum(count > vote.pairwise[other][option] for other, count in pairs.items())
    parts = [(f"   {first} first choices, wins {won} of {len(pairs)} pairs", "$text-muted")]
    if option in vote.agreement:
        parts.append((f", code agrees {vote.agreement[option]:.2f}", "$text-muted"))
    return parts


def _separates(vote: VoteView) -> list[str]:
    """Each two of the tied options against each other, in words."""
    found = []
    for place, one in enumerate(vote.tied):
        for two in vote.tied[place + 1 :]:
            here, there = vote.pairwise[one][two], vote.pairwise[two][one]
            if here == there:
                found.append(f"{one} and {two}: {here} ballots each way")
                continue
            better, worse = (one, two) if here > there else (two, one)
            more, fewer = max(here, there), min(here, there)
            found.append(f"{better} is above {worse} on {more} ballots, below on {fewer}")
    return found
