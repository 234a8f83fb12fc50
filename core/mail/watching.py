"""A watch on folders that outlives whatever the watcher runs into.

The watcher fails on a name that it cannot decode, where no inotify instance or watch is left, and
panics where it cannot write to a pipe of its own. Whoever watches lists the folders besides, so a
failed watch costs time and nothing else; it is armed again.
"""

import asyncio
import errno
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from watchfiles import BaseFilter, Change, DefaultFilter, awatch

from crewtui.core.model.crew_state import Trouble

REARM_S = 0.2
"""Before a watch is armed again after a name that it could not decode, in seconds."""
ALIVE_MS = 5000
"""A watch that has lived for so long works, in milliseconds."""
TROUBLE = "watch"
Batch = set[tuple[Change, str]]


@dataclass(frozen=True, slots=True)
class Pace:
    """How quickly the watcher looks at its own queue and hands changes over, in milliseconds."""

    step_ms: int
    debounce_ms: int
    blind_ms: int = 10_000
    """Before a watch is armed again that the system had none left for."""


class FolderWatch:
    """Yields what changed in some folders; an empty batch means: list them."""

    def __init__(
        self,
        pace: Pace,
        on_trouble: Callable[[str, Trouble | None], None],
        wanted: BaseFilter | None = None,
    ):
        self._pace = pace
        self._wanted = wanted or DefaultFilter()
        self._on_trouble = on_trouble
        self.blind = False
        """Whether the system refuses to watch: then only lists tell what changed."""

    async def batches(
        self, *folders: Path, stop: asyncio.Event | None = None
    ) -> AsyncGenerator[Batch]:
        """What changes, until ``stop`` is set; for ever without one."""
        stop = stop if stop is not None else asyncio.Event()
        while not stop.is_set():
            try:
                async for batch in self._watch(folders, stop):
                    yield batch
            except Exception as error:  # noqa: BLE001 - whatever the watcher runs into
                await self._failed(error, stop)
            except BaseException as error:
                if type(error).__name__ != "PanicException":  # of its Rust half: no Exception
                    raise
                await self._failed(error, stop)
            yield set()

    async def _watch(self, folders: tuple[Path, ...], stop: asyncio.Event) -> AsyncGenerator[Batch]:
        changes = awatch(
            *(folder for folder in folders if folder.is_dir()),
            step=self._pace.step_ms,
            debounce=self._pace.debounce_ms,
            rust_timeout=ALIVE_MS,
            yield_on_timeout=True,
            watch_filter=self._wanted,
            stop_event=stop,
            ignore_permission_denied=True,
        )
        async with aclosing(changes):
            async for batch in changes:
                if self.blind:
                    self.blind = False
                    self._on_trouble(TROUBLE, None)
                if batch:
                    yield batch

    async def _failed(self, error: BaseException, stop: asyncio.Event) -> None:
        if isinstance(error, OSError) or is_exhausted(str(error)):
            self.blind = True
            self._on_trouble(
                TROUBLE,
                Trouble(
                    id=TROUBLE,
                    what="the system watches no more folders: messages are found by listing",
                    todo="raise fs.inotify.max_user_instances and max_user_watches (sysctl)",
                ),
            )
        try:
            async with asyncio.timeout(self._pace.blind_ms / 1000 if self.blind else REARM_S):
                await stop.wait()
        except TimeoutError:
            pass


def is_exhausted(said: str) -> bool:
    """Whether the watcher says that the system's limit is reached."""
    numbers = (errno.EMFILE, errno.ENFILE, errno.ENOSPC)
    return any(f"os error {number})" in said for number in numbers) or "limit reached" in said
