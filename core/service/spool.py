"""Signals and requests by file: who reaches no socket leaves them in a folder.

That are fenced agents, and programs that run their commands in a sandbox of their own.
"""

import asyncio
import errno
import json
import os
import stat
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from crewtui.core.mail.watching import FolderWatch, Pace
from crewtui.core.model.crew_state import Trouble
from crewtui.core.model.errors import LedgerError, Refused
from crewtui.core.service.boundary import Boundary

MAX_BYTES = 1024 * 1024
STEP_MS = 5
IDLE_STEP_MS = 50
"""The watcher's own wait, in milliseconds: where no agent is fenced, files are rare."""
SWEEP_S = 1.0
"""After so many seconds without a change the folders are listed in any case."""
PASSING = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.EINTR)
"""What a machine refuses for a moment; anything else is the file's own fault."""
Take = Callable[[str, Any, str, Any], Awaitable[None]]


class SignalSpool:
    """Watches ``runtime/signals``: one folder an agent, one file a signal."""

    def __init__(
        self,
        folder: Path,
        take: Take,
        boundary: Boundary,
        on_trouble: Callable[[str, Trouble | None], None] = lambda _id, _trouble: None,
        *,
        quick: bool,
    ):
        self._folder = folder
        self._take = take
        self._boundary = boundary
        step_ms = STEP_MS if quick else IDLE_STEP_MS
        self._watcher = FolderWatch(Pace(step_ms, 4 * step_ms), on_trouble)
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Take signals for ever; its owner cancels it.

        What was left while no supervisor ran is taken first.
        """
        self._folder.mkdir(mode=0o700, exist_ok=True)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch())
            while True:
                self._changed.clear()
                await self._sweep()
                with suppress(TimeoutError):
                    async with asyncio.timeout(SWEEP_S):
                        await self._changed.wait()

    async def _watch(self) -> None:
        async for _batch in self._watcher.batches(self._folder):
            self._changed.set()

    async def _sweep(self) -> None:
        """Take what lies there; the watcher loses some of what comes while it hands others over."""
        try:
            paths = sorted(self._folder.glob("*/*.json"))
        except OSError:  # no descriptor is left: the next sweep lists them
            return
        for path in paths:
            await self._one(path)

    async def _one(self, path: Path) -> None:
        """The one guard of what comes by file: nothing in there ends more than itself."""
        agent = path.parent.name
        try:
            found = await asyncio.to_thread(_read, path)
            if isinstance(found, dict):
                name = str(found.get("name", ""))
                await self._take(agent, found.get("token"), name, found.get("data"))
        except LedgerError:
            raise
        except Exception as error:  # noqa: BLE001 - the boundary of files
            kind = "signal.refused" if isinstance(error, Refused) else "signal.failed"
            await self._boundary.failed(kind, f"a file of {agent}", error)


def _read(path: Path) -> Any:
    """What the file says, and the file is gone; none for what is no signal.

    One that the machine cannot read at this moment stays for the next sweep.
    """
    found = None
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            facts = os.fstat(file.fileno())
            if stat.S_ISREG(facts.st_mode) and facts.st_size <= MAX_BYTES:
                found = json.loads(file.read())
    except OSError as error:
        if error.errno in PASSING:
            return None
    except (ValueError, RecursionError):
        pass
    with suppress(OSError):
        path.unlink()
    return found
