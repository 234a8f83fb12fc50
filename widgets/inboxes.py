"""Messages on their way, and those that arrived."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from crewtui.core.model.crew_state import CrewState
from crewtui.core.model.ids import HUMAN
from crewtui.core.model.message import WAITING, MessageState, MessageView
from crewtui.widgets.glyphs import MESSAGE, age
from crewtui.widgets.letters import LetterList
from crewtui.widgets.plain import styled
from crewtui.widgets.row_list import Row, Shown


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

    def rows_of(self, shown: Shown) -> list[Row]:
        """What waits by agent, then the newest that is done."""
        return inbox_rows(shown.crew, shown.now)


def inbox_rows(state: CrewState, now: float) -> list[Row]:
    """Waiting messages first, by agent, then the newest that are done."""
    messages = list(state.messages.values())
    waiting = [m for m in messages if m.state in WAITING]
    ended = (MessageState.DELIVERED, MessageState.DUPLICATE, MessageState.SUPERSEDED)
    done = [m for m in messages if m.state in ended]
    waiting.sort(key=lambda m: (m.recipient != HUMAN, m.recipient, m.seq))
    done.sort(key=lambda m: m.changed_at, reverse=True)
    return [message_row(m, now) for m in (*waiting, *done[:60])]


def message_row(message: MessageView, now: float) -> Row:
    """One message: its state, where it goes, what it says, why it waits."""
    glyph, color = MESSAGE[message.state]
    what = message.topic or message.preview or message.name
    why = f"  {message.reason}" if message.state in (MessageState.HELD, MessageState.QUEUED) else ""
    again = " ↺" if message.redelivered else ""
    return Row(
        message.id,
        styled(
            (f"{glyph} ", color),
            (f"{message.sender}→{message.recipient} ", ""),
            (f"{what}{again}", "$text-muted"),
            (why, color),
            (f"  {age(now - message.changed_at)}", "$text-muted"),
        ),
    )
