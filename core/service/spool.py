"""Signals and requests by file: who reaches no socket leaves them in a folder.

That are fenced agents, and programs that run their commands in a sandbox of their own.
"""

import asyncio
import json
import os
import stat
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from watchfiles import awatch

from crewtui.core.model.errors import LedgerError, Refused
from crewtui.core.service.boundary import Boundary

MAX_BYTES = 1024 * 1024
STEP_MS = 5
IDLE_STEP_MS = 50
"""The watcher's own wait, in milliseconds: where no agent is fenced, files are rare."""
REARM_S = 0.2
"""Before a watch that failed is armed again, in seconds."""
SWEEP_MS = 1000
"""After so many milliseconds without a change the folders are listed in any case."""
Take = Callable[[str, str, str, Any], Awaitable[None]]


class SignalSpool:
    """Watches ``runtime/signals``: one folder an agent, one file a signal."""

    def __init__(self, folder: Path, take: Take, boundary: Boundary, *, quick: bool):
        self._folder = folder
        self._take = take
        self._boundary = boundary
        self._step_ms = STEP_MS if quick else IDLE_STEP_MS

    async def run(self) -> None:
        """Take signals for ever; its owner cancels it. A watch that fails is armed again."""
        while True:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            try:
                await self._watch()
            except LedgerError:
                raise
            except Exception as error:  # noqa: BLE001 - a name that the watcher cannot decode
                await self._boundary.failed("signal.failed", "the folder of signals", error)
            await asyncio.sleep(REARM_S)
            await self._sweep()

    async def _watch(self) -> None:
        async for _changes in awatch(
            self._folder,
            step=self._step_ms,
            debounce=4 * self._step_ms,
            recursive=True,
            rust_timeout=SWEEP_MS,
            yield_on_timeout=True,
        ):
            await self._sweep()

    async def _sweep(self) -> None:
        """Take what lies there; the watcher loses some of what comes while it hands others over."""
        for path in sorted(self._folder.glob("*/*.json")):
            await self._one(path)

    async def _one(self, path: Path) -> None:
        """The one guard of what comes by file: nothing in there ends more than itself."""
        agent = path.parent.name
        try:
            found = await asyncio.to_thread(_read, path)
            if isinstance(found, dict):
                words = (str(found.get("token", "")), str(found.get("name", "")))
                await self._take(agent, *words, found.get("data"))
        except LedgerError:
            raise
        except Exception as error:  # noqa: BLE001 - the boundary of files
            kind = "signal.refused" if isinstance(error, Refused) else "signal.failed"
            await self._boundary.failed(kind, f"a file of {agent}", error)


def _read(path: Path) -> Any:
    """What the file says, and the file is gone; none for what is no signal."""
    found = None
    with suppress(OSError, ValueError, RecursionError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            facts = os.fstat(file.fileno())
            if stat.S_ISREG(facts.st_mode) and facts.st_size <= MAX_BYTES:
                found = json.loads(file.read())
    with suppress(OSError):
        path.unlink()
    return found
