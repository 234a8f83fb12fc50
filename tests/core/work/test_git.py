"""git in a repository that agents can write to: nothing planted there runs."""

from pathlib import Path

import pytest

from crewtui.core.config.project import Project
from crewtui.core.work.git import Git, GitError, branch_of
from crewtui.core.work.merge import Conflict, MergeRepo
from crewtui.core.work.worktrees import head_of, make_worktree, remove_worktree
from tests.support.repository import Repository

HOSTILE = ["../main", "-x", "a b", "a\nb", ".x", "x.lock", "~x", "a:b", "é", "", "@{-1}", "a..b"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_make_no_branch(name: str) -> None:
    for agent, task in ((name, "task"), ("agent", name)):
        with pytest.raises(ValueError, match="branch"):
            branch_of(agent, task)


async def test_a_worktree_has_its_own_branch_from_main(
    project: Project, repository: Repository
) -> None:
    made = await make_worktree(project, "coder", "parser")
    assert made.branch == "coder/parser"
    assert made.base == repository.git("rev-parse", "main")
    assert (made.folder / "README.md").read_text() == "hello\n"
    assert repository.git("status", "--porcelain") == ""
    head = await head_of(made.folder)
    assert (head.branch, head.commit, head.dirty) == ("coder/parser", made.base, ())


async def test_a_worktree_that_is_there_is_taken_up_with_its_work(
    project: Project, repository: Repository
) -> None:
    made = await make_worktree(project, "coder", "parser")
    commit = repository.commit("work", {"parser.py": "x = 1\n"}, made.folder)
    again = await make_worktree(project, "coder", "parser")
    assert again == made
    assert (await head_of(again.folder)).commit == commit


async def test_a_branch_with_the_agents_name_is_a_clear_error(
    project: Project, repository: Repository
) -> None:
    repository.git("branch", "coder")
    with pytest.raises(GitError, match="a branch is called 'coder'"):
        await make_worktree(project, "coder", "parser")


async def test_a_folder_without_a_commit_is_a_clear_error(tmp_path: Path) -> None:
    empty = Project(tmp_path)
    empty.prepare()
    with pytest.raises(GitError, match="no git repository") as caught:
        await make_worktree(empty, "coder", "parser")
    assert "git init" in caught.value.todo


async def test_files_that_are_not_committed_are_seen_and_what_tools_leave_is_not(
    project: Project,
) -> None:
    made = await make_worktree(project, "coder", "parser")
    (made.folder / "new file.py").write_text("x")
    (made.folder / "__pycache__").mkdir()
    (made.folder / "__pycache__" / "x.pyc").write_text("x")
    assert (await head_of(made.folder)).dirty == ("new file.py",)
    assert (await head_of(made.folder, untracked=False)).dirty == ()


async def test_unsaved_work_is_removed_only_by_force(
    project: Project, repository: Repository
) -> None:
    made = await make_worktree(project, "coder", "parser")
    (made.folder / "new.py").write_text("x")
    with pytest.raises(GitError):
        await remove_worktree(project, made.folder, made.branch, force=False)
    assert (made.folder / "new.py").exists()
    await remove_worktree(project, made.folder, made.branch, force=True)
    assert not made.folder.exists()
    assert repository.git("branch", "--list", "coder/*") == ""


def plant(repository: Repository, marker: Path) -> None:
    """Every way by which a repository's own configuration makes git run something."""
    program = repository.root.parent / "planted.sh"
    program.write_text(f"#!/bin/sh\necho ran >> '{marker}'\ncat\n")
    program.chmod(0o755)
    hooks = repository.root / ".git" / "hooks"
    names = ("post-checkout", "post-merge", "pre-merge-commit", "reference-transaction")
    for name in (*names, "post-index-change", "pre-commit", "post-commit"):
        (hooks / name).write_text(f"#!/bin/sh\necho {name} >> '{marker}'\n")
        (hooks / name).chmod(0o755)
    for key, value in {
        "core.fsmonitor": str(program),
        "filter.evil.smudge": str(program),
        "filter.evil.clean": str(program),
        "filter.evil.process": str(program),
        "filter.evil.required": "true",
        "diff.external": str(program),
        "diff.evil.textconv": str(program),
        "diff.evil.command": str(program),
        "merge.evil.driver": f"{program} %A",
        "core.pager": str(program),
        "core.sshCommand": str(program),
        "core.editor": str(program),
    }.items():
        repository.git("config", key, value)


async def test_nothing_that_is_planted_in_the_repository_runs(
    project: Project, repository: Repository, tmp_path: Path
) -> None:
    first = await make_worktree(project, "coder", "parser")
    attributes = "*.py filter=evil diff=evil merge=evil\n"
    commit = repository.commit(
        "work", {".gitattributes": attributes, "parser.py": "x = 1\n"}, first.folder
    )
    marker = tmp_path / "marker"
    plant(repository, marker)
    made = await make_worktree(project, "tester", "tests")
    tree = Git(first.folder)
    await head_of(first.folder)
    await tree.run("diff", "--no-ext-diff", "--no-textconv", first.base, commit, "--")
    room = MergeRepo(project)
    async with room.merged("main", commit, "Merge coder/parser") as found:
        assert (found.folder / "parser.py").read_text() == "x = 1\n"
        await room.move_main("main", found.onto, found.commit)
    await remove_worktree(project, made.folder, made.branch, force=True)
    assert not marker.exists(), marker.read_text()
    assert (repository.root / "parser.py").read_text() == "x = 1\n"


async def test_a_conflict_names_its_files_and_leaves_main_alone(
    project: Project, repository: Repository
) -> None:
    made = await make_worktree(project, "coder", "parser")
    theirs = repository.commit("theirs", {"README.md": "theirs\n"}, made.folder)
    ours = repository.commit("ours", {"README.md": "ours\n"})
    with pytest.raises(Conflict) as caught:
        async with MergeRepo(project).merged("main", theirs, "Merge"):
            pass
    assert "README.md" in caught.value.log
    assert repository.git("rev-parse", "main") == ours


async def test_main_moves_only_from_where_it_was_tested(
    project: Project, repository: Repository
) -> None:
    made = await make_worktree(project, "coder", "parser")
    commit = repository.commit("work", {"parser.py": "x = 1\n"}, made.folder)
    room = MergeRepo(project)
    async with room.merged("main", commit, "Merge") as found:
        other = repository.commit("a person's own", {"notes.md": "n\n"})
        with pytest.raises(GitError, match="moved meanwhile"):
            await room.move_main("main", found.onto, found.commit)
    assert repository.git("rev-parse", "main") == other


async def test_a_persons_uncommitted_changes_are_never_overwritten(
    project: Project, repository: Repository
) -> None:
    made = await make_worktree(project, "coder", "parser")
    commit = repository.commit("work", {"README.md": "new\n"}, made.folder)
    (repository.root / "README.md").write_text("mine, not committed\n")
    before = repository.git("rev-parse", "main")
    room = MergeRepo(project)
    async with room.merged("main", commit, "Merge") as found:
        with pytest.raises(GitError):
            await room.move_main("main", found.onto, found.commit)
    assert (repository.root / "README.md").read_text() == "mine, not committed\n"
    assert repository.git("rev-parse", "main") == before


async def test_main_moves_where_another_branch_is_checked_out(
    project: Project, repository: Repository
) -> None:
    made = await make_worktree(project, "coder", "parser")
    commit = repository.commit("work", {"parser.py": "x = 1\n"}, made.folder)
    repository.git("switch", "-q", "-c", "mine")
    room = MergeRepo(project)
    async with room.merged("main", commit, "Merge") as found:
        await room.move_main("main", found.onto, found.commit)
        assert repository.git("rev-parse", "main") == found.commit
    assert not (repository.root / "parser.py").exists()
