"""What may be cleaned away: worktrees and branches that no task needs, and old artifacts."""

import asyncio
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from crewtui.core.config.project import Project
from crewtui.core.model.task import TaskState, TaskView
from crewtui.core.work.artifacts import used
from crewtui.core.work.git import Git, GitError, Wrap
from crewtui.core.work.worktrees import head_of, remove_worktree

ARTIFACTS_BYTES = 1024 * 1024 * 1024
"""All artifacts together may take so much; the oldest attempts of merged tasks go first."""


@dataclass(frozen=True, slots=True)
class Stale:
    """Something that may go; ``keep`` says why it is left unless forced."""

    what: str
    folder: Path
    branch: str = ""
    keep: str = ""


WrapOf = Callable[[str], Wrap | None]


async def stale(project: Project, tasks: Iterable[TaskView], wrap_of: WrapOf) -> list[Stale]:
    """Everything that no task needs any more; ``wrap_of`` keeps git in each agent's fence."""
    tasks = list(tasks)
    found = await _worktrees(project, tasks, wrap_of)
    return found + await asyncio.to_thread(_artifacts, project, tasks)


async def _worktrees(project: Project, tasks: list[TaskView], wrap_of: WrapOf) -> list[Stale]:
    needed = {t.worktree for t in tasks if t.worktree and t.state is not TaskState.MERGED}
    folders = await asyncio.to_thread(
        lambda: sorted(
            p
            for p in (project.folder / "worktrees").glob("*/*")
            if p.is_dir() and not p.is_symlink()
        )
    )
    found = []
    for folder in folders:
        if str(folder) in needed:
            continue
        branch = f"{folder.parent.name}/{folder.name}"
        keep = await _unsaved(project, folder, wrap_of(folder.parent.name))
        found.append(Stale(f"worktree and branch {branch}", folder, branch, keep))
    return found


async def _unsaved(project: Project, folder: Path, wrap: Wrap | None) -> str:
    """Why it would lose work; empty if it would not."""
    repository = Git(project.root)
    try:
        if wrap is None and await asyncio.to_thread((folder / ".git").is_dir):
            return "its agent has no fence any more, in which git could look at it"
        head = await head_of(folder, wrap)
        if head.dirty:
            return f"{len(head.dirty)} files are not committed"
        main = await repository.main_branch()
        if not await repository.contains(main, head.commit):
            return f"it has commits that are not in {main}"
    except GitError as error:
        return error.what
    return ""


def _artifacts(project: Project, tasks: list[TaskView]) -> list[Stale]:
    """The oldest attempts of merged tasks, as many as are over the limit."""
    root = project.runtime / "artifacts"
    if not root.is_dir():
        return []
    over = used(root) - ARTIFACTS_BYTES
    merged = sorted(
        (task for task in tasks if task.state is TaskState.MERGED), key=lambda t: t.changed_at
    )
    found: list[Stale] = []
    for task in merged:
        for folder in sorted((root / task.id).glob("*")):
            if over <= 0:
                return found
            over -= used(folder)
            found.append(Stale(f"artifacts of {task.id}, attempt {folder.name}", folder))
    return found


async def remove(project: Project, thing: Stale) -> None:
    """Remove it; raises ``GitError``."""
    if thing.branch:
        await remove_worktree(project, thing.folder, thing.branch, force=True)
    else:
        await asyncio.to_thread(shutil.rmtree, thing.folder, True)
