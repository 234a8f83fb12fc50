"""The milestone board."""

from crewtui.widgets.row_list import RowList


class Milestones(RowList):
    """Milestones from PoC to Release, each with how many of its checks pass."""

    TITLE = "MILESTONES"
    EMPTY = "None yet. Checks of PoC, MVP … Release show here once they are recorded."
    HELP = """
# Milestones

One line a milestone: how many of its checks pass, ✓ once a person approved it.
"""
