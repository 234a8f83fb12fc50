"""One supervisor a project: flocks that are never inherited, on what is never unlinked.

Two are held: on ``runtime/supervisor.lock``, which says who holds it, and on the project's
``.orchestrator`` folder itself, so that a deleted ``runtime/`` lets no second supervisor in.
"""

import fcntl
import json
import os
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from crewtui.core.config.project import Project
from crewtui.core.model.errors import NoSupervisor

PATIENCE_S = 1.0
"""So long a lock is tried that no living supervisor claims, in seconds: somebody only looked."""
LOOK_S = 0.01
STOPPED = "T"
"""The state of a process that somebody stopped; one that is traced goes on."""
KEPT = "CREWTUI_LOCK"
"""Names the descriptor by which a process that began again still holds the project's folder."""


class ProjectLock:
    """Held for as long as a supervisor lives; the locks decide, what the file says is for words."""

    def __init__(self, project: Project):
        self._project = project
        self._descriptors: list[int] = []

    def __enter__(self) -> "ProjectLock":
        deadline = time.monotonic() + PATIENCE_S
        while not self._take():
            pid = holder(self._project)
            if is_alive(pid) or time.monotonic() > deadline:
                raise NoSupervisor(
                    f"a supervisor already runs for this project (process {pid or 'unknown'})",
                    "look at it with: crewtui status; end it with: crewtui stop",
                )
            time.sleep(LOOK_S)
        self._say(up=False)
        return self

    def keep_for_next(self) -> None:
        """The process is about to begin again: it keeps the project's folder locked meanwhile."""
        os.set_inheritable(self._descriptors[-1], True)
        os.environ[KEPT] = str(self._descriptors[-1])

    def say_up(self) -> None:
        """The crew stands: whoever started the supervisor need wait no longer."""
        self._say(up=True)

    def _say(self, *, up: bool) -> None:
        said = {"pid": os.getpid(), "parent": os.getppid(), "up": up}
        os.ftruncate(self._descriptors[0], 0)
        os.pwrite(self._descriptors[0], json.dumps(said).encode(), 0)

    def _take(self) -> bool:
        for path, flags in _locks(self._project):
            descriptor = _kept(path)
            if descriptor is None:
                descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            self._descriptors.append(descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._free()
                return False
        return True

    def _free(self) -> None:
        while self._descriptors:
            os.close(self._descriptors.pop())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._free()


def _kept(path: Path) -> int | None:
    """The descriptor of that folder from before this process began again, if there is one."""
    if not path.is_dir() or KEPT not in os.environ:
        return None
    try:
        descriptor = int(os.environ.pop(KEPT))
        os.set_inheritable(descriptor, False)
        return descriptor if os.fstat(descriptor).st_ino == path.stat().st_ino else None
    except (ValueError, OSError):
        return None


def _locks(project: Project) -> tuple[tuple[Path, int], ...]:
    return (
        (project.lock, os.O_RDWR | os.O_CREAT),
        (project.folder, os.O_RDONLY | os.O_DIRECTORY),
    )


def holder(project: Project) -> int:
    """The process that last wrote the lock file; 0 if unknown."""
    return _said(project, "pid")


def keeper(project: Project) -> int:
    """The parent that the holder had when it took the lock; 0 if unknown."""
    return _said(project, "parent")


def is_up(project: Project) -> bool:
    """Whether the process that last held the lock has said that its crew stands."""
    return bool(_said(project, "up"))


def _said(project: Project, key: str) -> int:
    try:
        return int(json.loads(project.lock.read_text())[key])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and was not reaped does not."""
    return pid > 0 and process_state(pid) not in ("", "Z", "X")


def process_state(pid: int) -> str:
    """The state's letter, as in ``/proc/PID/stat``; empty if there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        if Path("/proc/self/stat").exists():
            return ""
        with suppress(ProcessLookupError):
            os.kill(pid, 0)
            return "?"
        return ""
    return stat.rpartition(")")[2].split()[0]


def is_held(project: Project) -> bool:
    """Whether a supervisor holds one of the locks now."""
    for path, flags in _locks(project):
        try:
            descriptor = os.open(path, flags & ~os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
    return False
