"""Debates and votes in a running crew."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from crewtui.core.model.errors import CrewtuiError, Refused
from tests.support.workers import Workers


def debate(workers: Workers) -> dict[str, object]:
    return dict(next(iter(workers.crew.state()["debates"].values())))


def vote(workers: Workers) -> dict[str, object]:
    return dict(list(workers.crew.state()["votes"].values())[-1])


def begin(workers: Workers, rounds: int = 1, timebox_s: float = 60, **facts: object) -> None:
    workers.operator("debate.start", prompt="Which?", rounds=rounds, timebox_s=timebox_s, **facts)


def submit_all(workers: Workers, words: str = "way") -> None:
    for name in "abc":
        workers.as_(name, "debate.submit", text=f"# {name} {words}\n")


def test_a_debate_goes_from_round_to_round_to_its_vote_and_is_written_down(
    workers: Workers,
) -> None:
    begin(workers, rounds=2)
    submit_all(workers, "first")
    assert debate(workers)["round"] == 2
    workers.crew.until(lambda: workers.told("a", "# b first"))
    assert not workers.told("a", "# a first")
    submit_all(workers, "last")
    assert (debate(workers)["state"], debate(workers)["vote"]) == ("closed", "v1")
    assert vote(workers)["titles"] == {"A": "a last", "B": "b last", "C": "c last"}
    root = workers.crew.project.root
    assert (root / "docs/debate/round-1/agent-b.md").read_text() == "# b first\n"
    for name, ranking in (("a", "AB"), ("b", "BA"), ("c", "AC")):
        workers.as_(name, "vote.cast", ranking=list(ranking))
    assert (vote(workers)["state"], vote(workers)["winner"]) == ("decided", "A")
    assert "it beats each other option" in (root / "docs/debate/vote-results.md").read_text()


def test_the_clock_closes_a_round_with_the_texts_there_are(workers: Workers) -> None:
    begin(workers, timebox_s=1.5)
    workers.as_("b", "debate.submit", text="the only one")
    workers.crew.until(lambda: debate(workers)["state"] == "closed")
    with pytest.raises(Refused, match="closed"):
        workers.as_("a", "debate.submit", text="late")
    assert vote(workers)["titles"] == {"A": "the only one"}


def test_foreign_and_oversized_texts_are_refused_and_recorded(workers: Workers) -> None:
    begin(workers, participants=["a", "b"])
    with pytest.raises(Refused, match="does not take part"):
        workers.as_("c", "debate.submit", text="me too")
    with pytest.raises(Refused, match="at most"):
        workers.as_("a", "debate.submit", text="x" * 20_000)
    assert len(workers.crew.events("debate.refused")) == 2


def test_a_persona_is_given_and_one_that_is_missing_is_refused(workers: Workers) -> None:
    folder = workers.crew.project.folder / "personas"
    folder.mkdir()
    (folder / "sceptic.md").write_text("Doubt everything.")
    for hostile in ("none", "../agents", "-x"):
        with pytest.raises(Refused, match="no persona"):
            begin(workers, personas={"a": hostile})
    begin(workers, personas={"a": "sceptic"})
    workers.crew.until(lambda: workers.told("a", "Doubt everything."))
    assert not workers.told("b", "Doubt everything.")


def test_a_debate_is_extended_closed_and_cancelled_by_the_operator_only(
    workers: Workers,
) -> None:
    begin(workers, rounds=4)
    with pytest.raises(Refused, match="only the operator"):
        workers.as_("a", "debate.close")
    before = debate(workers)["closes_at"]
    workers.operator("debate.extend", seconds=30)
    assert debate(workers)["closes_at"] == pytest.approx(float(str(before)) + 30)
    workers.as_("a", "debate.submit", text="one")
    workers.operator("debate.close")
    assert debate(workers)["state"] == "closed"
    begin(workers)
    workers.operator("debate.cancel")
    states = [d["state"] for d in workers.crew.state()["debates"].values()]
    assert states == ["closed", "cancelled"]


def test_a_supervisor_that_is_killed_goes_on_with_the_round(workers: Workers) -> None:
    begin(workers, rounds=2, timebox_s=120)
    workers.as_("a", "debate.submit", text="before the end")
    workers.crew.kill_supervisor()
    workers.crew.up()
    assert debate(workers)["submitted"] == ["a"]
    for name in "bc":
        workers.as_(name, "debate.submit", text="after it")
    assert debate(workers)["round"] == 2


def test_a_tie_is_broken_with_a_reason_among_the_tied_only_and_can_be_undone(
    workers: Workers,
) -> None:
    workers.operator("vote.open", title="t", options=["A", "B", "C"])
    for name, ranking in (("a", "ABC"), ("b", "BCA"), ("c", "CAB")):
        workers.as_(name, "vote.cast", ranking=list(ranking))
    assert (vote(workers)["state"], vote(workers)["tied"]) == ("tied", ["A", "B", "C"])
    with pytest.raises(Refused, match="only the operator"):
        workers.as_("a", "vote.break", vote="v1", option="A", reason="mine")
    with pytest.raises(Refused, match="cannot win"):
        workers.operator("vote.break", vote="v1", option="D", reason="why")
    with pytest.raises(Refused, match="with a reason"):
        workers.operator("vote.break", vote="v1", option="A", reason=" ")
    workers.operator("vote.break", vote="v1", option="B", reason="shortest")
    assert (vote(workers)["winner"], vote(workers)["reason"]) == ("B", "shortest")
    results = workers.crew.project.root / "docs/debate/v1/vote-results.md"
    assert "operator wrote: shortest" in results.read_text()
    workers.operator("vote.undo", vote="v1")
    assert (vote(workers)["state"], vote(workers)["winner"]) == ("tied", None)
    assert "a person decides" in results.read_text()


def test_the_last_ballot_counts_and_wrong_ones_are_refused(workers: Workers) -> None:
    workers.operator("vote.open", title="t", options=["A", "B"])
    workers.as_("a", "vote.cast", ranking=["A"])
    workers.as_("a", "vote.cast", ranking=["B"])
    assert vote(workers)["first_choices"] == {"A": 0, "B": 1}
    for ranking, why in ((["X"], "no option"), (["A", "A"], "at most once"), ([], "empty")):
        with pytest.raises(Refused, match=why):
            workers.as_("b", "vote.cast", ranking=ranking)
    workers.operator("vote.close")
    assert vote(workers)["winner"] == "B"
    with pytest.raises(Refused, match=r"too late|0 votes are open"):
        workers.as_("b", "vote.cast", ranking=["A"])


@pytest.mark.parametrize("options", [[], ["A", "A"], ["-x"], ["a\nb"], [str(n) for n in range(13)]])
def test_a_vote_on_hostile_repeated_or_too_many_options_is_refused(
    options: list[str], workers: Workers
) -> None:
    with pytest.raises(Refused):
        workers.operator("vote.open", title="t", options=options)
    assert workers.crew.state()["votes"] == {}


def test_nobody_votes_for_another_and_forged_tokens_are_refused(workers: Workers) -> None:
    workers.operator("vote.open", title="t", options=["A", "B"])
    stolen = workers.token("b")
    for said in (
        {"agent": "a", "token": stolen},
        {"agent": "a", "token": ""},
        {"agent": "nobody", "token": stolen},
        {"token": stolen},
        {},
    ):
        with pytest.raises(CrewtuiError, match="token"):
            workers.crew.call("vote.cast", said=said, ranking=["A"])
    assert vote(workers)["voted"] == []


def test_a_token_of_a_run_that_is_over_is_worth_nothing(workers: Workers) -> None:
    workers.operator("vote.open", title="t", options=["A", "B"])
    old = workers.token("a")
    workers.crew.call("agent.restart", agent="a")
    workers.crew.until(lambda: workers.token("a") != old)
    workers.crew.until_state("a", "idle")
    with pytest.raises(Refused, match="token"):
        workers.crew.call("vote.cast", said={"agent": "a", "token": old}, ranking=["A"])


def test_two_that_vote_at_once_both_count(workers: Workers) -> None:
    workers.operator("vote.open", title="t", options=["A", "B"])
    with ThreadPoolExecutor() as pool:
        cast = [pool.submit(workers.as_, n, "vote.cast", ranking=["A", "B"]) for n in "abc"]
    assert all(one.exception() is None for one in cast)
    assert (vote(workers)["state"], vote(workers)["first_choices"]) == (
        "decided",
        {"A": 3, "B": 0},
    )


def test_the_commands_speak_for_the_agent_in_whose_pane_they_run(workers: Workers) -> None:
    begin(workers)
    words = [sys.executable, "-m", "crewtui", "debate", "submit"]
    environment = {
        "CREWTUI_PROJECT": str(workers.crew.project.root),
        "CREWTUI_AGENT": "b",
        "CREWTUI_TOKEN": workers.token("b"),
        "PATH": "/usr/bin:/bin",
    }
    done = subprocess.run(
        words, input="# My way", env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert debate(workers)["submitted"] == ["b"]
    done = subprocess.run(
        [*words[:-1], "close"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 4
    assert "only the operator" in done.stderr
