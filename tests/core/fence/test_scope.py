"""What a scope grants."""

from pathlib import Path

import pytest

from crewtui.core.agents.adapter import Wiring
from crewtui.core.config.crew import AgentSpec
from crewtui.core.config.project import Project
from crewtui.core.fence.scope import Scope, scope_of


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with an elsewhere beside it."""
    (tmp_path / "elsewhere").mkdir()
    found = Project(tmp_path / "proj")
    found.root.mkdir()
    found.prepare()
    return found


def scope(project: Project, *names: str) -> Scope:
    """The scope of an agent with these folders."""
    spec = AgentSpec(id="coder", command=("cat",), allowed_write_dirs=names)
    return scope_of(project, spec, Wiring())


def test_a_link_that_leads_out_of_the_project_grants_nothing(project: Project) -> None:
    (project.root / "docs").symlink_to(project.root.parent / "elsewhere")
    found = scope(project, ".", "docs")
    assert str(project.root) in found.write
    assert str(project.root.parent / "elsewhere") not in found.write


def test_a_folder_that_is_named_outside_of_the_project_is_granted(project: Project) -> None:
    elsewhere = str(project.root.parent / "elsewhere")
    assert elsewhere in scope(project, elsewhere).write
    assert elsewhere in scope(project, "../elsewhere").write


def test_what_the_supervisor_keeps_is_never_granted(project: Project) -> None:
    found = scope(project, "src", ".orchestrator/runtime", ".orchestrator/runtime/logs")
    assert not any(path.startswith(found.runtime) for path in found.write)
    assert str(project.folder) in found.kept
