"""A crew's doors without a crew behind them: real server, ledger and mail, but no tmux."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

from crewtui.core.config.load import load_crew
from crewtui.core.config.project import Project
from crewtui.core.ledger.store import Ledger, event_of, open_or_rebuild
from crewtui.core.model.clock import SystemClock
from crewtui.core.model.event import Event
from crewtui.core.model.ids import new_id
from crewtui.core.rpc.token import operator_token, token_of
from crewtui.core.service.crew import Crew
from crewtui.core.service.server import SocketServer
from crewtui.core.service.spool import SignalSpool

AGENTS = ("a", "b")


class Doors:
    """What listens for clients, files and messages, and what stands behind it."""

    def __init__(self, crew: Crew):
        self.crew = crew
        self.project = crew.project
        self.stops: list[bool] = []
        for name in AGENTS:
            crew.runners[name].run_id = f"run-{name}"

    def spool(self, agent: str) -> Path:
        """Where the agent's files are taken from."""
        return self.project.private("signals", agent)

    def token(self, agent: str) -> str:
        """The token of the agent's run."""
        return token_of(self.crew.secret, f"run-{agent}")

    def said_by(self, agent: str = "") -> dict[str, str]:
        """What proves that the agent asks, or the operator."""
        if agent:
            return {"agent": agent, "token": self.token(agent)}
        return {"token": operator_token(self.crew.secret)}

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A client's connection."""
        return await asyncio.open_unix_connection(self.project.socket, limit=2**24)

    async def events(self, kind: str) -> list[Event]:
        """Every event of this kind."""
        found = [event_of(row) for row in await self.crew.ledger.rows("events_after", 0, 10**6)]
        return [event for event in found if event.kind == kind]


@asynccontextmanager
async def doors(root: Path, **crew_keys: Any) -> AsyncIterator[Doors]:
    """Open doors for a project in ``root``."""
    project = Project(root)
    project.folder.mkdir(parents=True)
    lines = ["[crew]", f'tmux_socket = "crewtest-{new_id()}"', "scan_s = 0.5"]
    for name in AGENTS:
        lines += ["[[agents]]", f'id = "{name}"', 'command = "cat"']
    project.config.write_text("\n".join(lines) + "\n")
    project.prepare()
    for name in (*AGENTS, "human", "all"):
        project.inbox(name).mkdir(exist_ok=True)
    open_or_rebuild(project.ledger, "none")
    clock = SystemClock()
    async with Ledger(project.ledger, clock) as ledger:
        crew = Crew(project, load_crew(project.config), ledger, clock, Random(1))
        found = Doors(crew)
        server = SocketServer(project.socket, crew, found.stops.append)
        signals = project.private("signals")
        spool = SignalSpool(signals, crew.doors.files.take, crew.boundary, quick=True)
        for name in AGENTS:
            found.spool(name)
        async with asyncio.TaskGroup() as tasks:
            crew.stage.tasks = tasks
            opened = [tasks.create_task(run()) for run in (server.run, spool.run, crew.mail.run)]
            while not project.socket.exists():
                await asyncio.sleep(0.01)
            try:
                yield found
                assert not any(task.done() for task in opened), opened
            finally:
                for task in opened:
                    task.cancel()
