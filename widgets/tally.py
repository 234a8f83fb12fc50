"""Elections and how they stand."""

from crewtui.widgets.row_list import RowList


class Tally(RowList):
    """First choices of each election as bars; ties wait for the person."""

    TITLE = "VOTES"
    EMPTY = "No votes yet. An election that the crew holds shows its options here as bars."
    HELP = """
# Votes

One block an election: a bar an option, ✓ the winner, = tied options that wait for you.
"""
