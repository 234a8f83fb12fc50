"""Attempts: a submitted commit is validated, gated, kept as artifacts, and ends in one state."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from crewtui.core.config.project import Project
from crewtui.core.ledger.guarded import guarded
from crewtui.core.ledger.store import Ledger, Transaction
from crewtui.core.mail.outbox import Couriers, tell
from crewtui.core.model import errors
from crewtui.core.model.errors import CrewtuiError, Refused
from crewtui.core.model.task import (
    GOOD,
    TODO,
    AttemptView,
    Ending,
    TaskState,
    TaskView,
    Validation,
    ValidationResult,
)
from crewtui.core.work.artifacts import Artifacts, attempt_folder, changed_files
from crewtui.core.work.changes import Change, changes_between, diff_between, gates
from crewtui.core.work.command import Ran, clean_environment, end_left_over, run_command
from crewtui.core.work.git import Git
from crewtui.core.work.tasks import Tasks, ended, moved, own
from crewtui.core.work.worktrees import head_of

LOG_TAIL = 1500
"""So many characters of a failed validation's log are told to its author."""
Confine = Callable[[str, tuple[str, ...], Path], tuple[str, ...]]


class Attempts:
    """Runs attempts; each is a task of the crew's own group."""

    def __init__(self, project: Project, ledger: Ledger, mail: Couriers, tasks: Tasks):
        self._project = project
        self._ledger = ledger
        self._mail = mail
        self._tasks = tasks
        self.group: asyncio.TaskGroup | None = None
        self.confine: Confine = lambda _agent, argv, _cwd: argv
        self.on_ended: Callable[[TaskView], Awaitable[None]] = _nothing
        self._running: dict[str, asyncio.Task[bool]] = {}
        self._ended = asyncio.Condition()

    async def submit(self, agent: str, id_: str) -> TaskView:
        """Begin an attempt with what is committed; raises ``Refused`` if it cannot begin."""
        task = await self._tasks.read(id_)
        if task.state is not TaskState.REVIEW or task.agent != agent:
            own(task, agent)
        wrap = self._tasks.wrap_of(agent)
        head = await head_of(Path(task.worktree), wrap)
        if head.branch != task.branch:
            raise Refused(
                f"the worktree is on {head.branch or 'no branch'}, not {task.branch}",
                f"git switch {task.branch}",
            )
        if head.dirty:
            raise Refused(
                f"{len(head.dirty)} files are not committed: {', '.join(head.dirty[:5])}",
                "git add -A; git commit; then submit again",
            )
        if head.commit == task.base:
            raise Refused("nothing is committed on the branch yet", "commit, then submit again")

        main = await Git(self._project.root).main_branch()
        taken = await self._tasks.room.take(main, task.branch, Path(task.worktree), wrap)
        if taken != head.commit:
            raise Refused(f"{task.branch} is not what is checked out", "submit again")

        async def work(tx: Transaction, now: TaskView) -> TaskView:
            if now.attempt is not None and now.attempt.ending is Ending.RUNNING:
                raise Refused(f"attempt {now.attempt.number} of {id_} runs", "wait for its end")
            if now.merging:
                raise Refused(f"task {id_} is being merged", "wait for that: crewtui task list")
            if now.state is TaskState.REVIEW:  # what was approved is not what it will be
                now = now.model_copy(update={"reviews": ()})
            if now.state in (TaskState.CLAIMED, TaskState.REVIEW):
                now = moved(now, TaskState.IN_PROGRESS, tx.now)
            attempt = AttemptView(
                number=len(now.attempts) + 1,
                agent=agent,
                commit=head.commit,
                base=now.base,
                started_at=tx.now,
            )
            text = f"{agent} submits {id_}, attempt {attempt.number}"
            await tx.event("task.submitted", agent=agent, text=text, task=id_, commit=head.commit)
            return now.model_copy(update={"attempts": (*now.attempts, attempt)})

        task = await self._tasks.change(id_, work)
        assert self.group is not None
        running = guarded(self._ledger, f"attempt of {id_}", self._run(task))
        self._running[id_] = self.group.create_task(running)
        return task

    async def result(self, id_: str, wait_s: float) -> TaskView:
        """The task once its attempt has ended, or as it is when time is up."""
        try:
            async with asyncio.timeout(wait_s), self._ended:
                while True:
                    task = await self._tasks.read(id_)
                    if task.attempt is None or task.attempt.ending is not Ending.RUNNING:
                        return task
                    await self._ended.wait()
        except TimeoutError:
            return await self._tasks.read(id_)

    def stop(self, id_: str) -> None:
        """End the validations of a task that was cancelled."""
        running = self._running.get(id_)
        if running is not None:
            running.cancel()

    async def _run(self, task: TaskView) -> None:
        attempt = task.attempt
        assert attempt is not None
        kept = Artifacts(self._project, task.id, attempt.number)
        results: list[ValidationResult] = []
        try:
            await asyncio.to_thread(kept.open)
            changes = await self._keep_changes(kept, task, attempt)
            for validation in task.validations:
                results.append(await self._validate(kept, task, validation))
            wrap = self._tasks.wrap_of(task.agent)
            after = await head_of(Path(task.worktree), wrap, untracked=False)
            ending, reason = _judged(results)
            if ending in GOOD and (after.commit != attempt.commit or after.dirty):
                ending, reason = Ending.FAILED_VALIDATION, "the worktree changed meanwhile"
            why = gates(task, changes) if ending in GOOD else []
            if why:
                ending, reason = Ending.NEEDS_APPROVAL, "; ".join(why[:5])
            await asyncio.to_thread(kept.close)
            await self._finish(task, ending, reason, results, len(changes))
        except (CrewtuiError, OSError) as error:
            await self._finish(task, Ending.FAILED_BRIDGE, errors.why(error), results, 0)
        finally:
            self._running.pop(task.id, None)
            async with self._ended:
                self._ended.notify_all()

    async def _keep_changes(
        self, kept: Artifacts, task: TaskView, attempt: AttemptView
    ) -> list[Change]:
        tree = await self._tasks.room.fetched(await Git(self._project.root).main_branch())
        changes = await changes_between(tree, attempt.base, attempt.commit)
        diff = await diff_between(tree, attempt.base, attempt.commit)
        files = await changed_files(tree, attempt.commit, changes)

        def keep() -> None:
            kept.keep("changes.patch", diff.encode("utf-8", "replace"))
            for status, path, data in files:
                kept.keep(f"files/{path}", data, status)

        await asyncio.to_thread(keep)
        return changes

    async def _validate(
        self, kept: Artifacts, task: TaskView, validation: Validation
    ) -> ValidationResult:
        tmp = await asyncio.to_thread(self._project.private, "tmp", "validations", task.id)
        cwd = Path(task.worktree)
        argv = self.confine(task.agent, validation.command, cwd)
        env = clean_environment(tmp, CREWTUI_TASK=task.id)
        ran = await run_command(argv, cwd, validation.timeout_s, env, kept.folder / "pid")
        await asyncio.to_thread(kept.keep, f"logs/{_slug(validation.name)}.log", ran.output)
        return _result(validation, ran)

    async def _finish(
        self,
        task: TaskView,
        ending: Ending,
        reason: str,
        results: list[ValidationResult],
        files: int,
    ) -> None:
        async def work(tx: Transaction, now: TaskView) -> TaskView:
            last = now.attempt
            if last is None or last.ending is not Ending.RUNNING:
                return now  # it was cancelled meanwhile
            facts = {"validations": tuple(results), "files": files}
            now = now.model_copy(
                update={"attempts": (*now.attempts[:-1], last.model_copy(update=facts))}
            )
            now = ended(now, ending, reason, tx.now)
            if ending in GOOD:
                now = moved(now, TaskState.REVIEW, tx.now)
            elif ending is not Ending.FAILED_VALIDATION and ending is not Ending.TIMEOUT:
                now = moved(now, TaskState.BLOCKED, tx.now)
            now = now.model_copy(update={"reason": reason})
            text = f"{task.id}, attempt {last.number}: {ending.replace('_', ' ')}"
            text += f": {reason}" if reason else ""
            await tx.event(
                "task.attempt_ended", agent=now.agent, text=text, task=now.id, ending=ending
            )
            await tell(tx, now.agent, f"task {now.id}", self._told(now, text))
            return now

        task = await self._tasks.change(task.id, work)
        self._mail.wake(task.agent)
        await self.on_ended(task)

    def _told(self, task: TaskView, text: str) -> str:
        assert task.attempt is not None
        todo = TODO[task.attempt.ending].format(task=task.id, agent=task.agent)
        lines = [text, f"To do: {todo}"]
        for result in task.attempt.validations:
            if not result.passed:
                folder = attempt_folder(self._project, task.id, task.attempt.number)
                path = folder / "logs" / f"{_slug(result.name)}.log"
                lines += ["", f"{result.name}: {result.exit}", _tail(path)]
        return "\n".join(lines)

    async def recover(self) -> None:
        """After a start: attempts that were cut off need a person; nothing of them runs again."""
        for task in await self._ledger.records(TaskView):
            last = task.attempt
            if last is None or last.ending is not Ending.RUNNING:
                continue
            kept = Artifacts(self._project, task.id, last.number)
            killed = await asyncio.to_thread(end_left_over, kept.folder / "pid")
            logs = await asyncio.to_thread(_ended_logs, kept.folder)
            why = (
                f"the supervisor ended during attempt {last.number}: "
                f"{logs} of {len(task.validations)} validations had ended"
            )
            why += "; the one that ran was killed" if killed else ""

            async def work(tx: Transaction, now: TaskView, why: str = why) -> TaskView:
                text = f"{now.id}: {why}"
                await tx.event("task.cut_off", agent=now.agent, text=text, task=now.id)
                now = ended(now, Ending.NEEDS_MANUAL_ATTENTION, why, tx.now)
                return moved(now, TaskState.BLOCKED, tx.now).model_copy(update={"reason": why})

            await self._tasks.change(task.id, work)

    async def decide(self, id_: str, approve: bool, reason: str) -> TaskView:
        """A person lets gated changes go on to review, or sends them back to the author."""

        async def work(tx: Transaction, task: TaskView) -> TaskView:
            last = task.attempt
            waits = last is not None and last.ending is Ending.NEEDS_APPROVAL
            if last is None or not waits or task.state is not TaskState.BLOCKED:
                raise Refused(f"task {id_} waits for no approval", "see: crewtui task list")
            verb = "approves" if approve else "sends back"
            text = f"operator {verb} {id_}: {reason or last.reason}"
            await tx.event("task.gated", agent=task.agent, text=text, task=id_, approved=approve)
            if approve:
                good = last.model_copy(update={"ending": Ending.COMPLETED, "reason": reason})
                task = task.model_copy(update={"attempts": (*task.attempts[:-1], good)})
                return moved(task, TaskState.REVIEW, tx.now).model_copy(update={"reason": ""})
            said = f"The operator does not approve {id_}: {reason or last.reason}"
            await tell(tx, task.agent, f"task {id_}", f"{said}\nChange it and submit again.")
            task = moved(task, TaskState.IN_PROGRESS, tx.now)
            return task.model_copy(update={"reason": reason or last.reason})

        task = await self._tasks.change(id_, work)
        self._mail.wake(task.agent)
        await self.on_ended(task)
        return task


async def _nothing(_task: TaskView) -> None:
    """Nobody waits for it."""


def _ended_logs(folder: Path) -> int:
    return len(list(folder.glob("logs/*")))


def _result(validation: Validation, ran: Ran) -> ValidationResult:
    return ValidationResult(
        name=validation.name,
        passed=ran.passed,
        exit=ran.exit,
        seconds=round(ran.seconds, 2),
        timed_out=ran.timed_out,
        optional=validation.optional,
    )


def _judged(results: list[ValidationResult]) -> tuple[Ending, str]:
    """The ending that the validations give, and which of them are the reason."""
    bad = [result for result in results if not result.passed]
    needed = [result for result in bad if not result.optional]
    said = ", ".join(f"{result.name} ({result.exit})" for result in needed or bad)
    if any(result.timed_out for result in needed):
        return Ending.TIMEOUT, said
    if needed:
        return Ending.FAILED_VALIDATION, said
    return (Ending.COMPLETED_WITH_WARNINGS, said) if bad else (Ending.COMPLETED, "")


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in name)[:60] or "validation"


def _tail(path: Path) -> str:
    try:
        return path.read_bytes()[-LOG_TAIL:].decode("utf-8", "replace").strip()
    except OSError:
        return ""
