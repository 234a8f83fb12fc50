"""Starts are spaced: sixteen CLIs that start at once take the CPU that settles pastes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

SPACING_S = 0.3
AT_ONCE = 2
READY_LIMIT_S = 10.0
"""How long a starting agent may keep the next ones waiting, in seconds."""


class StartGate:
    """Lets one start through each ``SPACING_S`` seconds, and at most two be starting."""

    def __init__(self, spacing_s: float = SPACING_S, at_once: int = AT_ONCE):
        self._spacing = spacing_s
        self._slots = asyncio.Semaphore(at_once)
        self._order = asyncio.Lock()
        self._next = 0.0
        self.closed = False
        """Whether the crew ends: nothing that still waits may start then."""

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold a place among those that are starting."""
        loop = asyncio.get_running_loop()
        async with self._slots:
            async with self._order:
                wait = self._next - loop.time()
                if wait > 0:
                    await asyncio.sleep(wait)
                self._next = loop.time() + self._spacing
            yield
