"""The transitions of the phases, and who gets which task."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crewtui.core.model.debate import DebateState, DebateView
from crewtui.core.model.milestone import MilestoneView
from crewtui.core.model.phase import NEXT, Phase, PhaseView
from crewtui.core.model.task import Bid, TaskState, TaskView
from crewtui.core.model.vote import VoteState, VoteView
from crewtui.core.workflow.transitions import UNDO_S, Situation, next_step, share_out

NOW = 1000.0


def debate(state: DebateState, vote: str = "") -> DebateView:
    return DebateView(
        id="d1",
        prompt="?",
        rounds=1,
        timebox_s=60,
        participants=("a",),
        folder="docs/debate",
        state=state,
        vote=vote,
    )


def vote(state: VoteState, **facts: object) -> VoteView:
    return VoteView.model_validate(
        {"id": "v1", "title": "t", "options": ("A", "B"), "state": state, **facts}
    )


def task(id_: str, state: TaskState, **facts: object) -> TaskView:
    return TaskView.model_validate({"id": id_, "title": id_, "state": state, **facts})


def step(phase: Phase, *, tasks: tuple[TaskView, ...] = (), **facts: object) -> Phase | None:
    situation = Situation(
        debates={"d1": facts.pop("debate")} if "debate" in facts else {},  # type: ignore[dict-item]
        votes={"v1": facts.pop("vote")} if "vote" in facts else {},  # type: ignore[dict-item]
        tasks=tasks,
        milestones=facts.pop("milestones", ()),  # type: ignore[arg-type]
    )
    view = PhaseView.model_validate({"phase": phase, "debate": "d1", "vote": "v1", **facts})
    found = next_step(view, situation, NOW)
    assert found is None or found.to in NEXT[phase]
    return found.to if found else None


def test_a_debate_that_is_closed_leads_to_its_vote_or_without_proposals_to_the_plan() -> None:
    assert step(Phase.DEBATE, debate=debate(DebateState.OPEN)) is None
    assert step(Phase.DEBATE, debate=debate(DebateState.CLOSED, "v1")) is Phase.VOTE
    assert step(Phase.DEBATE, debate=debate(DebateState.CANCELLED)) is Phase.PLAN


def test_a_tie_waits_for_the_person_and_their_word_can_be_taken_back_for_a_while() -> None:
    assert step(Phase.VOTE, vote=vote(VoteState.TIED)) is None
    broken = {"winner": "A", "broken_by": "operator", "decided_at": NOW - 1}
    assert step(Phase.VOTE, vote=vote(VoteState.DECIDED, **broken)) is None
    broken["decided_at"] = NOW - UNDO_S
    assert step(Phase.VOTE, vote=vote(VoteState.DECIDED, **broken)) is Phase.PLAN
    assert step(Phase.VOTE, vote=vote(VoteState.DECIDED, winner="A")) is Phase.PLAN


def test_a_plan_ends_when_it_is_whole_or_time_is_up_but_never_empty() -> None:
    tasks = (task("t", TaskState.QUEUED),)
    assert step(Phase.PLAN, tasks=tasks) is None
    assert step(Phase.PLAN, tasks=tasks, planned=True) is Phase.ASSIGNMENT
    assert step(Phase.PLAN, tasks=tasks, closes_at=NOW) is Phase.ASSIGNMENT
    assert step(Phase.PLAN, closes_at=NOW, planned=True) is None


def test_bidding_ends_when_each_task_has_a_bid_or_time_is_up() -> None:
    bid = (Bid(agent="a"),)
    tasks = (task("t", TaskState.QUEUED, bids=bid), task("u", TaskState.QUEUED))
    assert step(Phase.ASSIGNMENT, tasks=tasks, closes_at=NOW + 1) is None
    assert step(Phase.ASSIGNMENT, tasks=tasks, closes_at=NOW) is Phase.BUILD
    assert step(Phase.ASSIGNMENT, tasks=tasks[:1], closes_at=NOW + 1) is Phase.BUILD


@pytest.mark.parametrize(
    ("phase", "states", "to"),
    [
        (Phase.BUILD, [TaskState.IN_PROGRESS, TaskState.REVIEW], None),
        (Phase.BUILD, [TaskState.REVIEW, TaskState.MERGED], Phase.REVIEW),
        (Phase.BUILD, [TaskState.BLOCKED, TaskState.MERGED], None),
        (Phase.BUILD, [TaskState.MERGED, TaskState.MERGED], Phase.MILESTONE),
        (Phase.REVIEW, [TaskState.IN_PROGRESS, TaskState.MERGED], Phase.BUILD),
        (Phase.REVIEW, [TaskState.MERGED], Phase.MILESTONE),
        (Phase.REVIEW, [TaskState.REVIEW], None),
    ],
)
def test_building_and_reviewing_follow_the_tasks(
    phase: Phase, states: list[TaskState], to: Phase | None
) -> None:
    tasks = tuple(task(f"t{n}", state) for n, state in enumerate(states))
    assert step(phase, tasks=tasks) is to


def milestone(id_: str, *, approved: bool = False, by: str = "") -> MilestoneView:
    return MilestoneView(id=id_, title=id_, position=0, approved=approved, decided_by=by)


def test_after_a_milestone_comes_the_next_one_or_the_end() -> None:
    both = (milestone("poc", approved=True, by="operator"), milestone("mvp"))
    assert step(Phase.MILESTONE, milestone="poc", milestones=both) is Phase.PLAN
    assert step(Phase.MILESTONE, milestone="poc", milestones=both[:1]) is Phase.DONE
    assert step(Phase.MILESTONE, milestone="poc", milestones=(milestone("poc"),)) is None
    back = (milestone("poc", by="operator"),)
    assert step(Phase.MILESTONE, milestone="poc", milestones=back) is Phase.PLAN
    assert step(Phase.MILESTONE) is Phase.DONE


def test_nothing_moves_while_it_is_paused() -> None:
    tasks = (task("t", TaskState.MERGED),)
    assert step(Phase.BUILD, tasks=tasks, paused_at=NOW - 5) is None


def test_a_bidder_gets_the_task_and_others_go_to_who_had_the_fewest() -> None:
    tasks = [
        task("one", TaskState.MERGED, agent="a"),
        task("two", TaskState.QUEUED, bids=(Bid(agent="c"),)),
        task("three", TaskState.QUEUED),
    ]
    assert share_out(tasks, ["a", "b", "c"]) == [("two", "c"), ("three", "b")]


def test_a_task_that_waits_for_another_is_not_handed_out() -> None:
    tasks = [task("one", TaskState.QUEUED), task("two", TaskState.QUEUED, depends_on=("one",))]
    assert share_out(tasks, ["a", "b"]) == [("one", "a")]


@given(st.lists(st.sampled_from(list(TaskState)), max_size=12), st.integers(0, 4))
def test_nobody_ever_holds_two_tasks(states: list[TaskState], crew: int) -> None:
    names = [f"agent-{n}" for n in range(crew)]
    tasks = []
    for number, state in enumerate(states):
        holds = state in (TaskState.CLAIMED, TaskState.IN_PROGRESS) and names
        tasks.append(task(f"t{number}", state, agent=names[number % crew] if holds else ""))
    found = share_out(tasks, names)
    busy = {t.agent for t in tasks if t.state in (TaskState.CLAIMED, TaskState.IN_PROGRESS)}
    given_to = [agent for _, agent in found]
    assert len(set(given_to)) == len(given_to)
    assert not set(given_to) & busy
