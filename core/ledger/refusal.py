"""What SQLite's refusals mean: some pass, some are damage, the rest are mistakes of our own."""

import sqlite3

_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
}
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}


def _code(error: sqlite3.Error) -> int:
    """The primary result code; -1 where there is none."""
    code = getattr(error, "sqlite_errorcode", None)
    return -1 if code is None else int(code) & 0xFF


def passes(error: sqlite3.Error) -> bool:
    """Whether the disk or a lock refused for now: it is tried again until it works."""
    return _code(error) in _PASSING


def is_mistake(error: sqlite3.Error) -> bool:
    """Whether neither disk nor file is at fault, but the statement: that never passes."""
    return _code(error) not in _PASSING | _DAMAGE
