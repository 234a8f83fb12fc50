"""Watch the message folders: notices when there are any, a scan every few seconds in any case.

A watch goes blind when its folder is deleted and made again, or when the kernel's queue runs
over: the periodic scan finds what was missed, and a folder with a new identity re-arms the watch.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

from watchfiles import Change

from crewtui.core.mail.watching import Batch, FolderWatch, Pace
from crewtui.core.model.crew_state import Trouble

PACE = Pace(step_ms=5, debounce_ms=20)
"""At 1 ms the watcher polls itself to 1.9 % of a core when idle; 5 ms costs 0.4 % (measured)."""
BLIND_SCAN_S = 2.0
"""The folders are listed so often where the system watches none, in seconds."""
NOT_READY_S = 0.1
"""When to look again for a file that was still being written, in seconds."""


class MailWatch:
    """Calls ``scan`` whenever the folders changed, and every ``scan_s`` seconds."""

    def __init__(
        self,
        folder: Path,
        scan: Callable[[], Awaitable[bool]],
        scan_s: float,
        also: Path | None = None,
        on_trouble: Callable[[str, Trouble | None], None] = lambda _id, _trouble: None,
    ):
        self._watcher = FolderWatch(PACE, on_trouble)
        self._folder = folder
        self._also = () if also is None else (also,)
        self._scan = scan
        self._scan_s = scan_s
        self._wake = asyncio.Event()
        self.left_behind = False
        self.renamed_in: set[str] = set()

    def wake(self) -> None:
        """Scan soon."""
        self._wake.set()

    def wake_if_full(self) -> None:
        """An agent's queue ran empty: files that found no room may lie in its inbox."""
        if self.left_behind:
            self._wake.set()

    async def run(self) -> None:
        """Scan and watch for ever; its owner cancels it."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch())
            while True:
                self._wake.clear()
                again = await self._scan()
                try:
                    async with asyncio.timeout(NOT_READY_S if again else self._pause_s):
                        await self._wake.wait()
                except TimeoutError:
                    pass

    @property
    def _pause_s(self) -> float:
        return min(self._scan_s, BLIND_SCAN_S) if self._watcher.blind else self._scan_s

    async def _watch(self) -> None:
        while True:
            armed = identity(self._folder)
            stop = asyncio.Event()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._stop_when_replaced(armed, stop))
                if armed:
                    await self._listen(stop)
                    stop.set()
                else:
                    await stop.wait()

    async def _listen(self, stop: asyncio.Event) -> None:
        batches = self._watcher.batches(self._folder, *self._also, stop=stop)
        async with aclosing(batches):
            async for batch in batches:
                self.renamed_in |= only_added(batch)
                self._wake.set()

    async def _stop_when_replaced(self, armed: tuple[int, ...], stop: asyncio.Event) -> None:
        while not stop.is_set() and identity(self._folder) == armed:
            try:
                async with asyncio.timeout(self._scan_s):
                    await stop.wait()
            except TimeoutError:
                pass
        self._wake.set()
        stop.set()


def only_added(batch: Batch) -> set[str]:
    """Paths that came without being written to in place: they were renamed in, whole."""
    written = {path for change, path in batch if change is Change.modified}
    return {path for change, path in batch if change is Change.added} - written


def identity(folder: Path) -> tuple[int, ...]:
    """The inodes of the folder and its inboxes; another one means another folder."""
    try:
        inboxes = sorted(folder.glob("to_*"))
        return tuple(path.lstat().st_ino for path in (folder, *inboxes))
    except OSError:
        return ()
