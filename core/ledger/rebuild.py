"""A new ledger from the trail, after the old one was found damaged."""

import json
import sqlite3
from pathlib import Path

from crewtui.core.ledger.trail import read_trail


def rebuild_events(ledger: Path, trail: Path) -> tuple[int, set[str]]:
    """Copy the trail's events into a fresh ledger; what waits is found again in its folders.

    Returns how many events there were, and the file names of messages that were being typed at
    the end: those are in doubt.
    """
    events = read_trail(trail)
    typing: dict[str, str] = {}
    connection = sqlite3.connect(ledger)
    with connection:
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
    connection.close()
    return len(events), set(typing.values()) - {""}
