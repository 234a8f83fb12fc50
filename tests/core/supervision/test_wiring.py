"""What is added to an agent's command, and who may signal."""

import json
import shlex
import tomllib
from pathlib import Path

import pytest

from crewtui.core.agents.registry import load_adapters
from crewtui.core.config.crew import AgentSpec
from crewtui.core.rpc.token import is_token_of, load_secret, token_of
from crewtui.core.supervision.stage import Launch
from crewtui.core.supervision.wiring import wired_command

ADAPTERS = load_adapters()


def launch(command: str, adapter: str, **more: object) -> Launch:
    spec = AgentSpec(id="a", command=command, signals=bool(more.pop("signals", True)))
    return Launch(spec, ADAPTERS[adapter], "run", **more)  # type: ignore[arg-type]


def test_hooks_come_in_a_private_file_of_the_run(tmp_path: Path) -> None:
    words = wired_command(launch("claude --model x", "claude"), tmp_path / "a", "")
    path = Path(words[2])
    assert words == ["claude", "--settings", str(path), "--model", "x"]
    assert path.stat().st_mode & 0o077 == 0
    hooks = json.loads(path.read_text())["hooks"]
    command = hooks["Stop"][0]["hooks"][0]["command"]
    assert shlex.split(command)[-2:] == ["signal", "Stop"]


def test_codex_gets_its_notifier_as_valid_toml(tmp_path: Path) -> None:
    words = wired_command(launch("codex", "codex"), tmp_path, "")
    assert tomllib.loads(words[2])["notify"][-1] == "notify"


def test_a_session_is_taken_up_again(tmp_path: Path) -> None:
    again = launch("claude", "claude", session="s-1", resumed=True, signals=False)
    assert wired_command(again, tmp_path, "") == ["claude", "--resume", "s-1"]


def test_a_person_who_resumes_by_hand_is_not_overruled(tmp_path: Path) -> None:
    again = launch("claude --resume mine", "claude", session="s", resumed=True, signals=False)
    assert wired_command(again, tmp_path, "") == ["claude", "--resume", "mine"]


def test_the_prompt_may_stand_on_the_command_line(tmp_path: Path) -> None:
    given = wired_command(launch("gemini", "gemini"), tmp_path, "do it; rm -rf /")
    assert given == ["gemini", "--prompt-interactive", "do it; rm -rf /"]


def test_a_token_is_good_for_its_run_only(tmp_path: Path) -> None:
    secret = load_secret(tmp_path / "secret")
    assert load_secret(tmp_path / "secret") == secret
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert is_token_of(secret, "r1", token_of(secret, "r1"))
    assert not is_token_of(secret, "r2", token_of(secret, "r1"))
    assert not is_token_of(secret, "r1", "")


@pytest.mark.parametrize("name", sorted(ADAPTERS))
def test_no_adapter_writes_outside_its_private_folder(name: str) -> None:
    assert all("/" not in file for file in ADAPTERS[name].wiring.files)
