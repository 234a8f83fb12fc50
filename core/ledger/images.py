"""Images of changed rows: noted by triggers, in the transaction that changed them."""

import sqlite3
from contextlib import closing
from pathlib import Path

_NOT_LOGGED = ("redo", "events")  # events have a trail of their own


def tables(connection: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """The columns of every table that is logged, with their types."""
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    names = [name for (name,) in found if name not in _NOT_LOGGED and not name.startswith("sqlite")]
    return {name: dict(connection.execute(_COLUMNS, (name,)).fetchall()) for name in names}


_COLUMNS = "SELECT name, type FROM pragma_table_info(?)"


def triggers(connection: sqlite3.Connection) -> list[str]:
    """Statements that make the connection note each row that it changes."""
    found = []
    for table, columns in tables(connection).items():
        values = row_as_json("NEW", columns)
        note = "INSERT INTO redo (tbl, id, value) VALUES"
        for deed in ("INSERT", "UPDATE"):
            found.append(
                f"CREATE TEMP TRIGGER redo_{table}_{deed} AFTER {deed} ON main.{table} BEGIN"
                f" {note} ('{table}', NEW.rowid, {values}); END"
            )
        found.append(
            f"CREATE TEMP TRIGGER redo_{table}_DELETE AFTER DELETE ON main.{table} BEGIN"
            f" {note} ('{table}', OLD.rowid, NULL); END"
        )
    return found


def triggers_of(path: Path) -> list[str]:
    """The same for the file."""
    with closing(sqlite3.connect(path)) as connection:
        return triggers(connection)


def row_as_json(row: str, columns: dict[str, str]) -> str:
    """The expression of a row as JSON: bytes in hexadecimal, numbers with all their digits."""
    parts = []
    for name, kind in columns.items():
        value = f"{row}.{name}"
        if kind == "BLOB":
            value = f"hex({value})"
        elif kind == "REAL":
            value = f"CASE WHEN {value} IS NOT NULL THEN json(printf('%!.17g', {value})) END"
        parts.append(f"'{name}', {value}")
    return f"json_object({', '.join(parts)})"


def highest(connection: sqlite3.Connection) -> int:
    """The number of the row that was noted last; 0 if none ever was."""
    found = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'redo'").fetchone()
    return int(found[0]) if found else 0
