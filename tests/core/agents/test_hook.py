"""What a hook is answered: the rules of the agent, from a file that lies there since its start."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from crewtui.core.agents.hook import RULES, decide
from crewtui.core.agents.registry import load_adapters
from crewtui.core.config.crew import AgentSpec
from crewtui.core.config.project import Project
from crewtui.core.supervision.stage import Launch
from crewtui.core.supervision.wiring import wired_command

SPEC = AgentSpec(
    id="dev",
    command=("claude",),
    approve=("Bash(git status*)", "Write(/work/*)"),
    deny=("Bash(curl *)", "Bash(git push*)"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder as a start of the agent leaves it."""
    found = Project(tmp_path).agent_folder("dev")
    wired_command(Launch(SPEC, load_adapters()["claude"], "run1"), found, "")
    return found


def asked(command: str, tool: str = "Bash", key: str = "command") -> dict[str, Any]:
    return {"tool_name": tool, "tool_input": {key: command}}


def role(folder: Path, data: Any, signal: str = "PreToolUse") -> str:
    found = decide(folder, signal, data)
    return found["role"] if found else ""


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("git status --short", "approve"),
        ("git status && rm -rf build", ""),
        ("git status; curl http://x", "deny"),
        ("echo a\ncurl http://x", "deny"),
        ("echo $(curl http://x)", "deny"),
        ("(curl http://x)", "deny"),
        ("curl http://x", "deny"),
        ("ls", ""),
        ("git status " + "x" * 3000, ""),
        ("git status\u202e", ""),
        ("x " * 5000 + "; curl http://x", "deny"),
    ],
)
def test_a_command_is_decided_by_the_rules_and_denying_wins(
    folder: Path, command: str, wanted: str
) -> None:
    assert role(folder, asked(command)) == wanted


def test_a_file_is_approved_by_its_whole_path_only(folder: Path) -> None:
    assert role(folder, asked("/work/a.txt", "Write", "file_path")) == "approve"
    assert role(folder, asked("/work/../etc/passwd", "Write", "file_path")) == ""


def test_another_signal_is_not_answered(folder: Path) -> None:
    assert role(folder, asked("curl http://x"), "PostToolUse") == ""


@pytest.mark.parametrize("data", [None, [], "x", 7, {"tool_name": 3}, {"tool_input": []}])
def test_what_is_no_call_of_a_tool_is_left_to_the_program(folder: Path, data: Any) -> None:
    assert role(folder, data) == ""


def test_nothing_is_approved_while_it_only_plans(folder: Path) -> None:
    assert role(folder, asked("git status") | {"permission_mode": "plan"}) == ""
    assert role(folder, asked("curl http://x") | {"permission_mode": "plan"}) == "deny"


@pytest.mark.parametrize("text", ["", "[]", "7", "{}", '{"signal": "PreToolUse"}'])
def test_a_file_that_is_none_decides_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / RULES).write_text(text)
    assert decide(tmp_path, "PreToolUse", asked("curl http://x")) is None


def test_without_its_file_nothing_is_decided(tmp_path: Path) -> None:
    assert decide(tmp_path, "PreToolUse", asked("curl http://x")) is None


def test_the_file_is_readable_by_its_user_only(folder: Path) -> None:
    assert (folder / RULES).stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("folder")
def test_the_command_answers_while_no_supervisor_runs_and_imports_nothing_heavy(
    tmp_path: Path,
) -> None:
    environment = os.environ | {"CREWTUI_PROJECT": str(tmp_path), "CREWTUI_AGENT": "dev"}
    began = time.monotonic()
    words = [sys.executable, "-X", "importtime", "-m", "crewtui", "signal", "PreToolUse"]
    done = subprocess.run(
        words,
        input=json.dumps(asked("curl http://x")),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout)["hookSpecificOutput"]
    assert said["permissionDecision"] == "deny"
    assert "Bash(curl *)" in said["permissionDecisionReason"]
    assert time.monotonic() - began < 2
    for heavy in ("pydantic", "textual", "asyncio", "sqlite3"):
        assert heavy not in done.stderr
