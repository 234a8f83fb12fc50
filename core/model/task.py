"""Tasks, their attempts and reviews, and every change of state that is allowed."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class TaskState(StrEnum):
    """Where a task stands."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    IN_PROGRESS = "in_progress"
    REVIEW = "review"
    MERGED = "merged"
    BLOCKED = "blocked"


ALLOWED: dict[TaskState, frozenset[TaskState]] = {
    TaskState.QUEUED: frozenset({TaskState.CLAIMED, TaskState.BLOCKED}),
    TaskState.CLAIMED: frozenset({TaskState.QUEUED, TaskState.IN_PROGRESS, TaskState.BLOCKED}),
    TaskState.IN_PROGRESS: frozenset({TaskState.QUEUED, TaskState.REVIEW, TaskState.BLOCKED}),
    TaskState.REVIEW: frozenset({TaskState.IN_PROGRESS, TaskState.MERGED, TaskState.BLOCKED}),
    TaskState.BLOCKED: frozenset({TaskState.QUEUED, TaskState.IN_PROGRESS, TaskState.REVIEW}),
    TaskState.MERGED: frozenset(),
}
"""From each state, the states that may follow."""


class Ending(StrEnum):
    """How an attempt stands or ended."""

    RUNNING = "running"
    COMPLETED = "completed"
    COMPLETED_WITH_WARNINGS = "completed_with_warnings"
    FAILED_VALIDATION = "failed_validation"
    FAILED_ADAPTER = "failed_adapter"
    FAILED_BRIDGE = "failed_bridge"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"
    NEEDS_APPROVAL = "needs_approval"
    NEEDS_MANUAL_ATTENTION = "needs_manual_attention"


GOOD = frozenset({Ending.COMPLETED, Ending.COMPLETED_WITH_WARNINGS})

EXIT_CODES: dict[Ending, int] = {
    Ending.COMPLETED: 0,
    Ending.RUNNING: 10,
    Ending.COMPLETED_WITH_WARNINGS: 11,
    Ending.FAILED_VALIDATION: 12,
    Ending.FAILED_ADAPTER: 13,
    Ending.FAILED_BRIDGE: 14,
    Ending.TIMEOUT: 15,
    Ending.CANCELLED: 16,
    Ending.NEEDS_APPROVAL: 17,
    Ending.NEEDS_MANUAL_ATTENTION: 18,
}
"""What ``crewtui task submit`` and ``task result`` end with."""

TODO: dict[Ending, str] = {
    Ending.RUNNING: "wait: crewtui task result {task}",
    Ending.COMPLETED: "nothing: the others review it",
    Ending.COMPLETED_WITH_WARNINGS: "read the warnings; the others review it",
    Ending.FAILED_VALIDATION: "read crewtui task logs {task}, mend it, commit, submit again",
    Ending.FAILED_ADAPTER: "see to {agent}, then: crewtui task retry {task}",
    Ending.FAILED_BRIDGE: "see the reason, mend the repository, then: crewtui task retry {task}",
    Ending.TIMEOUT: "make it quicker or raise the validation's timeout, then submit again",
    Ending.CANCELLED: "nothing, or: crewtui task retry {task}",
    Ending.NEEDS_APPROVAL: "a person decides: crewtui task approve {task}, or deny",
    Ending.NEEDS_MANUAL_ATTENTION: "look at what is known, then: crewtui recover",
}
"""What to do now, for each ending."""


class Validation(BaseModel):
    """A command that must end with 0 in the task's worktree."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    command: tuple[str, ...]
    timeout_s: float = 300.0
    optional: bool = False
    """A failure is only a warning."""


class ValidationResult(BaseModel):
    """How one validation went."""

    model_config = ConfigDict(frozen=True)

    name: str
    passed: bool
    exit: str
    seconds: float = 0.0
    timed_out: bool = False
    optional: bool = False


class TaskPolicy(BaseModel):
    """What a person must see before it is reviewed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_files: int = 50
    forbidden: tuple[str, ...] = ()
    dependencies: bool = True
    """Whether changed dependency files and migrations need a person."""


class AttemptView(BaseModel):
    """One submission: the commit, its validations, how it ended; times are UTC seconds."""

    model_config = ConfigDict(frozen=True)

    number: int
    agent: str
    commit: str = ""
    base: str = ""
    ending: Ending = Ending.RUNNING
    reason: str = ""
    started_at: float = 0.0
    ended_at: float | None = None
    files: int = 0
    validations: tuple[ValidationResult, ...] = ()


class ReviewView(BaseModel):
    """What somebody else thinks of a commit."""

    model_config = ConfigDict(frozen=True)

    reviewer: str
    commit: str
    approved: bool
    text: str = ""
    at: float = 0.0


class Bid(BaseModel):
    """An agent's offer to take a task."""

    model_config = ConfigDict(frozen=True)

    agent: str
    reason: str = ""


class TaskView(BaseModel):
    """A task as everyone sees it."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    goal: str = ""
    domain: str = ""
    milestone: str = ""
    artifacts: tuple[str, ...] = ()
    acceptance: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    allowed_paths: tuple[str, ...] = ()
    validations: tuple[Validation, ...] = ()
    depends_on: tuple[str, ...] = ()
    due: str = ""
    policy: TaskPolicy = TaskPolicy()
    state: TaskState = TaskState.QUEUED
    agent: str = ""
    branch: str = ""
    worktree: str = ""
    base: str = ""
    reason: str = ""
    """Why it is blocked or went back."""
    bids: tuple[Bid, ...] = ()
    attempts: tuple[AttemptView, ...] = ()
    reviews: tuple[ReviewView, ...] = ()
    asked: int = 0
    """The number of the attempt that reviews were asked for."""
    merging: str = ""
    """The merge commit that ``main`` is to move to, written before it moves."""
    merged: str = ""
    added_at: float = 0.0
    changed_at: float = 0.0

    @property
    def attempt(self) -> AttemptView | None:
        """The newest attempt."""
        return self.attempts[-1] if self.attempts else None

    @property
    def commit(self) -> str:
        """The commit that is reviewed."""
        found = self.attempt
        return found.commit if found is not None and found.ending in GOOD else ""

    @property
    def approvals(self) -> tuple[str, ...]:
        """Who else approved that very commit."""
        good = (r for r in self.reviews if r.approved and r.commit == self.commit)
        return tuple(dict.fromkeys(r.reviewer for r in good if r.reviewer != self.agent))
