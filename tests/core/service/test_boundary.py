"""Whatever is sent to a supervisor, it goes on, and says what it refused."""

import asyncio
import json
import os
from contextlib import suppress
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from crewtui.core.client.call import call
from crewtui.core.mail import router
from crewtui.core.mail.envelope import open_envelope
from crewtui.core.rpc import wire
from crewtui.core.rpc.requests import REQUESTS
from crewtui.core.rpc.status import Status
from tests.support import fuzz
from tests.support.doors import Doors

UNFIT = ("stop", "signal")
"""``stop`` is tried elsewhere."""


async def until(condition: Any, limit_s: float = 20.0) -> None:
    async with asyncio.timeout(limit_s):
        while not condition():
            await asyncio.sleep(0.02)


async def answered(door: Doors, raw: bytes) -> dict[str, Any]:
    """What one line is answered with; the next request on the same connection works."""
    reader, writer = await door.open()
    writer.write(wire.hello() + raw + b"\n")
    async with asyncio.timeout(20):
        await reader.readline()
        found = json.loads(await reader.readline())
        writer.write(b'{"id": 77, "method": "status"}\n')
        while json.loads(await reader.readline()).get("id") != 77:
            pass
    writer.close()
    return dict(found)


def by_file(door: Doors, facts: Any, agent: str = "a") -> Path:
    """A file as a fenced agent leaves one."""
    path = door.spool(agent) / "1.json"
    hidden = path.with_name(".1.tmp")
    hidden.write_bytes(facts if isinstance(facts, bytes) else json.dumps(facts).encode())
    hidden.rename(path)
    return path


@pytest.mark.parametrize(
    "raw",
    [
        b"noise \xff\xfe",
        fuzz.NESTED.encode(),
        b'{"id": 1, "method": "events", "params": {"after": ' + b"9" * 400 + b"}}",
        b'{"id": 1, "method": "message.show", "params": {"message": "\\ud800"}}',
        b'{"id": 1, "method": "task.add", "params": {}, "as": {"token": "\xc3\xa9"}}',
        b'{"id": 1, "method": "events", "params": {"limit": "abc"}}',
        b'{"id": 1, "method": "approval.decide", "params": {"approval": "", "role": "foo"}}',
        b'{"id": 1, "method": "panes.show", "params": {"agents": []}}',
        b'{"id": 1, "method": "no\\ud800thing"}',
        b'"' + b"x" * (9 * 2**20) + b'"',
    ],
    ids=lambda raw: repr(raw[:40]),
)
async def test_each_line_is_answered_and_the_connection_stays(door: Doors, raw: bytes) -> None:
    assert "error" in await answered(door, raw)


@pytest.mark.parametrize("token", ["é", "\ud800", "", 7, None])
async def test_a_token_that_is_none_is_refused_with_an_event(door: Doors, token: Any) -> None:
    path = by_file(door, {"token": token, "name": "request", "data": {}})
    await until(lambda: not path.exists())
    while not await door.events("signal.refused"):
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "data",
    [
        {"method": "task.claim", "params": {"task": "\ud800"}},
        {"method": "task.result", "params": {"task": "t-1", "wait_s": int(fuzz.HUGE)}},
        {"method": "\ud800", "params": {}, "until": int(fuzz.HUGE)},
        {"method": "task.add", "params": {"tasks": [[[[]]]]}},
        "no object",
    ],
    ids=lambda data: repr(data)[:50],
)
async def test_a_request_by_file_that_cannot_be_done_is_refused(door: Doors, data: Any) -> None:
    data = data | wire.Peer().facts if isinstance(data, dict) else data
    by_file(door, {"token": door.token("a"), "name": "request", "data": data})
    async with asyncio.timeout(10):
        while not await door.crew.ledger.rows("waiting_counts"):  # its refusal, as a message
            await asyncio.sleep(0.02)


async def test_a_file_that_is_nested_too_deeply_is_taken_away(door: Doors) -> None:
    path = by_file(door, fuzz.NESTED.encode())
    await until(lambda: not path.exists())


async def test_a_name_that_no_watcher_can_decode_holds_up_no_other(door: Doors) -> None:
    (Path(os.fsdecode(os.fsencode(door.spool("a")) + b"/\xff.json"))).write_bytes(b"{}")
    await asyncio.sleep(0.3)
    path = by_file(door, {"token": "no", "name": "x"}, "b")
    await until(lambda: not path.exists())


async def test_a_client_that_vanishes_in_the_middle_ends_nobody_else(door: Doors) -> None:
    for _ in range(20):
        _reader, writer = await door.open()
        writer.write(wire.hello() + b'{"id": 1, "method": "status"}\n{"id": 2, "meth')
        writer.transport.abort()
    assert "result" in await answered(door, b'{"id": 1, "method": "status"}')


async def test_a_client_that_reads_nothing_holds_up_nobody_else(door: Doors) -> None:
    _reader, writer = await door.open()
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(wire.hello() + b'{"id": 1, "method": "status"}\n' * 2000)
    assert await asyncio.to_thread(call, door.project, Status())
    writer.transport.abort()


async def send_all(door: Doors, seed: int, count: int) -> None:
    """So many lines from one client after the other; some vanish, some read nothing."""
    random = Random(seed)
    said = [door.said_by(), door.said_by("a"), {"agent": "b", "token": door.token("a")}]
    methods = [name for name in REQUESTS if name not in UNFIT]
    inputs = fuzz.requests(random, methods, said)
    sent = 0
    while sent < count:
        reader, writer = await door.open()
        batch = list(islice(inputs, random.randrange(1, 40)))
        sent += len(batch)
        writer.write(wire.hello() if random.random() < 0.95 else b"")
        writer.write(b"\n".join(fuzz.text(random, one) for one in batch))
        if random.random() < 0.8:
            writer.write(b"\n")
            writer.write_eof()
            with suppress(ConnectionError):
                while await reader.read(2**20):
                    pass
        writer.transport.abort()


async def leave_all(door: Doors, seed: int, count: int) -> None:
    """So many files, by agents with their token, with another's and with none."""
    random = Random(seed)
    methods = [*REQUESTS]
    for number, asked in enumerate(islice(fuzz.requests(random, methods, [None]), count)):
        agent = random.choice("ab")
        data = {
            **asked,
            **wire.Peer().facts,
            "until": fuzz.value(random),
            "reply": fuzz.value(random),
        }
        facts: dict[str, Any] = {"token": door.token(random.choice("ab")), "data": data}
        facts["name"] = "request" if random.random() < 0.7 else fuzz.value(random)
        if random.random() < 0.1:
            facts[random.choice(list(facts))] = fuzz.value(random)
        path = door.spool(agent) / f"{seed}-{number:06}.json"
        hidden = path.with_name(f".{path.name}.tmp")
        hidden.write_bytes(fuzz.text(random, facts))
        hidden.rename(path)
        if number % 50 == 49:
            await until(lambda folder=path.parent: not any(folder.glob(f"{seed}-*.json")))


async def attack(door: Doors, count: int) -> None:
    async with asyncio.TaskGroup() as tasks:
        for seed in range(4):
            tasks.create_task(send_all(door, seed, count // 8))
            tasks.create_task(leave_all(door, seed, count // 8))
    state = await asyncio.to_thread(call, door.project, Status())
    assert set(state["agents"]) <= {"a", "b"}


async def test_10_000_inputs_leave_the_supervisor_alive(door: Doors) -> None:
    await attack(door, 10_000)


@pytest.mark.crash
async def test_100_000_inputs_leave_the_supervisor_alive(door: Doors) -> None:
    await attack(door, 100_000)


async def test_a_message_that_cannot_be_taken_stays_is_shown_and_holds_up_no_other(
    door: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(name: str, body: bytes) -> Any:
        if body == b"poison":
            raise OverflowError("whatever is wrong with it")
        return open_envelope(name, body)

    monkeypatch.setattr(router, "open_envelope", opened)
    for number, body in enumerate((b"before", b"poison", b"after")):
        hidden = door.project.inbox("a") / f".{number}.tmp"
        hidden.write_bytes(body)
        hidden.rename(door.project.inbox("a") / f"{number}.md")
    state = door.crew.feed
    await until(lambda: len(state.state.messages) == 2)
    await until(lambda: "stranger:a" in state.state.troubles)
    assert "1.md: cannot be taken" in state.state.troubles["stranger:a"].what
    assert (door.project.inbox("a") / "1.md").read_bytes() == b"poison"
    assert len(await door.events("mail.failed")) == 1
