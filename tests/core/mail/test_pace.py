"""What one sender and one inbox may have; what is beyond stays a file, and comes later."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from crewtui.core.config.project import Project
from crewtui.core.ledger.store import Ledger, open_or_rebuild
from crewtui.core.mail.pace import SenderPace
from crewtui.core.mail.post import INBOX_BYTES, post, write_file
from crewtui.core.mail.router import Router
from crewtui.core.model.crew_state import Trouble
from crewtui.core.model.errors import Refused

LIMIT = 3
AGENTS = ["coder", "tester"]


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return 1_700_000_000.0


class Mail:
    """A router with a limit of three a minute, and what it says."""

    def __init__(self, project: Project, ledger: Ledger, clock: Hands, limit: int):
        self.project, self.ledger, self.clock = project, ledger, clock
        self.troubles: dict[str, Trouble] = {}
        self.written = 0
        pace = SenderPace(limit, clock)
        self.router = Router(project, ledger, clock, lambda: AGENTS, 120.0, pace)
        self.router.on_trouble = self._trouble

    def _trouble(self, id_: str, trouble: Trouble | None) -> None:
        if trouble is None:
            self.troubles.pop(id_, None)
        else:
            self.troubles[id_] = trouble

    def write(self, sender: str, to: str, size: int = 0) -> None:
        self.written += 1
        name = f"{self.written:03d}__from-{sender}__to-{to}.md"
        body = f"{self.written}".encode() + b"x" * size
        write_file(self.project.inbox(to) / name, body)

    async def scan(self) -> None:
        names = {str(path) for path in self.project.messages.glob("to_*/*")}
        while await self.router.scan(names):
            await asyncio.sleep(0)

    async def taken(self) -> list[str]:
        """The numbers of what was accepted, in that order."""
        query = "SELECT name FROM messages ORDER BY seq"
        rows = await self.ledger.connection.execute_fetchall(query)
        return [str(row[0])[:3] for row in rows]


def play(root: Path, story: Callable[[Mail], Awaitable[None]], limit: int = LIMIT) -> None:
    async def run() -> None:
        async with _mail(root, limit) as mail:
            await story(mail)

    asyncio.run(run())


@asynccontextmanager
async def _mail(root: Path, limit: int) -> AsyncIterator[Mail]:
    project, clock = Project(root), Hands()
    project.prepare()
    for name in (*AGENTS, "human"):
        project.inbox(name).mkdir()
    open_or_rebuild(project.ledger, "now")
    async with Ledger(project.ledger, clock) as ledger:
        yield Mail(project, ledger, clock, limit)


def test_what_a_sender_writes_beyond_its_limit_stays_and_comes_later_in_order(
    tmp_path: Path,
) -> None:
    async def story(mail: Mail) -> None:
        for _ in range(5):
            mail.write("coder", "tester")
        mail.write("tester", "human")
        await mail.scan()
        assert await mail.taken() == ["006", "001", "002", "003"]
        assert len(list(mail.project.inbox("tester").iterdir())) == 5
        mail.clock.now += 59
        mail.write("coder", "tester")
        await mail.scan()
        assert len(await mail.taken()) == 4
        mail.clock.now += 2
        await mail.scan()
        assert (await mail.taken())[4:] == ["004", "005", "007"]

    play(tmp_path, story)


def test_needs_you_names_the_sender_and_counts_what_waits_until_it_is_taken(tmp_path: Path) -> None:
    async def story(mail: Mail) -> None:
        for _ in range(4):
            mail.write("coder", "tester")
        await mail.scan()
        said = mail.troubles["pace:coder"].what
        assert said == "coder writes 3 a minute: 1 more wait in to_tester"
        mail.write("coder", "tester")
        await mail.scan()
        assert "2 more wait" in mail.troubles["pace:coder"].what
        mail.clock.now += 61
        await mail.scan()
        assert mail.troubles == {}

    play(tmp_path, story)


def test_two_that_thank_each_other_for_ever_are_named_together(tmp_path: Path) -> None:
    async def story(mail: Mail) -> None:
        for _ in range(5):
            mail.write("coder", "tester")
            mail.write("tester", "coder")
        await mail.scan()
        said = "coder and tester write to each other 3 a minute: 4 more wait"
        assert {trouble.what for trouble in mail.troubles.values()} == {said}

    play(tmp_path, story)


def test_a_waiting_flood_keeps_no_room_from_other_senders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crewtui.core.mail.router.INBOX_LIMIT", 6)

    async def story(mail: Mail) -> None:
        for _ in range(20):
            mail.write("coder", "tester")
        await mail.scan()
        mail.write("tester", "tester")
        await mail.scan()
        assert "021" in await mail.taken()

    play(tmp_path, story)


def test_the_operator_has_more_room_and_zero_is_no_limit(tmp_path: Path) -> None:
    clock = Hands()
    assert SenderPace(60, clock).room("human") == 600
    assert SenderPace(0, clock).room("coder") == float("inf")

    async def story(mail: Mail) -> None:
        for _ in range(200):
            mail.write("coder", "tester")
        await mail.scan()
        assert len(await mail.taken()) == 200

    play(tmp_path, story, limit=0)


def test_an_inbox_takes_no_more_bytes_than_its_limit(tmp_path: Path) -> None:
    async def story(mail: Mail) -> None:
        for _ in range(20):
            mail.write("coder", "tester", 1000 * 1000)
        await mail.scan()
        assert len(await mail.taken()) == 16
        assert mail.troubles["full:tester"].what.startswith("4 more messages lie before")

    play(tmp_path, story, limit=0)


def test_the_trouble_of_a_full_inbox_is_over_when_its_files_are_gone(tmp_path: Path) -> None:
    async def story(mail: Mail) -> None:
        for _ in range(17):
            mail.write("coder", "tester", 1000 * 1000)
        await mail.scan()
        (mail.project.inbox("tester") / "017__from-coder__to-tester.md").unlink()
        await mail.scan()
        assert mail.troubles == {}

    play(tmp_path, story, limit=0)


def test_send_is_refused_where_too_many_bytes_wait(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.inbox("tester").mkdir(parents=True)
    (project.inbox("tester") / "x.md").write_bytes(b"x" * (INBOX_BYTES - 10))
    with pytest.raises(Refused, match="KiB wait") as refused:
        post(project, "coder", "tester", "", "more than ten bytes")
    assert refused.value.exit_code == 4
