"""Messages that could not be delivered."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from crewtui.widgets.letters import LetterList


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
