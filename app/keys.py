"""The keys of the main screen: one table, from which footer, help and palette come."""

from typing import NamedTuple

from textual.binding import Binding


class Key(NamedTuple):
    """One key and what it does."""

    key: str
    action: str
    description: str
    tooltip: str
    show: bool = True


KEYS: tuple[Key, ...] = (
    Key(
        "a",
        "answer('approve')",
        "Approve",
        "Approve what the agent in focus asks; if it asks nothing, go to the one that does",
    ),
    Key("A", "answer('always')", "Always", "The same, and do not ask again", False),
    Key(
        "x",
        "answer('deny')",
        "Deny",
        "Deny what the agent in focus asks; if it asks nothing, go to the one that does",
    ),
    Key("d", "deny_with", "Deny, saying", "Deny it and tell the agent why", False),
    Key("c", "choose", "Choices", "See the whole question and pick a choice by its number", False),
    Key("m", "message", "Message", "Write to the current agent"),
    Key("b", "broadcast", "Broadcast", "Write to all agents", False),
    Key("t", "tie_break", "Tie-break", "Decide a tied vote", False),
    Key("B", "work_board", "Board", "The board: every task by its state"),
    Key("g", "gate", "Gate", "A milestone's checks: approve it or send it back", False),
    Key("o", "open", "Open", "Open the current agent in a full tmux client", False),
    Key("z", "zoom", "Zoom", "Show the current agent's pane alone"),
    Key("slash", "filter", "Filter", "Show only rows with a text"),
    Key("T", "theme", "Theme", "Next colour theme", False),
    Key("N", "bell_switch", "Bell", "Bell and desktop notifications on or off", False),
    Key("1", "panel('centre')", "Panes", "Go to the panes", False),
    Key("2", "panel('needs')", "Needs you", "Go to what waits for you", False),
    Key("3", "panel('inboxes')", "Inboxes", "Go to the messages", False),
    Key("4", "panel('dead')", "Dead letters", "Go to the dead letters", False),
    Key("5", "panel('votes')", "Votes", "Go to the votes", False),
    Key("6", "panel('agents')", "Crew", "Go to the list of agents", False),
    Key("7", "panel('milestones')", "Milestones", "Go to the milestones", False),
    Key("8", "panel('ticker')", "Events", "Go to the events", False),
    Key("escape", "step_back", "Back", "Close the filter, end the zoom", False),
    Key("question_mark", "help", "Help", "Help for the focused panel"),
    Key("q", "leave", "Quit", "Close the dashboard; the crew runs on"),
)
OF_PANELS = {key.action.partition("(")[0] for key in KEYS} - {"theme", "bell_switch", "help"}
"""Actions that mean the panels of the main screen, and nothing anywhere else."""

PANELS: tuple[tuple[str, str, str], ...] = (
    ("centre", "1", "Panes"),
    ("needs", "2", "Needs"),
    ("inboxes", "3", "Inbox"),
    ("dead", "4", "Dead"),
    ("votes", "5", "Votes"),
    ("agents", "6", "Crew"),
    ("milestones", "7", "Miles"),
    ("ticker", "8", "Events"),
)
"""Every panel with its key and short name."""
SIDE = ("needs", "inboxes", "dead", "votes")


def bindings() -> list[Binding]:
    """The table as Textual takes it."""
    return [
        Binding(
            key.key,
            key.action,
            key.description,
            show=key.show,
            id=f"crew.{key.action}",
            tooltip=key.tooltip,
        )
        for key in KEYS
    ]
