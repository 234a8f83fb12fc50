"""Where what clients and agents send is taken in: whatever fails there, the supervisor goes on.

There is one guard for each way in: requests over the socket (``session.py``), signals and requests
by file (``spool.py``), messages (``core/mail/router.py``).
"""

from contextlib import suppress

from crewtui.core.ledger.store import Ledger
from crewtui.core.model.clock import Clock
from crewtui.core.model.errors import CrewtuiError, why

QUIET_S = 5.0
"""After an event on one kind of failure the next ones are only counted, in seconds."""
MOST_KINDS = 500
MOST_TEXT = 300
"""An event says so many characters of what went wrong."""


class Boundary:
    """Records what failed: at once, and then at most every ``QUIET_S`` seconds for each kind."""

    def __init__(self, ledger: Ledger, clock: Clock):
        self._ledger = ledger
        self._clock = clock
        self._last: dict[tuple[str, str, str], float] = {}
        self._unsaid = 0

    async def failed(self, kind: str, what: str, error: Exception, agent: str = "") -> None:
        """Write an event of this kind; ``what`` is what was being done, ``agent`` who asked."""
        key, now = (kind, what[:60], agent), self._clock.monotonic()
        if now - self._last.get(key, -QUIET_S) < QUIET_S:
            self._unsaid += 1
            return
        if len(self._last) >= MOST_KINDS:
            self._last.clear()
        self._last[key] = now
        unsaid, self._unsaid = self._unsaid, 0
        text = f"{what}: {said(error)}" + (f" (and {unsaid} more failures)" if unsaid else "")
        with suppress(CrewtuiError):  # a ledger that is damaged is said elsewhere
            await self._ledger.event(
                kind, agent=agent, text=sound(text), what=sound(what), error=type(error).__name__
            )


def said(error: Exception) -> str:
    """What went wrong in words, whatever was raised."""
    name = "" if isinstance(error, CrewtuiError) else f"{type(error).__name__}: "
    return sound(f"{name}{why(error)}")


def sound(text: str, most: int | None = MOST_TEXT) -> str:
    """The text as any file can hold it, and no longer than an event may be."""
    return text[:most].encode("utf-8", "backslashreplace").decode()
