"""Faults in the system calls of a supervisor that runs, by ``strace``.

Only its own threads are traced, never the programs that it starts: a fault is one call of one
thread that fails, or the death of the whole process at that call.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CALLS = {
    "write": "write",
    "pwrite64": "pwrite64",
    "sync": "fsync,fdatasync",
    "rename": "rename,renameat,renameat2,link,linkat",
    "openat": "openat",
}
"""What a message's way is made of, by the names of strace."""
DESCRIPTORS = "openat,pipe2,pidfd_open,accept4,socket,epoll_create1"
"""The calls that want a new descriptor."""
POINTS = 150
"""So many points a kind has in all."""
SAMPLE = {"write": 4, "pwrite64": 5, "sync": 3, "rename": 1, "openat": 7}
TRACER_S = 2.0
"""How long strace may take to let go, in seconds."""
KILL = "SIGKILL"
KINDS = ("EIO", "ENOSPC", "EMFILE", "EINTR", KILL)


@dataclass(frozen=True, slots=True)
class Fault:
    """The n-th such call of each thread, counted from when it is put in, or every one for 0."""

    kind: str
    calls: str
    number: int

    @property
    def words(self) -> str:
        """As strace wants it."""
        what = f"signal={KILL}" if self.kind == KILL else f"error={self.kind}"
        return f"inject={self.calls}:{what}:when={self.number or '1+'}"


def points(kind: str) -> list[Fault]:
    """Every point of a kind: all its calls, each with every number."""
    calls = {"all": DESCRIPTORS} if kind == "EMFILE" else CALLS
    numbers = range(1, POINTS // len(calls) + 1)
    return [Fault(kind, words, number) for number in numbers for words in calls.values()]


def sample(kind: str) -> list[Fault]:
    """A few points of a kind, each call among them."""
    if kind == "EMFILE":
        return [Fault(kind, DESCRIPTORS, number) for number in (1, 4, 9, 25)]
    return [Fault(kind, CALLS[call], number) for call, number in SAMPLE.items()]


@cache
def why_not() -> str:
    """Why no fault can be put in here; empty where one can."""
    if shutil.which("strace") is None:
        return "strace is not installed: make attack-tools"
    with subprocess.Popen(["sleep", "5"]) as process:
        try:
            with injected(process.pid, Fault("EIO", "write", 1), Path(os.devnull)):
                return ""
        except OSError as error:
            return str(error)
        finally:
            process.kill()


@contextmanager
def injected(pid: int, fault: Fault, log: Path) -> Iterator[None]:
    """The process runs with the fault; ``log`` gets the calls that were traced.

    Raises ``OSError`` if it cannot be traced.
    """
    threads = list(Path(f"/proc/{pid}/task").iterdir())
    words = ["strace", "-qq", "-o", str(log), "-e", f"trace={fault.calls}", "-e", fault.words]
    words += [word for thread in threads for word in ("-p", thread.name)]
    with subprocess.Popen(words, stderr=subprocess.PIPE) as tracer:
        try:
            while not all(_is_traced(thread) for thread in threads):
                if tracer.poll() is not None and Path(f"/proc/{pid}").exists():
                    assert tracer.stderr is not None
                    said = tracer.stderr.read().decode(errors="replace").strip()
                    raise OSError(f"ptrace is not allowed here: {said}")
                time.sleep(0.002)
            yield
        finally:
            tracer.terminate()  # it lets the process go
            try:
                tracer.wait(TRACER_S)
            except subprocess.TimeoutExpired:  # one of a process that died may wait for ever
                tracer.kill()


def hits(log: Path) -> int:
    """How many calls were made to fail, or died."""
    return sum("(INJECTED)" in line or "+++ killed" in line for line in _lines(log))


def _lines(log: Path) -> list[str]:
    return log.read_text(errors="replace").splitlines() if log.exists() else []


def _is_traced(thread: Path) -> bool:
    with suppress(OSError):
        return "TracerPid:\t0" not in (thread / "status").read_text()
    return True  # it has ended
