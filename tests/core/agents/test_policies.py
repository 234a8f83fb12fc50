"""Whether an agent's policies hold is told from its program, its arguments and its hook."""

from pathlib import Path

import pytest

from crewtui.core.agents.policies import policies_of
from crewtui.core.agents.registry import load_adapters
from crewtui.core.config.crew import AgentSpec
from crewtui.core.supervision.stage import Launch
from crewtui.core.supervision.wiring import wired_command, wired_environment

ADAPTERS = load_adapters()


def spec(*command: str, **more: object) -> AgentSpec:
    return AgentSpec.model_validate({"id": "a", "command": command, "deny": ["Bash(rm *)"]} | more)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("claude", "--dangerously-skip-permissions"), "hold"),
        (("codex",), "hold for denying, once its user trusts the hook"),
        (("gemini", "--yolo"), "do not hold: with --yolo it asks nothing"),
        (("gemini", "--approval-mode", "yolo"), "do not hold"),
        (("copilot", "--allow-all-tools"), "do not hold"),
        (("aider", "--yes-always"), "do not hold"),
        (("gemini",), "hold only where it asks"),
    ],
)
def test_it_is_said_how_far_policies_hold(command: tuple[str, ...], said: str) -> None:
    assert policies_of(spec(*command), ADAPTERS[command[0]]).startswith(said)


def test_nothing_is_said_of_an_agent_without_rules() -> None:
    assert policies_of(spec("gemini", "--yolo", deny=[]), ADAPTERS["gemini"]) == ""


def test_they_do_not_hold_where_its_hooks_may_not_be_wired() -> None:
    assert policies_of(spec("claude", signals=False), ADAPTERS["claude"]) != "hold"


def test_a_variable_that_its_user_sets_is_left_alone(tmp_path: Path) -> None:
    own = spec("qwen", env={"QWEN_CODE_SYSTEM_DEFAULTS_PATH": "/own.json"})
    launch = Launch(own, ADAPTERS["qwen"], "run1")
    assert wired_environment(launch, tmp_path) == {}
    assert wired_command(launch, tmp_path, "") == ["qwen"]
    assert list(tmp_path.iterdir()) == []


def test_codex_is_given_its_hook_only_where_there_are_rules(tmp_path: Path) -> None:
    with_rules = wired_command(Launch(spec("codex"), ADAPTERS["codex"], "r"), tmp_path, "")
    without = wired_command(Launch(spec("codex", deny=[]), ADAPTERS["codex"], "r"), tmp_path, "")
    assert any("hooks.PreToolUse" in word for word in with_rules)
    assert not any("hooks.PreToolUse" in word for word in without)
