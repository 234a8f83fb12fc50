"""What is read while something is being written."""

import asyncio
from pathlib import Path

from crewtui.core.ledger.store import Ledger, Transaction, open_or_rebuild
from crewtui.core.model.clock import SystemClock

MESSAGE = ("m1", "a", "b", "", "n.md", "", "", "", 4, "queued", "", "text", 1.0, 1.0, None)


async def test_a_message_is_not_seen_before_its_body_is_there(tmp_path: Path) -> None:
    half, looked = asyncio.Event(), asyncio.Event()

    async def accept(tx: Transaction) -> None:
        await tx.run("add_message", *MESSAGE)
        half.set()
        await looked.wait()
        await tx.run("add_body", "m1", b"text")

    path = tmp_path / "ledger.db"
    open_or_rebuild(path, "now")
    async with Ledger(path, SystemClock()) as ledger, asyncio.TaskGroup() as group:
        writing = group.create_task(ledger.write(accept))
        await half.wait()
        reading = group.create_task(ledger.rows("next_for", "a"))
        await asyncio.wait({reading}, timeout=0.5)  # it may also wait until all is written
        early = [row["id"] for row in reading.result()] if reading.done() else []
        looked.set()
        await writing
        assert early == []
        assert [row["id"] for row in await ledger.rows("next_for", "a")] == ["m1"]
        assert await ledger.body("m1") == b"text"
