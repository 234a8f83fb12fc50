"""Whom a message is typed to: the pane, what is seen of it, and what was typed before."""

from dataclasses import dataclass

from crewtui.core.agents.adapter import Adapter
from crewtui.core.agents.sight import Sight


@dataclass(frozen=True, slots=True)
class Target:
    """One agent's pane at the moment of a try.

    ``turn_open`` says that a message went in and the turn that it began has not been seen to end.
    """

    pane: str
    sight: Sight
    turn_open: bool = False

    @property
    def adapter(self) -> Adapter:
        """How the program looks and is spoken to."""
        return self.sight.adapter
