"""A ledger that is built anew from its redo log and its trail knows what the old one knew."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crewtui.core.ledger.images import tables
from crewtui.core.ledger.rebuild import rebuild, went_back
from crewtui.core.ledger.redo import NAME, RedoLog, last_number
from crewtui.core.ledger.store import Ledger, Transaction, open_or_rebuild
from crewtui.core.ledger.trail import Trail
from crewtui.core.mail.outbox import add_row
from crewtui.core.model.clock import SystemClock
from crewtui.core.model.message import MessageState
from crewtui.core.model.task import TaskState, TaskView
from crewtui.core.model.vote import VoteView

IDS = st.sampled_from(["one", "two", "three"])
TEXTS = st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace").decode())
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("message"), IDS, TEXTS),
        st.tuples(st.just("move"), IDS, st.sampled_from(list(MessageState))),
        st.tuples(st.just("doubt"), IDS, st.none()),
        st.tuples(st.just("attempt"), IDS, TEXTS),
        st.tuples(st.just("task"), IDS, st.sampled_from(list(TaskState))),
        st.tuples(st.just("vote"), IDS, TEXTS),
        st.tuples(st.just("ballot"), IDS, TEXTS),
        st.tuples(st.just("submission"), IDS, TEXTS),
        st.tuples(st.just("run"), IDS, TEXTS),
        st.tuples(st.just("agent"), IDS, TEXTS),
        st.tuples(st.just("event"), IDS, TEXTS),
        st.tuples(st.just("follow"), IDS, st.none()),
    ),
    max_size=30,
)


async def _take(ledger: Ledger, kind: str, id_: str, value: Any) -> None:
    known = await ledger.message(id_)

    async def work(tx: Transaction) -> None:
        match kind:
            case "message" if known is None:
                await add_row(tx, id_, "a", "b", value, f"{id_}.md", f"body {value}".encode())
            case "move" if known is not None:
                await tx.run("move_message", value, "moved", tx.now, id_)
            case "doubt":
                await tx.run("doubt", tx.now, id_)
            case "attempt":
                await tx.run("add_attempt", id_, tx.now, "sent", value)
            case "task":
                await tx.keep(TaskView(id=id_, title=id_, state=value))
            case "vote":
                await tx.keep(VoteView(id=id_, title=value, options=("A", "B")))
            case "ballot":
                await tx.run("put_ballot", "v", id_, value, tx.now)
            case "submission":
                await tx.run("put_submission", "d", 1, id_, value, tx.now)
            case "run" if not await tx.rows("last_session", id_):
                await tx.run("add_run", f"{id_}{len(await tx.rows('all_runs'))}", id_, tx.now)
            case "agent":
                await tx.run("put_agent", id_, 1, value, "")
            case "event":
                await tx.event("told", agent=id_, text=value, more=[1.5, value])

    await ledger.write(work)


def _everything(path: Path) -> dict[str, list[Any]]:
    """Every row of every table, with the numbers they are known by."""
    with closing(sqlite3.connect(path)) as connection:
        names = [*tables(connection), "events"]
        return {
            name: connection.execute(f"SELECT rowid, * FROM {name} ORDER BY rowid").fetchall()
            for name in names
        }


async def _run(root: Path, steps: list[tuple[str, str, Any]]) -> None:
    path = root / "ledger.db"
    open_or_rebuild(path, "now")
    redo, trail = RedoLog(root / NAME), Trail(root)
    async with Ledger(path, SystemClock()) as ledger:
        await redo.follow(ledger)
        for kind, id_, value in steps:
            if kind == "follow":
                await redo.follow(ledger)
                redo = RedoLog(root / NAME)  # as after a restart
            else:
                await _take(ledger, kind, id_, value)
        await redo.follow(ledger)
        await trail.follow(ledger)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_after_any_history_the_rebuilt_ledger_equals_the_old_one(
    steps: list[tuple[str, str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("history")
    asyncio.run(_run(root, steps))
    fresh = root / "fresh.db"
    open_or_rebuild(fresh, "now")
    rebuilt = rebuild(fresh, root)
    assert _everything(fresh) == _everything(root / "ledger.db")
    assert rebuilt.in_doubt == frozenset()


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """A folder with a ledger, its redo log and its trail."""
    steps = [("message", "one", "first"), ("task", "two", TaskState.REVIEW), ("event", "a", "x")]
    asyncio.run(_run(tmp_path, steps))
    return tmp_path


def test_a_ledger_that_knows_all_has_not_gone_back(told: Path) -> None:
    assert went_back(told / "ledger.db", told) is None


def test_a_ledger_without_a_redo_log_is_believed(told: Path) -> None:
    (told / NAME).unlink()
    assert went_back(told / "ledger.db", told) is None


@pytest.mark.parametrize("harm", ["deleted", "emptied"])
def test_a_ledger_that_is_gone_has_gone_back(harm: str, told: Path) -> None:
    path = told / "ledger.db"
    path.unlink()
    if harm == "emptied":
        path.touch()
    assert went_back(path, told) == "its file was gone or empty"


def test_an_older_copy_of_a_ledger_has_gone_back(told: Path) -> None:
    path = told / "ledger.db"
    old = path.read_bytes()

    async def more() -> None:
        async with Ledger(path, SystemClock()) as ledger:
            await _take(ledger, "task", "later", TaskState.QUEUED)
            await RedoLog(told / NAME).follow(ledger)

    asyncio.run(more())
    path.write_bytes(old)
    assert went_back(path, told) == "it lacks the last 1 changes"


def test_what_the_rebuilt_ledger_notes_goes_on_counting(told: Path) -> None:
    fresh = told / "fresh.db"
    open_or_rebuild(fresh, "now")
    rebuild(fresh, told)
    before = last_number(told / NAME)

    async def more() -> None:
        async with Ledger(fresh, SystemClock()) as ledger:
            await _take(ledger, "task", "later", TaskState.QUEUED)
            await RedoLog(told / NAME).follow(ledger)

    asyncio.run(more())
    assert last_number(told / NAME) == before + 1


def test_a_torn_line_of_the_log_is_cut(told: Path) -> None:
    path = told / NAME
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"n": 99, "t": "mess')
    assert last_number(path) == last_number(path)
    assert path.read_bytes() == whole


def test_a_log_that_has_grown_becomes_a_snapshot(
    told: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crewtui.core.ledger.redo.SNAPSHOT_BYTES", 20_000)

    async def many() -> None:
        redo = RedoLog(told / NAME)
        async with Ledger(told / "ledger.db", SystemClock()) as ledger:
            for _ in range(300):
                await _take(ledger, "agent", "one", "busy")
                await redo.follow(ledger)

    asyncio.run(many())
    assert (told / NAME).stat().st_size < 40_000
    fresh = told / "fresh.db"
    open_or_rebuild(fresh, "now")
    rebuild(fresh, told)
    old, new = _everything(told / "ledger.db"), _everything(fresh)
    assert {**old, "events": []} == {**new, "events": []}
