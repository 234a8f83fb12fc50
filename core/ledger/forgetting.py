"""Drops rows of what is finished, a few at a time, so that nobody waits for it."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from crewtui.core.ledger.store import Ledger, Transaction

SLICE = 100
"""So many rows of a kind in one transaction."""
PAUSE_S = 0.02
"""Between two of them, in seconds."""


SPARE_BYTES = 1024 * 1024
"""So much room is left in the file for new rows."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many of each were dropped."""

    messages: int = 0
    events: int = 0
    runs: int = 0


async def forget(ledger: Ledger, before: float) -> Forgotten:
    """Drop what was finished before that time, in UTC seconds.

    What waits, dead letters, each agent's newest run, and the records of tasks, votes, debates,
    milestones and the phase stay.
    """
    messages = events = runs = 0
    while dropped := await ledger.write(lambda tx: _messages(tx, before)):
        messages += dropped
        await asyncio.sleep(PAUSE_S)
    while dropped := await ledger.write(lambda tx: _events(tx, before)):
        events += dropped
        await asyncio.sleep(PAUSE_S)
    while dropped := await ledger.write(lambda tx: tx.change("drop_runs", before, SLICE)):
        runs += dropped
        await asyncio.sleep(PAUSE_S)
    return Forgotten(messages, events, runs)


async def _messages(tx: Transaction, before: float) -> int:
    rows = await tx.rows("old_messages", before, SLICE)
    for row in rows:
        for query in ("drop_body", "drop_attempts", "drop_message"):
            await tx.run(query, row["id"])
    return len(rows)


async def _events(tx: Transaction, before: float) -> int:
    last = (await tx.rows("old_events", before, SLICE * 10))[0][0]
    return await tx.change("drop_events", last, before) if last is not None else 0


async def shrink(ledger: Ledger) -> None:
    """Give the room of dropped rows back to the disk, a little at a time."""
    room = await asyncio.to_thread(free_bytes, ledger.path)
    while room > SPARE_BYTES:
        await ledger.write(lambda tx: tx.rows("shrink"))
        left = await asyncio.to_thread(free_bytes, ledger.path)
        if left >= room:  # made by an older version: its room is used again
            return
        room = left


def free_bytes(path: Path) -> int:
    """Room in the file that dropped rows have left; 0 where that cannot be read."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            pages = int(connection.execute("PRAGMA freelist_count").fetchone()[0])
            return pages * int(connection.execute("PRAGMA page_size").fetchone()[0])
    except sqlite3.Error:
        return 0
