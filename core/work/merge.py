"""Merges, in a bare repository of the supervisor's own: what agents can write to runs nothing here.

The merged result is checked out and tested there; only then does the project's main branch move,
from exactly the commit that was tested against to the one that was tested.
"""

import asyncio
import shlex
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from crewtui.core.config.project import Project
from crewtui.core.work.git import Git, GitError, Wrap

MERGED = "refs/crewtui/merged"
"""The tested merge, in the supervisor's repository."""


QUIETLY = ("--quiet", "--no-tags", "--no-recurse-submodules")


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge that stands in the supervisor's repository, checked out in ``folder``."""

    folder: Path
    onto: str
    commit: str


def _in_the_open(argv: tuple[str, ...], _folder: Path) -> tuple[str, ...]:
    """git that talks to one in a fence runs itself outside, with a small environment."""
    return argv


class Conflict(GitError):
    """The two cannot be merged; ``log`` says where."""

    def __init__(self, log: str):
        self.log = log
        super().__init__("the merge conflicts", "merge main into the branch and submit again")


class MergeRepo:
    """The supervisor's repository; one merge at a time."""

    def __init__(self, project: Project):
        self._project = project
        self._folder = project.runtime / "repo.git"
        self._fetching = asyncio.Lock()

    async def fetched(self, main: str) -> Git:
        """The repository with the project's main branch and every object that is needed."""
        async with self._fetching:  # git's own lock refuses two at once
            return await self._fetch(main)

    async def _fetch(self, main: str) -> Git:
        if not (self._folder / "HEAD").is_file():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            await Git(self._folder).run("init", "--bare", "--shared=0600", "--quiet", ".")
        repository = Git(self._folder)
        heads = f"+refs/heads/{main}:refs/heads/{main}"
        others = "+refs/heads/*:refs/crew/*"
        words = ("fetch", "--quiet", "--no-tags", "--", str(self._project.root), heads, others)
        await repository.run(*words)
        return repository

    async def take(self, main: str, branch: str, folder: Path, wrap: Wrap | None) -> str:
        """Fetch an agent's branch, every object checked, and return its commit.

        A fenced agent's own repository is read by a git inside the fence, and the branch is then
        shown in the project's repository as well. Raises ``GitError``.
        """
        repository = await self.fetched(main)
        ref = f"refs/crew/{branch}"
        if wrap is None:
            return await repository.commit_of(ref)
        server = await asyncio.to_thread(wrap, ("git", "upload-pack", str(folder)), folder)
        words = ("--upload-pack", shlex.join(server), "--", str(folder))
        async with self._fetching:
            checked = ("-c", "fetch.fsckObjects=true", "fetch", *QUIETLY, *words)
            here = Git(self._folder, _in_the_open)
            await here.run(*checked, f"+refs/heads/{branch}:{ref}")
            shown = f"+{ref}:refs/heads/{branch}"
            await Git(self._project.root).run("fetch", *QUIETLY, "--", str(self._folder), shown)
        return await repository.commit_of(ref)

    @asynccontextmanager
    async def merged(self, main: str, commit: str, title: str) -> AsyncIterator[Merged]:
        """The commit merged onto main, checked out; raises ``Conflict`` or ``GitError``."""
        repository = await self.fetched(main)
        folder = self._project.runtime / "merge"
        await asyncio.to_thread(shutil.rmtree, folder, True)
        await repository.run("worktree", "prune")
        onto = await repository.commit_of(f"refs/heads/{main}")
        await repository.run("worktree", "add", "--quiet", "--detach", str(folder), onto)
        try:
            tree = Git(folder)
            words = ("merge", "--no-ff", "--no-edit", "--quiet", "-m", title, "--", commit)
            code, said, why = await tree.try_run(*words)
            if code:
                names = await tree.run("diff", "--name-only", "--diff-filter=U")
                raise Conflict(f"{said}{why}\nconflicts in:\n{names}".strip())
            yield Merged(folder, onto, (await tree.run("rev-parse", "HEAD")).strip())
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, True)
            await repository.run("worktree", "prune")

    async def move_main(self, main: str, onto: str, commit: str) -> None:
        """Move the project's main branch from ``onto`` to the tested commit.

        Where main is checked out, its files follow. Raises ``GitError`` if it stands elsewhere by
        now, or if uncommitted changes of the person's are in the way: nothing is changed then.
        """
        project = Git(self._project.root)
        await Git(self._folder).run("update-ref", MERGED, commit)
        await project.run("fetch", "--quiet", "--no-tags", "--", str(self._folder), MERGED)
        if await project.commit_of(f"refs/heads/{main}") != onto:
            raise GitError(f"{main} moved meanwhile", "it is merged anew")
        _, head, _ = await project.try_run("symbolic-ref", "--short", "HEAD")
        if head.strip() == main:
            await project.run("merge", "--ff-only", "--quiet", "--", commit)
        else:
            await project.run("update-ref", f"refs/heads/{main}", commit, onto)
