"""What happened, newest at the bottom."""

from crewtui.widgets.row_list import RowList


class EventTicker(RowList):
    """The newest events in words; `/` filters."""

    TITLE = "EVENTS"
    EMPTY = "Nothing has happened yet."
    HELP = """
# Events

Everything that happens, newest last; the whole record: crewtui events

- `/`: show only lines with a text
"""
