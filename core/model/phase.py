"""The phases of a crew's work, from an idea to a milestone."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Phase(StrEnum):
    """What the crew is at."""

    NONE = "none"
    DEBATE = "debate"
    VOTE = "vote"
    PLAN = "plan"
    ASSIGNMENT = "assignment"
    BUILD = "build"
    REVIEW = "review"
    MILESTONE = "milestone"
    DONE = "done"


NEXT: dict[Phase, frozenset[Phase]] = {
    Phase.NONE: frozenset({Phase.DEBATE, Phase.PLAN}),
    Phase.DEBATE: frozenset({Phase.VOTE, Phase.PLAN}),
    Phase.VOTE: frozenset({Phase.PLAN}),
    Phase.PLAN: frozenset({Phase.ASSIGNMENT}),
    Phase.ASSIGNMENT: frozenset({Phase.BUILD}),
    Phase.BUILD: frozenset({Phase.REVIEW, Phase.MILESTONE}),
    Phase.REVIEW: frozenset({Phase.BUILD, Phase.MILESTONE}),
    Phase.MILESTONE: frozenset({Phase.BUILD, Phase.PLAN, Phase.DONE}),
    Phase.DONE: frozenset({Phase.DEBATE, Phase.PLAN}),
}
"""Which phase may follow which."""


class PhaseView(BaseModel):
    """Where the crew stands; times are UTC seconds."""

    model_config = ConfigDict(frozen=True)

    id: str = "phase"
    phase: Phase = Phase.NONE
    since: float = 0.0
    closes_at: float | None = None
    """When the clock ends the phase, if it does."""
    paused_at: float | None = None
    idea: str = ""
    timebox_s: float = 600.0
    planner: str = ""
    planned: bool = False
    """Whether the planner said that the plan is whole."""
    debate: str = ""
    vote: str = ""
    milestone: str = ""
