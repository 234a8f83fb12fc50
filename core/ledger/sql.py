"""The SQL of the package: named queries and numbered migrations, read from their files."""

import re
import sqlite3
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


@cache
def queries() -> dict[str, str]:
    """Every query of ``queries.sql`` by its name."""
    text = files("crewtui.core.ledger").joinpath("queries.sql").read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    return {
        name: "\n".join(line for line in body.splitlines() if not line.startswith("--")).strip()
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    }


@cache
def migrations() -> tuple[tuple[int, str], ...]:
    """Every migration as number and script, in order."""
    folder = files("crewtui.core.ledger").joinpath("migrations")
    found = [
        (int(entry.name[:4]), entry.read_text(encoding="utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    ]
    return tuple(sorted(found))


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a database to the newest schema, each step in one transaction.

    Raises ``ValueError`` for a database of a newer crewtui.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    newest = migrations()[-1][0]
    if version > newest:
        raise ValueError(f"schema {version} is newer than this crewtui knows ({newest})")
    for number, script in migrations():
        if number > version:
            connection.executescript(
                f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;"
            )
