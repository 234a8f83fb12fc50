"""How long a tally takes."""

import time
from random import Random

from crewtui.core.debate.election import Ballot, Election
from crewtui.core.debate.tally import tally

Figure = tuple[str, float, str, str, bool]
OPTIONS = tuple("ABCDEFGH")
BALLOTS = 200
ROUNDS = 20


def votes() -> list[Figure]:
    """Eight options and 200 ballots; and twelve that all tie, the most that is taken."""
    random = Random(1)
    ballots = tuple(
        Ballot(voter=f"v{n}", ranking=tuple(random.sample(OPTIONS, len(OPTIONS))))
        for n in range(BALLOTS)
    )
    usual = _took(Election(options=OPTIONS, ballots=ballots))
    many = tuple("ABCDEFGHIJKL")
    each = tuple(Ballot(voter=name, ranking=(name,)) for name in many)
    worst = _took(Election(options=many, ballots=each))
    share = worst / usual
    return [
        ("tally of 8 options and 200 ballots", usual, "ms", "under 20", usual < 20),
        ("tally of 12 options that all tie", worst, "ms", f"{share:.0f} times that", worst < 1000),
    ]


def _took(election: Election) -> float:
    """Milliseconds, the fastest of several."""
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        tally(election)
        found.append(1000 * (time.perf_counter() - began))
    return min(found)
