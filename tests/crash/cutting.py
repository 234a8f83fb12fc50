"""A supervisor that is killed at one step of the protocol: ``python -m tests.crash.cutting``.

It is the real supervisor but for a SIGKILL at the step that the aim's file names: right before the
commit of an event, or some milliseconds after it.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from crewtui.core.config.project import Project
from crewtui.core.ledger.store import Ledger, Transaction
from crewtui.core.service.supervisor import supervise

BEFORE = -1
"""The delay that stands for a kill before the commit."""


def aim_at(root: Path, kind: str, number: int, delay_ms: int) -> None:
    """From now on: die at the number-th event of that kind."""
    hidden = root / ".aim.tmp"
    hidden.write_text(f"{kind} {number} {delay_ms}")
    hidden.rename(root / ".aim")


class Cut:
    """Where the supervisor is to die."""

    def __init__(self, path: Path):
        self._path = path
        self._left = 0

    def reached(self, kinds: list[str], *, before: bool) -> None:
        """These events are about to be committed, or were."""
        if not self._path.exists():
            return
        kind, number, delay = self._path.read_text().split()
        if kind not in kinds or (int(delay) == BEFORE) is not before:
            return
        self._left = (self._left or int(number)) - 1
        if self._left:
            return
        if int(delay) <= 0:
            die()
        asyncio.get_running_loop().call_later(int(delay) / 1000, die)


def die() -> None:
    """At once, as by a lack of memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def install(cut: Cut) -> None:
    """Put the cut around every write."""
    inner = Ledger.write

    async def write(self: Ledger, work: Callable[[Transaction], Awaitable[Any]]) -> Any:
        kinds: list[str] = []

        async def seen(tx: Transaction) -> Any:
            found = await work(tx)
            kinds[:] = [str(value["kind"]) for what, value in tx.committed if what == "event"]
            cut.reached(kinds, before=True)
            return found

        found = await inner(self, seen)
        cut.reached(kinds, before=False)
        return found

    Ledger.write = write  # type: ignore[method-assign]


if __name__ == "__main__":
    install(Cut(Path(sys.argv[1]) / ".aim"))
    asyncio.run(supervise(Project(Path(sys.argv[1]))))
