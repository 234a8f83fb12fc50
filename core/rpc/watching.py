"""Requests about the crew as a whole: its state, its events, its end; what a program signals."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from crewtui.core.rpc.request import MOST_ID, Param, Request, Who


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe(Request):
    """The crew's state, and from then on every ``change`` of it as a notification."""

    NAME: ClassVar = "subscribe"
    WHO: ClassVar = Who.ANYONE
    RESULT: ClassVar = "CrewState"


@dataclass(frozen=True, slots=True, kw_only=True)
class Events(Request):
    """Events after one of them, or the newest, oldest first."""

    NAME: ClassVar = "events"
    WHO: ClassVar = Who.ANYONE
    RESULT: ClassVar = "list[Event]"
    after: Annotated[int, Param("the id of an event", low=0, high=2**62)] | None = None
    limit: Annotated[int, Param("at most so many; 5000 are the most", low=0, high=2**31)] = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class View(Request):
    """Tasks, votes, debates and milestones: what every agent may know, also inside a fence."""

    NAME: ClassVar = "crew.view"
    WHO: ClassVar = Who.AGENT
    RESULT: ClassVar = "CrewState"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(Request):
    """End the supervisor, and the agents unless they are to be kept."""

    NAME: ClassVar = "stop"
    WHO: ClassVar = Who.OPERATOR
    keep_agents: Annotated[bool, Param("whether the agents run on")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal(Request):
    """What an agent's program says of itself through its hooks."""

    NAME: ClassVar = "signal"
    WHO: ClassVar = Who.AGENT
    name: Annotated[str, Param("the signal's name in the agent's adapter", most=MOST_ID)]
    data: Annotated[Any, Param("what the program passed on")] = None
