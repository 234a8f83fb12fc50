"""Keeps what is finished for a set time and size: rows of the ledger, and the files beside it."""

import asyncio
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from crewtui.core.config.crew import CrewTable
from crewtui.core.config.project import Project
from crewtui.core.ledger.forgetting import Forgotten, forget, free_bytes, shrink
from crewtui.core.ledger.guarded import guarded
from crewtui.core.ledger.store import Ledger
from crewtui.core.ledger.trail import day_of, trail_files
from crewtui.core.model.clock import Clock

DAY_S = 86400.0
PURGED_S = 7 * DAY_S
"""How long a purged dead letter's file is kept, in seconds."""
LOOK_S = 600.0
"""How often it is seen whether it is time, or whether it became too much, in seconds."""
LEAST_S = 3600.0
"""However much it is, what is finished is kept for so long, in seconds."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What went, and what all that is kept takes now, in bytes."""

    rows: Forgotten
    files: int
    size: int


class Cleaner:
    """Drops what is finished and old, once a day, and sooner where it takes too much room."""

    def __init__(self, project: Project, ledger: Ledger, clock: Clock, table: CrewTable):
        self._project = project
        self._ledger = ledger
        self._clock = clock
        self._table = table
        self._mark = project.runtime / "cleaned"

    async def run(self) -> None:
        """Clean for ever at its times; its owner cancels it."""
        while True:
            await guarded(self._ledger, "cleaning", self._look())
            await asyncio.sleep(LOOK_S)

    async def _look(self) -> None:
        if self._is_due():
            await self.clean()
            self._mark.touch(mode=0o600)
        elif await asyncio.to_thread(self._size) > self._limit:
            await self.clean()

    def _is_due(self) -> bool:
        """Whether the time of day came since the last cleaning."""
        now = datetime.fromtimestamp(self._clock.wall()).astimezone()
        hour, minute = (int(part) for part in self._table.clean_at.split(":"))
        last = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if last > now:
            last -= timedelta(days=1)
        try:
            return self._mark.stat().st_mtime < last.timestamp()
        except FileNotFoundError:
            return True

    @property
    def _limit(self) -> float:
        return self._table.keep_mb * 1024.0**2 or float("inf")

    async def clean(self) -> Cleaned:
        """Drop what is older than ``keep_days``, and the oldest of the rest if it is too much."""
        keep_s = self._table.keep_days * DAY_S or float("inf")
        rows, files = Forgotten(), 0
        while True:
            before = self._clock.wall() - keep_s
            if before > 0:
                more = await forget(self._ledger, before)
                rows = _sum(rows, more)
                files += await asyncio.to_thread(self._drop_files, before)
            await shrink(self._ledger)
            size = await asyncio.to_thread(self._size)
            if size <= self._limit or keep_s <= LEAST_S:
                break
            keep_s = max(LEAST_S, min(keep_s, 64 * DAY_S) / 2)
        files += await asyncio.to_thread(self._drop_purged)
        if files or rows != Forgotten():
            text = (
                f"cleaned: {rows.messages} messages, {rows.events} events, {rows.runs} runs, "
                f"{files} files dropped; {size // 1024**2} MiB are kept"
            )
            await self._ledger.event("crew.cleaned", text=text, files=files, size=size)
        return Cleaned(rows, files, size)

    def _size(self) -> int:
        """What the ledger and the files of finished messages and events take, in bytes."""
        paths = [self._project.ledger, *trail_files(self._project.logs)]
        paths += self._project.processed.rglob("*")
        total = 0
        for path in paths:
            with suppress(OSError):
                total += path.lstat().st_size
        return total - free_bytes(self._ledger.path)

    def _drop_files(self, before: float) -> int:
        """Files of days, and of hours, that ended before that time; links are left alone."""
        day, hour, count = day_of(before), int(before % DAY_S // 3600), 0
        for path in trail_files(self._project.logs):
            stamp = path.stem.partition("-")[2]
            if stamp < day if stamp else path.stat().st_mtime < before:
                path.unlink()
                count += 1
        for path in list(self._project.processed.iterdir()):
            if path.is_dir() and not path.is_symlink() and path.name.isdigit():
                hours = [path] if path.name < day else []
                if path.name == day:
                    hours = [at for at in path.iterdir() if at.name < f"{hour:02d}"]
                count += sum(_drop_folder(folder) for folder in hours)
            elif path.is_file() and path.lstat().st_mtime < before:  # of older versions
                path.unlink()
                count += 1
        return count

    def _drop_purged(self) -> int:
        folder, count = self._project.dead_letters / "purged", 0
        oldest = self._clock.wall() - PURGED_S
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.lstat().st_mtime < oldest:
                path.unlink()
                count += 1
        return count


def _drop_folder(folder: Path) -> int:
    count = sum(1 for path in folder.rglob("*") if not path.is_dir())
    shutil.rmtree(folder, ignore_errors=True)
    return count


def _sum(one: Forgotten, other: Forgotten) -> Forgotten:
    return Forgotten(
        one.messages + other.messages, one.events + other.events, one.runs + other.runs
    )
