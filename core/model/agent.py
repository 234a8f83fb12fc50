"""An agent: what it is doing, and what is known of its process."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class AgentState(StrEnum):
    """What an agent is doing, as far as process and screen tell."""

    STOPPED = "stopped"
    STARTING = "starting"
    IDLE = "idle"
    BUSY = "busy"
    ASKING = "asking"
    ERROR = "error"
    LIMIT = "limit"
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
        AgentState.ERROR,
        AgentState.LIMIT,
    }
)
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
    exit: str = ""
    question: str = ""
    waiting: int = 0
    fence: str = "none"
