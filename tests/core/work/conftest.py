"""A real git repository."""

import subprocess
from pathlib import Path

import pytest

from crewtui.core.config.project import Project
from tests.support.repository import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository with one commit on main."""
    root = tmp_path / "proj"
    root.mkdir()
    return Repository(root)


@pytest.fixture
def project(repository: Repository) -> Project:
    """The same as a project."""
    found = Project(repository.root)
    found.prepare()
    assert subprocess.run(["git", "--version"], capture_output=True, check=True).stdout
    return found
