"""Mirror reviews and merges to pull requests, where the repository has a GitHub remote and ``gh``.

A mirror only: what it cannot do is an event, and nothing of the crew waits for it. It pushes from
the supervisor's own repository, so no configuration that agents can write to has a say.
"""

import asyncio
import re
import shutil
from pathlib import Path

from crewtui.core.config.project import Project
from crewtui.core.model.errors import CrewtuiError
from crewtui.core.model.task import ReviewView, TaskView
from crewtui.core.work.command import run_command
from crewtui.core.work.git import Git, GitError, environment
from crewtui.core.work.merge import MergeRepo

LIMIT_S = 60.0
_GITHUB = re.compile(r"(?:https://|ssh://git@|git@)github\.com[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?\Z")


class MirrorError(CrewtuiError):
    """The mirror could not be brought up to date."""


class GitHub:
    """The project's pull requests."""

    def __init__(self, project: Project, url: str, name: str, room: MergeRepo):
        self._project = project
        self._url = url
        self.name = name
        self._room = room

    async def review_asked(self, task: TaskView, main: str) -> None:
        """Push the branch, and open its pull request the first time; raises ``MirrorError``."""
        await self._push(f"refs/crew/{task.branch}:refs/heads/{task.branch}", main)
        body = f"{task.goal}\n\nTask `{task.id}` by {task.agent}, mirrored by crewtui.".strip()
        words = ("pr", "create", "--head", task.branch, "--base", main, "--title", task.title)
        said = await self._gh(*words, "--body", body, known="already exists")
        if "already exists" in said:
            text = f"Commit {task.commit[:12]} passed its validations."
            await self._gh("pr", "comment", task.branch, "--body", text)

    async def reviewed(self, task: TaskView, review: ReviewView) -> None:
        """Write a review as a comment: the crew shares one account; raises ``MirrorError``."""
        verb = "approves" if review.approved else "rejects"
        text = f"**{review.reviewer} {verb}** {review.commit[:12]}\n\n{review.text}".strip()
        await self._gh("pr", "comment", task.branch, "--body", text)

    async def merged(self, main: str) -> None:
        """Push main: GitHub closes the pull requests whose commits it has then."""
        await self._push(f"refs/heads/{main}:refs/heads/{main}", main)

    async def _push(self, refs: str, main: str) -> None:
        try:
            repository = await self._room.fetched(main)
            await repository.push(self._url, refs)
        except GitError as error:
            raise MirrorError(f"not pushed to {self.name}: {error.what}") from None

    async def _gh(self, *words: str, known: str = "") -> str:
        argv = ("gh", *words, "--repo", self.name)
        env = environment() | {"GH_PROMPT_DISABLED": "1", "NO_COLOR": "1"}
        ran = await run_command(argv, self._project.root, LIMIT_S, env, None)
        said = ran.output.decode("utf-8", "replace").strip()
        if not ran.passed and not (known and known in said):
            raise MirrorError(
                f"gh {' '.join(words[:2])}: {said or ran.exit}", "see: gh auth status"
            )
        return said


async def mirror_of(project: Project, room: MergeRepo) -> GitHub:
    """The mirror; raises ``MirrorError`` without ``gh`` or a GitHub remote."""
    if await asyncio.to_thread(shutil.which, "gh") is None:
        raise MirrorError("gh is not installed", "install it and run: gh auth login")
    code, said, _ = await Git(Path(project.root)).try_run("config", "--get", "remote.origin.url")
    found = _GITHUB.match(said.strip())
    if code or found is None:
        raise MirrorError(
            "origin is no GitHub remote", "git remote add origin …, or leave --github"
        )
    return GitHub(project, said.strip(), found.group(1), room)
