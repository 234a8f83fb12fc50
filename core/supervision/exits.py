"""Notice that a process ended, at once, and know a process again."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

POLL_S = 0.2
"""Where there are no pidfds, how often to look, in seconds."""
TERM_S = 1.0
"""After SIGTERM, before SIGHUP (which interactive shells heed), in seconds."""
KILL_S = 4.0
"""After SIGHUP, before SIGKILL, in seconds."""


def start_mark(pid: int) -> str:
    """The kernel's start time of a process: pid and mark together are never used again."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


def parent_of(pid: int) -> int:
    """The process's parent; 0 if that is not told here."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[1])


def name_of(pid: int) -> str:
    """The name that the process goes by; empty if that is not told here."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(errors="replace").strip()
    except OSError:
        return ""


async def wait_gone(pid: int) -> None:
    """Return when the process has ended."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    except (AttributeError, OSError):  # there are no pidfds, or no descriptor is left
        while is_running(pid):
            await asyncio.sleep(POLL_S)
        return
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    loop.add_reader(descriptor, gone.set)
    try:
        await gone.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


async def ready_or_gone(ready: asyncio.Event, pid: int, limit_s: float) -> bool:
    """Wait until the event is set or the process has ended; false if neither came in time."""
    try:
        async with asyncio.timeout(limit_s), asyncio.TaskGroup() as tasks:
            waits = {tasks.create_task(ready.wait()), tasks.create_task(wait_gone(pid))}
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
    except TimeoutError:
        return False
    return True


def is_alive(pid: int) -> bool:
    """Whether there is such a process, a zombie among them."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def is_running(pid: int) -> bool:
    """Whether there is such a process, and it has not ended: a zombie has."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except FileNotFoundError:
        return not Path("/proc/self").exists() and is_alive(pid)
    except OSError:  # no descriptor is left to look with
        return is_alive(pid)
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


async def end_group(pid: int) -> None:
    """End a process group: SIGTERM, then SIGHUP, then SIGKILL, each only if still needed."""
    for number, patience in (
        (signal.SIGTERM, TERM_S),
        (signal.SIGHUP, KILL_S),
        (signal.SIGKILL, KILL_S),
    ):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, number)
        try:
            async with asyncio.timeout(patience):
                await wait_gone(pid)
            return
        except TimeoutError:
            continue


def oom_kills() -> int:
    """How often the kernel killed a process for want of memory since boot; 0 where it says not."""
    try:
        lines = Path("/proc/vmstat").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
