"""An agent: what it is doing, and what is known of its process."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from crewtui.core.model.approval import ApprovalView


class AgentState(StrEnum):
    """What an agent is doing, as far as process and screen tell.

    ``unknown`` rests where nobody has said that one types; ``covered`` has something before the
    place where one does: another program, a dialog that no rule knows, a line that is not whole.
    """

    STOPPED = "stopped"
    STARTING = "starting"
    IDLE = "idle"
    BUSY = "busy"
    ASKING = "asking"
    UNKNOWN = "unknown"
    COVERED = "covered"
    ERROR = "error"
    LIMIT = "limit"
    LOGIN = "login"
    BACKOFF = "backoff"
    DEGRADED = "degraded"
    EXITED = "exited"
    FAILED = "failed"


RUNNING = frozenset(
    {
        AgentState.STARTING,
        AgentState.IDLE,
        AgentState.BUSY,
        AgentState.ASKING,
        AgentState.UNKNOWN,
        AgentState.COVERED,
        AgentState.ERROR,
        AgentState.LIMIT,
        AgentState.LOGIN,
    }
)
TROUBLED = frozenset({AgentState.ERROR, AgentState.LIMIT, AgentState.LOGIN})
"""A turn cannot go on: it failed, is limited, or needs a login."""
NEEDS_PERSON = frozenset({AgentState.ASKING, AgentState.DEGRADED, AgentState.FAILED})


class Evidence(BaseModel):
    """Why a state is believed: the rule that gave it and the line or fact it met."""

    model_config = ConfigDict(frozen=True)

    rule: str
    line: str = ""


class AgentView(BaseModel):
    """One agent as everyone sees it; times are UTC seconds since the epoch."""

    model_config = ConfigDict(frozen=True)

    id: str
    command: str
    adapter: str = "generic"
    group: str = ""
    state: AgentState = AgentState.STOPPED
    evidence: Evidence = Evidence(rule="not started")
    since: float = 0.0
    started_at: float | None = None
    pid: int | None = None
    pane: str | None = None
    session: str = ""
    restarts: int = 0
    restart_limit: int = 5
    restart_at: float | None = None
    flapping_until: float | None = None
    """Until when it has been started again too often in a day, if it has been."""
    exit: str = ""
    question: str = ""
    approval: ApprovalView | None = None
    ends_at: float | None = None
    """When a limit ends or a failed turn is tried again, if that is known."""
    given_up: bool = False
    """Whether an error was tried again so often that now a person must look."""
    waiting: int = 0
    fence: str = ""
    policies: str = ""
    """Whether its ``approve`` and ``deny`` hold; empty if it has none."""
    version: str = ""
    """What its program says of its version, if it did yet."""
    version_tried: bool = True
    """Whether crewtui was tried with that version; true while none is known."""
