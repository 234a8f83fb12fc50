"""The tally against a slow and independent one, and its promises."""

import json
from itertools import permutations
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from crewtui.app.cli import cli
from crewtui.core.debate.election import Ballot, Election, read_election
from crewtui.core.debate.tally import Tally, tally
from crewtui.core.model.errors import ConfigError


def election(options: str, *rankings: str) -> Election:
    """``election("ABC", "2 AB", "1 C")``: two ballots that rank A over B, and one for C."""
    ballots = []
    for number, ranking in enumerate(rankings):
        count, order = ranking.split(" ")
        ballot = Ballot(voter=f"v{number}", ranking=tuple(order), count=int(count))
        ballots.append(ballot)
    return Election(options=tuple(options), ballots=tuple(ballots))


def slow_winners(votes: list[tuple[str, ...]], left: frozenset[str]) -> set[str]:
    """Every possible winner, by following each order without memory."""
    firsts = [next((o for o in vote if o in left), None) for vote in votes]
    counts = {option: firsts.count(option) for option in left}
    cast = sum(counts.values())
    if len(left) == 1:
        return set(left)
    for option, count in counts.items():
        if 2 * count > cast:
            return {option}
    fewest = min(counts.values())
    found: set[str] = set()
    for option in left:
        if counts[option] == fewest:
            found |= slow_winners(votes, left - {option})
    return found


def slow_condorcet(votes: list[tuple[str, ...]], options: str) -> str | None:
    def above(a: str, b: str) -> int:
        return sum(a in vote and (b not in vote or vote.index(a) < vote.index(b)) for vote in votes)

    for a in options:
        if all(above(a, b) > above(b, a) for b in options if b != a):
            return a
    return None


OPTIONS = "ABCDE"
RANKINGS = st.lists(
    st.permutations(OPTIONS).flatmap(
        lambda order: st.integers(1, 5).map(lambda length: tuple(order[:length]))
    ),
    min_size=1,
    max_size=9,
)


@settings(max_examples=400, deadline=None)
@given(RANKINGS)
def test_it_agrees_with_a_slow_independent_one(votes: list[tuple[str, ...]]) -> None:
    found = tally(
        Election(
            options=tuple(OPTIONS),
            ballots=tuple(Ballot(voter=f"v{n}", ranking=v) for n, v in enumerate(votes)),
        )
    )
    condorcet = slow_condorcet(votes, OPTIONS)
    if condorcet is not None:
        assert (found.method, found.winner) == ("condorcet", condorcet)
        return
    possible = slow_winners(votes, frozenset(OPTIONS))
    assert found.method == "irv"
    assert ({found.winner} if found.winner else set(found.tied)) == possible


@settings(max_examples=100, deadline=None)
@given(RANKINGS, st.randoms())
def test_the_order_of_voters_does_not_matter(votes, random) -> None:  # type: ignore[no-untyped-def]
    def of(given: list[tuple[str, ...]]) -> Tally:
        ballots = tuple(Ballot(voter=f"v{n}", ranking=v) for n, v in enumerate(given))
        return tally(Election(options=tuple(OPTIONS), ballots=ballots))

    shuffled = random.sample(votes, len(votes))
    assert of(votes).model_dump_json() == of(shuffled).model_dump_json()


def test_who_beats_each_other_wins_though_nobody_puts_it_first() -> None:
    found = tally(election("ABC", "2 AB", "2 CB", "1 BA"))
    assert (found.result, found.winner, found.method) == ("winner", "B", "condorcet")


def test_a_cycle_goes_to_the_run_off() -> None:
    found = tally(election("ABC", "4 ABC", "3 BCA", "2 CAB"))
    assert (found.winner, found.method) == ("A", "irv")
    assert [round_.eliminated for round_ in found.rounds] == ["C", None]


def test_each_agent_for_itself_is_a_tie_between_all() -> None:
    found = tally(election("ABCD", "1 A", "1 B", "1 C", "1 D"))
    assert (found.result, found.winner, found.tied) == ("tied", None, ("A", "B", "C", "D"))


def test_an_order_of_eliminations_that_changes_nothing_is_no_tie() -> None:
    found = tally(election("ABCD", "3 A", "3 B", "1 CA", "1 DA", "1 CB", "2 DA"))
    assert found.result == "winner"
    assert found.winner == "A"


def test_what_is_not_ranked_is_below_and_equal() -> None:
    pairs = tally(election("ABC", "1 A")).pairwise
    assert pairs == {"A": {"B": 1, "C": 1}, "B": {"A": 0, "C": 0}, "C": {"A": 0, "B": 0}}


def test_a_single_option_wins() -> None:
    assert tally(election("A", "1 A")).winner == "A"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"options": ["A"], "ballots": []}', "ballots"),
        ('{"options": [], "ballots": [{"voter": "x", "ranking": ["A"]}]}', "options"),
        ('{"options": ["A"], "ballots": [{"voter": "x", "ranking": ["B"]}]}', "no option 'B'"),
        ('{"options": ["A"], "ballots": [{"voter": "x", "ranking": ["A", "A"]}]}', "at most once"),
        ('{"options": ["A"], "ballots": [{"voter": "x", "ranking": []}]}', "ranking"),
        ('{"options": ["A", "A"], "ballots": [{"voter": "x", "ranking": ["A"]}]}', "each option"),
        ('{"options": ["A"], "ballots": [{"voter": "x", "ranking": ["A"], "count": 0}]}', "count"),
        ('{"options": ["A\\u001b[2J"], "ballots": [{"voter": "x", "ranking": ["A"]}]}', "visible"),
        ("not json", "JSON"),
    ],
)
def test_a_wrong_election_is_refused_with_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        read_election(text, "file")
    assert said in error.value.what


def test_the_command_prints_the_result_as_json(tmp_path: Path) -> None:
    path = tmp_path / "votes.json"
    ballots = [{"voter": f"v{n}", "ranking": list(o)} for n, o in enumerate(permutations("AB"))]
    path.write_text(json.dumps({"options": ["A", "B"], "ballots": ballots}))
    done = CliRunner().invoke(cli, ["tally", str(path), "--json"])
    found = json.loads(done.output)
    assert set(found) == {"result", "winner", "tied", "method", "pairwise", "rounds"}
    assert (found["result"], found["tied"]) == ("tied", ["A", "B"])
