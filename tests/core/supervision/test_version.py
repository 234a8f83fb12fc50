"""A program's version: asked of the program itself, within a limit, and never of a wrapper."""

import asyncio
from pathlib import Path

import pytest

from crewtui.core.agents.registry import load_adapters
from crewtui.core.supervision import version
from crewtui.core.supervision.version import version_of
from tests.agents.clis import PINNED as CLIS

CLAUDE = load_adapters()["claude"]


def program(folder: Path, text: str, name: str = "claude") -> tuple[str, ...]:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return (str(path),)


def asked(command: tuple[str, ...]) -> str:
    return asyncio.run(version_of(command, CLAUDE, {}))


def test_the_version_is_read_from_what_it_prints(tmp_path: Path) -> None:
    assert asked(program(tmp_path, "echo '2.1.330 (Claude Code)'")) == "2.1.330"


def test_a_wrapper_is_not_asked(tmp_path: Path) -> None:
    proof = tmp_path / "was_run"
    assert asked(program(tmp_path, f"touch {proof}; echo 1.2.3", "wrapper")) == ""
    assert not proof.exists()


def test_a_program_that_says_nothing_in_time_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version, "LIMIT_S", 0.2)
    assert asked(program(tmp_path, "exec sleep 600")) == ""


def test_a_program_that_is_not_there_has_no_version() -> None:
    assert asked(("/nowhere/claude",)) == ""


@pytest.mark.parametrize("name", CLIS)
def test_the_version_that_the_tests_install_counts_as_tried(name: str) -> None:
    assert CLIS[name].version in load_adapters()[name].tried
