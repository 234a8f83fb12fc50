"""The crew's protocol in one place: debates, votes, tasks, attempts, merges, milestones, phases."""

import asyncio
from collections.abc import Callable, Iterable

from crewtui.core.config.project import Project
from crewtui.core.debate.debates import Debates
from crewtui.core.debate.votes import Votes
from crewtui.core.ledger.guarded import guarded
from crewtui.core.ledger.store import Ledger
from crewtui.core.ledger.troubles import Troubles
from crewtui.core.mail.outbox import Couriers
from crewtui.core.model.agent import AgentView
from crewtui.core.model.clock import Clock
from crewtui.core.model.errors import CrewtuiError
from crewtui.core.model.task import TaskView
from crewtui.core.work.attempts import Attempts, Confine
from crewtui.core.work.git import GitError, Wrap
from crewtui.core.work.merges import Merges
from crewtui.core.work.milestones import Milestones
from crewtui.core.work.tasks import GONE, Tasks
from crewtui.core.workflow.phases import Phases
from crewtui.core.workflow.scheduler import Scheduler


class Workflow:
    """Builds the parts and joins what one does with what another must know."""

    def __init__(
        self,
        project: Project,
        ledger: Ledger,
        clock: Clock,
        mail: Couriers,
        troubles: Troubles,
        agents: Callable[[], Iterable[str]],
        orchestrator: str,
        github: bool,
    ):
        self._ledger = ledger
        self._github = github
        self.votes = Votes(project, ledger, mail)
        self.debates = Debates(project, ledger, mail, self.votes)
        self.tasks = Tasks(project, ledger, mail, agents)
        self.attempts = Attempts(project, ledger, mail, self.tasks)
        self.merges = Merges(project, ledger, clock, mail, self.tasks, troubles, agents)
        self.milestones = Milestones(project, ledger, clock)
        self.phases = Phases(
            ledger, clock, mail, self.debates, self.tasks, self.milestones, agents, orchestrator
        )
        self.scheduler = Scheduler(ledger, clock, self.debates, self.votes, self.phases)
        self._gone: asyncio.Queue[AgentView] = asyncio.Queue()
        self._group: asyncio.TaskGroup | None = None
        self.attempts.on_ended = self._attempt_ended
        self.votes.on_decided = lambda _vote: self.scheduler.wake()
        self.debates.on_closed = lambda _debate: self.scheduler.wake()
        self.merges.on_merged = lambda _task: self.scheduler.wake()
        self.phases.on_milestone = self.begin_check
        self.milestones.on_decided = lambda _milestone: self.scheduler.wake()

    def confine(
        self, confine: Confine, wrap_of: Callable[[str], Wrap | None], checks: Wrap
    ) -> None:
        """How an agent's commands are confined, git in its worktrees, and the gates' checks."""
        self.tasks.wrap_of = wrap_of
        self.milestones.wrap = checks
        self.attempts.confine = confine
        self.merges.confine = confine

    async def recover(self) -> None:
        """After a start: see to what a crash cut off, before anything else happens."""
        await self.tasks.recover()
        await self.attempts.recover()
        await self.merges.recover()
        await self.debates.recover()
        await self.votes.recover()
        await self.milestones.recover()
        view = await self.phases.view()
        self.merges.paused = view.paused_at is not None
        if await self._ledger.records(TaskView):
            try:
                await self.merges.check_main()
            except GitError as error:
                await self._ledger.event("main.unknown", text=error.what)

    async def run(self, group: asyncio.TaskGroup) -> None:
        """Run for ever; its owner cancels it."""
        self._group = self.attempts.group = group
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.scheduler.run())
            tasks.create_task(self.merges.run())
            tasks.create_task(self._end_abandoned())
            if self._github:
                tasks.create_task(self.merges.mirror.run())

    def on_agent(self, view: AgentView) -> None:
        """An agent changed; what was given up loses its tasks."""
        if view.state in GONE:
            self._gone.put_nowait(view)

    async def _end_abandoned(self) -> None:
        while True:
            view = await self._gone.get()
            await guarded(self._ledger, f"tasks of {view.id}", self.tasks.on_agent(view))

    async def _attempt_ended(self, task: TaskView) -> None:
        await self.merges.ask(task)
        self.merges.wake()  # a commit that was approved before may be submitted again
        self.scheduler.wake()

    async def check_milestone(self, id_: str) -> None:
        """Run a milestone's checks; what stops them is an event."""
        try:
            await self.milestones.check(id_)
        except CrewtuiError as error:
            await self._ledger.event("milestone.not_checked", text=f"{id_}: {error.what}")
        self.scheduler.wake()

    def begin_check(self, id_: str) -> None:
        """Run a milestone's checks in the background."""
        if self._group is not None:
            self._group.create_task(self.check_milestone(id_))
