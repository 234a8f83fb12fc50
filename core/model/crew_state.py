"""The whole crew at one moment, and the one function that moves it on.

State flows one way: event -> ledger -> change -> ``reduce`` -> ``CrewState`` -> widget.
"""

from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from crewtui.core.model.agent import AgentView
from crewtui.core.model.debate import DebateView
from crewtui.core.model.event import Event
from crewtui.core.model.message import FINISHED, MessageState, MessageView
from crewtui.core.model.milestone import MilestoneView
from crewtui.core.model.phase import PhaseView
from crewtui.core.model.task import TaskView
from crewtui.core.model.vote import VoteView

T = TypeVar("T")

RECENT_EVENTS = 300
RECENT_MESSAGES = 300

ChangeKind = Literal[
    "agent",
    "agent_gone",
    "message",
    "event",
    "debate",
    "vote",
    "task",
    "milestone",
    "phase",
    "trouble",
    "calm",
]


class Trouble(BaseModel):
    """Something that is wrong with the supervisor's surroundings, and what to do about it."""

    model_config = ConfigDict(frozen=True)

    id: str
    what: str
    todo: str = ""
    since: float = 0.0


class SupervisorView(BaseModel):
    """The supervisor itself."""

    model_config = ConfigDict(frozen=True)

    pid: int
    started_at: float
    version: str
    tmux_socket: str
    held_limit_s: float = 1800.0
    """A message held for longer needs a person, in seconds."""


class CrewState(BaseModel):
    """Everything a dashboard shows, but the panes' contents."""

    model_config = ConfigDict(frozen=True)

    number: int = 0
    project: str = ""
    root: str = ""
    supervisor: SupervisorView | None = None
    agents: dict[str, AgentView] = {}
    messages: dict[str, MessageView] = {}
    events: tuple[Event, ...] = ()
    debates: dict[str, DebateView] = {}
    votes: dict[str, VoteView] = {}
    tasks: dict[str, TaskView] = {}
    milestones: dict[str, MilestoneView] = {}
    phase: PhaseView = PhaseView()
    troubles: dict[str, Trouble] = {}


class Change(BaseModel):
    """One numbered step from one ``CrewState`` to the next."""

    model_config = ConfigDict(frozen=True)

    number: int
    kind: ChangeKind
    value: dict[str, Any]


def reduce(state: CrewState, change: Change) -> CrewState:
    """The state after the change; a change of an unknown shape raises ``ValidationError``."""
    return state.model_copy(update={"number": change.number, **_updates(state, change)})


def _updates(state: CrewState, change: Change) -> dict[str, Any]:
    value = change.value
    match change.kind:
        case "agent":
            agent = AgentView.model_validate(value)
            return {"agents": {**state.agents, agent.id: agent}}
        case "agent_gone":
            return {"agents": _without(state.agents, value["id"])}
        case "message":
            message = MessageView.model_validate(value)
            return {"messages": _trimmed({**state.messages, message.id: message})}
        case "event":
            return {"events": (*state.events, Event.model_validate(value))[-RECENT_EVENTS:]}
        case "vote":
            vote = VoteView.model_validate(value)
            return {"votes": {**state.votes, vote.id: vote}}
        case "debate":
            debate = DebateView.model_validate(value)
            return {"debates": {**state.debates, debate.id: debate}}
        case "task":
            task = TaskView.model_validate(value)
            return {"tasks": {**state.tasks, task.id: task}}
        case "phase":
            return {"phase": PhaseView.model_validate(value)}
        case "milestone":
            milestone = MilestoneView.model_validate(value)
            return {"milestones": {**state.milestones, milestone.id: milestone}}
        case "trouble":
            trouble = Trouble.model_validate(value)
            return {"troubles": {**state.troubles, trouble.id: trouble}}
        case "calm":
            return {"troubles": _without(state.troubles, value["id"])}


def _without(values: dict[str, T], key: str) -> dict[str, T]:
    return {name: value for name, value in values.items() if name != key}


def _trimmed(messages: dict[str, MessageView]) -> dict[str, MessageView]:
    """Without the oldest finished messages once there are many; what waits or is dead stays."""
    if len(messages) <= 2 * RECENT_MESSAGES:
        return messages
    finished = [m for m in messages.values() if m.state in FINISHED]
    drop = {m.id for m in sorted(finished, key=lambda m: m.changed_at)[:-RECENT_MESSAGES]}
    return {key: m for key, m in messages.items() if key not in drop}


def dead_letters(state: CrewState) -> list[MessageView]:
    """The dead letters that wait for a decision, newest first."""
    dead = [m for m in state.messages.values() if m.state is MessageState.DEAD]
    return sorted(dead, key=lambda m: m.changed_at, reverse=True)
