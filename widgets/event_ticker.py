"""What happened, newest at the bottom."""

from datetime import datetime

from crewtui.core.model.event import Event
from crewtui.widgets.plain import styled
from crewtui.widgets.row_list import Row, RowList, Shown

ROWS = 120
"""So many of the newest events are shown."""


class EventTicker(RowList):
    """The newest events in words; `/` filters."""

    TITLE = "EVENTS"
    EMPTY = "Nothing has happened yet."
    HELP = """
# Events

Everything that happens, newest last; the whole record: crewtui events

- `/`: show only lines with a text
"""

    _events: tuple[Event, ...] | None = None

    def rows_of(self, shown: Shown) -> list[Row]:
        """One row an event; nothing is made anew while nothing happened."""
        events = shown.crew.events
        if events is self._events:
            return self.rows
        self._events = events
        return [event_row(event) for event in events[-ROWS:]]

    def show(self, shown: Shown) -> None:
        """Stay at the newest, unless a person reads here."""
        super().show(shown)
        if not self.has_focus:
            self.scroll_end(animate=False)


def event_row(event: Event) -> Row:
    """One event: when, and what in words."""
    stamp = datetime.fromtimestamp(event.at).astimezone().strftime("%H:%M:%S")
    color = {"message.dead": "$state-bad", "agent.crashed": "$state-warn"}.get(event.kind, "")
    if event.kind in ("agent.degraded", "agent.failed"):
        color = "$state-bad"
    return Row(
        str(event.id), styled((f"{stamp} ", "$text-muted"), (event.text or event.kind, color))
    )
