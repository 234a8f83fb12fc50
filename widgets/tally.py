"""Elections and how they stand."""

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType

from crewtui.widgets.row_list import Row, RowList, Shown
from crewtui.widgets.vote_rows import vote_rows
from crewtui.widgets.wish import Wish

SHOWN_VOTES = 20


class Tally(RowList):
    """Turnout and first choices of each election, pairs and run-off; ties wait for the person."""

    TITLE = "VOTES"
    EMPTY = 'No votes yet. Begin with: crewtui debate start "…" or crewtui vote open "…" A B'
    HELP = """
# Votes

One block an election, the newest first: a bar an option for its first choices, ✓ the winner,
= the tied options. Below: how often the option on the left stands above the one at the top, and
the rounds of the run-off.

- `t`: break a tie, with a reason
- `u`: take a tie-break back, until the next phase begins
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "undo", "Undo", id="vote.undo", tooltip="Take a tie-break back"),
    ]

    @dataclass
    class Undo(Wish):
        """The person takes a tie-break back."""

        vote: str

    def action_undo(self) -> None:
        """Ask for it for the highlighted vote."""
        if self.key is not None:
            self.post_message(self.Undo(self.key.partition(":")[0]))

    def rows_of(self, shown: Shown) -> list[Row]:
        """One block a vote, the newest first."""
        votes = reversed(list(shown.crew.votes.values())[-SHOWN_VOTES:])
        return [row for vote in votes for row in vote_rows(vote, shown.now)]
