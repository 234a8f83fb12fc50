"""Every panel of the main screen: the one table from which layout, tabs, keys and palette come."""

from dataclasses import dataclass

from textual.widget import Widget

from crewtui.widgets.agent_list import AgentList
from crewtui.widgets.dead_letters import DeadLetters
from crewtui.widgets.event_ticker import EventTicker
from crewtui.widgets.inboxes import Inboxes
from crewtui.widgets.milestones import Milestones
from crewtui.widgets.needs_you import NeedsYou
from crewtui.widgets.pane_grid import PaneGrid
from crewtui.widgets.row_list import RowList
from crewtui.widgets.tally import Tally

PANES = "centre"


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: its place at the large size, its key, and what shows it."""

    id: str
    home: str
    """The column it stands in: ``left``, ``centre``, ``side``, or ``ticker`` below them all."""
    key: str
    short: str
    """Its name among the tabs."""
    title: str
    what: str
    """What one goes to with its key."""
    widget: type[Widget]


PANELS: tuple[Panel, ...] = (
    Panel(PANES, "centre", "1", "Panes", "Panes", "the panes", PaneGrid),
    Panel("needs", "side", "2", "Needs", "Needs you", "what waits for you", NeedsYou),
    Panel("inboxes", "side", "3", "Inbox", "Inboxes", "the messages", Inboxes),
    Panel("dead", "side", "4", "Dead", "Dead letters", "the dead letters", DeadLetters),
    Panel("votes", "side", "5", "Votes", "Votes", "the votes", Tally),
    Panel("agents", "left", "6", "Crew", "Crew", "the list of agents", AgentList),
    Panel("milestones", "left", "7", "Miles", "Milestones", "the milestones", Milestones),
    Panel("ticker", "ticker", "8", "Events", "Events", "the events", EventTicker),
)
SIDE = tuple(panel.id for panel in PANELS if panel.home == "side")
HOMES = {panel.id: panel.home for panel in PANELS}


def lists_in(home: str) -> list[RowList]:
    """New widgets for the list panels of a column, from top to bottom."""
    classes = "side" if home == "side" else ""
    return [
        panel.widget(id=panel.id, classes=classes)
        for panel in PANELS
        if panel.home == home and issubclass(panel.widget, RowList)
    ]
