"""From screens to states."""

from pathlib import Path

import pytest

from crewtui.core.agents.registry import adapter_for, load_adapters
from crewtui.core.agents.status import read_status
from crewtui.core.config.crew import AgentSpec
from crewtui.core.model.agent import AgentState
from crewtui.core.model.errors import ConfigError
from crewtui.core.model.screen import Screen

ADAPTERS = load_adapters()


def read(adapter: str, *lines: str, x: int = 0, y: int = 0) -> AgentState:
    return read_status(ADAPTERS[adapter], Screen(lines=lines, cursor_x=x, cursor_y=y)).state


def test_states_of_a_simulated_agent() -> None:
    assert read("simulated", "────", "❯ ") is AgentState.IDLE
    assert read("simulated", "────", "⠋ working…", "❯ ") is AgentState.BUSY
    assert read("simulated", "────", "? run `x`?  [y] yes  [n] no") is AgentState.ASKING
    assert read("simulated", "starting ..") is AgentState.STARTING
    assert read("simulated", "! rate limit: 5m") is AgentState.LIMIT


def test_an_old_question_in_the_scrollback_does_not_count() -> None:
    old = "? run `x`?  [y] yes  [n] no"
    assert read("simulated", old, "approved", "", "• done", "────", "❯ ") is AgentState.IDLE


def test_colours_do_not_hide_a_cue() -> None:
    line = "? \x1b[1mrun `x`?\x1b[0m  [y] yes  [n] no"
    assert read("simulated", line) is AgentState.ASKING


def test_a_shell_without_its_prompt_is_busy() -> None:
    assert read("shell", "$ sleep 9", "", y=1) is AgentState.BUSY
    assert read("shell", "me@box:~$ ", x=10) is AgentState.IDLE


def test_the_evidence_names_rule_and_line() -> None:
    reading = read_status(ADAPTERS["simulated"], Screen(lines=("⠋ working…", "❯ ")))
    assert reading.evidence.rule == "spinner"
    assert "working" in reading.evidence.line


def test_an_adapter_is_found_by_program_by_name_or_is_generic() -> None:
    def name(**values: object) -> str:
        spec = AgentSpec.model_validate({"id": "a", **values})
        return adapter_for(spec, ADAPTERS).name

    assert name(command="/usr/bin/bash -l") == "shell"
    assert name(command="some-program") == "generic"
    assert name(command="some-program", adapter="simulated") == "simulated"
    with pytest.raises(ConfigError, match="no adapter"):
        name(command="x", adapter="nope")


def test_a_project_overrides_an_adapter_in_a_few_lines(tmp_path: Path) -> None:
    folder = tmp_path / "adapters"
    folder.mkdir()
    (folder / "mine.toml").write_text('name = "shell"\nconfirm_s = 9.0\n')
    found = load_adapters(tmp_path)["shell"]
    assert found.confirm_s == 9.0
    assert found.programs == ADAPTERS["shell"].programs


def test_a_wrong_adapter_is_said_with_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "adapters"
    folder.mkdir()
    (folder / "mine.toml").write_text('name = "x"\nconfirm_s = "soon"\n')
    with pytest.raises(ConfigError, match=r"mine\.toml.*confirm_s"):
        load_adapters(tmp_path)
