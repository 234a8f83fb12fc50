"""Pull requests: real pushes to a remote; only ``gh``, which needs an account, is a stand-in."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.crews import RealCrew, sim
from tests.support.repository import Repository
from tests.support.workers import Workers

GH = """#!/bin/sh
echo "$@" >> "$HOME/gh.log"
case "$*" in *"pr create"*) test ! -e "$HOME/created" || { echo "already exists"; exit 1; }
touch "$HOME/created";; esac
"""


@pytest.fixture
def mirrored(
    crew: RealCrew,
    repository: Repository,
    script: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Workers:
    """A crew with --github, whose GitHub is a folder."""
    home = tmp_path / "home"
    home.mkdir()
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", str(remote)], check=True)
    rule = f'[url "{remote}"]\n\tinsteadOf = https://github.com/o/r.git\n'
    (home / ".gitconfig").write_text(rule)
    (home / "gh").write_text(GH)
    (home / "gh").chmod(0o755)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PATH", f"{home}{os.pathsep}{os.environ['PATH']}")
    repository.git("remote", "add", "origin", "https://github.com/o/r.git")
    crew.write({name: sim(script) for name in "abc"})
    assert crew.run("up", "--github").returncode == 0
    for name in "abc":
        crew.until_state(name, "idle")
    return Workers(crew, repository)


def log(tmp_path: Path) -> str:
    path = tmp_path / "home" / "gh.log"
    return path.read_text() if path.exists() else ""


def head(tmp_path: Path, branch: str) -> str:
    words = ["git", "-C", str(tmp_path / "remote.git"), "rev-parse", f"refs/heads/{branch}"]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


def test_a_review_is_a_pull_request_and_a_merge_is_pushed(
    mirrored: Workers, tmp_path: Path
) -> None:
    commit = mirrored.commit(mirrored.claimed("a", "parser"))
    mirrored.submit("a", "parser")
    mirrored.crew.until(lambda: "pr create --head a/parser --base main" in log(tmp_path))
    assert head(tmp_path, "a/parser") == commit
    assert "--repo o/r" in log(tmp_path)
    mirrored.approve("a", "parser")
    mirrored.crew.until(lambda: log(tmp_path).count("pr comment a/parser") == 2)
    merged = mirrored.task("parser")["merged"]
    mirrored.crew.until(lambda: head(tmp_path, "main") == merged)


def test_a_mirror_that_fails_is_said_and_holds_nothing_up(
    mirrored: Workers, tmp_path: Path
) -> None:
    mirrored.repository.git("remote", "set-url", "origin", "https://example.org/o/r.git")
    mirrored.merged("a", "parser")
    assert mirrored.task("parser")["state"] == "merged"
    found = mirrored.crew.until(lambda: mirrored.crew.events("github.failed"))
    assert "origin is no GitHub remote" in found[0]["text"]
    assert log(tmp_path) == ""
