"""The queue's promises, over real files and a real ledger, for any order of events."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from crewtui.core.config.project import Project
from crewtui.core.ledger.store import Ledger, open_or_rebuild
from crewtui.core.mail.filing import file_away
from crewtui.core.mail.pace import SenderPace
from crewtui.core.mail.post import write_file
from crewtui.core.mail.router import Router
from crewtui.core.model.clock import SystemClock
from crewtui.core.model.message import MessageState, MessageView

AGENTS = ["a", "b", "c"]

drops = st.tuples(
    st.sampled_from([*AGENTS, "all", "human", "ghost"]),
    st.sampled_from(["a", "b", "../x", ""]),
    st.sampled_from([b"hello", b"LGTM", b"\xff\x00", b"", b"  ", b'{"body": "x"}', b"{"]),
    st.sampled_from([".md", ".txt", ".json"]),
    st.sampled_from(["", "__id-77"]),
)
steps = st.lists(st.one_of(drops, st.just("scan"), st.just("crash"), st.just("file")), max_size=14)


class Queue:
    """A router on a ledger, with what it told."""

    def __init__(self, root: Path, ledger: Ledger):
        self.project = Project(root)
        self.ledger = ledger
        self.finished: list[MessageView] = []
        clock = SystemClock()
        pace = SenderPace(0, clock)  # no limit: test_pace.py proves it
        self.router = Router(self.project, ledger, clock, lambda: AGENTS, 120.0, pace)
        self.router.on_finished = self.finished.append

    async def scan(self) -> None:
        names = {str(path) for path in self.project.messages.glob("to_*/*")}
        while await self.router.scan(names):
            await asyncio.sleep(0)

    async def file_finished(self) -> None:
        for view in self.finished:
            rows = list(await self.ledger.rows("message", view.id))
            if rows[0]["file_key"]:
                file_away(self.project, view, rows[0]["file_key"], await self.ledger.body(view.id))
                await self.ledger.write(lambda tx, id_=view.id: tx.run("filed", id_))  # type: ignore[misc]
                self.router.forget(view.recipient, view.name)
        self.finished.clear()


@settings(max_examples=60, deadline=None)
@given(steps)
def test_every_file_becomes_exactly_one_message_whatever_happens(plan: list[object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), plan))


async def _play(root: Path, plan: list[object]) -> None:
    project = Project(root)
    project.prepare()
    for name in (*AGENTS, "all", "human", "ghost"):
        project.inbox(name).mkdir()
    open_or_rebuild(project.ledger, "now")
    dropped = 0
    async with Ledger(project.ledger, SystemClock()) as ledger:
        queue = Queue(root, ledger)
        for step in [*plan, "scan"]:
            if step == "scan":
                await queue.scan()
            elif step == "crash":
                queue = Queue(root, ledger)
                await queue.router.recall(set())
            elif step == "file":
                await queue.file_finished()
            elif isinstance(step, tuple):
                to, sender, body, suffix, id_ = step
                safe = sender.replace("/", "")
                write_file(project.inbox(to) / f"{dropped}__from-{safe}{id_}{suffix}", body)
                dropped += 1
        await _check(ledger, dropped)
        before = await _count(ledger)
        await queue.scan()
        again = Queue(root, ledger)
        await again.router.recall(set())
        await again.scan()
        assert await _count(ledger) == before, "a scan or a restart accepted a file twice"


async def _check(ledger: Ledger, dropped: int) -> None:
    rows = await ledger.connection.execute_fetchall("SELECT * FROM messages ORDER BY seq")
    messages = list(rows)
    originals = {(row["name"]) for row in messages}
    assert len(originals) == dropped, "every file is one message, and no message lacks its file"
    for row in messages:
        assert MessageState(row["state"]) in MessageState
        if row["state"] == MessageState.DEAD:
            assert row["reason"]
        if row["recipient"] == "ghost":
            assert row["state"] in (MessageState.DEAD, MessageState.DUPLICATE)
    waiting = [row for row in messages if row["state"] == MessageState.QUEUED]
    for row in waiting:
        assert row["recipient"] in (*AGENTS, "human")
        assert await ledger.body(row["id"]) != b""


async def _count(ledger: Ledger) -> int:
    rows = await ledger.connection.execute_fetchall("SELECT COUNT(*) FROM messages")
    return int(next(iter(rows))[0])
