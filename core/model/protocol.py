"""Votes and milestones as the panels show them."""

from pydantic import BaseModel, ConfigDict


class VoteView(BaseModel):
    """An election: first choices by option, and how it stands."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    options: tuple[str, ...]
    first_choices: dict[str, int] = {}
    voters: int = 0
    state: str = "open"
    tied: tuple[str, ...] = ()
    winner: str | None = None


class CheckView(BaseModel):
    """One check of a milestone's gate and the evidence of its last run."""

    model_config = ConfigDict(frozen=True)

    name: str
    passed: bool | None = None
    evidence: str = ""


class MilestoneView(BaseModel):
    """A milestone and the checks of its gate."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    position: int
    approved: bool = False
    checks: tuple[CheckView, ...] = ()
