"""The tally: who beats each other wins; else run-off, with every order where a tie is eliminated.

Where those orders end differently the result is tied, and a person chooses among the possible
winners only. Neither the order of voters nor chance has a say: same ballots, same result.
"""

from collections import Counter
from typing import Literal

from pydantic import BaseModel, ConfigDict

from crewtui.core.debate.election import Election
from crewtui.core.model.vote import Round


class Tally(BaseModel):
    """The result; ``rounds`` are those of the first order, by the options' order."""

    model_config = ConfigDict(frozen=True)

    result: Literal["winner", "tied"]
    winner: str | None
    tied: tuple[str, ...]
    method: Literal["condorcet", "irv"]
    pairwise: dict[str, dict[str, int]]
    rounds: tuple[Round, ...] = ()


def tally(election: Election) -> Tally:
    """Count an election."""
    pairs = pairwise(election)
    first = [
        option
        for option in election.options
        if all(pairs[option][other] > pairs[other][option] for other in pairs[option])
    ]
    if first:
        return Tally(result="winner", winner=first[0], tied=(), method="condorcet", pairwise=pairs)
    runoff = _RunOff(election)
    possible = runoff.winners((1 << len(election.options)) - 1)
    names = tuple(name for bit, name in enumerate(election.options) if possible >> bit & 1)
    decided = len(names) == 1
    return Tally(
        result="winner" if decided else "tied",
        winner=names[0] if decided else None,
        tied=() if decided else names,
        method="irv",
        pairwise=pairs,
        rounds=runoff.rounds(),
    )


def pairwise(election: Election) -> dict[str, dict[str, int]]:
    """For each two options on how many ballots the one stands above the other."""
    found = {a: {b: 0 for b in election.options if b != a} for a in election.options}
    for ballot in election.ballots:
        below = set(election.options)
        for option in ballot.ranking:
            below.discard(option)
            row = found[option]
            for other in below:
                row[other] += ballot.count
    return found


class _RunOff:
    """Instant run-off over sets of options written as bits; each set is counted once."""

    def __init__(self, election: Election):
        bit = {option: 1 << place for place, option in enumerate(election.options)}
        self._options = election.options
        rankings: Counter[tuple[int, ...]] = Counter()
        for ballot in election.ballots:
            rankings[tuple(bit[option] for option in ballot.ranking)] += ballot.count
        self._rankings = tuple(rankings.items())
        self._known: dict[int, int] = {}

    def winners(self, left: int) -> int:
        """All that can win from this set, whatever the order in which ties are eliminated."""
        if left in self._known:
            return self._known[left]
        counts = self._counts(left)
        found = 0
        majority = self._majority(counts)
        if majority:
            found = majority
        else:
            for lowest in self._lowest(counts):
                found |= self.winners(left & ~lowest)
        self._known[left] = found
        return found

    def rounds(self) -> tuple[Round, ...]:
        """The rounds of the order in which the first option of a tie goes first."""
        left = (1 << len(self._options)) - 1
        total = sum(count for _, count in self._rankings)
        found: list[Round] = []
        while True:
            counts = self._counts(left)
            shown = {self._name(option): count for option, count in counts.items()}
            spent = total - sum(counts.values())
            if self._majority(counts):
                return (*found, Round(counts=shown, spent=spent))
            lowest = self._lowest(counts)
            names = tuple(self._name(option) for option in lowest)
            found.append(Round(counts=shown, spent=spent, eliminated=names[0], lowest=names))
            left &= ~lowest[0]

    def _name(self, bit: int) -> str:
        return self._options[bit.bit_length() - 1]

    def _counts(self, left: int) -> dict[int, int]:
        counts = {1 << place: 0 for place in range(len(self._options)) if left >> place & 1}
        for ranking, count in self._rankings:
            for option in ranking:
                if option & left:
                    counts[option] += count
                    break
        return counts

    @staticmethod
    def _majority(counts: dict[int, int]) -> int:
        """The option with more than half of what is not spent, or the only one left."""
        if len(counts) == 1:
            return next(iter(counts))
        cast = sum(counts.values())
        return next((option for option, count in counts.items() if 2 * count > cast), 0)

    @staticmethod
    def _lowest(counts: dict[int, int]) -> list[int]:
        fewest = min(counts.values())
        return [option for option, count in counts.items() if count == fewest]
