"""The trail: ``events-YYYYMMDD.jsonl``, which follows the ledger and can be rebuilt from it.

The last id is remembered in the file itself, so a torn last line is cut and written again.
"""

import errno
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from crewtui.core.ledger.store import Ledger, event_of
from crewtui.core.model.event import Event

BATCH = 500


def day_of(at: float) -> str:
    """The UTC day of a time, as in the names of files: ``20261231``."""
    return f"{datetime.fromtimestamp(at, UTC):%Y%m%d}"


def trail_files(logs: Path) -> list[Path]:
    """The trail's files, oldest first; ``events.jsonl`` is that of older versions."""
    old = logs / "events.jsonl"
    return [*([old] if old.exists() else []), *sorted(logs.glob("events-[0-9]*.jsonl"))]


class Trail:
    """JSONL files in one folder, one a day; ``follow`` brings them up to the ledger."""

    def __init__(self, logs: Path):
        self._logs = logs
        self._last: int | None = None
        self._newest = logs / "events-.jsonl"

    async def follow(self, ledger: Ledger) -> int:
        """Append every event that is not in the files yet; returns how many."""
        if self._last is None:
            self._last = self._resume()
        written = 0
        while True:
            rows = list(await ledger.rows("events_after", self._last, BATCH))
            if not rows:
                return written
            events = [event_of(row) for row in rows]
            try:
                self._append(events)
            except OSError:
                self._last = None  # some may be there: the files themselves tell which
                raise
            self._last = events[-1].id
            written += len(events)

    def _resume(self) -> int:
        """The id of the last event in the files, whose torn tail is cut; 0 if there is none."""
        for path in reversed(trail_files(self._logs)):
            if self._newest.name < path.name:
                self._newest = path
            if last := cut_torn_tail(path):
                return last
        return 0

    def _append(self, events: list[Event]) -> None:
        """Each to the file of its day; a clock that was set back opens no older file again."""
        for day, of_day in groupby(events, key=lambda event: day_of(event.at)):
            path = max(self._newest, self._logs / f"events-{day}.jsonl")
            self._newest = path
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
            descriptor = os.open(path, flags, 0o600)
            try:
                for event in of_day:
                    line = json.dumps(event.model_dump(), ensure_ascii=True) + "\n"
                    if os.write(descriptor, line.encode()) < len(line):
                        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            finally:
                os.close(descriptor)


def cut_torn_tail(path: Path) -> int:
    """Cut a last line that is not whole; returns the id of the last event that is."""
    if not path.exists():
        return 0
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        step = 64 * 1024
        end = size
        tail = b""
        start = size
        while start > 0:
            start = max(0, start - step)
            file.seek(start)
            tail = file.read(min(step, end - start)) + tail
            end = start
            last = _last_whole(tail, start == 0)
            if last is not None:
                number, keep = last
                file.truncate(start + keep)
                return number
        file.truncate(0)
    return 0


def _last_whole(tail: bytes, from_start: bool) -> tuple[int, int] | None:
    """The last whole event's id in the tail and where it ends; none if there is none."""
    end = tail.rfind(b"\n")
    while end >= 0:
        begin = tail.rfind(b"\n", 0, end)
        if begin < 0 and not from_start:
            return None
        try:
            value = json.loads(tail[begin + 1 : end])
            return int(value["id"]), end + 1
        except (ValueError, KeyError, TypeError):
            end = begin
    return None


def read_trail(logs: Path) -> Iterator[dict[str, Any]]:
    """Every whole event of the trail, for a rebuild of the ledger."""
    for path in trail_files(logs):
        with path.open("rb") as file:
            for line in file:
                try:
                    value = json.loads(line)
                except ValueError:
                    continue
                if isinstance(value, dict) and "id" in value:
                    yield value
