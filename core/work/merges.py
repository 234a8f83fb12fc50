"""Reviews and merges: two others approve a commit, its merge is tested, then main moves.

What is to happen to main is written before it moves: after a crash it is seen whether it did.
"""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

from crewtui.core.config.project import Project
from crewtui.core.ledger.guarded import guarded
from crewtui.core.ledger.store import Ledger, Transaction
from crewtui.core.ledger.troubles import Troubles
from crewtui.core.mail.outbox import Couriers, tell
from crewtui.core.model import errors
from crewtui.core.model.clock import Clock
from crewtui.core.model.crew_state import Trouble
from crewtui.core.model.errors import CrewtuiError, Refused
from crewtui.core.model.task import ReviewView, TaskState, TaskView, Validation
from crewtui.core.work.artifacts import attempt_folder
from crewtui.core.work.attempts import LOG_TAIL, Confine
from crewtui.core.work.command import clean_environment, run_command
from crewtui.core.work.git import Git, GitError
from crewtui.core.work.merge import Conflict, Merged
from crewtui.core.work.mirror import Mirror
from crewtui.core.work.tasks import Tasks, moved

APPROVALS = 2
"""So many others must approve the very commit."""
TRIES = 3
"""How often a merge is made anew since main moved meanwhile."""


class Merges:
    """Takes reviews and merges what has enough of them, one at a time."""

    def __init__(
        self,
        project: Project,
        ledger: Ledger,
        clock: Clock,
        mail: Couriers,
        tasks: Tasks,
        troubles: Troubles,
        agents: Callable[[], Iterable[str]],
    ):
        self._project = project
        self._ledger = ledger
        self._clock = clock
        self._mail = mail
        self._tasks = tasks
        self._troubles = troubles
        self._agents = agents
        self._room = tasks.room
        self._due = asyncio.Event()
        self._main = ""
        self.paused = False
        self.checks: tuple[tuple[str, ...], ...] = ()
        """Commands that every merged result must pass."""
        self.confine: Confine = lambda _agent, argv, _cwd: argv
        self.on_merged: Callable[[TaskView], None] = lambda _task: None
        self.mirror = Mirror(project, ledger, self._room)

    def wake(self) -> None:
        """Something may be ready to merge."""
        self._due.set()

    async def ask(self, task: TaskView) -> None:
        """Ask the other agents for reviews of a task's commit, once."""
        attempt = task.attempt
        if not _waits(task) or attempt is None:
            return
        others = [name for name in self._agents() if name != task.agent]
        text = "\n".join(
            [
                f"Please review task {task.id} by {task.agent}: {task.title}",
                f"Commit {attempt.commit[:12]}, {attempt.files} files, validations passed.",
                f"Read it: crewtui task diff {task.id}",
                f'Then: crewtui review approve {task.id} -m "why"',
                f'or:   crewtui review reject {task.id} -m "what is wrong"',
            ]
        )

        async def work(tx: Transaction, now: TaskView) -> TaskView:
            if not _waits(now) or now.commit != task.commit:
                return now
            for name in others:
                await tell(tx, name, f"review {task.id}", text)
            said = f"{task.id} asks for review"
            await tx.event("review.asked", agent=task.agent, text=said, task=task.id)
            return now.model_copy(update={"asked": attempt.number})

        await self._tasks.change(task.id, work)
        for name in others:
            self._mail.wake(name)
        self.mirror.put(lambda hub, main: hub.review_asked(task, main))

    async def review(self, reviewer: str, id_: str, approved: bool, text: str) -> TaskView:
        """Take somebody's review of the commit that waits; raises ``Refused`` for the author's."""

        async def work(tx: Transaction, task: TaskView) -> TaskView:
            if task.state is not TaskState.REVIEW:
                raise Refused(f"task {id_} is {task.state}, not in review")
            if task.merging:
                raise Refused(f"task {id_} is being merged: too late")
            if reviewer == task.agent:
                raise Refused("nobody reviews their own work", "the others do")
            if not approved and not text.strip():
                raise Refused("a rejection has a reason", 'add: -m "what is wrong"')
            review = ReviewView(
                reviewer=reviewer, commit=task.commit, approved=approved, text=text, at=tx.now
            )
            kept = (r for r in task.reviews if (r.reviewer, r.commit) != (reviewer, task.commit))
            task = task.model_copy(update={"reviews": (*kept, review)})
            verb = "approves" if approved else "rejects"
            said = f"{reviewer} {verb} {id_}: {text}".rstrip(": ")
            kind = "review.approved" if approved else "review.rejected"
            await tx.event(kind, agent=task.agent, text=said, task=id_, reviewer=reviewer)
            return task if approved else await self._back(tx, task, f"{reviewer}: {text}", "")

        task = await self._tasks.change(id_, work)
        self._mail.wake(task.agent)
        self.wake()
        written = task.reviews[-1]
        self.mirror.put(lambda hub, _main: hub.reviewed(task, written))
        return task

    async def _back(self, tx: Transaction, task: TaskView, why: str, log: str) -> TaskView:
        """The author gets the task back with the reason."""
        lines = [f"Task {task.id} comes back: {why}", *([log[-LOG_TAIL:]] if log else [])]
        lines.append(f"Mend it in {task.worktree}, commit, then: crewtui task submit {task.id}")
        await tell(tx, task.agent, f"task {task.id}", "\n".join(lines))
        update = {"reason": why, "merging": ""}
        return moved(task, TaskState.IN_PROGRESS, tx.now).model_copy(update=update)

    async def run(self) -> None:
        """Merge for ever; its owner cancels it."""
        while True:
            await self._due.wait()
            self._due.clear()
            while not self.paused and (task := await self._ready()) is not None:
                if not await guarded(self._ledger, f"merge of {task.id}", self._merge(task)):
                    break

    async def _ready(self) -> TaskView | None:
        tasks = await self._ledger.records(TaskView)
        ready = [t for t in tasks if t.state is TaskState.REVIEW and len(t.approvals) >= APPROVALS]
        return min(ready, key=lambda task: task.changed_at, default=None)

    async def _merge(self, task: TaskView) -> None:
        for _ in range(TRIES):
            try:
                await self.check_main()
                if await self._merged(task):
                    return
            except Conflict as conflict:
                await self._return(task, "the merge conflicts", conflict.log)
                return
            except (CrewtuiError, OSError) as error:
                await self._stuck(task, error)
                return
        await self._stuck(task, GitError("main moves all the time", "wait, then retry"))

    async def _merged(self, task: TaskView) -> bool:
        """Merge, test, move main; false if main moved meanwhile."""
        main = await Git(self._project.root).main_branch()
        title = f"Merge {task.branch}: {task.title}"
        async with self._room.merged(main, task.commit, title) as found:
            red = await self._tested(task, found)
            if red:
                await self._return(task, f"the merged result fails {red[0]}", red[1])
                return True
            if not await self._intend(task, found):
                return True
            try:
                await self._room.move_main(main, found.onto, found.commit)
            except GitError:
                now = await Git(self._project.root).commit_of(f"refs/heads/{main}")
                if now == found.onto:
                    raise
                return False
        await self._done(task.id, main, found.commit)
        return True

    async def _tested(self, task: TaskView, found: Merged) -> tuple[str, str] | None:
        """The first validation that fails on the merged result, with its log."""
        tmp = await asyncio.to_thread(self._project.private, "tmp", "merge")
        env = clean_environment(tmp, CREWTUI_TASK=task.id)
        checks = tuple(Validation(name=words[0], command=words) for words in self.checks)
        for validation in (*task.validations, *checks):
            argv = self.confine(task.agent, validation.command, found.folder)
            ran = await run_command(argv, found.folder, validation.timeout_s, env, None)
            if not ran.passed and not validation.optional:
                return f"{validation.name} ({ran.exit})", ran.output.decode("utf-8", "replace")
        return None

    async def _intend(self, task: TaskView, found: Merged) -> bool:
        """Write what main is to move to; false if the task is not to be merged any more."""

        async def work(tx: Transaction, now: TaskView) -> TaskView:
            same = now.state is TaskState.REVIEW and now.commit == task.commit
            if not same or len(now.approvals) < APPROVALS:
                return now
            await tx.event(
                "task.merging",
                agent=now.agent,
                text=f"{now.id} is merged",
                task=now.id,
                onto=found.onto,
                commit=found.commit,
            )
            return now.model_copy(update={"merging": found.commit})

        return (await self._tasks.change(task.id, work)).merging == found.commit

    async def _done(self, id_: str, main: str, commit: str) -> None:
        async def work(tx: Transaction, now: TaskView) -> TaskView:
            text = f"{now.id} by {now.agent} is merged into {main}"
            await tx.event("task.merged", agent=now.agent, text=text, task=id_, commit=commit)
            await tell(tx, now.agent, f"task {id_}", f"{text}. Thank you.")
            update = {"merging": "", "merged": commit, "reason": ""}
            return moved(now, TaskState.MERGED, tx.now).model_copy(update=update)

        task = await self._tasks.change(id_, work)
        self._main = commit
        await self._tasks.refresh(main)
        self._mail.wake(task.agent)
        self.on_merged(task)
        self.mirror.put(lambda hub, main: hub.merged(main))

    async def _return(self, task: TaskView, why: str, log: str) -> None:
        async def work(tx: Transaction, now: TaskView) -> TaskView:
            if now.state is not TaskState.REVIEW:
                return now
            text = f"{now.id} goes back to {now.agent}: {why}"
            await tx.event("task.returned", agent=now.agent, text=text, task=now.id)
            return await self._back(tx, now, why, log)

        await self._tasks.refresh(await Git(self._project.root).main_branch(), task)
        returned = await self._tasks.change(task.id, work)
        self._mail.wake(returned.agent)

    async def _stuck(self, task: TaskView, error: CrewtuiError | OSError) -> None:
        """A merge that a person must look at: the task is blocked, with what is known."""
        why = f"not merged: {errors.why(error)}"

        async def work(tx: Transaction, now: TaskView) -> TaskView:
            await tx.event("task.stuck", agent=now.agent, text=f"{now.id}: {why}", task=now.id)
            update = {"reason": why, "merging": ""}
            return moved(now, TaskState.BLOCKED, tx.now).model_copy(update=update)

        await self._tasks.change(task.id, work)

    async def recover(self) -> None:
        """After a start: see of each merge that was begun whether main moved; ask for reviews."""
        tasks = await self._ledger.records(TaskView)
        merging = [task for task in tasks if task.merging]
        for task in merging:
            repository = Git(self._project.root)
            try:
                main = await repository.main_branch()
                there = await repository.contains(main, task.merging)
            except GitError:
                there, main = False, ""
            if there:
                await self._done(task.id, main, task.merging)
                continue

            async def drop(tx: Transaction, now: TaskView) -> TaskView:
                text = f"{now.id}: the merge was cut off before main moved; it is made anew"
                await tx.event("task.merge_cut_off", agent=now.agent, text=text, task=now.id)
                return now.model_copy(update={"merging": ""})

            await self._tasks.change(task.id, drop)
        for task in tasks:
            await self.ask(task)
        if any(task.state is TaskState.REVIEW for task in tasks):
            self.wake()

    async def check_main(self) -> None:
        """See whether main moved without a merge of ours; raise a trouble if an agent's branch
        came into it without its reviews."""
        repository = Git(self._project.root)
        main = await repository.main_branch()
        now = await repository.commit_of(f"refs/heads/{main}")
        before, self._main = self._main, now
        if before == now:
            return
        if before:
            text = f"{main} moved from {before[:12]} to {now[:12]}, not by crewtui"
            await self._ledger.event("main.moved", text=text, before=before, now=now)
        for task in await self._ledger.records(TaskView):
            tip = await repository.commit_of(f"refs/heads/{task.branch}") if task.branch else ""
            if task.state is TaskState.MERGED or not tip or tip == task.base:
                continue
            if await repository.contains(main, tip):
                self._troubles.raise_(
                    Trouble(
                        id=f"main:{task.id}",
                        what=f"{main} has the work of {task.branch} without its reviews",
                        todo=f"look at it: git log {task.base[:12]}..{main}",
                        since=self._clock.wall(),
                    )
                )

    async def diff(self, id_: str) -> dict[str, object]:
        """What a task's commit changes, with its reviews."""
        task = await self._tasks.read(id_)
        attempt = task.attempt
        if attempt is None or not attempt.commit:
            raise Refused(f"task {id_} has nothing submitted yet")
        folder = attempt_folder(self._project, task.id, attempt.number)
        text = await asyncio.to_thread(_read, folder / "changes.patch")
        return {"task": task.model_dump(mode="json"), "diff": text}


def _waits(task: TaskView) -> bool:
    """Whether its commit waits for reviews that nobody was asked for."""
    asked = task.attempt is not None and task.attempt.number == task.asked
    return task.state is TaskState.REVIEW and bool(task.commit) and not asked


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise Refused(f"{path.name}: {error.strerror}", "it was not kept") from None
