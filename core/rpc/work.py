"""Requests about tasks and reviews."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from crewtui.core.rpc.request import (
    MOST_ID,
    MOST_LINE,
    MOST_TEXT,
    AgentId,
    Approve,
    Param,
    Reason,
    Request,
    Who,
)

TaskId = Annotated[str, Param("a task's id", most=MOST_ID)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTasks(Request):
    """Add tasks."""

    NAME: ClassVar = "task.add"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "list[TaskView]"
    tasks: Annotated[tuple[dict[str, Any], ...], Param("as a task file has them", most=1000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishPlan(Request):
    """The plan is whole."""

    NAME: ClassVar = "task.planned"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "PhaseView"


@dataclass(frozen=True, slots=True, kw_only=True)
class BidForTask(Request):
    """Offer to take a task."""

    NAME: ClassVar = "task.bid"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "TaskView"
    task: TaskId
    reason: Reason = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTask(Request):
    """Take a task."""

    NAME: ClassVar = "task.claim"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "TaskView"
    task: TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignTask(Request):
    """Give a task to an agent."""

    NAME: ClassVar = "task.assign"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "TaskView"
    task: TaskId
    to: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseTask(Request):
    """Put a task back."""

    NAME: ClassVar = "task.release"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "TaskView"
    task: TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTask(Request):
    """Begin to work on a task."""

    NAME: ClassVar = "task.start"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "TaskView"
    task: TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitTask(Request):
    """Begin an attempt."""

    NAME: ClassVar = "task.submit"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "dict"
    task: TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult(Request):
    """How the newest attempt ended; waits for its end for a while."""

    NAME: ClassVar = "task.result"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "dict"
    task: TaskId
    wait_s: Annotated[float, Param("how long; 25 is the most", "s", 0, 86400)] = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTask(Request):
    """Stop a task."""

    NAME: ClassVar = "task.cancel"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "TaskView"
    task: TaskId
    reason: Reason = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryTask(Request):
    """Go on with a blocked task."""

    NAME: ClassVar = "task.retry"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "TaskView"
    task: TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideTask(Request):
    """Approve gated changes, or send them back."""

    NAME: ClassVar = "task.decide"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "TaskView"
    task: TaskId
    approve: Approve
    reason: Reason = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskArtifacts(Request):
    """What an attempt left, or one of its texts."""

    NAME: ClassVar = "task.artifacts"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "list[dict] | str"
    task: TaskId
    attempt: Annotated[int, Param("its number; none means the newest", low=0, high=2**31)] = 0
    name: Annotated[str, Param("one of the texts", most=MOST_LINE)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDiff(Request):
    """What is reviewed: the difference, with the reviews."""

    NAME: ClassVar = "task.diff"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "dict"
    task: TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddReview(Request):
    """A review of the commit that waits."""

    NAME: ClassVar = "review.add"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "TaskView"
    task: TaskId
    approve: Approve
    text: Annotated[str, Param("the review; 4000 characters are kept", most=MOST_TEXT)] = ""
