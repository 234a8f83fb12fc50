"""Rounds: who may submit, what participants are told, which options come of it."""

import pytest

from crewtui.core.debate.rounds import MAX_BYTES, OTHERS_BYTES, opening, proposals, refusal
from crewtui.core.model.debate import DebateState, DebateView

DEBATE = DebateView(
    id="d1",
    prompt="Which way?",
    rounds=2,
    timebox_s=600,
    participants=("a", "b"),
    folder="docs/debate",
    closes_at=100.0,
)


@pytest.mark.parametrize(
    ("agent", "text", "now", "why"),
    [
        ("a", "a way", 50, ""),
        ("c", "a way", 50, "does not take part"),
        ("a", "a way", 100, "too late"),
        ("a", " \n", 50, "empty"),
        ("a", "ä" * (MAX_BYTES // 2 + 1), 50, "at most"),
    ],
)
def test_late_foreign_empty_and_oversized_texts_are_refused(
    agent: str, text: str, now: float, why: str
) -> None:
    found = refusal(DEBATE, agent, text, now)
    assert why in found
    assert bool(found) == bool(why)


def test_nothing_is_taken_once_the_debate_is_over() -> None:
    closed = DEBATE.model_copy(update={"state": DebateState.CLOSED})
    assert "closed" in refusal(closed, "a", "a way", 50)


def test_a_round_begins_with_the_rules_the_deadline_and_what_the_others_said() -> None:
    second = DEBATE.model_copy(update={"round": 2})
    said = opening(second, "a", "You are a sceptic.", {"a": "my own", "b": "their way"}, 10)
    assert "their way" in said
    assert "my own" not in said
    assert "You are a sceptic." in said
    for rule in ("round 2 of 2", "10 minutes", "last round", "crewtui debate submit"):
        assert rule in said


def test_long_texts_of_others_are_cut_and_the_file_is_named() -> None:
    second = DEBATE.model_copy(update={"round": 2})
    said = opening(second, "a", "", {"b": "x" * (2 * OTHERS_BYTES)}, 10)
    assert len(said) < OTHERS_BYTES + 4096
    assert "docs/debate/round-1/agent-b.md" in said


def test_options_are_the_titles_and_equal_ones_are_one_option() -> None:
    texts = {"b": "\n## Go left\nsince", "a": "go LEFT", "c": "Go right", "d": " \n"}
    assert proposals(texts, 12) == {
        "A": ("go LEFT", ("a", "b")),
        "B": ("Go right", ("c",)),
        "C": ("untitled", ("d",)),
    }


def test_there_are_no_more_options_than_can_be_counted() -> None:
    assert len(proposals({f"agent-{n}": f"way {n}" for n in range(20)}, 12)) == 12
