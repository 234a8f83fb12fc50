"""The transitions of the phases: which one follows, from what the crew has done so far."""

from collections.abc import Iterable
from dataclasses import dataclass

from crewtui.core.model.debate import DebateState, DebateView
from crewtui.core.model.milestone import MilestoneView
from crewtui.core.model.phase import Phase, PhaseView
from crewtui.core.model.task import TaskState, TaskView
from crewtui.core.model.vote import VoteState, VoteView

UNDO_S = 10.0
"""A tie that a person broke is built on after so long, in seconds: until then it can be undone."""
OPEN = frozenset({TaskState.QUEUED, TaskState.CLAIMED, TaskState.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class Step:
    """From one phase to the next, and why."""

    to: Phase
    why: str
    vote: str = ""
    milestone: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """All that decides on the next phase."""

    debates: dict[str, DebateView]
    votes: dict[str, VoteView]
    tasks: tuple[TaskView, ...]
    milestones: tuple[MilestoneView, ...]

    def of_milestone(self, milestone: str) -> list[TaskView]:
        """The tasks that count for a milestone."""
        return [task for task in self.tasks if task.milestone in ("", milestone)]

    def next_milestone(self) -> MilestoneView | None:
        """The first that was not let pass."""
        return next((m for m in self.milestones if not m.approved), None)


def next_step(view: PhaseView, situation: Situation, now: float) -> Step | None:
    """The step that is due; none while the phase goes on."""
    if view.paused_at is not None:
        return None
    match view.phase:
        case Phase.DEBATE:
            return _after_debate(view, situation)
        case Phase.VOTE:
            return _after_vote(view, situation, now)
        case Phase.PLAN:
            return _after_plan(view, situation, now)
        case Phase.ASSIGNMENT:
            return _after_assignment(view, situation, now)
        case Phase.BUILD | Phase.REVIEW:
            return _building(view, situation)
        case Phase.MILESTONE:
            return _after_milestone(view, situation)
        case _:
            return None


def _after_debate(view: PhaseView, situation: Situation) -> Step | None:
    debate = situation.debates.get(view.debate)
    if debate is None or debate.state is DebateState.OPEN:
        return None
    if debate.vote:
        return Step(Phase.VOTE, "the debate is over", vote=debate.vote)
    return Step(Phase.PLAN, "the debate ended without a proposal")


def _after_vote(view: PhaseView, situation: Situation, now: float) -> Step | None:
    vote = situation.votes.get(view.vote)
    if vote is None or vote.state in (VoteState.OPEN, VoteState.TIED):
        return None
    if vote.broken_by and vote.decided_at is not None and now < vote.decided_at + UNDO_S:
        return None
    if vote.state is VoteState.VOID:
        return Step(Phase.PLAN, "nobody voted")
    return Step(Phase.PLAN, f"{vote.title_of(vote.winner or '')} was chosen")


def _after_plan(view: PhaseView, situation: Situation, now: float) -> Step | None:
    waiting = [t for t in situation.of_milestone(view.milestone) if t.state is TaskState.QUEUED]
    due = view.closes_at is not None and now >= view.closes_at
    if waiting and (view.planned or due):
        return Step(Phase.ASSIGNMENT, f"{len(waiting)} tasks are planned")
    return None


def _after_assignment(view: PhaseView, situation: Situation, now: float) -> Step | None:
    waiting = [t for t in situation.of_milestone(view.milestone) if t.state is TaskState.QUEUED]
    due = view.closes_at is not None and now >= view.closes_at
    if due or all(task.bids for task in waiting):
        return Step(Phase.BUILD, "the tasks are handed out")
    return None


def _building(view: PhaseView, situation: Situation) -> Step | None:
    tasks = situation.of_milestone(view.milestone)
    states = {task.state for task in tasks}
    if tasks and states == {TaskState.MERGED}:
        return Step(Phase.MILESTONE, f"all {len(tasks)} tasks are merged")
    building = bool(states & OPEN) or TaskState.BLOCKED in states
    if view.phase is Phase.BUILD and not building and TaskState.REVIEW in states:
        return Step(Phase.REVIEW, "all that is not merged is in review")
    if view.phase is Phase.REVIEW and building:
        return Step(Phase.BUILD, "something came back from review")
    return None


def _after_milestone(view: PhaseView, situation: Situation) -> Step | None:
    milestone = next((m for m in situation.milestones if m.id == view.milestone), None)
    if milestone is None:
        return Step(Phase.DONE, "there is no milestone to pass")
    if milestone.approved:
        following = situation.next_milestone()
        if following is None:
            return Step(Phase.DONE, "every milestone is reached")
        why = f"{milestone.title} is reached, on to {following.title}"
        return Step(Phase.PLAN, why, milestone=following.id)
    if milestone.decided_by:
        return Step(Phase.PLAN, f"{milestone.title} was sent back: {milestone.reason}")
    return None


def share_out(tasks: Iterable[TaskView], agents: Iterable[str]) -> list[tuple[str, str]]:
    """Which free agent gets which queued task, as (task, agent).

    A task goes to a bidder if one is free, else to whoever had the fewest so far; nobody holds
    two at once. Ties go by the order of agents.toml.
    """
    tasks = list(tasks)
    merged = {task.id for task in tasks if task.state is TaskState.MERGED}
    had = dict.fromkeys(agents, 0)
    for task in tasks:
        if task.agent in had:
            had[task.agent] += 1
    busy = {t.agent for t in tasks if t.state in (TaskState.CLAIMED, TaskState.IN_PROGRESS)}
    free = [name for name in had if name not in busy]
    found = []
    for task in tasks:
        if task.state is not TaskState.QUEUED or not set(task.depends_on) <= merged:
            continue
        bidders = [bid.agent for bid in task.bids if bid.agent in free]
        chosen = min(bidders or free, key=lambda name: had[name], default=None)
        if chosen is None:
            continue
        free.remove(chosen)
        had[chosen] += 1
        found.append((task.id, chosen))
    return found
