"""Every named query fits the newest schema, and somebody uses it."""

import sqlite3
import subprocess
from pathlib import Path

import pytest

from crewtui.core.ledger.sql import migrate, queries

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def schema() -> sqlite3.Connection:
    """An empty ledger."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    return connection


@pytest.mark.parametrize("name", queries())
def test_a_query_can_be_prepared(name: str, schema: sqlite3.Connection) -> None:
    text = queries()[name]
    marks = text.count("?") if "?1" not in text else 9
    values = [None] * marks
    if "?1" in text:
        values = [None] * max(int(text[at + 1]) for at in range(len(text)) if text[at] == "?")
    schema.execute(f"EXPLAIN {text}", values)


@pytest.mark.parametrize("name", queries())
def test_a_query_is_used(name: str) -> None:
    words = ["grep", "-rlE", "--include=*.py", f"[\"']{name}[\"']", str(ROOT / "core")]
    assert subprocess.run(words, capture_output=True, check=False).returncode == 0
