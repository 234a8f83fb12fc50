"""Whom a message is typed to: the pane, what is seen of it, and what was typed before."""

from dataclasses import dataclass, field, replace

from crewtui.core.agents.adapter import Adapter
from crewtui.core.agents.sight import Sight
from crewtui.core.agents.status import Reading
from crewtui.core.mail.hold import hold_by_screen

LASTS_S = 0.1
"""A screen may be half drawn for a moment: so long something must be in the way, in seconds."""


@dataclass(slots=True)
class Meanwhile:
    """What was in the way of typing while a message was typed; nothing, if nothing was."""

    why: str = ""
    newlines: int | None = None
    """How many lines were ended on the terminal when the message was pasted."""
    _since: float | None = None

    def saw(self, reason: str | None, now: float) -> None:
        """A look at ``now``, in monotonic seconds, found this in the way, or nothing."""
        if reason is None:
            self._since = None
            return
        self._since = now if self._since is None else self._since
        if now - self._since >= LASTS_S:
            self.why = self.why or reason


@dataclass(frozen=True, slots=True)
class Target:
    """One agent's pane at the moment of a try.

    ``turn_open`` says that a message went in and the turn that it began has not been seen to end.
    """

    pane: str
    sight: Sight
    turn_open: bool = False
    meanwhile: Meanwhile = field(default_factory=Meanwhile)

    @property
    def adapter(self) -> Adapter:
        """How the program looks and is spoken to."""
        return self.sight.adapter

    def saw(self, reading: Reading, now: float) -> None:
        """A look while a message is typed: whether the agent waits where one types, as before."""
        reason = hold_by_screen(self.adapter, replace(reading, draft=""))
        self.meanwhile.saw(reason, now)
