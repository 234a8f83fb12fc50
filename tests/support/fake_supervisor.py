"""The supervisor's end of the socket for tests of the dashboard: a fixed state, recorded requests.

Everything on this side of the wire is real; only the crew behind it is not.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from crewtui.core.config.project import Project
from crewtui.core.model.crew_state import ChangeKind, CrewState
from crewtui.core.model.screen import Screen, patch_between
from crewtui.core.rpc import wire
from crewtui.core.rpc.requests import REQUESTS
from crewtui.core.rpc.token import load_secret
from crewtui.core.rpc.watching import Subscribe


class FakeSupervisor:
    """Serves one state; changes and frames are sent by the test."""

    def __init__(self, project: Project, state: CrewState):
        self.project = project
        self.state = state
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Any] = {}
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on the project's socket."""
        self.project.prepare()
        load_secret(self.project.runtime / "secret")
        self.project.socket.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self.project.socket)

    async def stop(self) -> None:
        """Go away, as a supervisor does that was killed."""
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.close()
        self._writers.clear()
        await asyncio.gather(*self._tasks)
        self.project.socket.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with suppress(ConnectionError):
            while line := await reader.readline():
                asked = wire.decode(line)
                writer.write(
                    wire.answer(asked["id"], self._result(asked["method"], asked["params"]))
                )
                await writer.drain()

    def _result(self, method: str, params: dict[str, Any]) -> Any:
        """What is answered; a request that is not in the table, or not as it says, fails here."""
        if method == wire.HELLO:
            return wire.Peer().facts
        TypeAdapter(REQUESTS[method]).validate_python(params)
        self.requests.append((method, params))
        if method == Subscribe.NAME:
            return self.state.model_dump(mode="json")
        return self.answers.get(method)

    def change(self, kind: ChangeKind, value: dict[str, Any]) -> None:
        """Send one change."""
        self.state = self.state.model_copy(update={"number": self.state.number + 1})
        params = {"number": self.state.number, "kind": kind, "value": value}
        for writer in self._writers:
            writer.write(wire.notice("change", params))

    def frame(self, agent: str, *lines: str, **more: Any) -> None:
        """Send a pane's picture."""
        patch = patch_between(agent, None, Screen(lines=lines, **more))
        assert patch is not None
        for writer in self._writers:
            writer.write(wire.notice("frame", patch.model_dump()))

    def asked(self, method: str) -> list[dict[str, Any]]:
        """The parameters of every request of a method that differ from their defaults."""
        return [params for name, params in self.requests if name == method]


@asynccontextmanager
async def fake_supervisor(root: Path, state: CrewState) -> AsyncIterator[FakeSupervisor]:
    """A running fake for the project in ``root``."""
    project = Project(root)
    found = FakeSupervisor(project, state)
    await found.start()
    try:
        yield found
    finally:
        await found.stop()
