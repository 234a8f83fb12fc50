"""The states of a task: what the design allows, and nothing else."""

from itertools import product

import pytest

from crewtui.core.model.errors import Refused
from crewtui.core.model.task import (
    EXIT_CODES,
    GOOD,
    TODO,
    AttemptView,
    Ending,
    ReviewView,
    TaskState,
    TaskView,
)
from crewtui.core.work.tasks import moved

Q, C, P, R, M, B = TaskState
DESIGN = {
    *((Q, C), (Q, B)),  # claimed, cancelled
    *((C, Q), (C, P), (C, B)),  # released, started, given up
    *((P, Q), (P, R), (P, B)),  # released, validated, cut off or gated
    *((R, P), (R, M), (R, B)),  # sent back, merged, stuck
    *((B, Q), (B, P), (B, R)),  # tried again by anyone, by its agent, let pass
}


@pytest.mark.parametrize(("before", "after"), product(TaskState, TaskState))
def test_a_task_moves_as_the_design_allows_and_no_other_way(
    before: TaskState, after: TaskState
) -> None:
    task = TaskView(id="t", title="t", state=before)
    if (before, after) in DESIGN:
        assert moved(task, after, 5.0).state is after
    else:
        with pytest.raises(Refused, match="cannot be"):
            moved(task, after, 5.0)


def test_each_ending_has_a_code_of_its_own_and_words_for_what_to_do() -> None:
    assert set(EXIT_CODES) == set(TODO) == set(Ending)
    assert len(set(EXIT_CODES.values())) == len(Ending)
    assert EXIT_CODES[Ending.COMPLETED] == 0


def reviewed(*reviews: ReviewView) -> TaskView:
    attempt = AttemptView(number=1, agent="a", commit="c2", ending=Ending.COMPLETED)
    return TaskView(id="t", title="t", agent="a", attempts=(attempt,), reviews=reviews)


def test_only_others_approvals_of_the_very_commit_count_once_each() -> None:
    def review(who: str, commit: str, approved: bool = True) -> ReviewView:
        return ReviewView(reviewer=who, commit=commit, approved=approved)

    task = reviewed(
        review("b", "c1"), review("a", "c2"), review("c", "c2"), review("d", "c2", False)
    )
    assert task.approvals == ("c",)


def test_a_commit_that_did_not_pass_is_not_up_for_review() -> None:
    for ending in set(Ending) - GOOD:
        attempt = AttemptView(number=1, agent="a", commit="c2", ending=ending)
        assert TaskView(id="t", title="t", attempts=(attempt,)).commit == ""
