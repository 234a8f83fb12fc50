"""Requests about an agent itself, and about what it asks: the operator's."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from crewtui.core.rpc.request import MOST_BODY, MOST_ID, AgentId, Param, Request, Who


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAgent(Request):
    """Start an agent that does not run."""

    NAME: ClassVar = "agent.start"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "str"
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAgent(Request):
    """End an agent and leave it stopped; says what was ended."""

    NAME: ClassVar = "agent.stop"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "str"
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartAgent(Request):
    """End an agent and start it anew; says what was ended."""

    NAME: ClassVar = "agent.restart"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "str"
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetAgent(Request):
    """Clear an agent's count of restarts; a degraded one starts again."""

    NAME: ClassVar = "agent.reset"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "str"
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainAgent(Request):
    """Why an agent is believed to be in its state, from its screen now."""

    NAME: ClassVar = "agent.explain"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "dict"
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuestions(Request):
    """All open questions, oldest first."""

    NAME: ClassVar = "approvals"
    WHO: ClassVar = Who.ANYONE
    RESULT: ClassVar = "list[ApprovalView]"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideQuestion(Request):
    """A person's decision on an agent's question, refused if it is another one now."""

    NAME: ClassVar = "approval.decide"
    WHO: ClassVar = Who.OPERATOR
    RESULT: ClassVar = "str"
    approval: Annotated[str, Param("the question's id", most=MOST_ID)]
    role: Annotated[str, Param("approve, always, deny or other", most=MOST_ID)] = "other"
    number: Annotated[int, Param("that of a choice", low=0, high=1000)] | None = None
    message: Annotated[str, Param("sent to the agent afterwards", most=MOST_BODY)] = ""
    fingerprint: Annotated[str, Param("that of the question as drawn", most=MOST_ID)] | None = None
