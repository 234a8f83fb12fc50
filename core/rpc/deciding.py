"""Requests about debates and votes."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from crewtui.core.rpc.request import (
    MOST_ID,
    MOST_LINE,
    MOST_TEXT,
    AgentId,
    AgentIds,
    Param,
    Reason,
    Request,
    Seconds,
    Text,
    Who,
)

DebateId = Annotated[str, Param("a debate's id; empty means the open one", most=MOST_ID)]
VoteId = Annotated[str, Param("a vote's id; empty means the open one", most=MOST_ID)]
Option = Annotated[str, Param("an option", most=MOST_LINE)]
Rounds = Annotated[int, Param("rounds of the debate", low=0, high=100)]
Personas = Annotated[
    dict[AgentId, Annotated[str, Param("a persona's name", most=MOST_ID)]],
    Param("as whom agents argue", most=256),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartDebate(Request):
    """Open a debate."""

    NAME: ClassVar = "debate.start"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "DebateView"
    prompt: Text
    rounds: Rounds = 4
    timebox_s: Seconds = 600.0
    participants: AgentIds = ()
    personas: Personas = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitText(Request):
    """A participant's text for the open round."""

    NAME: ClassVar = "debate.submit"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "DebateView"
    text: Annotated[str, Param("the contribution", most=1024 * 1024)]
    debate: DebateId = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendDebate(Request):
    """More time for the round."""

    NAME: ClassVar = "debate.extend"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "DebateView"
    seconds: Seconds
    debate: DebateId = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseDebate(Request):
    """End the debate now."""

    NAME: ClassVar = "debate.close"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "DebateView"
    debate: DebateId = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelDebate(Request):
    """End the debate without a vote."""

    NAME: ClassVar = "debate.cancel"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "DebateView"
    debate: DebateId = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenVote(Request):
    """Open a vote on options named by hand."""

    NAME: ClassVar = "vote.open"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "VoteView"
    title: Annotated[str, Param("what is decided", least=1, most=MOST_TEXT)]
    options: Annotated[tuple[Option, ...], Param("what there is to choose from", most=100)]
    voters: AgentIds = ()
    timebox_s: Seconds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CastBallot(Request):
    """An agent's ballot."""

    NAME: ClassVar = "vote.cast"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "VoteView"
    ranking: Annotated[tuple[Option, ...], Param("options, best first", most=100)]
    vote: VoteId = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseVote(Request):
    """Close a vote and count."""

    NAME: ClassVar = "vote.close"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "VoteView"
    vote: VoteId = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakTie(Request):
    """A person breaks a tie."""

    NAME: ClassVar = "vote.break"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "VoteView"
    vote: VoteId
    option: Option
    reason: Reason = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoTieBreak(Request):
    """And takes it back, for a while."""

    NAME: ClassVar = "vote.undo"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "VoteView"
    vote: VoteId
