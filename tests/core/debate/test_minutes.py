"""Minutes: Markdown that a person reads, never outside of the project."""

from pathlib import Path

import pytest

from crewtui.core.debate.minutes import result_text, verdict, write_result, write_round
from crewtui.core.model.debate import DebateView
from crewtui.core.model.errors import Refused
from crewtui.core.model.vote import Round, VoteState, VoteView

DEBATE = DebateView(
    id="d1", prompt="Which?", rounds=1, timebox_s=60, participants=("a", "b"), folder="docs/debate"
)
VOTE = VoteView(
    id="v1",
    title="Which | way?",
    options=("A", "B"),
    titles={"A": "left", "B": "right"},
    voters=("a", "b", "c"),
    voted=("a", "b"),
    first_choices={"A": 1, "B": 1},
    pairwise={"A": {"B": 1}, "B": {"A": 1}},
    rounds=(Round(counts={"A": 1, "B": 1}, eliminated="A", lowest=("A", "B")),),
    state=VoteState.TIED,
    tied=("A", "B"),
)


def test_a_result_names_turnout_ballots_pairs_rounds_and_the_reason() -> None:
    broken = VOTE.model_copy(
        update={"state": VoteState.DECIDED, "winner": "B", "broken_by": "operator", "reason": "why"}
    )
    said = result_text(broken, {"a": ("A",), "b": ("B", "A")}, DEBATE)
    assert said.startswith("# Which \\| way?\n")
    assert "**B: right wins: operator broke the tie between A, B.**" in said
    assert "operator wrote: why" in said
    assert "2 of 3 voted; not: c" in said
    assert "- b: B > A" in said
    assert "| **A** | – | 1 |" in said
    assert "1. A 1, B 1; A goes (fewest: A, B)" in said


def test_each_outcome_has_its_sentence() -> None:
    assert "a person decides" in verdict(VOTE)
    void = VOTE.model_copy(update={"state": VoteState.VOID})
    assert "Nobody voted" in verdict(void)
    won = VOTE.model_copy(update={"state": VoteState.DECIDED, "winner": "A", "method": "condorcet"})
    assert verdict(won) == "A: left wins: it beats each other option."


def test_texts_land_by_round_and_agent(tmp_path: Path) -> None:
    write_round(tmp_path, DEBATE, 2, {"a": "words\n\n"})
    assert (tmp_path / "docs/debate/round-2/agent-a.md").read_text() == "words\n"


def test_a_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    root, outside = tmp_path / "proj", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "docs").symlink_to(outside)
    with pytest.raises(Refused, match="out of the project"):
        write_result(root, "docs/debate", "text")
    assert list(outside.iterdir()) == []
