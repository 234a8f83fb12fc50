"""Real CLIs in each fence: they start, keep their state, take messages and run commands."""

import os
from pathlib import Path

import pytest

from crewtui.core.fence.kinds import Fence
from crewtui.core.fence.trial import works
from crewtui.core.model.ids import new_id
from tests.agents.clis import CLIS, INSTALLED
from tests.agents.crews import RealAgent

pytestmark = pytest.mark.agents


@pytest.mark.parametrize("fence", ["bubblewrap", "landlock"])
@pytest.mark.parametrize("name", sorted(CLIS))
def test_it_works_inside_a_fence(name: str, fence: str, tmp_path: Path) -> None:
    if not works(Fence(fence)):
        pytest.skip(f"{fence} does not work here")
    cli = CLIS[name]
    if why := cli.install():
        pytest.skip(f"{name}: {why}")
    agent = RealAgent(cli, tmp_path, INSTALLED / "homes" / new_id())
    agent.place.write(".gitconfig", "[user]\nname = a\nemail = a@b\n")  # aider would set it itself
    try:
        agent.start(fence=fence, allowed_write_dirs=[str(agent.place.project / "src")])
        for number in range(3):
            agent.tell(f"please note number {number}")
        agent.until_delivered(3)
        agent.crew.until(lambda: agent.received("please note number 2") == 1, 30)
        assert agent.crew.agent("agent")["fence"] == "full"
        agent.crew.until_state("agent", "idle")
        if name == "codex" and (fence == "landlock" or os.geteuid() == 0):
            return  # its own sandbox starts inside bubblewrap only, and not as root
        agent.tell("%run rm -rf nothing_here && touch src/ran")
        ran = agent.place.project / "src" / "ran"
        while not ran.exists():  # Codex asks again where its own sandbox cannot start
            agent.crew.until(lambda: ran.exists() or agent.question()["fingerprint"], 30)
            if not ran.exists():
                agent.decide("approve")
    finally:
        agent.close()
