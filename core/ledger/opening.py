"""Opening the ledger at a start: another program may hold it for a moment, or for good."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from crewtui.core.ledger.store import open_or_rebuild
from crewtui.core.model.errors import LedgerError

PATIENCE_S = 10.0
"""So long a ledger that is locked is tried, in seconds."""
LOOK_S = 0.2


def open_patiently(
    path: Path,
    stamp: str,
    problem: str | None = None,
    patience_s: float = PATIENCE_S,
    pause: Callable[[float], None] = time.sleep,
) -> str | None:
    """Check the ledger and bring it to the newest schema, as ``open_or_rebuild`` does.

    ``problem`` is what is known to be wrong with it.

    Raises ``LedgerError`` that names who holds it, if it stays locked.
    """
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return open_or_rebuild(path, stamp, problem)
        except LedgerError as error:
            if not _is_locked(error):
                raise
            if time.monotonic() > deadline:
                who = ", ".join(holders(path)) or "another program"
                raise LedgerError(
                    f"{path} is locked by {who}", "end that program, then: crewtui up"
                ) from None
        pause(LOOK_S)


def _is_locked(error: LedgerError) -> bool:
    cause = error.__context__
    return isinstance(cause, sqlite3.OperationalError) and cause.sqlite_errorcode & 0xFF in (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
    )


def holders(path: Path) -> Iterator[str]:
    """The processes of this user that have the file open: ``PID (name)``; none where not told."""
    for process in sorted(Path("/proc").glob("[0-9]*")):
        if process.name == str(os.getpid()):
            continue
        try:
            opened = {str(link.readlink()) for link in (process / "fd").iterdir()}
            if str(path) in opened:
                yield f"process {process.name} ({(process / 'comm').read_text().strip()})"
        except OSError:
            continue  # it ended, or is somebody else's
