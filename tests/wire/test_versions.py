"""Both ends say their protocol first; another one is said in one sentence, with what mends it."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from crewtui.app.dashboard import CrewApp
from crewtui.core.client.call import call
from crewtui.core.client.connection import PROTOCOL, CrewConnection, connection_to
from crewtui.core.client.transport import UnixSocket
from crewtui.core.config.project import Project
from crewtui.core.model.crew_state import CrewState
from crewtui.core.model.errors import CrewtuiError
from crewtui.core.rpc import wire
from crewtui.core.rpc.agents import StopAgent
from crewtui.core.rpc.status import Status
from crewtui.core.rpc.watching import Stop
from tests.support.doors import Doors, doors
from tests.support.fake_supervisor import fake_supervisor

HERE = Path(__file__).parent
QUIET_S = 1.5
"""Three times as long as a lost connection waits before it is made again, in seconds."""


@pytest_asyncio.fixture
async def door(tmp_path: Path) -> AsyncIterator[Doors]:
    async with doors(tmp_path / "proj") as found:
        yield found


@pytest.fixture
def project(tmp_path: Path) -> Project:
    found = Project(tmp_path)
    found.prepare()
    return found


@pytest.fixture
def old_server(project: Project) -> Iterator["subprocess.Popen[str]"]:
    words = [sys.executable, str(HERE / "old_server.py"), str(project.socket)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


async def old_client(door: Doors, *words: str) -> tuple[int, str]:
    """What a program of then prints, and how it ends."""
    argv = [sys.executable, str(HERE / "old_client.py"), str(door.project.socket), *words]
    run = subprocess.run
    done = await asyncio.to_thread(run, argv, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@asynccontextmanager
async def held(connection: CrewConnection) -> AsyncIterator[CrewConnection]:
    async with asyncio.TaskGroup() as tasks:
        keeping = tasks.create_task(connection.keep())
        yield connection
        keeping.cancel()


async def until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


class Speaking:
    """A supervisor's end that says what a test has written, and counts."""

    def __init__(self, project: Project, protocol: int, *notices: bytes, snapshot: Any = None):
        self.project = project
        self._peer = wire.Peer(protocol, "9.9")
        self._notices = notices
        self._snapshot = snapshot
        self._writers: list[asyncio.StreamWriter] = []
        self.connections = 0
        self.subscriptions = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the greeting and each subscription; then the notices."""
        self.connections += 1
        self._writers.append(writer)
        while line := await reader.readline():
            asked = wire.decode(line)
            if asked["method"] == wire.HELLO:
                writer.write(wire.answer(0, self._peer.facts))
            elif asked["method"] == "subscribe":
                self.subscriptions += 1
                state = self._snapshot or CrewState(project="p").model_dump(mode="json")
                writer.write(wire.answer(asked["id"], state))
                writer.writelines(self._notices)
        writer.close()

    def close(self) -> None:
        """End every connection."""
        for writer in self._writers:
            writer.close()


@asynccontextmanager
async def speaking(
    project: Project, protocol: int, *notices: bytes, snapshot: Any = None
) -> AsyncIterator[Speaking]:
    found = Speaking(project, protocol, *notices, snapshot=snapshot)
    server = await asyncio.start_unix_server(found.serve, project.socket)
    async with server:
        yield found
        found.close()


async def test_an_old_command_prints_the_sentence_and_what_mends_it(door: Doors) -> None:
    code, said = await old_client(door, "status")
    assert (code, said.count("\n")) == (1, 2)
    assert "speaks protocol 0, the supervisor" in said
    assert "-> quit it, and start the newer one: crewtui" in said


async def test_an_old_client_is_told_in_an_event_once(door: Doors) -> None:
    await old_client(door, "status")
    await old_client(door, "events")
    found = await door.events("client.refused")
    assert len(found) == 1
    assert "speaks protocol 0" in found[0].text


async def test_an_old_command_does_nothing(door: Doors) -> None:
    _, said = await old_client(door, "message.send", '{"recipient": "a", "body": "x"}')
    assert "speaks protocol 0" in said
    assert not list(door.project.inbox("a").iterdir())


async def test_an_old_dashboard_shows_the_sentence_and_asks_once(door: Doors) -> None:
    _, said = await old_client(door, "--dashboard", "2.5")
    found = json.loads(said)
    assert found["subscriptions"] == 1
    assert "speaks protocol 0" in found["shown"][0]


def test_a_new_command_says_what_mends_an_old_supervisor(
    old_server: "subprocess.Popen[str]", project: Project
) -> None:
    with pytest.raises(CrewtuiError) as refused:
        call(project, Status())
    assert "the supervisor (an older one) protocol 0" in refused.value.what
    assert refused.value.todo == "crewtui stop --keep-agents; crewtui up"


def test_a_new_command_ends_an_old_supervisor(
    old_server: "subprocess.Popen[str]", project: Project
) -> None:
    call(project, Stop(keep_agents=True))
    assert old_server.wait(10) == 0


async def test_a_new_dashboard_shows_what_mends_an_old_supervisor(
    old_server: "subprocess.Popen[str]", project: Project
) -> None:
    async with held(connection_to(project)) as connection:
        await until(lambda: PROTOCOL in connection.state.troubles)
        trouble = connection.state.troubles[PROTOCOL]
        assert "protocol 0" in trouble.what
        assert trouble.todo == "crewtui stop --keep-agents; crewtui up"
        with pytest.raises(CrewtuiError, match="protocol 0"):
            await connection.request(StopAgent(agent="a"))
        assert not connection.up.is_set()


async def test_another_protocol_is_no_loop_of_connections(project: Project) -> None:
    async with speaking(project, 2) as other, held(connection_to(project)) as connection:
        await until(lambda: PROTOCOL in connection.state.troubles)
        await asyncio.sleep(QUIET_S)
        assert (other.connections, other.subscriptions) == (1, 1)
        assert connection.state.troubles[PROTOCOL].todo.startswith("quit it")


async def test_once_the_supervisor_is_mended_the_dashboard_goes_on(project: Project) -> None:
    async with held(connection_to(project)) as connection:
        async with speaking(project, 2):
            await until(lambda: PROTOCOL in connection.state.troubles)
        project.socket.unlink(missing_ok=True)
        async with fake_supervisor(project.root, CrewState(project="mended")):
            await until(connection.up.is_set)
            assert connection.state.project == "mended"
            assert not connection.state.troubles


async def test_a_change_that_cannot_be_read_asks_for_a_snapshot_once(project: Project) -> None:
    bad = wire.notice("change", {"number": 1, "kind": "from the future", "value": {}})
    async with speaking(project, 1, bad) as other, held(connection_to(project)) as connection:
        await until(lambda: PROTOCOL in connection.state.troubles)
        await asyncio.sleep(QUIET_S)
        assert (other.connections, other.subscriptions) == (1, 2)
        assert "cannot read" in connection.state.troubles[PROTOCOL].what


async def test_a_snapshot_that_cannot_be_read_is_said_at_once(project: Project) -> None:
    async with (
        speaking(project, 1, snapshot={"agents": 7}) as other,
        held(connection_to(project)) as connection,
    ):
        await until(lambda: PROTOCOL in connection.state.troubles)
        await asyncio.sleep(QUIET_S)
        assert (other.connections, other.subscriptions) == (1, 1)


async def test_the_dashboard_can_be_read_and_left_meanwhile(project: Project) -> None:
    async with speaking(project, 2):
        app = CrewApp(project, notify=False)
        async with app.run_test(size=(160, 45)) as pilot:
            while not any("protocol 2" in need.text for need in app.board.needs):
                await pilot.pause(0.02)
            await pilot.press("q")
        assert app.return_code == 0


async def test_the_greeting_is_in_the_same_write_as_the_first_request(project: Project) -> None:
    first: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first.append(await reader.read(2**16))
        writer.close()

    async with await asyncio.start_unix_server(serve, project.socket):
        connection = CrewConnection(UnixSocket(project), dict)
        async with held(connection):
            await until(lambda: first)
    assert [json.loads(line)["method"] for line in first[0].splitlines()] == ["hello", "subscribe"]


async def test_stop_is_understood_in_every_protocol(door: Doors) -> None:
    reader, writer = await door.open()
    said = door.said_by()
    hello = wire.encode({"id": 0, "method": "hello", "params": {"protocol": 7, "version": "9"}})
    writer.write(hello + wire.request(1, Status()) + wire.request(2, Stop(), said))
    answers = {}
    for _ in range(3):
        answer = json.loads(await reader.readline())
        answers[answer["id"]] = answer
    assert "protocol 7" in answers[0]["error"]["message"]
    assert "error" in answers[1]
    assert answers[2]["result"] is None
    assert door.stops == [False]
    writer.close()
