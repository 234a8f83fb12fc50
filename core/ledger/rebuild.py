"""A new ledger from the redo log and the trail, where the old one is damaged or has gone back."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crewtui.core.ledger.images import highest, tables
from crewtui.core.ledger.redo import NAME, last_number, read_rows
from crewtui.core.ledger.trail import read_trail

KINDS = {"task": "tasks", "vote": "votes", "debate": "debates", "milestone": "milestones"}


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came back; ``in_doubt`` names messages that were being typed, where no row tells."""

    counts: dict[str, int] = field(default_factory=dict)
    in_doubt: frozenset[str] = frozenset()

    @property
    def whole(self) -> bool:
        """Whether everything that was written down is there again."""
        return bool(self.counts)

    @property
    def said(self) -> str:
        """What is there again and what is lost, in words."""
        if not self.whole:
            return (
                f"there was no {NAME} to build it from: messages that wait are found in their"
                " folders; tasks, votes, milestones and dead letters of before are lost"
            )
        parts = [f"{count} {what}" for what, count in self.counts.items() if count]
        return f"with {', '.join(parts) or 'nothing in it'}; nothing that was written down is lost"


def went_back(ledger: Path, logs: Path) -> str | None:
    """What happened to a ledger that knows less than its redo log; none if it knows all.

    A file that was deleted, emptied, put back from a copy or robbed of its write-ahead log is whole
    and opens without a word.
    """
    known = last_number(logs / NAME)
    if not known:
        return None
    if not ledger.exists() or ledger.stat().st_size == 0:
        return "its file was gone or empty"
    try:
        with closing(sqlite3.connect(f"{ledger.as_uri()}?mode=ro", uri=True)) as connection:
            has = highest(connection)
    except sqlite3.Error:
        return None  # damaged or locked: that is found elsewhere
    return f"it lacks the last {known - has} changes" if has < known else None


def rebuild(ledger: Path, logs: Path) -> Rebuilt:
    """Fill a fresh ledger with every row of the redo log and every event of the trail."""
    rows: dict[tuple[str, int], Any] = {}
    last = 0
    for line in read_rows(logs / NAME):
        last = int(line["n"])
        key = (str(line["t"]), int(line["id"]))
        if line["v"] is None:
            rows.pop(key, None)
        else:
            rows.pop(key, None)
            rows[key] = line["v"]
    with closing(sqlite3.connect(ledger, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        known = tables(connection)
        for (table, id_), value in rows.items():
            if table in known:
                _put(connection, table, known[table], id_, value)
        if last:
            connection.execute("INSERT INTO redo (n, tbl, id) VALUES (?, '', 0)", (last,))
            connection.execute("DELETE FROM redo")
        typing = _put_events(connection, read_trail(logs))
        connection.execute("COMMIT")
        counts = _counts(connection) if last else {}
    return Rebuilt(counts, frozenset() if last else typing)


def _put(
    connection: sqlite3.Connection, table: str, columns: dict[str, str], id_: int, value: Any
) -> None:
    """One row as it was; columns that are known no more are left out."""
    names = [name for name in columns if name in value]
    found = [
        bytes.fromhex(value[name]) if columns[name] == "BLOB" else value[name] for name in names
    ]
    marks = ", ".join("?" * (len(names) + 1))
    listed = ", ".join(["rowid", *names])
    connection.execute(f"INSERT OR REPLACE INTO {table} ({listed}) VALUES ({marks})", (id_, *found))


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    found = {"messages": connection.execute("SELECT COUNT(*) FROM messages").fetchone()[0]}
    dead = "SELECT COUNT(*) FROM messages WHERE state = 'dead'"
    found["dead letters"] = connection.execute(dead).fetchone()[0]
    for kind, count in connection.execute("SELECT kind, COUNT(*) FROM records GROUP BY kind"):
        if kind in KINDS:
            found[KINDS[kind]] = count
    return found


def _put_events(connection: sqlite3.Connection, events: Iterable[dict[str, Any]]) -> frozenset[str]:
    """The trail's events; returns the names of messages that were being typed at its end."""
    typing: dict[str, str] = {}
    for event in events:
        detail = event.get("detail") or {}
        connection.execute(
            "INSERT OR IGNORE INTO events (id, at, kind, agent, message, text, detail)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                event["id"],
                event.get("at", 0.0),
                event.get("kind", "unknown"),
                event.get("agent", ""),
                event.get("message", ""),
                event.get("text", ""),
                json.dumps(detail),
            ),
        )
        kind, message = event.get("kind"), event.get("message", "")
        if kind == "message.pasting":
            typing[message] = str(detail.get("name", ""))
        elif kind in ("message.delivered", "message.dead"):
            typing.pop(message, None)
    return frozenset(typing.values()) - {""}
