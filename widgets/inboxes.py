"""Messages on their way, and those that arrived."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from crewtui.widgets.letters import LetterList


class Inboxes(LetterList):
    """Queued and held messages by agent, then the newest delivered ones."""

    TITLE = "INBOXES"
    EMPTY = "No messages. Press m to write one; agents write with: crewtui send"
    HELP = """
# Inboxes

· queued, ‖ held (with the reason), › being typed, ✓ delivered, = duplicate, ↺ typed twice.

- Enter: read it
- `m` write, `b` write to all
- `R`: send it to another agent as well
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("R", "ask('route')", "Route", id="inbox.route", tooltip="Send to another agent"),
    ]
