"""Ledgers and trails of every schema that was ever in use are opened, kept whole, and rebuilt."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crewtui.core.ledger.history import recall_state
from crewtui.core.ledger.rebuild import rebuild
from crewtui.core.ledger.sql import migrations
from crewtui.core.ledger.store import Ledger, open_or_rebuild
from crewtui.core.model.clock import SystemClock
from crewtui.core.model.crew_state import Trouble
from crewtui.core.model.errors import LedgerError, Refused
from crewtui.core.model.task import TaskView

LANDED = Path(__file__).parent / "landed"
NEWEST = migrations()[-1][0]
TASKS: dict[int, list[str]] = {1: []}
"""Where there were no tasks yet."""
MESSAGES = "SELECT id, state, accepted_at FROM messages"
SCHEMAS = sorted(path.name for path in LANDED.iterdir())


@pytest.fixture(params=SCHEMAS)
def landed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of what a supervisor of that schema left."""
    return Path(shutil.copytree(LANDED / request.param, tmp_path / "runtime"))


async def test_an_old_ledger_is_brought_to_the_newest_schema_with_all_that_it_knows(
    landed: Path,
) -> None:
    path = landed / "ledger.db"
    with closing(sqlite3.connect(path)) as connection:
        (schema,) = connection.execute("PRAGMA user_version").fetchone()
        before = connection.execute(MESSAGES).fetchall()
    assert open_or_rebuild(path, "now") is None
    async with Ledger(path, SystemClock()) as ledger:
        state = await recall_state(ledger)
        assert ledger.records_read.unreadable == {}
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (NEWEST,)
        assert (
            connection.execute("SELECT id, state, accepted_at FROM messages").fetchall() == before
        )
    states = {message.state for message in state["messages"].values()}
    assert "dead" in states
    assert states & {"queued", "held"}
    assert [task.title for task in state["tasks"].values()] == TASKS.get(schema, ["a task"])


def test_an_old_trail_gives_its_events_back(landed: Path) -> None:
    fresh = landed / "fresh.db"
    open_or_rebuild(fresh, "now")
    rebuild(fresh, landed)
    lines = (landed / "events.jsonl").read_text().splitlines()
    with closing(sqlite3.connect(fresh)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM events").fetchone() == (len(lines),)


def test_a_ledger_of_a_newer_version_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    open_or_rebuild(path, "now")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {NEWEST + 1}")
    with pytest.raises(LedgerError, match="newer than this crewtui"):
        open_or_rebuild(path, "later")
    assert path.exists()


@pytest.mark.parametrize(
    "value", ['{"id": "t1", "title": "x", "policy": {"later": 1}}', "{no json", '{"id": 5}']
)
async def test_a_record_that_cannot_be_read_is_named_kept_and_in_nobodys_way(
    value: str, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.db"
    open_or_rebuild(path, "now")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO records VALUES ('task', 't1', ?)", (value,))
    troubles: list[Trouble] = []
    async with Ledger(path, SystemClock()) as ledger:
        ledger.records_read.on_trouble = troubles.append
        await ledger.write(lambda tx: tx.keep(TaskView(id="t2", title="another")))
        assert [task.id for task in await ledger.records(TaskView)] == ["t2"]
        assert await ledger.record(TaskView, "t1") is None
        with pytest.raises(Refused, match="task t1"):
            await ledger.write(lambda tx: tx.keep(TaskView(id="t1", title="in its place")))
    assert [trouble.id for trouble in troubles] == ["unreadable:task:t1"]
    with closing(sqlite3.connect(path)) as connection:
        kept = connection.execute("SELECT value FROM records WHERE id = 't1'").fetchone()
    assert kept == (value,)
