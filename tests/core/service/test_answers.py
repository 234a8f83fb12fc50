"""Each request gets an answer, side by side with the others; what is typed keeps its order."""

import asyncio
import json
from itertools import islice
from random import Random
from typing import Any

import pytest

from crewtui.core.rpc import wire
from crewtui.core.rpc.agents import StopAgent
from crewtui.core.rpc.panes import PressKeys, TypeText
from crewtui.core.rpc.requests import REQUESTS
from crewtui.core.rpc.status import Status
from crewtui.core.service import handlers
from crewtui.core.service.session import AT_ONCE
from tests.support import fuzz
from tests.support.doors import Doors

WAITS = ("task.result", "stop")
"""One waits for an end that never comes here, for as long as it is told; ``stop`` ends it all."""


async def answers(reader: asyncio.StreamReader, wanted: set[int]) -> dict[int, dict[str, Any]]:
    """The answers with these numbers, as they come."""
    found: dict[int, dict[str, Any]] = {}
    async with asyncio.timeout(60):
        while wanted - set(found):
            message = json.loads(await reader.readline())
            if message.get("id") in wanted:
                found[message["id"]] = message
    return found


async def test_10_000_random_requests_each_get_an_answer(door: Doors) -> None:
    said = [door.said_by(), door.said_by("a"), {"agent": "b", "token": door.token("a")}]
    names = [name for name in REQUESTS if name not in WAITS]
    inputs = fuzz.requests(Random(10), names, said)
    reader, writer = await door.open()
    writer.write(wire.hello())
    answered = refused = 0
    for _ in range(50):
        batch = list(islice(inputs, 200))
        writer.writelines(wire.encode(one) for one in batch)
        found = await answers(reader, {one["id"] for one in batch})
        answered += len(found)
        refused += sum("error" in one for one in found.values())
    assert answered == 10_000
    assert 1000 < refused < 10_000
    writer.close()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Stopping an agent takes until this is set; typing is only written down."""
    done = asyncio.Event()

    async def stop(_crew: Any, _caller: Any, request: StopAgent) -> str:
        await done.wait()
        return request.agent

    monkeypatch.setitem(handlers.HANDLERS, StopAgent, stop)
    return done


async def test_a_slow_request_holds_up_no_other_of_the_same_client(
    door: Doors, slow: asyncio.Event
) -> None:
    reader, writer = await door.open()
    said = door.said_by()
    writer.write(wire.hello() + wire.request(1, StopAgent(agent="a"), said))
    writer.write(wire.request(2, StopAgent(agent="b"), said) + wire.request(3, Status()))
    assert set(await answers(reader, {3})) == {3}
    slow.set()
    assert {n: m["result"] for n, m in (await answers(reader, {1, 2})).items()} == {1: "a", 2: "b"}
    writer.close()


async def test_so_many_are_done_at_once_and_the_others_wait(
    door: Doors, slow: asyncio.Event
) -> None:
    reader, writer = await door.open()
    writer.write(wire.hello())
    for number in range(1, AT_ONCE + 1):
        writer.write(wire.request(number, StopAgent(agent="ab"[number % 2]), door.said_by()))
    writer.write(wire.request(99, Status()))
    other, another = await door.open()
    another.write(wire.hello() + wire.request(1, Status()))
    await answers(other, {1})  # by then the first client's lines are read
    slow.set()
    numbers = [json.loads(await reader.readline())["id"] for _ in range(AT_ONCE + 2)]
    assert numbers.index(99) > 1
    writer.close()
    another.close()


async def test_what_is_typed_into_one_pane_keeps_its_order(
    door: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed: list[str] = []
    random = Random(1)

    async def press(_crew: Any, _caller: Any, request: PressKeys) -> None:
        await asyncio.sleep(random.random() / 1000)
        typed.append(request.keys[0])

    async def enter(_crew: Any, _caller: Any, request: TypeText) -> None:
        await asyncio.sleep(random.random() / 1000)
        typed.append(request.text)

    monkeypatch.setitem(handlers.HANDLERS, PressKeys, press)
    monkeypatch.setitem(handlers.HANDLERS, TypeText, enter)
    reader, writer = await door.open()
    writer.write(wire.hello())
    for number in range(1, 201):
        text = str(number)
        asked = PressKeys(agent="a", keys=(text,)) if number % 3 else TypeText(agent="a", text=text)
        writer.write(wire.request(number, asked, door.said_by()))
    await answers(reader, set(range(1, 201)))
    assert typed == [str(number) for number in range(1, 201)]
    writer.close()


async def test_what_a_client_asked_is_done_though_it_has_gone(
    door: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, done, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def stop(_crew: Any, _caller: Any, _request: StopAgent) -> None:
        began.set()
        await done.wait()
        ended.set()

    monkeypatch.setitem(handlers.HANDLERS, StopAgent, stop)
    _reader, writer = await door.open()
    writer.write(wire.hello() + wire.request(1, StopAgent(agent="a"), door.said_by()))
    async with asyncio.timeout(10):
        await began.wait()
        writer.transport.abort()
        other, another = await door.open()
        another.write(wire.hello() + wire.request(1, Status()))
        await answers(other, {1})
        done.set()
        await ended.wait()
    another.close()


async def test_a_request_that_fails_by_mistake_is_refused_with_an_event(
    door: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_crew: Any, _caller: Any, _request: Status) -> None:
        raise ZeroDivisionError("a mistake")

    monkeypatch.setitem(handlers.HANDLERS, Status, broken)
    reader, writer = await door.open()
    writer.write(wire.hello() + wire.request(1, Status()))
    found = await answers(reader, {1})
    assert "ZeroDivisionError: a mistake" in found[1]["error"]["message"]
    assert len(await door.events("request.failed")) == 1
    writer.close()
