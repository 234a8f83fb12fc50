"""The supervisor process: lock, ledger, crew, socket; ends cleanly on SIGTERM."""

import asyncio
import signal
import time
from contextlib import suppress
from random import Random

from crewtui.core.config.death import KEPT_S, forget_death, last_death
from crewtui.core.config.descriptors import needed, raise_limit
from crewtui.core.config.load import load_crew
from crewtui.core.config.lock import ProjectLock
from crewtui.core.config.project import Project
from crewtui.core.ledger.opening import open_patiently
from crewtui.core.ledger.rebuild import Rebuilt, rebuild, went_back
from crewtui.core.ledger.store import Ledger
from crewtui.core.mail.folders import make_missing
from crewtui.core.model.clock import Clock, SystemClock
from crewtui.core.model.crew_state import Trouble
from crewtui.core.model.errors import LedgerError
from crewtui.core.service.crew import Crew
from crewtui.core.service.ledger_check import watch_ledger
from crewtui.core.service.runtime_guard import RuntimeGuard, begin_again, reap
from crewtui.core.service.server import SocketServer


class _Stop(Exception):
    """Asked to end."""


async def supervise(project: Project, *, github: bool = False) -> None:
    """Run the project's crew until told to stop; raises ``CrewtuiError`` if it cannot start.

    ``github`` mirrors to pull requests, as the key of agents.toml does.
    """
    reap()
    config = load_crew(project.config)
    if github:
        table = config.crew.model_copy(update={"github": True})
        config = config.model_copy(update={"crew": table})
    project.prepare()
    make_missing(project, [agent.id for agent in config.agents])
    clock = SystemClock()
    with ProjectLock(project) as lock:
        stamp = time.strftime("%Y%m%d-%H%M%S")
        known = await asyncio.to_thread(went_back, project.ledger, project.logs)
        problem = await asyncio.to_thread(open_patiently, project.ledger, stamp, known)
        rebuilt = Rebuilt()
        if problem is not None:
            rebuilt = await asyncio.to_thread(rebuild, project.ledger, project.logs)
        async with Ledger(project.ledger, clock) as ledger:
            crew = Crew(project, config, ledger, clock, Random())
            if problem is not None:
                crew.troubles.raise_(
                    Trouble(
                        id="rebuilt",
                        what=f"the ledger was damaged ({problem}) and built anew {rebuilt.said}",
                        todo=f"the old one, if there was one: {project.ledger.name}.bad-{stamp}",
                        since=clock.wall(),
                    )
                )
            _say_death(project, crew, clock)
            _say_limits(crew, clock)
            again = await _run(project, crew, set(rebuilt.in_doubt), lock)
        if again:
            lock.keep_for_next()
            begin_again()
    forget_death(project)


def _say_death(project: Project, crew: Crew, clock: Clock) -> None:
    """The last supervisor died: that stays in NEEDS YOU for a day, or until a stop."""
    death = last_death(project)
    if death is not None and clock.wall() - death.at < KEPT_S:
        todo = f"all of its words: {project.supervisor_log}; shown for a day, or until a stop"
        crew.troubles.raise_(Trouble(id="died", what=death.said, todo=todo, since=death.at))


def _say_limits(crew: Crew, clock: Clock) -> None:
    """Few open files are allowed: some starts will fail and be tried again."""
    agents = len(crew.config.agents)
    allowed, wanted = raise_limit(agents), needed(agents)
    if allowed < wanted:
        what = f"only {allowed} open files are allowed; {agents} agents need up to {wanted}"
        todo = f"ulimit -n {wanted}, then: crewtui stop; crewtui up"
        crew.troubles.raise_(Trouble(id="files", what=what, todo=todo, since=clock.wall()))


async def _run(project: Project, crew: Crew, in_doubt: set[str], lock: ProjectLock) -> bool:
    """Run the crew until told to stop; returns whether the supervisor is to begin again."""
    stop = asyncio.Event()
    keep = again = False

    def ask_to_stop(keep_agents: bool) -> None:
        nonlocal keep
        keep = keep_agents
        stop.set()

    def ask_to_begin_again() -> None:
        nonlocal again
        again = True
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
            tasks.create_task(_say_when_up(crew, lock))
            guard = RuntimeGuard(project, crew.ledger, crew.secret)
            tasks.create_task(guard.run(ask_to_begin_again))
            tasks.create_task(watch_ledger(project.ledger, lambda _problem: ask_to_begin_again()))
            await stop.wait()
            if not again:
                await _end(project, crew, keep_agents=keep)
            raise _Stop
    except* _Stop:
        pass
    with suppress(LedgerError):
        await crew.records.finish()
    return again


async def _say_when_up(crew: Crew, lock: ProjectLock) -> None:
    await crew.ready.wait()
    lock.say_up()


async def _end(project: Project, crew: Crew, *, keep_agents: bool) -> None:
    await crew.ledger.event("supervisor.stopping", text="supervisor stops", keep_agents=keep_agents)
    if not keep_agents:
        stopped = await crew.stop_agents()
        project.stopped.touch(mode=0o600)
        project.stopped.write_text(f"{stopped.said}\n", encoding="utf-8")
