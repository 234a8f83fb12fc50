"""Requests about phases and milestones."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from crewtui.core.rpc.deciding import Personas, Rounds
from crewtui.core.rpc.request import (
    MOST_ID,
    AgentIds,
    Approve,
    Param,
    Reason,
    Request,
    Seconds,
    Text,
    Who,
)

MilestoneId = Annotated[str, Param("a milestone's id", most=MOST_ID)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMilestones(Request):
    """The milestones as the file has them now."""

    NAME: ClassVar = "milestone.list"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "list[MilestoneView]"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckMilestone(Request):
    """Run a milestone's checks: now, or in the background."""

    NAME: ClassVar = "milestone.check"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "MilestoneView | null"
    milestone: MilestoneId
    wait: Annotated[bool, Param("whether the answer waits for the checks")] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideMilestone(Request):
    """Let a milestone pass, or send it back."""

    NAME: ClassVar = "milestone.decide"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "MilestoneView"
    milestone: MilestoneId
    approve: Approve
    reason: Reason = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPhases(Request):
    """Begin with an idea: debate, vote, plan, build."""

    NAME: ClassVar = "phase.start"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "PhaseView"
    idea: Text
    rounds: Rounds = 4
    timebox_s: Seconds = 600.0
    participants: AgentIds = ()
    personas: Personas = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PausePhases(Request):
    """Hold."""

    NAME: ClassVar = "phase.pause"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "PhaseView"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumePhases(Request):
    """Go on."""

    NAME: ClassVar = "phase.resume"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "PhaseView"
