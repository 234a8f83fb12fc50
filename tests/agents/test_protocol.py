"""Real CLIs in the crew's protocol: their commands speak for them, whatever sandbox they run in."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agents.crews import NAME, RealAgent, started

TRIED = ("claude", "codex", "gemini")
GROUPED = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in TRIED]
pytestmark = pytest.mark.agents


@pytest.fixture(params=GROUPED)
def agent(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealAgent]:
    with started(request.param, tmp_path_factory.mktemp(request.param)) as found:
        yield found


def test_it_casts_its_ballot_with_its_own_token(agent: RealAgent) -> None:
    crew = agent.crew
    crew.call("vote.open", title="which way", options=["A", "B"])
    program = Path(sys.executable).parent / "crewtui"  # a login shell has another PATH
    agent.tell(f"%run {program} vote cast B A")

    def voted() -> bool:
        if agent.state() == "asking" and agent.question()["fingerprint"]:
            agent.decide("approve")
        return bool(crew.state()["votes"]["v1"]["winner"])

    crew.until(voted, 60)
    vote = crew.state()["votes"]["v1"]
    assert (vote["voted"], vote["winner"]) == ([NAME], "B")
