"""The running crew: puts ledger, tmux, runners and mail together and answers for them."""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import Random

from crewtui import __version__
from crewtui.core.agents.registry import adapter_for, load_adapters
from crewtui.core.config.crew import CrewConfig
from crewtui.core.config.project import Project
from crewtui.core.config.prompts import startup_prompt, worktree_prompt
from crewtui.core.fence.kinds import Fence
from crewtui.core.ledger.feed import ChangeFeed
from crewtui.core.ledger.history import recall_state
from crewtui.core.ledger.store import TROUBLE, Ledger
from crewtui.core.ledger.troubles import Troubles
from crewtui.core.mail.typists import typists_on
from crewtui.core.model.agent import RUNNING, AgentState, AgentView
from crewtui.core.model.clock import Clock
from crewtui.core.model.crew_state import CrewState, SupervisorView, Trouble
from crewtui.core.model.errors import Refused, TmuxError
from crewtui.core.model.redact import Redactor, secret_values
from crewtui.core.model.screen import Screen
from crewtui.core.rpc.token import load_secret, token_of
from crewtui.core.service.adoption import Adoption, server_of_runs
from crewtui.core.service.approvals import Approvals
from crewtui.core.service.audit import Audit
from crewtui.core.service.boundary import Boundary
from crewtui.core.service.cleaner import Cleaner
from crewtui.core.service.doors import Doors
from crewtui.core.service.failures import Failures
from crewtui.core.service.fences import Fences
from crewtui.core.service.looks import Looks
from crewtui.core.service.post_office import PostOffice
from crewtui.core.service.records import Records
from crewtui.core.service.signals import SignalDesk
from crewtui.core.service.spool import SignalSpool
from crewtui.core.service.stage import TmuxStage, by_argument
from crewtui.core.service.tmux_watch import TmuxWatch
from crewtui.core.supervision.fix_loop import FixLoop
from crewtui.core.supervision.gate import StartGate
from crewtui.core.supervision.leftovers import Stopped, end_leftovers, find_leftovers
from crewtui.core.supervision.runner import Runner
from crewtui.core.supervision.stage import Adopted, Launch
from crewtui.core.tmux.frames import Frames
from crewtui.core.tmux.link import TmuxLink
from crewtui.core.tmux.server import Pane, TmuxServer
from crewtui.core.workflow.workflow import Workflow

ROTATE_S = 60.0
SETTLE_S = 0.2
"""What would end the crew right away has done so by then, in seconds."""


class Crew:
    """Everything the supervisor owns but its socket and its lock."""

    def __init__(
        self, project: Project, config: CrewConfig, ledger: Ledger, clock: Clock, random: Random
    ):
        self.project = project
        self.config = config
        self.ledger = ledger
        self.clock = clock
        self.feed = ChangeFeed(self._first_state())
        self.troubles = Troubles(self.feed)
        self.boundary = Boundary(ledger, clock)
        ledger.redactor = Redactor(
            secret_values([os.environ, *(spec.env for spec in config.agents)])
        )
        ledger.on_commit = self.feed.committed
        ledger.on_trouble = lambda trouble: self.troubles.set(TROUBLE, trouble)
        ledger.records_read.on_trouble = self.troubles.raise_
        self.server = TmuxServer(config.crew.tmux_socket)
        self.hub = f"{project.name}-{project.key}-hub"
        self.link = TmuxLink(self.server, self.hub, lambda notice: self.frames.noticed(notice))
        self.frames = Frames(self.link, clock, self._on_screen, config.crew.frames_per_s)
        self.stage = self._make_stage()
        self.stage.on_pane = self._on_pane
        self.secret = load_secret(project.runtime / "secret")
        self.failures = Failures(project, ledger, clock, config.crew.orchestrator)
        self.gate = StartGate()
        self.runners = self._make_runners(random)
        self.fences = Fences(project, self.runners)
        self.mail = PostOffice(
            project,
            ledger,
            clock,
            typists_on(self.link, clock),
            self.runners,
            config.crew,
        )
        self.failures.mail = self.mail
        self.stage.on_settled = self.mail.supersede_prompt
        self.signals = SignalDesk(self.runners, self.mail)
        self.approvals = Approvals(self.runners, config.crew, self.link, ledger, self.mail)
        self.signals.on_decided = self.approvals.decided_by_hook
        self._link_mail()
        self.workflow = self._make_workflow()
        self.doors = Doors(self, clock, self.secret)
        self.records = Records(project, ledger, self.feed, self.troubles)
        self.ready = asyncio.Event()
        self._agent_of_pane: dict[str, str] = {}
        self._adopted: dict[str, Adopted] = {}
        self.looks = Looks(self.runners, self.screen_of, self.mail.wake)
        self.on_frame: Callable[[str], None] = lambda _agent: None
        self._link_callbacks()

    def _link_mail(self) -> None:
        self.mail.router.on_trouble = self.troubles.set
        self.mail.on_trouble = lambda trouble: self.troubles.set("filing", trouble)

    def _first_state(self) -> CrewState:
        crew = self.config.crew
        supervisor = SupervisorView(
            pid=os.getpid(),
            started_at=self.clock.wall(),
            version=__version__,
            tmux_socket=crew.tmux_socket,
            held_limit_s=crew.held_limit_s,
        )
        name = crew.name or self.project.root.name
        return CrewState(project=name, root=str(self.project.root), supervisor=supervisor)

    def _make_stage(self) -> TmuxStage:
        return TmuxStage(
            self.project,
            self.server,
            self.link,
            self.frames,
            self.hub,
            self.config.crew.history_lines,
            lambda spec: startup_prompt(self.project, self.config, spec) or "",
            self._started,
            self.clock,
        )

    def _make_runners(self, random: Random) -> dict[str, Runner]:
        adapters = load_adapters(self.project.folder)
        return {
            spec.id: Runner(
                spec,
                adapter_for(spec, adapters),
                self.ledger,
                self.stage,
                self.gate,
                self.clock,
                random,
                self._on_agent,
                self.failures,
                FixLoop(self.config.crew.fix_attempts, self.config.crew.fix_delay_s),
                self.project.places,
            )
            for spec in self.config.agents
        }

    def _make_workflow(self) -> Workflow:
        workflow = Workflow(
            self.project,
            self.ledger,
            self.clock,
            self.mail,
            self.troubles,
            lambda: tuple(self.runners),
            self.config.crew.orchestrator or "",
            self.config.crew.github,
        )
        fences = self.fences
        workflow.confine(fences.confine, fences.wrap_of, fences.confine_check)
        workflow.tasks.prompt_of = self._worktree_prompt
        workflow.merges.checks = self.config.crew.merge_checks
        return workflow

    def _worktree_prompt(self, agent: str) -> str:
        return worktree_prompt(self.project, self.config, self.runner(agent).spec) or ""

    def _link_callbacks(self) -> None:
        self.link.on_up = self._link_up
        self.link.on_down = self._link_down
        self.link.on_fallback = lambda: self.troubles.raise_(
            Trouble(
                id="control",
                what="tmux refuses control connections; panes are read more slowly",
                todo="it is tried again by itself; see: crewtui doctor",
                since=self.clock.wall(),
            )
        )

    def _link_up(self) -> None:
        self.troubles.calm("control")
        self.troubles.calm("tmux")
        self.frames.refresh_all()

    def _link_down(self, gone: bool) -> None:
        if gone:
            self.troubles.raise_(
                Trouble(
                    id="tmux",
                    what="the tmux server is gone; agents are started again, messages wait",
                    since=self.clock.wall(),
                )
            )

    async def prepare(self, in_doubt: set[str]) -> None:
        """Recover what the last supervisor left; before this, no client is served."""
        self.server.process = await server_of_runs(self.ledger)
        await self.stage.ensure_server()
        self.stage.fence = await self.fences.choose(self.config.crew.fence)
        recalled = await recall_state(self.ledger)
        self.feed.state = self.feed.state.model_copy(update=recalled)
        for runner in self.runners.values():
            self._on_agent(runner.view)
        await self.mail.recover(in_doubt)
        await self.workflow.recover()
        adoption = Adoption(self.server, self.ledger, self.clock, self.runners, self.mail)
        self._adopted = await adoption.find()
        for name, adopted in self._adopted.items():  # their tokens hold before they are taken up
            self.runners[name].run_id = adopted.run
        await self.ledger.event(
            "supervisor.started", text="supervisor started", adopted=len(self._adopted)
        )

    async def run(self) -> None:
        """Run the crew until cancelled."""
        kept = {row["agent"]: dict(row) for row in await self.ledger.rows("agents")}
        async with asyncio.TaskGroup() as tasks:
            self.stage.tasks = tasks
            tasks.create_task(self.link.keep())
            tasks.create_task(TmuxWatch(self.server, self.troubles).run())
            tasks.create_task(self.frames.run())
            tasks.create_task(self.looks.run())
            tasks.create_task(self.approvals.run())
            quick = self.stage.fence is not Fence.NONE
            tasks.create_task(self._spool(quick=quick).run())
            if self.stage.fence is Fence.AUDIT:
                tasks.create_task(self._audit().run())
            tasks.create_task(self.workflow.run(tasks))
            tasks.create_task(self.records.run())
            tasks.create_task(self._rotate_transcripts())
            tasks.create_task(
                Cleaner(self.project, self.ledger, self.clock, self.config.crew).run()
            )
            await self.link.up.wait()
            for name, runner in self.runners.items():
                adopted = self._adopted.get(name)
                if adopted is not None:
                    await self.stage.attach(runner.spec, adopted.pane)
                tasks.create_task(runner.run(adopted, kept.get(name, {})))
            tasks.create_task(self.mail.run())
            await asyncio.sleep(SETTLE_S)
            self.ready.set()

    def _spool(self, *, quick: bool) -> SignalSpool:
        folder = self.project.runtime / "signals"
        words = (folder, self.doors.files.take, self.boundary, self.troubles.set)
        return SignalSpool(*words, quick=quick)

    def _audit(self) -> Audit:
        scopes = self.fences.scopes()
        return Audit(self.project, scopes, self.ledger, self.troubles, self.clock)

    async def stop_agents(self) -> Stopped:
        """End every agent's process, the project's sessions, and what outlived its pane."""
        self.gate.closed = True
        coming = (AgentState.STARTING, AgentState.BACKOFF)
        waited = [name for name, r in self.runners.items() if r.view.state in coming]
        async with asyncio.TaskGroup() as tasks:
            ends = {name: tasks.create_task(r.stop()) for name, r in self.runners.items()}
        agents = tuple(name for name, end in ends.items() if end.result() is not None)
        spared = await asyncio.to_thread(self.server.pid)
        for session in {*await asyncio.to_thread(self.server.owned, self.project.key), self.hub}:
            await asyncio.to_thread(self.server.kill_session, session)
        tokens = {
            token_of(self.secret, row["run"]): row["agent"]
            for row in await self.ledger.rows("all_runs")
        }
        find = partial(find_leftovers, self.project.root, tokens, spared)
        leftovers = await end_leftovers(find)
        await asyncio.to_thread(self.server.close_if_unused)
        unstarted = tuple(name for name in waited if name not in agents)
        stopped = Stopped(agents, unstarted, leftovers)
        await self.ledger.event("supervisor.stopped", text=f"crew stopped: {stopped.said}")
        return stopped

    def runner(self, agent: str) -> Runner:
        """The agent's runner; raises ``Refused`` if there is none."""
        if agent not in self.runners:
            raise Refused(f"no agent is called {agent!r}", f"known: {', '.join(self.runners)}")
        return self.runners[agent]

    def screen_of(self, agent: str) -> Screen | None:
        """The newest picture of an agent's pane."""
        pane = self.runner(agent).pane
        return self.frames.screen(pane.id) if pane is not None else None

    def show(self, agents: set[str]) -> None:
        """Somebody looks at these agents' panes."""
        panes = [r.pane.id for r in self.runners.values() if r.pane and r.spec.id in agents]
        self.frames.show(panes)

    def _on_agent(self, view: AgentView) -> None:
        self.feed.publish("agent", view.model_dump(mode="json"))
        if hasattr(self, "mail"):
            self.mail.wake(view.id)
            self.approvals.on_agent(view)
        if hasattr(self, "workflow"):
            self.workflow.on_agent(view)

    def _on_pane(self, agent: str, pane: Pane | None) -> None:
        for old in [key for key, owner in self._agent_of_pane.items() if owner == agent]:
            if pane is None or old != pane.id:
                del self._agent_of_pane[old]
                self.frames.forget(old)
        if pane is not None:
            self._agent_of_pane[pane.id] = agent

    def _on_screen(self, pane: str, _screen: Screen) -> None:
        agent = self._agent_of_pane.get(pane)
        if agent is None:
            return
        self.on_frame(agent)
        self.looks.due(agent)

    async def _started(self, launch: Launch, prompt: str) -> None:
        if prompt:
            how = {"given": by_argument(launch), "resumed": launch.resumed}
            await self.mail.queue_prompt(launch.spec.id, prompt, **how)

    async def _rotate_transcripts(self) -> None:
        while True:
            await asyncio.sleep(ROTATE_S)
            for name, runner in self.runners.items():
                if runner.pane is not None and runner.view.state in RUNNING:
                    with suppress(OSError, TmuxError):  # the next minute does
                        await self.stage.rotate(name, runner.pane)
