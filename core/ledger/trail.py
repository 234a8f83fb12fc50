"""The trail: ``events.jsonl``, which follows the ledger and can be rebuilt from it.

The last id is remembered in the file itself, so a torn last line is cut and written again.
"""

import errno
import json
import os
from pathlib import Path
from typing import Any

from crewtui.core.ledger.store import Ledger, event_of
from crewtui.core.model.event import Event

BATCH = 500


class Trail:
    """One JSONL file; ``follow`` brings it up to the ledger."""

    def __init__(self, path: Path):
        self.path = path
        self._last: int | None = None

    async def follow(self, ledger: Ledger) -> int:
        """Append every event that is not in the file yet; returns how many."""
        if self._last is None:
            self._last = cut_torn_tail(self.path)
        written = 0
        while True:
            rows = list(await ledger.rows("events_after", self._last, BATCH))
            if not rows:
                return written
            events = [event_of(row) for row in rows]
            try:
                self._append(events)
            except OSError:
                self._last = None  # some may be there: the file itself tells which
                raise
            self._last = events[-1].id
            written += len(events)

    def _append(self, events: list[Event]) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        descriptor = os.open(self.path, flags, 0o600)
        try:
            for event in events:
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


def read_trail(path: Path) -> list[dict[str, Any]]:
    """Every whole event of the file, for a rebuild of the ledger."""
    found = []
    if path.exists():
        with path.open("rb") as file:
            for line in file:
                try:
                    value = json.loads(line)
                except ValueError:
                    continue
                if isinstance(value, dict) and "id" in value:
                    found.append(value)
    return found
