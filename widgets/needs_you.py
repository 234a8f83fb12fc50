"""What waits for the person."""

from crewtui.widgets.row_list import RowList


class NeedsYou(RowList):
    """Questions, dead letters, ties, agents that gave up, mail: newest first."""

    TITLE = "NEEDS YOU"
    EMPTY = "Nothing. Questions, dead letters, ties and mail to you appear here."
    HELP = """
# Needs you

Everything that waits for a person, newest first.

- `a` / `x`: approve or deny the question on the row
- `D`: reset an agent that gave up
- `r`: send a dead letter again
- Enter: look at it
"""
