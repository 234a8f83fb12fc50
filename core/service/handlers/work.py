"""Tasks and reviews."""

from typing import Any

from crewtui.core.model.errors import Refused
from crewtui.core.model.phase import PhaseView
from crewtui.core.model.task import EXIT_CODES, TODO, Ending, TaskView
from crewtui.core.rpc.work import (
    AddReview,
    AddTasks,
    AssignTask,
    BidForTask,
    CancelTask,
    ClaimTask,
    DecideTask,
    FinishPlan,
    ReleaseTask,
    RetryTask,
    StartTask,
    SubmitTask,
    TaskArtifacts,
    TaskDiff,
    TaskResult,
)
from crewtui.core.service.port import Caller, CrewPort, Handlers
from crewtui.core.work.artifacts import listed, read_artifact
from crewtui.core.work.taskfile import checked

MOST_REVIEW = 4000
"""A review keeps so many characters: it is part of every snapshot."""
MOST_WAIT_S = 25.0
"""A result is waited for so long, in seconds: less than any client waits for an answer."""


async def add(crew: CrewPort, caller: Caller, request: AddTasks) -> list[TaskView]:
    """Add tasks; raises ``ConfigError`` for one that is not as a task file has it."""
    tables = [checked(table, "task") for table in request.tasks]
    return list(await crew.workflow.tasks.add(tables, caller.actor))


async def planned(crew: CrewPort, caller: Caller, _request: FinishPlan) -> PhaseView:
    """The plan is whole."""
    return await crew.workflow.phases.plan_done(caller.actor)


async def bid(crew: CrewPort, caller: Caller, request: BidForTask) -> TaskView:
    """Offer to take a task."""
    return await crew.workflow.tasks.bid(caller.actor, request.task, request.reason)


async def claim(crew: CrewPort, caller: Caller, request: ClaimTask) -> TaskView:
    """Take a task; raises ``Refused`` for the operator, who assigns."""
    if caller.is_operator:
        raise Refused("a claim is an agent's", "assign it: crewtui task assign ID AGENT")
    return await crew.workflow.tasks.claim(caller.actor, request.task)


async def assign(crew: CrewPort, caller: Caller, request: AssignTask) -> TaskView:
    """Give a task to an agent."""
    return await crew.workflow.tasks.claim(request.to, request.task, by=caller.actor)


async def release(crew: CrewPort, caller: Caller, request: ReleaseTask) -> TaskView:
    """Put a task back."""
    return await crew.workflow.tasks.release(caller.actor, request.task)


async def start(crew: CrewPort, caller: Caller, request: StartTask) -> TaskView:
    """Begin to work on it."""
    return await crew.workflow.tasks.start(caller.actor, request.task)


async def submit(crew: CrewPort, caller: Caller, request: SubmitTask) -> dict[str, Any]:
    """Begin an attempt."""
    return _told(await crew.workflow.attempts.submit(caller.actor, request.task))


async def result(crew: CrewPort, _caller: Caller, request: TaskResult) -> dict[str, Any]:
    """How the newest attempt ended; waits for its end for a while."""
    wait = min(MOST_WAIT_S, request.wait_s)
    return _told(await crew.workflow.attempts.result(request.task, wait))


async def cancel(crew: CrewPort, caller: Caller, request: CancelTask) -> TaskView:
    """Stop a task."""
    task = await crew.workflow.tasks.cancel(caller.actor, request.task, request.reason)
    crew.workflow.attempts.stop(request.task)
    return task


async def retry(crew: CrewPort, _caller: Caller, request: RetryTask) -> TaskView:
    """Go on with a blocked task."""
    task = await crew.workflow.tasks.retry(request.task)
    crew.workflow.merges.wake()
    return task


async def decide(crew: CrewPort, _caller: Caller, request: DecideTask) -> TaskView:
    """Approve gated changes, or send them back."""
    words = (request.task, request.approve, request.reason)
    return await crew.workflow.attempts.decide(*words)


async def artifacts(crew: CrewPort, _caller: Caller, request: TaskArtifacts) -> Any:
    """What an attempt left, or one of its texts; raises ``Refused`` before the first one."""
    task = await crew.workflow.tasks.read(request.task)
    if task.attempt is None:
        raise Refused(f"task {task.id} has nothing submitted yet")
    number = request.attempt or task.attempt.number
    if request.name is not None:
        return read_artifact(crew.project, task.id, number, request.name)
    return listed(crew.project, task.id, number)


async def diff(crew: CrewPort, _caller: Caller, request: TaskDiff) -> Any:
    """What is reviewed: the difference, with the reviews."""
    return await crew.workflow.merges.diff(request.task)


async def review(crew: CrewPort, caller: Caller, request: AddReview) -> TaskView:
    """A review of the commit that waits."""
    words = (request.task, request.approve, request.text[:MOST_REVIEW])
    return await crew.workflow.merges.review(caller.actor, *words)


def _told(task: TaskView) -> dict[str, Any]:
    """A task with what its newest attempt means for scripts and people."""
    ending = task.attempt.ending if task.attempt is not None else Ending.RUNNING
    todo = TODO[ending].format(task=task.id, agent=task.agent)
    return {
        "task": task.model_dump(mode="json"),
        "ending": ending,
        "exit_code": EXIT_CODES[ending],
        "todo": todo,
    }


HANDLERS: Handlers = {
    AddTasks: add,
    FinishPlan: planned,
    BidForTask: bid,
    ClaimTask: claim,
    AssignTask: assign,
    ReleaseTask: release,
    StartTask: start,
    SubmitTask: submit,
    TaskResult: result,
    CancelTask: cancel,
    RetryTask: retry,
    DecideTask: decide,
    TaskArtifacts: artifacts,
    TaskDiff: diff,
    AddReview: review,
}
