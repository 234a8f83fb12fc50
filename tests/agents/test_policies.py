"""Policies hold through Claude Code's hook: where it asks nothing, and while no supervisor runs."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from crewtui.core.model.ids import new_id
from tests.agents.clis import CLIS, INSTALLED
from tests.agents.crews import NAME, RealAgent

pytestmark = [pytest.mark.agents, pytest.mark.xdist_group("claude")]
MODES = [("--permission-mode", "default"), ("--dangerously-skip-permissions",)]


@pytest.fixture(scope="module", params=MODES, ids=["asks", "asks nothing"])
def agent(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealAgent]:
    cli = replace(CLIS["claude"], arguments=request.param)
    if why := cli.install():
        pytest.skip(f"claude: {why}")
    found = RealAgent(cli, tmp_path_factory.mktemp("policies"), INSTALLED / "homes" / new_id())
    try:
        found.start(approve=["Bash(touch *)"], deny=["Bash(rm -rf *)"])
        yield found
    finally:
        found.close()


def decisions(agent: RealAgent, role: str) -> list[str]:
    """The commands that policies decided so."""
    found = [event["detail"] for event in agent.crew.events("approval.decided")]
    return [detail["command"] for detail in found if detail["role"] == role]


def test_it_is_said_that_they_hold(agent: RealAgent) -> None:
    assert agent.crew.agent(NAME)["policies"] == "hold"


def test_what_a_rule_denies_is_never_run(agent: RealAgent) -> None:
    kept = agent.place.project / "kept"
    kept.mkdir(exist_ok=True)
    agent.tell("%run rm -rf kept && touch after_denied")
    agent.crew.until(lambda: decisions(agent, "deny"))
    agent.crew.until_state(NAME, "idle")
    assert kept.exists()
    assert not (agent.place.project / "after_denied").exists()


def test_what_a_rule_approves_is_run_unasked_and_recorded(agent: RealAgent) -> None:
    asked = len(agent.crew.events("agent.asking"))
    agent.tell("%run touch by_policy")
    agent.crew.until((agent.place.project / "by_policy").exists)
    agent.crew.until(lambda: "touch by_policy" in decisions(agent, "approve"))
    agent.crew.until_state(NAME, "idle")
    assert len(agent.crew.events("agent.asking")) == asked


def test_a_rule_denies_while_no_supervisor_runs(agent: RealAgent) -> None:
    kept = agent.place.project / "kept"
    kept.mkdir(exist_ok=True)
    agent.tell("%sleep 3")
    agent.crew.until_state(NAME, "busy")
    agent.tell("%run rm -rf kept")
    agent.crew.until(lambda: agent.messages("in agent"))
    agent.crew.kill_supervisor()
    before = len(agent.model.requests)
    agent.crew.until(lambda: len(agent.model.requests) >= before + 2, 30)
    assert kept.exists()
    agent.crew.up()
    agent.until_ready()


SILENT = {
    "codex": ("--no-daemon", "--dangerously-bypass-approvals-and-sandbox"),
    "qwen": ("--approval-mode", "yolo"),
}
GROUPED = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in SILENT]


@pytest.mark.parametrize("name", GROUPED)
def test_other_programs_with_such_a_hook_are_denied_too_where_they_ask_nothing(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cli = replace(CLIS[name], arguments=SILENT[name])
    if why := cli.install():
        pytest.skip(f"{name}: {why}")
    found = RealAgent(cli, tmp_path_factory.mktemp("silent"), INSTALLED / "homes" / new_id())
    try:
        found.start(deny=["Bash(rm *)"])  # Codex has its user trust the hook first
        (found.place.project / "kept").mkdir()
        assert found.crew.agent(NAME)["policies"].startswith("hold for denying")
        found.tell("%run rm -rf kept")

        def denied() -> bool:
            if found.question()["fingerprint"]:
                found.decide("approve")
            return bool(decisions(found, "deny"))

        found.crew.until(denied, 60)
        found.crew.until_state(NAME, "idle")
        found.tell("%run mkdir made")
        found.crew.until((found.place.project / "made").exists)
        assert (found.place.project / "kept").exists()
    finally:
        found.close()
