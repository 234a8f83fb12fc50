"""Artifacts: kept below their folder, within their quota, listed in any case."""

import hashlib
import json

import pytest

from crewtui.core.config.project import Project
from crewtui.core.model.errors import Refused
from crewtui.core.work import artifacts
from crewtui.core.work.artifacts import Artifacts, changed_files, listed, read_artifact
from crewtui.core.work.changes import Change
from crewtui.core.work.git import Git
from tests.support.repository import Repository


@pytest.fixture
def kept(project: Project) -> Artifacts:
    """The folder of a first attempt."""
    found = Artifacts(project, "parser", 1)
    found.open()
    return found


def test_a_file_is_kept_private_and_listed_with_its_sum(project: Project, kept: Artifacts) -> None:
    kept.keep("files/a/b.py", b"x = 1\n", "A")
    kept.close()
    assert listed(project, "parser", 1) == [
        {
            "name": "files/a/b.py",
            "size": 6,
            "sha256": hashlib.sha256(b"x = 1\n").hexdigest(),
            "status": "A",
        }
    ]
    assert read_artifact(project, "parser", 1, "files/a/b.py") == "x = 1\n"
    assert (kept.folder / "files/a/b.py").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["files/../../../../x", "files//etc/x", "files/./x", "files/\0x"])
def test_a_name_that_leads_out_is_listed_and_not_kept(
    name: str, project: Project, kept: Artifacts
) -> None:
    before = {path for path in project.root.rglob("*") if ".git/" not in str(path)}
    kept.keep(name, b"evil")
    kept.close()
    after = {path for path in project.root.rglob("*") if ".git/" not in str(path)}
    assert after - before == {kept.folder / "artifacts.json"}
    assert json.loads((kept.folder / "artifacts.json").read_text())[0]["kept"] is False


def test_what_is_over_the_quota_is_listed_and_not_kept(
    kept: Artifacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artifacts, "QUOTA", 10)
    kept.keep("files/small", b"12345678")
    kept.keep("files/large", b"12345678")
    kept.close()
    assert (kept.folder / "files/small").exists()
    assert not (kept.folder / "files/large").exists()


def test_only_what_is_listed_can_be_read(project: Project, kept: Artifacts) -> None:
    kept.close()
    for name in ("artifacts.json", "../../../secret", "/etc/passwd"):
        with pytest.raises(Refused, match="no artifact"):
            read_artifact(project, "parser", 1, name)


async def test_bytes_links_and_submodules_are_taken_as_git_has_them(
    project: Project, repository: Repository
) -> None:
    (repository.root / "link").symlink_to("/etc/passwd")
    (repository.root / "data").write_bytes(b"\xff\x00")
    repository.git("add", "-A")
    nothing = "1" * 40
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{nothing},module")
    repository.git("commit", "-q", "-m", "odd")
    commit = repository.git("rev-parse", "HEAD")
    changes = [Change("A", name) for name in ("data", "link", "module")]
    found = {
        name: data for _, name, data in await changed_files(Git(project.root), commit, changes)
    }
    assert found == {"data": b"\xff\x00", "link": b"/etc/passwd", "module": b""}
