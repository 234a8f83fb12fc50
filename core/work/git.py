"""git, run so that a repository that agents can write to runs nothing of its own.

Hooks, fsmonitor, external diffs and filters of the repository's own configuration are switched
off on the command line; no shell is used, and names stand behind ``--`` or as full refs.
"""

import asyncio
import os
import re
from collections.abc import Callable
from pathlib import Path

from crewtui.core.model.errors import CrewtuiError

LIMIT_S = 120.0
MOST_OUTPUT = 128 * 1024 * 1024
"""More than so many bytes of git's output are not held in memory."""
QUIET = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.pager=cat",
    "core.sshCommand=false",
    "diff.external=",
    "protocol.ext.allow=never",
    "commit.gpgSign=false",
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
)
_DRIVER = re.compile(r"(?:filter|diff|merge)\..+\.(?:clean|smudge|process|command|textconv|driver)")
_BRANCH = re.compile(r"[a-z0-9][a-z0-9_-]*/[a-z0-9][a-z0-9_-]*\Z")


Wrap = Callable[[tuple[str, ...], Path], tuple[str, ...]]
"""From a command's words and its folder to the words that run it inside an agent's fence, once."""
KEPT = ("PATH", "HOME", "LANG", "USER", "TZ")
"""What git gets of the supervisor's environment where it meets what agents wrote."""


class GitError(CrewtuiError):
    """git refused or failed."""


class Git:
    """One repository or worktree; an agent's own with the ``wrap`` that keeps git in its fence."""

    def __init__(self, folder: Path, wrap: Wrap | None = None):
        self.folder = folder
        self._wrap = wrap
        self._drivers: tuple[str, ...] | None = None

    async def run(self, *words: str, ok: tuple[int, ...] = (0,)) -> str:
        """What git prints; raises ``GitError`` with what it says if it fails."""
        code, said, why = await self.try_run(*words)
        if code not in ok:
            lines = (why or said).strip().splitlines() or ["failed"]
            raise GitError(f"git {words[0]} in {self.folder}: {lines[-1]}", "see the repository")
        return said

    async def try_run(self, *words: str) -> tuple[int, str, str]:
        """Exit code, output and complaints."""
        code, out, err = await self._quietly(*words)
        return code, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    async def bytes_of(self, *words: str) -> bytes:
        """What git prints, as bytes; raises ``GitError``."""
        code, out, err = await self._quietly(*words)
        if code:
            raise GitError(f"git {words[0]}: {err.decode('utf-8', 'replace').strip()}")
        return out

    async def push(self, url: str, refs: str) -> None:
        """Push to a remote of the person's, with their own ssh; only from a repository of ours."""
        settings = [part for setting in QUIET if "ssh" not in setting for part in ("-c", setting)]
        code, _, err = await self._spawn([*settings, "push", "--quiet", "--", url, refs])
        if code:
            lines = err.decode("utf-8", "replace").strip().splitlines() or ["failed"]
            raise GitError(f"git push: {lines[-1]}")

    async def _quietly(self, *words: str) -> tuple[int, bytes, bytes]:
        if self._drivers is None:
            self._drivers = await self._own_drivers()
        settings = [part for setting in (*QUIET, *self._drivers) for part in ("-c", setting)]
        return await self._spawn([*settings, *words])

    async def _spawn(self, words: list[str]) -> tuple[int, bytes, bytes]:
        argv: tuple[str, ...] = ("git", *words)
        if self._wrap is not None:
            argv = await asyncio.to_thread(self._wrap, argv, self.folder)
        try:
            process = await asyncio.create_subprocess_exec(
                *argv,
                cwd=self.folder,
                env=environment(everything=self._wrap is None),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise GitError(f"git in {self.folder}: {error.strerror}", "install git") from None
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as tasks:
                out = tasks.create_task(_capped(process.stdout))
                err = tasks.create_task(_capped(process.stderr))
            code = await process.wait()
        except* TimeoutError:
            process.kill()
            raise GitError(f"git took more than {LIMIT_S:g} s in {self.folder}") from None
        except* GitError as errors:
            process.kill()
            raise errors.exceptions[0] from None
        return code, out.result(), err.result()

    async def _own_drivers(self) -> tuple[str, ...]:
        """What switches off the programs that the repository's own configuration names."""
        code, said, _ = await self._spawn(["config", "--show-scope", "--includes", "--list", "-z"])
        found = []
        parts = said.decode("utf-8", "replace").split("\0") if code == 0 else []
        for scope, setting in zip(parts[::2], parts[1::2], strict=False):
            name = setting.partition("\n")[0]
            if scope in ("local", "worktree") and _DRIVER.fullmatch(name):
                found.append(f"{name}=")
                if name.startswith("filter."):
                    found.append(f"{name.rpartition('.')[0]}.required=false")
        return tuple(found)

    async def commit_of(self, ref: str) -> str:
        """The commit a full ref or a hash names; empty if there is none."""
        words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        code, said, _ = await self.try_run(*words)
        return said.strip() if code == 0 else ""

    async def main_branch(self) -> str:
        """``main`` if it exists, else the branch that is checked out; raises ``GitError``."""
        if await self.commit_of("refs/heads/main"):
            return "main"
        code, said, _ = await self.try_run("symbolic-ref", "--short", "HEAD")
        name = said.strip()
        if code == 0 and await self.commit_of(f"refs/heads/{name}"):
            return name
        raise GitError(
            f"{self.folder} is no git repository with a commit",
            "git init -b main; git add -A; git commit -m start",
        )

    async def contains(self, branch: str, commit: str) -> bool:
        """Whether the commit is part of the branch's history."""
        ref = f"refs/heads/{branch}"
        code, _, _ = await self.try_run("merge-base", "--is-ancestor", commit, ref)
        return code == 0


async def _capped(stream: asyncio.StreamReader) -> bytes:
    """All of it; raises ``GitError`` if it is too much to hold."""
    found = bytearray()
    while chunk := await stream.read(1 << 16):
        found += chunk
        if len(found) > MOST_OUTPUT:
            raise GitError(f"git says more than {MOST_OUTPUT} bytes", "make the change smaller")
    return bytes(found)


def environment(*, everything: bool = True) -> dict[str, str]:
    """What git gets: nothing of a surrounding git, no questions, a name for merges."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    if not everything:
        kept = {key: value for key, value in kept.items() if key in KEPT}
    return kept | {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_EDITOR": "true",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C.UTF-8",
        "GIT_AUTHOR_NAME": "crewtui",
        "GIT_AUTHOR_EMAIL": "crewtui@localhost",
        "GIT_COMMITTER_NAME": "crewtui",
        "GIT_COMMITTER_EMAIL": "crewtui@localhost",
    }


def branch_of(agent: str, task: str) -> str:
    """``{agent}/{task}``; raises ``ValueError`` for what cannot be a branch of ours."""
    name = f"{agent}/{task}"
    if not _BRANCH.match(name) or name.endswith(".lock"):
        raise ValueError(f"{name!r} cannot be a branch")
    return name
