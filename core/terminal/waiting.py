"""Whether a process is blocked in waiting for input on a terminal, from its system call.

Where that may not be seen (another user, Yama), the kernel function that it sleeps in has to do;
where neither is permitted the answer is unknown, never no.
"""

import os
import platform
import stat
import struct
from contextlib import suppress
from pathlib import Path

_X86 = {"read": {0, 19}, "poll": {7, 271}, "select": {23, 270}, "epoll": {232, 281, 441}}
_ARM = {"read": {63, 65}, "poll": {73}, "select": {72}, "epoll": {22, 441}}
_CALLS = {"x86_64": _X86, "aarch64": _ARM}.get(platform.machine(), {})
_RESTARTED = {"x86_64": 219, "aarch64": 128}.get(platform.machine(), -1)
_SLEEPS_IN = ("wait_woken", "n_tty_read", "poll_schedule_timeout", "do_select", "do_poll")
_SLEEPS_IN_EPOLL = ("ep_poll", "do_epoll_wait")
_TTY_ITSELF = os.makedev(5, 0)
FDS = 1024
"""So many descriptors of one poll or select are looked at."""


def waits(pid: int, device: int) -> bool | None:
    """Whether a thread of the process waits for input on the terminal with this device number."""
    unknown = False
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return False
    for thread in threads:
        found = _thread_waits(pid, thread, device)
        if found:
            return True
        unknown |= found is None
    return None if unknown else False


def _thread_waits(pid: int, thread: str, device: int) -> bool | None:
    try:
        words = Path(f"/proc/{pid}/task/{thread}/syscall").read_text().split()
    except PermissionError:
        return _by_sleep(pid, thread, device)
    except OSError:
        return False
    if not words or not words[0].isdigit():
        return False  # it runs
    number, values = int(words[0]), [int(word, 16) for word in words[1:7]]
    if number == _RESTARTED or not _CALLS:
        return _by_sleep(pid, thread, device)
    if number in _CALLS["read"]:
        return _is_terminal(pid, values[0], device)
    if number in _CALLS["epoll"]:
        return _in_epoll(pid, values[0], device)
    try:
        if number in _CALLS["poll"]:
            descriptors = _polled(pid, values[0], values[1])
        elif number in _CALLS["select"]:
            descriptors = _selected(pid, values[0], values[1])
        else:
            return False
    except OSError:
        return _has_terminal(pid, device)
    return any(_is_terminal(pid, descriptor, device) for descriptor in descriptors)


def _by_sleep(pid: int, thread: str, device: int) -> bool | None:
    try:
        where = Path(f"/proc/{pid}/task/{thread}/wchan").read_text()
    except OSError:
        return None
    if where in ("", "0"):
        return None
    if where.startswith(_SLEEPS_IN) or where.startswith(_SLEEPS_IN_EPOLL):
        return _has_terminal(pid, device)
    return False


def _is_terminal(pid: int, descriptor: int, device: int) -> bool:
    try:
        found = os.stat(f"/proc/{pid}/fd/{descriptor}")
    except OSError:
        return False
    return stat.S_ISCHR(found.st_mode) and found.st_rdev in (device, _TTY_ITSELF)


def _has_terminal(pid: int, device: int) -> bool | None:
    """Whether it has the terminal open at all; none if that may not be seen."""
    try:
        descriptors = os.listdir(f"/proc/{pid}/fd")
    except OSError:
        return None
    return any(_is_terminal(pid, int(descriptor), device) for descriptor in descriptors)


def _in_epoll(pid: int, descriptor: int, device: int, depth: int = 2) -> bool | None:
    try:
        lines = Path(f"/proc/{pid}/fdinfo/{descriptor}").read_text().splitlines()
    except PermissionError:
        return _has_terminal(pid, device)
    except OSError:
        return False
    for line in lines:
        words = line.split()
        if len(words) < 4 or words[0] != "tfd:":
            continue
        with suppress(ValueError):
            watched, events = int(words[1]), int(words[3], 16)
            if events & 1 and _is_terminal(pid, watched, device):
                return True
            if depth and _in_epoll(pid, watched, device, depth - 1):
                return True
    return False


def _polled(pid: int, address: int, count: int) -> list[int]:
    count = min(count, FDS)
    data = _memory(pid, address, 8 * count)
    entries = struct.iter_unpack("=ihh", data[: len(data) // 8 * 8])
    return [descriptor for descriptor, events, _ in entries if descriptor >= 0 and events & 0x41]


def _selected(pid: int, count: int, address: int) -> list[int]:
    if not address:
        return []
    count = min(count, FDS)
    data = _memory(pid, address, (count + 7) // 8)
    return [n for n in range(count) if n // 8 < len(data) and data[n // 8] >> (n % 8) & 1]


def _memory(pid: int, address: int, size: int) -> bytes:
    descriptor = os.open(f"/proc/{pid}/mem", os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.pread(descriptor, size, address)
    except (OverflowError, ValueError) as error:
        raise OSError(str(error)) from None
    finally:
        os.close(descriptor)
