"""A debate as everyone sees it; what was submitted is in the ledger and in ``docs/debate``."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class DebateState(StrEnum):
    """Whether rounds go on."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class DebateView(BaseModel):
    """Rounds that the clock opens and closes; times are UTC seconds."""

    model_config = ConfigDict(frozen=True)

    id: str
    prompt: str
    rounds: int
    timebox_s: float
    participants: tuple[str, ...]
    personas: dict[str, str] = {}
    """A participant's persona by its name in ``personas/``."""
    folder: str
    """Where its texts are, relative to the project."""
    round: int = 1
    submitted: tuple[str, ...] = ()
    """Who has submitted in this round."""
    state: DebateState = DebateState.OPEN
    opened_at: float = 0.0
    closes_at: float | None = None
    vote: str = ""
