"""Who is looked at next: agents whose screen changed, and terminals that change without a word."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

from crewtui.core.model.screen import Screen
from crewtui.core.supervision.runner import Runner

TERMINAL_S = 1.0
"""How often the terminals of programs without a composer are looked at, in seconds."""


class Looks:
    """Tells runners of their screens; ``wake`` gets each agent that was looked at."""

    def __init__(
        self,
        runners: Mapping[str, Runner],
        screen_of: Callable[[str], Screen | None],
        wake: Callable[[str], None],
    ):
        self._runners = runners
        self._screen_of = screen_of
        self._wake = wake
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self._due: set[str] = set()

    def due(self, agent: str) -> None:
        """The agent's screen changed."""
        if agent not in self._due:
            self._due.add(agent)
            self._queue.put_nowait(agent)

    async def run(self) -> None:
        """Look for ever; its owner cancels it."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._read_screens())
            tasks.create_task(self._watch_terminals())

    async def _read_screens(self) -> None:
        """Tell each runner of its newest screen; older ones are skipped."""
        while True:
            agent = await self._queue.get()
            self._due.discard(agent)
            screen = self._screen_of(agent)
            if screen is None:
                continue
            try:
                await self._runners[agent].on_screen(screen)
            except OSError:  # its terminal could not be looked at: it is once more
                asyncio.get_running_loop().call_later(TERMINAL_S, self.due, agent)
            self._wake(agent)

    async def _watch_terminals(self) -> None:
        """Look at the terminals of programs whose state the kernel tells, once a second."""
        watched = [runner for runner in self._runners.values() if runner.sight.by_terminal]
        while watched:
            await asyncio.sleep(TERMINAL_S)
            for runner in watched:
                before = runner.view.state
                with suppress(OSError):  # it could not be looked at: the next second does
                    await runner.on_tick()
                if runner.view.state is not before:
                    self._wake(runner.spec.id)
