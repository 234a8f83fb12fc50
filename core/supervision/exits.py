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
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


async def wait_gone(pid: int) -> None:
    """Return when the process has ended."""
    if not hasattr(os, "pidfd_open"):
        while is_alive(pid):
            await asyncio.sleep(POLL_S)
        return
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    loop.add_reader(descriptor, gone.set)
    try:
        await gone.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def is_alive(pid: int) -> bool:
    """Whether there is such a process, a zombie among them."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


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
