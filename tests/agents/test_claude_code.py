"""What only Claude Code's hooks make possible, and a real CLI inside a fence."""

from collections.abc import Iterator

import pytest

from crewtui.core.fence.kinds import Fence
from crewtui.core.fence.trial import works
from crewtui.core.model.ids import new_id
from tests.agents.clis import CLIS, INSTALLED
from tests.agents.crews import NAME, RealAgent

pytestmark = [pytest.mark.agents, pytest.mark.xdist_group("claude")]


@pytest.fixture(scope="module", params=["bubblewrap", "landlock"])
def agent(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealAgent]:
    if not works(Fence(request.param)):
        pytest.skip(f"{request.param} does not work here")
    cli = CLIS["claude"]
    if why := cli.install():
        pytest.skip(f"claude: {why}")
    home = INSTALLED / "homes" / new_id()
    found = RealAgent(cli, tmp_path_factory.mktemp("fenced"), home)
    try:
        found.start(
            fence=request.param,
            approve=["Bash(touch *)", "Write"],
            deny=["Bash(curl *)"],
            allowed_write_dirs=[str(found.place.project / "src")],
        )
        yield found
    finally:
        found.close()


def test_it_runs_in_a_fence_that_holds(agent: RealAgent) -> None:
    assert agent.crew.agent(NAME)["fence"] == "full"


def test_its_signals_come_through_the_fence(agent: RealAgent) -> None:
    agent.tell("a word to confirm")
    agent.crew.until(lambda: agent.crew.events("message.confirmed"))


def test_a_policy_approves_what_it_covers_and_the_fence_allows_it_inside(agent: RealAgent) -> None:
    agent.tell("%run touch src/by_policy")
    agent.crew.until((agent.place.project / "src" / "by_policy").exists)
    event = agent.crew.until(lambda: agent.crew.events("approval.decided"))[-1]
    assert event["detail"]["who"] == "policy Bash(touch *)"
    assert event["detail"]["command"] == "touch src/by_policy"
    agent.crew.until_state(NAME, "idle")


def test_a_write_outside_is_an_ordinary_error_for_the_agent(agent: RealAgent) -> None:
    outside = agent.place.project / "outside.txt"
    agent.tell(f"%run touch {outside}")
    agent.crew.until(lambda: len(agent.crew.events("approval.decided")) >= 2)
    agent.crew.until_state(NAME, "idle")
    assert not outside.exists()


def test_a_compound_command_is_left_to_the_person_and_a_part_can_deny_it(
    agent: RealAgent,
) -> None:
    agent.tell("%run touch src/one && rm -rf src/by_policy")
    asked = agent.until_asked()
    assert asked["detail"] == "touch src/one && rm -rf src/by_policy"
    agent.decide("deny")
    agent.crew.until_state(NAME, "idle")
    before = len(agent.crew.events("approval.decided"))
    agent.tell("%run touch src/two && curl http://127.0.0.1:1/")
    agent.crew.until(lambda: len(agent.crew.events("approval.decided")) > before)
    assert agent.crew.events("approval.decided")[-1]["detail"]["role"] == "deny"
    agent.crew.until_state(NAME, "idle")
    assert not (agent.place.project / "src" / "two").exists()


def test_nothing_is_written_into_the_users_own_configuration(agent: RealAgent) -> None:
    home = agent.place.home
    assert not (home / ".claude" / "settings.json").exists()
    found = [path for path in (home / ".claude").rglob("*.json") if "crewtui" in path.read_text()]
    assert found == []
