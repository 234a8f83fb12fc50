"""``runtime/`` was taken away below a living supervisor: what it knows is written anew.

``git clean -fdX`` does that. The ledger's open file still has everything, so a copy takes its
place and the supervisor begins again on it, with the same process and the same secret.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

from crewtui.core.config.project import Project
from crewtui.core.ledger.store import Ledger

LOOK_S = 1.0
"""How often it is seen whether the ledger's file is still in its place, in seconds."""


class RuntimeGuard:
    """Watches over the ledger's place."""

    def __init__(self, project: Project, ledger: Ledger, secret: bytes):
        self._project = project
        self._ledger = ledger
        self._secret = secret
        self._inode = _inode(project.ledger)

    async def run(self, begin_again: Callable[[], None]) -> None:
        """Watch until the file is gone from its place; then write all anew and begin again."""
        while _inode(self._project.ledger) == self._inode:
            await asyncio.sleep(LOOK_S)
        while True:
            try:
                await self._write_anew()
            except OSError:
                await asyncio.sleep(LOOK_S)  # no space or rights: the open file keeps everything
            else:
                break
        begin_again()

    async def _write_anew(self) -> None:
        project = self._project
        await asyncio.to_thread(project.prepare)
        await self._ledger.event(
            "supervisor.runtime_lost",
            text=f"{project.runtime} was taken away: written anew, the crew goes on",
        )
        await asyncio.to_thread(_write_private, project.runtime / "secret", self._secret)
        await self._ledger.move_to(project.ledger)


def begin_again() -> None:
    """Become a new supervisor in the same process: locks, sockets and pipes close with it."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-m", "crewtui", *sys.argv[1:]])


def reap() -> None:
    """Collect children that this process had before it began again."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def _write_private(path: Path, data: bytes) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
