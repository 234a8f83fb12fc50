"""Messages that could not be delivered."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from crewtui.core.model.crew_state import CrewState, dead_letters
from crewtui.widgets.glyphs import age
from crewtui.widgets.letters import LetterList
from crewtui.widgets.plain import styled
from crewtui.widgets.row_list import Row, Shown


class DeadLetters(LetterList):
    """Dead letters with reason and attempts; each can be sent again."""

    TITLE = "DEAD LETTERS"
    EMPTY = "None. A message that cannot be delivered is kept here, with the reason."
    HELP = """
# Dead letters

A message that was tried three times without a sign, or can never be delivered. Nothing is lost:

- `r`: send it again, at the end of the queue
- `e`: change its text and send it again
- `R`: send it to another agent
- `A`: send all again
- `P`: give it up (the file is kept for 7 days)
- Enter: its text, every attempt, and the screen it met
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "ask('retry')", "Retry", id="dead.retry", tooltip="Send it again"),
        Binding("e", "ask('edit')", "Edit", id="dead.edit", tooltip="Change it and send it"),
        Binding("R", "ask('route')", "Route", id="dead.route", tooltip="Send to another agent"),
        Binding("A", "ask('retry_all')", "Retry all", id="dead.all", tooltip="Send all again"),
        Binding("P", "ask('purge')", "Purge", id="dead.purge", tooltip="Give it up"),
    ]

    def rows_of(self, shown: Shown) -> list[Row]:
        """One row a dead letter, newest first."""
        return dead_rows(shown.crew, shown.now)


def dead_rows(state: CrewState, now: float) -> list[Row]:
    """Dead letters, newest first: to whom, why, how often tried."""
    return [
        Row(
            letter.id,
            styled(
                ("† ", "$state-bad"),
                (f"{letter.sender}→{letter.recipient} ", ""),
                (f"{letter.reason.replace('_', ' ')}", "$state-bad"),
                (f" {letter.attempts}× " if letter.attempts else " ", ""),
                (letter.topic or letter.preview or letter.name, "$text-muted"),
                (f"  {age(now - letter.changed_at)}", "$text-muted"),
            ),
        )
        for letter in dead_letters(state)
    ]
