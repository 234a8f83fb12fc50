"""What waits for a person: derived from the crew's state, never stored."""

from dataclasses import dataclass
from enum import StrEnum

from crewtui.core.model.agent import AgentState, AgentView
from crewtui.core.model.crew_state import CrewState, dead_letters
from crewtui.core.model.ids import HUMAN
from crewtui.core.model.message import MessageState
from crewtui.core.model.phase import Phase
from crewtui.core.model.task import Ending, TaskState, TaskView
from crewtui.core.model.vote import VoteState

DAY_S = 24 * 3600.0
COVERED_S = 5.0
"""So long something must have covered an agent before it needs a person, in seconds."""


class NeedKind(StrEnum):
    """What sort of decision is asked of the person."""

    QUESTION = "question"
    PLACE = "place"
    COVERED = "covered"
    DEGRADED = "degraded"
    FAILED = "failed"
    STUCK = "stuck"
    DEAD_LETTER = "dead letter"
    TIE = "tie"
    TASK = "task"
    GATE = "gate"
    MAIL = "mail"
    HELD = "held"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that waits for a person; ``subject`` names the agent, message or vote."""

    kind: NeedKind
    subject: str
    text: str
    since: float
    agent: str = ""


def needs(state: CrewState, now: float) -> list[Need]:
    """All that waits for a person at ``now`` (UTC seconds), newest first."""
    found = [need for agent in state.agents.values() for need in _of_agent(agent, now)]
    for letter in dead_letters(state):
        reason = letter.reason.replace("_", " ")
        text = f"{letter.recipient}: “{letter.topic or letter.preview}” {reason}"
        found.append(
            Need(NeedKind.DEAD_LETTER, letter.id, text, letter.changed_at, letter.recipient)
        )
    found += [
        Need(NeedKind.STUCK, agent.id, _flaps(agent), agent.flapping_until - DAY_S, agent.id)
        for agent in state.agents.values()
        if agent.flapping_until is not None and now < agent.flapping_until
    ]
    limit = state.supervisor.held_limit_s if state.supervisor else float("inf")
    for message in state.messages.values():
        if message.recipient == HUMAN and message.state in (
            MessageState.QUEUED,
            MessageState.HELD,
        ):
            text = f"{message.sender} writes: {message.topic or message.preview}"
            found.append(Need(NeedKind.MAIL, message.id, text, message.accepted_at))
        elif message.state is MessageState.HELD and now - message.accepted_at > limit:
            text = f"{message.recipient}: held for long, {message.reason}"
            found.append(
                Need(NeedKind.HELD, message.id, text, message.accepted_at, message.recipient)
            )
    for vote in state.votes.values():
        if vote.state is VoteState.TIED:
            text = f"{vote.title}: tie {', '.join(vote.tied)}"
            found.append(Need(NeedKind.TIE, vote.id, text, vote.closed_at or 0.0))
    found += [need for task in state.tasks.values() for need in _of_task(task)]
    for milestone in state.milestones.values():
        if milestone.green and milestone.needs_approval and not milestone.approved:
            text = f"{milestone.title}: every check passes, g opens the gate"
            since = max(check.at or 0.0 for check in milestone.checks)
            found.append(Need(NeedKind.GATE, milestone.id, text, since))
    plan = state.phase
    if plan.phase is Phase.PLAN and plan.closes_at is not None and now > plan.closes_at:
        text = f"{plan.planner or 'nobody'} has planned no task: crewtui task add"
        found.append(Need(NeedKind.TROUBLE, "plan", text, plan.closes_at, plan.planner))
    for trouble in state.troubles.values():
        text = f"{trouble.what}; {trouble.todo}" if trouble.todo else trouble.what
        found.append(Need(NeedKind.TROUBLE, trouble.id, text, trouble.since))
    return sorted(found, key=lambda need: need.since, reverse=True)


def _flaps(agent: AgentView) -> str:
    return f"{agent.id} is flapping: started again 20 times in 24 h; reset it when mended"


def _of_task(task: TaskView) -> list[Need]:
    if task.state is not TaskState.BLOCKED:
        return []
    last = task.attempt
    if last is not None and last.ending is Ending.NEEDS_APPROVAL:
        text = f"task {task.id} needs approval: {task.reason}"
    else:
        text = f"task {task.id} is blocked: {task.reason}"
    return [Need(NeedKind.TASK, task.id, text, task.changed_at, task.agent)]


def _of_agent(agent: AgentView, now: float) -> list[Need]:
    match agent.state:
        case AgentState.UNKNOWN if agent.approval is not None:
            text = f"{agent.id}: {agent.approval.text} a yes, x never"
            return [Need(NeedKind.PLACE, agent.id, text, agent.since, agent.id)]
        case AgentState.COVERED if now - agent.since >= COVERED_S:
            line = f": {agent.evidence.line}" if agent.evidence.line else ""
            text = f"{agent.id}: {agent.evidence.rule}{line}"
            return [Need(NeedKind.COVERED, agent.id, text, agent.since, agent.id)]
        case AgentState.ASKING:
            text = f"{agent.id} asks: {agent.question or agent.evidence.line}"
            return [Need(NeedKind.QUESTION, agent.id, text, agent.since, agent.id)]
        case AgentState.DEGRADED:
            text = f"{agent.id} keeps dying ({agent.exit}): reset it when mended"
            return [Need(NeedKind.DEGRADED, agent.id, text, agent.since, agent.id)]
        case AgentState.FAILED:
            text = f"{agent.id} did not start: {agent.exit}"
            return [Need(NeedKind.FAILED, agent.id, text, agent.since, agent.id)]
        case AgentState.LOGIN:
            text = f"{agent.id} needs a login: {agent.evidence.line}"
            return [Need(NeedKind.STUCK, agent.id, text, agent.since, agent.id)]
        case _ if agent.given_up:
            text = f"{agent.id} fails again and again ({agent.evidence.line}): reset it when mended"
            return [Need(NeedKind.STUCK, agent.id, text, agent.since, agent.id)]
        case _:
            return []
