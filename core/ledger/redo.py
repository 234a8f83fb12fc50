"""The redo log: ``rows.jsonl``, every row of the ledger as it changed: it is rebuilt from that.

Triggers of the writing connection note each changed row in the same transaction, whatever statement
changed it; the log follows them. A log that has grown is replaced by a snapshot of all rows. The
file is as private as the ledger: unlike events, it holds bodies as they are.
"""

import asyncio
import errno
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from crewtui.core.ledger.images import highest, row_as_json, tables
from crewtui.core.ledger.store import Ledger

NAME = "rows.jsonl"
BATCH = 500
FORGET = 100
"""So many noted rows that stand in the log are kept in the ledger before they are dropped."""
SNAPSHOT_BYTES = 16 * 1024 * 1024
"""A log smaller than this is left alone; a larger one once it is three times its last snapshot."""
GROWN = 3


class RedoLog:
    """One file; ``follow`` brings it up to the ledger."""

    def __init__(self, path: Path):
        self.path = path
        self._last: int | None = None
        self._forgotten = 0
        self._snapshot_size = 0

    async def follow(self, ledger: Ledger) -> None:
        """Append every noted row that is not in the file yet; raises ``OSError``."""
        if self._last is None:
            self._last = await asyncio.to_thread(last_number, self.path)
            if self._last == 0:
                await self._snapshot(ledger)
        while rows := list(await ledger.rows("redo_after", self._last, BATCH)):
            try:
                await asyncio.to_thread(_append, self.path, rows)
            except OSError:
                self._last = None  # some may be there: the file itself tells which
                raise
            self._last = rows[-1]["n"]
        if self._last - self._forgotten > FORGET:
            last = self._last
            await ledger.write(lambda tx: tx.run("forget_redo", last))
            self._forgotten = last
        size = self.path.stat().st_size if self.path.exists() else 0
        if size > max(SNAPSHOT_BYTES, GROWN * self._snapshot_size):
            await self._snapshot(ledger)

    async def _snapshot(self, ledger: Ledger) -> None:
        """Begin the file anew with every row as it is now."""
        try:
            self._last = await asyncio.to_thread(write_snapshot, ledger.path, self.path)
        except sqlite3.Error as error:  # its file is gone, or damaged: somebody else sees to that
            raise OSError(errno.EIO, f"{ledger.path}: {error}") from error
        self._snapshot_size = self.path.stat().st_size


def _append(path: Path, rows: Iterable[sqlite3.Row]) -> None:
    data = "".join(_line(row["n"], row["tbl"], row["id"], row["value"]) for row in rows).encode()
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        while data:
            data = data[os.write(descriptor, data) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _line(number: int, table: str, id_: int, value: str | None) -> str:
    row = json.loads(value) if value is not None else None
    return json.dumps({"n": number, "t": table, "id": id_, "v": row}) + "\n"


def write_snapshot(ledger: Path, path: Path) -> int:
    """Put a log with every row as it is now in the log's place; returns the number it is up to."""
    hidden = path.with_name(f".{path.name}.tmp")
    hidden.unlink(missing_ok=True)
    with closing(sqlite3.connect(f"{ledger.as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("BEGIN")
        number = highest(connection)
        descriptor = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(_line(number, "", 0, None))
            for table, columns in tables(connection).items():
                values = row_as_json(table, columns)
                for id_, value in connection.execute(f"SELECT rowid, {values} FROM {table}"):
                    file.write(_line(number, table, id_, value))
            file.flush()
            os.fsync(file.fileno())
    hidden.replace(path)
    return number


def last_number(path: Path) -> int:
    """Cut a last line that is not whole; returns the number of the last one that is, or 0."""
    if not path.exists():
        return 0
    end, last = 0, 0
    with path.open("r+b") as file:
        for line in file:
            number = _number(line)
            if number is None:
                break
            end, last = end + len(line), number
        file.truncate(end)
    return last


def _number(line: bytes) -> int | None:
    if not line.endswith(b"\n"):
        return None
    try:
        return int(json.loads(line)["n"])
    except (ValueError, KeyError, TypeError):
        return None


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Every whole line of the log, in order; nothing after one that is damaged."""
    if path.exists():
        with path.open("rb") as file:
            for line in file:
                if _number(line) is None:
                    return
                yield json.loads(line)
