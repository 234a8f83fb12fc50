"""The supervisor process: lock, ledger, crew, socket; ends cleanly on SIGTERM."""

import asyncio
import signal
import time
from random import Random

from crewtui.core.config.load import load_crew
from crewtui.core.config.project import Project
from crewtui.core.ledger.rebuild import rebuild_events
from crewtui.core.ledger.store import Ledger, open_or_rebuild
from crewtui.core.model.clock import SystemClock
from crewtui.core.model.crew_state import Trouble
from crewtui.core.service.crew import Crew
from crewtui.core.service.lock import ProjectLock
from crewtui.core.service.server import SocketServer


class _Stop(Exception):
    """Asked to end."""


async def supervise(project: Project, *, github: bool = False) -> None:
    """Run the project's crew until told to stop; raises ``CrewtuiError`` if it cannot start.

    ``github`` mirrors to pull requests, as the key of agents.toml does.
    """
    config = load_crew(project.config)
    if github:
        table = config.crew.model_copy(update={"github": True})
        config = config.model_copy(update={"crew": table})
    project.prepare()
    for agent in config.agents:
        project.inbox(agent.id).mkdir(exist_ok=True)
    for shared in ("human", "all"):
        project.inbox(shared).mkdir(exist_ok=True)
    clock = SystemClock()
    with ProjectLock(project.runtime / "supervisor.lock"):
        stamp = time.strftime("%Y%m%d-%H%M%S")
        problem = await asyncio.to_thread(open_or_rebuild, project.ledger, stamp)
        in_doubt: set[str] = set()
        if problem is not None:
            trail = project.logs / "events.jsonl"
            _, in_doubt = await asyncio.to_thread(rebuild_events, project.ledger, trail)
        async with Ledger(project.ledger, clock) as ledger:
            crew = Crew(project, config, ledger, clock, Random())
            if problem is not None:
                crew.troubles.raise_(
                    Trouble(
                        id="rebuilt",
                        what=f"the ledger was damaged ({problem}) and was built anew",
                        todo=f"the old one is {project.ledger.name}.bad-{stamp}; nothing to do",
                        since=clock.wall(),
                    )
                )
            await _run(project, crew, in_doubt)


async def _run(project: Project, crew: Crew, in_doubt: set[str]) -> None:
    stop = asyncio.Event()
    keep = False

    def ask_to_stop(keep_agents: bool) -> None:
        nonlocal keep
        keep = keep_agents
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ask_to_stop, False)
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    project.stopped.unlink(missing_ok=True)
    await crew.prepare(in_doubt)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(crew.run())
            tasks.create_task(SocketServer(project.socket, crew, ask_to_stop).run())
            await stop.wait()
            await crew.ledger.event(
                "supervisor.stopping", text="supervisor stops", keep_agents=keep
            )
            if not keep:
                stopped = await crew.stop_agents()
                project.stopped.touch(mode=0o600)
                project.stopped.write_text(f"{stopped.said}\n", encoding="utf-8")
            raise _Stop
    except* _Stop:
        pass
    await crew.records.finish()
