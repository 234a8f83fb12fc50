"""A task's worktree: a folder and a branch of its own below ``.orchestrator/worktrees``."""

import asyncio
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crewtui.core.config.project import Project
from crewtui.core.work.git import Git, GitError, Wrap, branch_of
from crewtui.core.work.merge import MergeRepo


@dataclass(frozen=True, slots=True)
class Worktree:
    """Where a task is worked on; ``base`` is the commit of the main branch it began at."""

    folder: Path
    branch: str
    base: str


def worktree_folder(project: Project, agent: str, task: str) -> Path:
    """The folder of an agent's worktree for a task."""
    return project.folder / "worktrees" / agent / task


async def make_worktree(
    project: Project, agent: str, task: str, wrap: Wrap | None = None, room: MergeRepo | None = None
) -> Worktree:
    """Make the worktree and its branch, or take up the one that is there; raises ``GitError``.

    A fenced agent's is a repository of its own, made inside the fence: it borrows the project's
    objects and can change none of them. What it commits comes through the supervisor's room.
    """
    repository = Git(project.root)
    branch = branch_of(agent, task)
    main = await repository.main_branch()
    if await repository.commit_of(f"refs/heads/{agent}"):
        raise GitError(
            f"a branch is called {agent!r}, so {branch!r} cannot be one",
            f"rename it: git branch -m {agent} {agent}-old",
        )
    folder = worktree_folder(project, agent, task)
    await asyncio.to_thread(_prepare, project, folder)
    base = await repository.commit_of(f"refs/heads/{main}")
    if wrap is not None and room is not None:
        known = await _own_repository(project, folder, branch, main, wrap, room)
        return Worktree(folder, branch, await _fork(repository, main, known) or base)
    known = await repository.commit_of(f"refs/heads/{branch}")
    there = await asyncio.to_thread((folder / ".git").is_file)
    if there and known:
        return Worktree(folder, branch, await _fork(repository, main, known) or base)
    await repository.run("worktree", "prune")
    where = [str(folder), branch] if known else ["-b", branch, str(folder), f"refs/heads/{main}"]
    await repository.run("worktree", "add", *where)
    return Worktree(folder, branch, await _fork(repository, main, known) if known else base)


async def _own_repository(
    project: Project, folder: Path, branch: str, main: str, wrap: Wrap, room: MergeRepo
) -> str:
    """Make or take up the repository of a fenced agent; the commit that it stands at, if known.

    All of git's work on it is done inside the fence: what is there may be made to trap it.
    """
    if await asyncio.to_thread((folder / ".git").exists):
        await refresh(folder, main, wrap)
        return await room.take(main, branch, folder, wrap)
    known = await Git(project.root).commit_of(f"refs/heads/{branch}")
    outer = Git(folder.parent, wrap)
    words = ["clone", "--quiet", "--shared", "--no-tags", "--single-branch", "--branch", main]
    for name in ("user.name", "user.email"):
        _, value, _ = await Git(project.root).try_run("config", "--get", name)
        words += ["--config", f"{name}={value.strip()}"] if value.strip() else []
    await outer.run(*words, "--", str(project.root), str(folder))
    inner = Git(folder, wrap)
    if known:
        await inner.run("fetch", "--quiet", "--no-tags", "origin", f"refs/heads/{branch}")
    start = known or f"refs/heads/{main}"
    await inner.run("checkout", "--quiet", "--no-track", "-b", branch, start)
    return known


async def refresh(folder: Path, main: str, wrap: Wrap) -> None:
    """Show a fenced agent's repository where main stands now, as far as it lets that be done."""
    with suppress(GitError):
        refs = f"+refs/heads/{main}:refs/heads/{main}"
        await Git(folder, wrap).run("fetch", "--quiet", "--no-tags", "origin", refs)


async def _fork(repository: Git, main: str, commit: str) -> str:
    words = ("merge-base", f"refs/heads/{main}", commit)
    code, said, _ = await repository.try_run(*words)
    return said.strip() if code == 0 else ""


def _prepare(project: Project, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    for private in (project.folder / "worktrees", project.runtime):
        ignore = private / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")


async def remove_worktree(project: Project, folder: Path, branch: str, *, force: bool) -> None:
    """Remove a worktree and its branch; raises ``GitError`` for unsaved work unless forced."""
    repository = Git(project.root)
    if await asyncio.to_thread((folder / ".git").is_file):
        await repository.run("worktree", "remove", *(["--force"] if force else []), str(folder))
    else:
        await repository.run("worktree", "prune")
    if branch and await repository.commit_of(f"refs/heads/{branch}"):
        await repository.run("branch", "-D" if force else "-d", "--", branch)
    await asyncio.to_thread(shutil.rmtree, folder, True)


@dataclass(frozen=True, slots=True)
class Head:
    """What a worktree holds: its commit, its branch, and what is not committed."""

    commit: str
    branch: str
    dirty: tuple[str, ...]


def as_it_is(argv: tuple[str, ...], _folder: Path) -> tuple[str, ...]:
    """The words for a worktree of an agent without a fence."""
    return argv


JUNK = frozenset({"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", "node_modules"})
"""Folders that tools leave behind: nobody forgot to commit them."""


async def head_of(folder: Path, wrap: Wrap | None = None, *, untracked: bool = True) -> Head:
    """What the worktree says that it holds now; raises ``GitError``.

    git runs inside the agent's fence: filters and nested repositories there may be planted.
    """
    if not await asyncio.to_thread(folder.is_dir):
        raise GitError(f"{folder} is gone", "release the task and claim it again")
    tree = Git(folder, wrap or as_it_is)
    commit = (await tree.run("rev-parse", "--verify", "HEAD")).strip()
    _, branch, _ = await tree.try_run("symbolic-ref", "--short", "HEAD")
    files = f"--untracked-files={'normal' if untracked else 'no'}"
    words = ("--porcelain", "--no-renames", "--ignore-submodules=all", "-z", files)
    status = await tree.run("status", *words)
    paths = (entry[3:] for entry in status.split("\0") if len(entry) > 3)
    dirty = tuple(path for path in paths if not JUNK & set(path.split("/")))
    return Head(commit, branch.strip(), dirty)
