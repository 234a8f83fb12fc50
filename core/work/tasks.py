"""Tasks: added, bid for, claimed, released, blocked; each change is one transaction."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from crewtui.core.config.project import Project
from crewtui.core.ledger.store import Ledger, Transaction
from crewtui.core.mail.outbox import Couriers, tell
from crewtui.core.model.agent import AgentState, AgentView
from crewtui.core.model.errors import Refused
from crewtui.core.model.ids import OPERATOR
from crewtui.core.model.task import (
    ALLOWED,
    AttemptView,
    Bid,
    Ending,
    TaskState,
    TaskView,
)
from crewtui.core.work.git import GitError, Wrap, branch_of
from crewtui.core.work.merge import MergeRepo
from crewtui.core.work.taskfile import TaskTable
from crewtui.core.work.worktrees import Worktree, make_worktree, refresh

HELD = frozenset({TaskState.CLAIMED, TaskState.IN_PROGRESS})
MOST_TASKS = 2000
GONE = frozenset({AgentState.DEGRADED, AgentState.FAILED})


class Tasks:
    """Owns the crew's tasks; attempts and merges change them through ``change``."""

    def __init__(
        self,
        project: Project,
        ledger: Ledger,
        mail: Couriers,
        agents: Callable[[], Iterable[str]],
    ):
        self._project = project
        self._ledger = ledger
        self._mail = mail
        self._agents = agents
        self._making = asyncio.Lock()
        self.room = MergeRepo(project)
        """The supervisor's repository, which all work comes through."""
        self.wrap_of: Callable[[str], Wrap | None] = lambda _agent: None
        """What keeps git in an agent's fence; none for an agent without one."""
        self.prompt_of: Callable[[str], str] = lambda _agent: ""
        """What an agent is told with each task, besides the task."""

    async def add(self, tables: list[TaskTable], who: str) -> list[TaskView]:
        """Add tasks; raises ``Refused`` for a known id or a dependency that does not exist."""

        async def work(tx: Transaction) -> list[TaskView]:
            known = {task.id for task in await tx.records(TaskView)}
            coming = [table.id for table in tables]
            if len(known) + len(coming) > MOST_TASKS:
                raise Refused(f"the crew has {len(known)} tasks, at most {MOST_TASKS} are kept")
            for id_ in coming:
                if id_ in known or coming.count(id_) > 1:
                    raise Refused(f"there is a task {id_!r} already", "give it another id")
            added = []
            for table in tables:
                missing = [name for name in table.depends_on if name not in {*known, *coming}]
                if missing or table.id in table.depends_on:
                    raise Refused(
                        f"{table.id} depends on {', '.join(missing) or 'itself'}", "add that first"
                    )
                update = {"added_at": tx.now, "changed_at": tx.now}
                added.append(await tx.keep(table.view().model_copy(update=update)))
                text = f"{who} adds task {table.id}: {table.title}"
                agent = "" if who == OPERATOR else who
                await tx.event("task.added", agent=agent, text=text, task=table.id)
            _refuse_circles(await tx.records(TaskView))
            return added

        return await self._ledger.write(work)

    async def read(self, id_: str) -> TaskView:
        """One task; raises ``Refused`` if there is none."""
        found = await self._ledger.record(TaskView, id_)
        if found is None:
            raise Refused(f"no task {id_!r}", "list them with: crewtui task list")
        return found

    async def bid(self, agent: str, id_: str, reason: str) -> TaskView:
        """Note that an agent offers to take a task."""
        if agent == OPERATOR:
            raise Refused("bids are the agents'", "assign it: crewtui task assign")

        async def work(tx: Transaction, task: TaskView) -> TaskView:
            if task.state is not TaskState.QUEUED:
                raise Refused(f"task {id_} is {task.state}")
            others = tuple(bid for bid in task.bids if bid.agent != agent)
            text = f"{agent} bids for {id_}: {reason}"
            await tx.event("task.bid", agent=agent, text=text, task=id_)
            return task.model_copy(
                update={"bids": (*others, Bid(agent=agent, reason=reason[:500]))}
            )

        return await self.change(id_, work)

    async def claim(self, agent: str, id_: str, by: str = "") -> TaskView:
        """Give a queued task to an agent: its worktree and branch are made and it is told.

        Of two that claim at once, one gets it and the other is refused.
        """
        if agent not in self._agents():
            raise Refused(f"no agent is called {agent!r}", f"known: {', '.join(self._agents())}")
        try:
            branch = branch_of(agent, id_)
        except ValueError as error:
            raise Refused(str(error), "give the task another id") from None
        prompt = await asyncio.to_thread(self.prompt_of, agent)

        async def work(tx: Transaction, task: TaskView) -> TaskView:
            if task.state is not TaskState.QUEUED:
                holder = f" by {task.agent}" if task.agent else ""
                raise Refused(f"task {id_} is {task.state}{holder}", "take another one")
            waits = await _unmerged(tx, task)
            if waits:
                raise Refused(f"task {id_} waits for {', '.join(waits)}", "take another one")
            verb = f"{by} assigns {id_} to {agent}" if by else f"{agent} claims {id_}"
            await tx.event("task.claimed", agent=agent, text=verb, task=id_)
            update = {"agent": agent, "branch": branch, "reason": ""}
            return moved(task, TaskState.CLAIMED, tx.now).model_copy(update=update)

        task = await self.change(id_, work)
        try:
            async with self._making:  # git's own lock refuses two at once
                wrap = self.wrap_of(agent)
                made = await make_worktree(self._project, agent, id_, wrap, self.room)
        except GitError as error:
            await self.put_back(id_, f"no worktree: {error.what}")
            raise
        task = await self._settled(task, made, prompt)
        self._mail.wake(agent)
        return task

    async def _settled(self, claimed: TaskView, made: Worktree, prompt: str) -> TaskView:
        async def work(tx: Transaction, task: TaskView) -> TaskView:
            update = {"worktree": str(made.folder), "base": made.base}
            task = task.model_copy(update=update)
            text = f"{assignment(task)}\n\n{prompt}".rstrip()
            await tell(tx, claimed.agent, f"task {task.id}", text)
            return task

        return await self.change(claimed.id, work)

    async def refresh(self, main: str, *tasks: TaskView) -> None:
        """Show fenced agents' repositories where main stands: these tasks', or all held ones'."""
        wanted = tasks or tuple(t for t in await self._ledger.records(TaskView) if t.state in HELD)
        for task in wanted:
            wrap = self.wrap_of(task.agent)
            if wrap is not None and task.worktree:
                await refresh(Path(task.worktree), main, wrap)

    async def start(self, agent: str, id_: str) -> TaskView:
        """The agent begins to work on its claimed task."""

        async def work(tx: Transaction, task: TaskView) -> TaskView:
            own(task, agent)
            if task.state is TaskState.IN_PROGRESS:
                return task
            await tx.event("task.started", agent=agent, text=f"{agent} starts {id_}", task=id_)
            return moved(task, TaskState.IN_PROGRESS, tx.now)

        return await self.change(id_, work)

    async def release(self, who: str, id_: str) -> TaskView:
        """Put a task back; its branch and worktree stay until ``crewtui clean``."""
        task = await self.read(id_)
        if who != OPERATOR:
            own(task, who)
        if task.state not in HELD:
            raise Refused(f"task {id_} is {task.state}, not held by anybody")
        return await self.put_back(id_, f"released by {who}")

    async def put_back(self, id_: str, reason: str) -> TaskView:
        """Queue a task again."""

        async def work(tx: Transaction, task: TaskView) -> TaskView:
            await tx.event("task.released", agent=task.agent, text=f"{id_}: {reason}", task=id_)
            update = {"agent": "", "branch": "", "worktree": "", "base": "", "reason": reason}
            return moved(task, TaskState.QUEUED, tx.now).model_copy(update=update)

        return await self.change(id_, work)

    async def cancel(self, who: str, id_: str, reason: str) -> TaskView:
        """Stop a task; it is blocked until it is tried again."""

        async def work(tx: Transaction, task: TaskView) -> TaskView:
            if who != OPERATOR:
                own(task, who)
            why = reason or f"cancelled by {who}"
            await tx.event("task.cancelled", agent=task.agent, text=f"{id_}: {why}", task=id_)
            task = ended(task, Ending.CANCELLED, why, tx.now)
            return moved(task, TaskState.BLOCKED, tx.now).model_copy(update={"reason": why})

        return await self.change(id_, work)

    async def retry(self, id_: str) -> TaskView:
        """Unblock a task: its agent goes on with it, or it is queued again."""

        async def work(tx: Transaction, task: TaskView) -> TaskView:
            if task.state is not TaskState.BLOCKED:
                raise Refused(f"task {id_} is {task.state}, not blocked")
            await tx.event("task.retried", agent=task.agent, text=f"{id_} is tried again", task=id_)
            here = task.agent in self._agents() and task.worktree
            state = TaskState.IN_PROGRESS if here else TaskState.QUEUED
            task = moved(task, state, tx.now).model_copy(update={"reason": ""})
            if here:
                text = f"Task {id_} goes on: {task.worktree}\nSubmit: crewtui task submit {id_}"
                await tell(tx, task.agent, f"task {id_}", text)
            return task

        task = await self.change(id_, work)
        self._mail.wake(task.agent)
        return task

    async def recover(self) -> None:
        """After a start: a claim that was cut off before its worktree was made is taken back."""
        for task in await self._ledger.records(TaskView):
            if task.state is TaskState.CLAIMED and not task.worktree:
                await self.put_back(task.id, "the supervisor ended before the worktree was made")

    async def on_agent(self, view: AgentView) -> None:
        """An agent that is given up cannot end its attempts: they are ended as such."""
        if view.state not in GONE:
            return
        for task in await self._ledger.records(TaskView):
            if task.agent == view.id and task.state in HELD:
                await self.change(task.id, lambda tx, t: _abandoned(tx, t, view))

    async def change(self, id_: str, work: Any) -> TaskView:
        """Change a task in one transaction: ``work(tx, task)`` returns it as it is to be."""

        async def whole(tx: Transaction) -> TaskView:
            task = await tx.record(TaskView, id_)
            if task is None:
                raise Refused(f"no task {id_!r}", "list them with: crewtui task list")
            new = await work(tx, task)
            assert isinstance(new, TaskView)
            return await tx.keep(new) if new != task else task

        return await self._ledger.write(whole)


async def _abandoned(tx: Transaction, task: TaskView, view: AgentView) -> TaskView:
    why = f"{view.id} is {view.state}: {view.exit}"
    await tx.event("task.attempt_ended", agent=view.id, text=f"{task.id}: {why}", task=task.id)
    task = ended(_with_attempt(task, tx.now), Ending.FAILED_ADAPTER, why, tx.now)
    return moved(task, TaskState.BLOCKED, tx.now).model_copy(update={"reason": why})


def _with_attempt(task: TaskView, now: float) -> TaskView:
    if task.attempt is not None and task.attempt.ending is Ending.RUNNING:
        return task
    new = AttemptView(number=len(task.attempts) + 1, agent=task.agent, started_at=now)
    return task.model_copy(update={"attempts": (*task.attempts, new)})


def ended(task: TaskView, ending: Ending, reason: str, now: float) -> TaskView:
    """The task with its running attempt ended so; unchanged if none runs."""
    last = task.attempt
    if last is None or last.ending is not Ending.RUNNING:
        return task
    update = {"ending": ending, "reason": reason, "ended_at": now}
    return task.model_copy(
        update={"attempts": (*task.attempts[:-1], last.model_copy(update=update))}
    )


def moved(task: TaskView, state: TaskState, now: float) -> TaskView:
    """The task in another state; raises ``Refused`` for a change that is not allowed."""
    if state not in ALLOWED[task.state]:
        raise Refused(f"task {task.id} is {task.state} and cannot be {state} next")
    return task.model_copy(update={"state": state, "changed_at": now})


def own(task: TaskView, agent: str) -> None:
    """Raise ``Refused`` if the agent does not hold the task."""
    if task.agent != agent or task.state not in HELD:
        holder = f" by {task.agent}" if task.agent else ""
        raise Refused(f"task {task.id} is {task.state}{holder}, not yours", "claim it first")


async def _unmerged(tx: Transaction, task: TaskView) -> list[str]:
    known = {other.id: other.state for other in await tx.records(TaskView)}
    return [name for name in task.depends_on if known.get(name) is not TaskState.MERGED]


def _refuse_circles(tasks: list[TaskView]) -> None:
    """Raise ``Refused`` if tasks wait for each other."""
    left = {task.id: set(task.depends_on) for task in tasks}
    while free := [id_ for id_, needs in left.items() if not needs & left.keys()]:
        for id_ in free:
            del left[id_]
    if left:
        raise Refused(f"these wait for each other: {', '.join(sorted(left))}", "break the circle")


def assignment(task: TaskView) -> str:
    """What an agent is told when it gets a task."""
    lines = [f"Task {task.id} is yours: {task.title}", ""]
    if task.goal:
        lines += [task.goal, ""]
    for name, values in (
        ("Artifacts", task.artifacts),
        ("Acceptance", task.acceptance),
        ("Constraints", task.constraints),
        ("Change only", task.allowed_paths),
    ):
        if values:
            lines += [f"{name}:", *(f"- {value}" for value in values), ""]
    lines += [
        f"Work only in this worktree, on its branch {task.branch}: {task.worktree}",
        f"Begin: crewtui task start {task.id}",
    ]
    checks = "; ".join(" ".join(v.command) for v in task.validations)
    if checks:
        lines.append(f"It must pass: {checks}")
    lines.append(f"Commit there, then: crewtui task submit {task.id}")
    return "\n".join(lines)
