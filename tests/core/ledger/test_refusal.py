"""What the ledger does with a refusal: waits it out, names damage, or lets a mistake be one."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crewtui.core.ledger.sql import queries
from crewtui.core.ledger.store import Ledger, Transaction, open_or_rebuild
from crewtui.core.model.clock import SystemClock
from crewtui.core.model.crew_state import Trouble


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    """An open ledger."""
    path = tmp_path / "ledger.db"
    open_or_rebuild(path, "now")
    async with Ledger(path, SystemClock()) as found:
        yield found


async def test_a_mistake_in_sql_is_an_error_at_once(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    troubles: list[Trouble | None] = []
    ledger.on_trouble = troubles.append
    monkeypatch.setitem(queries(), "wrong", "SELECT * FROM nowhere")
    async with asyncio.timeout(2):
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            await ledger.write(lambda tx: tx.run("wrong"))
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            await ledger.rows("wrong")
    assert troubles == [], "no disk is blamed"


async def test_a_lock_is_waited_out_and_the_work_done_once(ledger: Ledger) -> None:
    troubles: list[Trouble | None] = []
    ledger.on_trouble = troubles.append
    other = sqlite3.connect(ledger.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def work(tx: Transaction) -> None:
        await tx.event("told", text="once")

    writing = asyncio.ensure_future(ledger.write(work))
    while not troubles:
        await asyncio.sleep(0.01)
    other.execute("ROLLBACK")
    other.close()
    await writing
    assert troubles[0] is not None
    assert troubles[-1] is None
    assert len(list(await ledger.rows("events_after", 0, 10))) == 1
