"""A list of messages on which a person may act."""

from dataclasses import dataclass

from crewtui.widgets.row_list import RowList
from crewtui.widgets.wish import Wish


class LetterList(RowList):
    """Passes on what is asked for the highlighted message."""

    @dataclass
    class Asked(Wish):
        """The person wants something done: ``retry edit route purge retry_all``."""

        message: str
        what: str

    def action_ask(self, what: str) -> None:
        """Ask for it for the highlighted message, or for all."""
        if self.key is not None or what == "retry_all":
            self.post_message(self.Asked(self.key or "", what))
