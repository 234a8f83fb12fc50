"""What an attempt changed, and which of it a person must see first."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from crewtui.core.model.task import TaskView
from crewtui.core.work.git import Git

NESTED = "160000"
"""git's mode of an entry that is a commit of another repository."""
MAX_DIFF = 2 * 1024 * 1024
DEPENDENCIES = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements*.txt",
    "constraints*.txt",
    "Pipfile*",
    "poetry.lock",
    "uv.lock",
    "package.json",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "Cargo.toml",
    "Cargo.lock",
    "go.mod",
    "go.sum",
    "Gemfile*",
    "pom.xml",
    "build.gradle*",
    "composer.json",
)
"""Files by which code of others comes in."""
STARTED = (
    ".claude/*",
    ".codex/*",
    ".gemini/*",
    ".qwen/*",
    ".github/workflows/*",
    ".mcp.json",
    ".envrc",
    ".vscode/*",
    ".orchestrator/*",
    ".gitattributes",
    ".gitmodules",
)
"""Files that programs run by themselves when they start in the folder."""


@dataclass(frozen=True, slots=True)
class Change:
    """One changed file: ``A``dded, ``M``odified, ``D``eleted, ``T``ype changed.

    ``nested`` says that it is, or was, a commit of another repository.
    """

    status: str
    path: str
    nested: bool = False


async def changes_between(repository: Git, base: str, commit: str) -> list[Change]:
    """The files that differ; raises ``GitError``."""
    words = ("diff", "--raw", "--no-renames", "--no-ext-diff", "--ignore-submodules=none", "-z")
    parts = (await repository.run(*words, base, commit, "--")).split("\0")
    found = []
    for facts, path in zip(parts[::2], parts[1::2], strict=False):
        before, after, _, _, status = facts.lstrip(":").split(" ")
        found.append(Change(status[:1], path, NESTED in (before, after)))
    return found


async def diff_between(repository: Git, base: str, commit: str) -> str:
    """The whole difference as text, cut at 2 MiB; raises ``GitError``."""
    words = ("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--submodule=short")
    said = await repository.run(*words, "--ignore-submodules=none", base, commit, "--")
    return said if len(said) <= MAX_DIFF else said[:MAX_DIFF] + "\n… cut here\n"


def gates(task: TaskView, changes: Iterable[Change]) -> list[str]:
    """Why a person must see the changes before they are reviewed; empty if nobody must."""
    changes = list(changes)
    paths = [change.path for change in changes]
    policy = task.policy
    found = []
    if len(paths) > policy.max_files:
        found.append(f"{len(paths)} files changed, more than {policy.max_files}")
    found += [f"forbidden path: {p}" for p in paths if _any(p, policy.forbidden)]
    if task.allowed_paths:
        outside = [p for p in paths if not _any(p, task.allowed_paths)]
        found += [f"outside of the allowed paths: {p}" for p in outside]
    if policy.dependencies:
        found += [f"dependencies: {p}" for p in paths if _named(p, DEPENDENCIES)]
        found += [f"migration: {p}" for p in paths if "migrations" in p.split("/")[:-1]]
    found += [f"a repository in the repository: {c.path}" for c in changes if c.nested]
    found += [f"runs by itself: {p}" for p in paths if _any(p, STARTED)]
    return found


def _any(path: str, patterns: Iterable[str]) -> bool:
    """Whether a pattern matches the path, or a folder that it is in."""
    return any(
        fnmatchcase(path, pattern) or path.startswith(pattern.rstrip("/*") + "/")
        for pattern in patterns
    )


def _named(path: str, patterns: Iterable[str]) -> bool:
    name = path.rpartition("/")[2]
    return any(fnmatchcase(name, pattern) for pattern in patterns)
