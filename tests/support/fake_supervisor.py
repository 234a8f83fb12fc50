"""The supervisor's end of the socket for tests of the dashboard: a fixed state, recorded requests.

Everything on this side of the wire is real; only the crew behind it is not.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from crewtui.core.config.project import Project
from crewtui.core.model import wire
from crewtui.core.model.crew_state import ChangeKind, CrewState
from crewtui.core.model.screen import Screen, patch_between


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
                method, params = asked["method"], asked["params"]
                self.requests.append((method, params))
                result = self.answers.get(method)
                if method == "subscribe":
                    result = self.state.model_dump(mode="json")
                writer.write(wire.answer(asked["id"], result))
                await writer.drain()

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
        """The parameters of every request of a method, without who asks."""
        found = [params for name, params in self.requests if name == method]
        return [{key: value for key, value in p.items() if key != "as"} for p in found]


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
