"""One supervisor a project: a flock on a file that is never unlinked nor inherited."""

import fcntl
import json
import os
import time
from pathlib import Path
from types import TracebackType

from crewtui.core.model.errors import NoSupervisor

NAME_S = 1.0
"""How long to wait for the holder's name, in seconds."""


class ProjectLock:
    """Holds ``runtime/supervisor.lock``; the lock decides, the pid in it is for the message."""

    def __init__(self, path: Path):
        self._path = path
        self._descriptor = -1

    def __enter__(self) -> "ProjectLock":
        self._descriptor = os.open(
            self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
        )
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = self._patient_holder()
            os.close(self._descriptor)
            raise NoSupervisor(
                f"a supervisor already runs for this project (process {pid or 'unknown'})",
                "look at it with: crewtui status; end it with: crewtui stop",
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, json.dumps({"pid": os.getpid()}).encode(), 0)
        return self

    def _patient_holder(self) -> int:
        """Who holds the lock; the winner of a race needs a moment to write its pid."""
        deadline = time.monotonic() + NAME_S
        while not (pid := holder(self._path)) and time.monotonic() < deadline:
            time.sleep(0.01)
        return pid

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._descriptor)


def holder(path: Path) -> int:
    """The process that last wrote the lock file; 0 if unknown."""
    try:
        return int(json.loads(path.read_text())["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def is_held(path: Path) -> bool:
    """Whether a supervisor holds the lock now."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
