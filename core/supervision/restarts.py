"""An agent's automatic restarts, over supervisors: when they were, and when the next is due.

The second guard. The count of restarts stops a loop whose runs end before they are healthy; what
lives for just longer is shown: so many restarts in a day need a person, and stop nothing.
"""

from pydantic import BaseModel, ConfigDict

from crewtui.core.ledger.store import Ledger, Transaction
from crewtui.core.model.clock import Clock

FLAPPING = 20
"""So many automatic restarts within ``WINDOW_S`` need a person."""
WINDOW_S = 24 * 3600.0
KIND = "restarts"


class Restarts(BaseModel):
    """Times in UTC seconds, oldest first: the monotonic clock does not outlive a boot."""

    model_config = ConfigDict(frozen=True)

    times: tuple[float, ...] = ()
    next_at: float = 0.0
    """When the last of them was to begin, its jitter drawn."""

    def and_one(self, now: float, delay_s: float) -> "Restarts":
        """With one more, that begins after so many seconds; only a window's are kept."""
        kept = tuple(at for at in self.times if now - WINDOW_S < at <= now)
        return Restarts(times=(*kept, now)[-FLAPPING:], next_at=now + delay_s)

    @property
    def flapping_until(self) -> float | None:
        """Until when there are too many of them in a window; none if there are not."""
        return self.times[-FLAPPING] + WINDOW_S if len(self.times) >= FLAPPING else None


class RestartBook:
    """One agent's restarts, in the ledger."""

    def __init__(self, agent: str, ledger: Ledger, clock: Clock):
        self._agent = agent
        self._ledger = ledger
        self._clock = clock
        self._restarts = Restarts()

    @property
    def flapping_until(self) -> float | None:
        """As of ``Restarts``."""
        return self._restarts.flapping_until

    async def recall(self, longest_s: float) -> float:
        """Learn what was; in how many seconds the restart is due that was waited for, at most so.

        A wall clock that was set back meanwhile makes nobody wait for longer than it was drawn.
        """
        for row in await self._ledger.rows("record", KIND, self._agent):
            self._restarts = Restarts.model_validate_json(row["value"])
        return max(0.0, min(self._restarts.next_at - self._clock.wall(), longest_s))

    async def note(self, delay_s: float) -> float:
        """One more restart, after so many seconds; returns when that is, in UTC seconds."""
        self._restarts = self._restarts.and_one(self._clock.wall(), delay_s)
        await self._ledger.write(self._keep)
        return self._restarts.next_at

    async def forget(self, tx: Transaction) -> None:
        """A person has reset the agent: all of them are over."""
        self._restarts = Restarts()
        await self._keep(tx)

    async def _keep(self, tx: Transaction) -> None:
        await tx.run("put_record", KIND, self._agent, self._restarts.model_dump_json())
