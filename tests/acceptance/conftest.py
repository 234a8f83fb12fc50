"""Crews that work in a real repository, and agents that speak for themselves."""

from pathlib import Path

import pytest

from tests.support.crews import RealCrew, sim
from tests.support.repository import Repository
from tests.support.workers import Workers

AGENTS = ("a", "b", "c")


@pytest.fixture
def repository(crew: RealCrew) -> Repository:
    """The project is a git repository with one commit on main."""
    return Repository(crew.project.root)


@pytest.fixture
def workers(crew: RealCrew, repository: Repository, script: Path) -> Workers:
    """Three agents that take every message, in a running crew with a repository."""
    crew.write({name: sim(script) for name in AGENTS})
    crew.up()
    for name in AGENTS:
        crew.until_state(name, "idle")
    return Workers(crew, repository)
