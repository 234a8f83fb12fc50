"""What an attempt leaves: logs, the difference, every changed file, each with its SHA-256."""

import hashlib
import json
import os
from pathlib import Path

from crewtui.core.config.project import Project
from crewtui.core.model.errors import Refused
from crewtui.core.work.changes import Change
from crewtui.core.work.git import Git

QUOTA = 64 * 1024 * 1024
"""Kept files of one attempt, in bytes; a file beyond it is listed only."""


def attempt_folder(project: Project, task: str, number: int) -> Path:
    """Where what an attempt leaves is kept."""
    return project.runtime / "artifacts" / task / str(number)


class Artifacts:
    """The folder of one attempt below ``runtime/artifacts``."""

    def __init__(self, project: Project, task: str, number: int):
        self._project = project
        self.folder = attempt_folder(project, task, number)
        self._listed: list[dict[str, object]] = []
        self._size = 0

    def open(self) -> None:
        """Make the folder, private."""
        self._project.private("artifacts", *self.folder.parts[-2:])

    def keep(self, name: str, data: bytes, status: str = "") -> None:
        """Keep a file, or only its facts if there is no room; list it."""
        entry: dict[str, object] = {
            "name": name,
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        if status:
            entry["status"] = status
        if self._size + len(data) > QUOTA or _leads_out(name):
            entry["kept"] = False
        else:
            self._size += len(data)
            path = self.folder / name
            above = path.parent.relative_to(self._project.runtime)
            self._project.private(*above.parts)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
            with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
                file.write(data)
        self._listed.append(entry)

    def close(self) -> None:
        """Write the list of what is here."""
        path = self.folder / "artifacts.json"
        path.write_text(json.dumps(self._listed, indent=1) + "\n")
        path.chmod(0o600)


async def changed_files(
    repository: Git, commit: str, changes: list[Change]
) -> list[tuple[str, str, bytes]]:
    """Each changed file of the commit: status, path, bytes; deleted and huge ones are empty."""
    found = []
    for change in changes:
        data = b""
        if change.status != "D" and await _size(repository, commit, change.path) <= QUOTA:
            data = await repository.bytes_of("cat-file", "-p", f"{commit}:{change.path}")
        found.append((change.status, change.path, data))
    return found


async def _size(repository: Git, commit: str, path: str) -> int:
    """The size of a file in bytes; a submodule's commit is not there and has none."""
    code, said, _ = await repository.try_run("cat-file", "-s", f"{commit}:{path}")
    return int(said) if code == 0 else QUOTA + 1


def _leads_out(name: str) -> bool:
    """Whether a name would leave its folder: a crafted tree may have such entries."""
    return bool({"", ".", ".."} & set(name.split("/"))) or "\0" in name


def listed(project: Project, task: str, number: int) -> list[dict[str, object]]:
    """What an attempt left; empty if nothing is known."""
    path = attempt_folder(project, task, number) / "artifacts.json"
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return []
    return found if isinstance(found, list) else []


def read_artifact(project: Project, task: str, number: int, name: str) -> str:
    """One kept text; raises ``Refused`` for a name that is not listed."""
    known = [entry["name"] for entry in listed(project, task, number)]
    if name not in known:
        raise Refused(f"{task} has no artifact {name!r}", f"it has: {', '.join(map(str, known))}")
    path = attempt_folder(project, task, number) / name
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as error:
        raise Refused(f"{name}: {error.strerror}", "it was not kept") from None
    with os.fdopen(descriptor, "rb") as file:
        return file.read().decode("utf-8", "replace")


def used(folder: Path) -> int:
    """The bytes of all files below a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
