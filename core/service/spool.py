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

from watchfiles import Change, awatch

from crewtui.core.model.errors import Refused

MAX_BYTES = 1024 * 1024
STEP_MS = 5
IDLE_STEP_MS = 50
"""The watcher's own wait, in milliseconds: where no agent is fenced, files are rare."""
Take = Callable[[str, str, str, Any], Awaitable[None]]


class SignalSpool:
    """Watches ``runtime/signals``: one folder an agent, one file a signal."""

    def __init__(self, folder: Path, take: Take, *, quick: bool):
        self._folder = folder
        self._take = take
        self._step_ms = STEP_MS if quick else IDLE_STEP_MS

    async def run(self) -> None:
        """Take signals for ever; its owner cancels it."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        async for changes in awatch(
            self._folder, step=self._step_ms, debounce=4 * self._step_ms, recursive=True
        ):
            for kind, name in sorted(changes, key=lambda change: change[1]):
                if kind is Change.added and name.endswith(".json"):
                    await self._one(Path(name))

    async def _one(self, path: Path) -> None:
        found = await asyncio.to_thread(_read, path)
        if isinstance(found, dict):
            words = (str(found.get("token", "")), str(found.get("name", "")))
            with suppress(Refused):  # a forged one says nothing
                await self._take(path.parent.name, *words, found.get("data"))


def _read(path: Path) -> Any:
    """What the file says, and the file is gone; none for what is no signal."""
    found = None
    with suppress(OSError, ValueError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            facts = os.fstat(file.fileno())
            if stat.S_ISREG(facts.st_mode) and facts.st_size <= MAX_BYTES:
                found = json.loads(file.read())
    with suppress(OSError):
        path.unlink()
    return found
