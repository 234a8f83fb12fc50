"""The filter on system calls that an agent and its children run under: standard library only.

It closes what files' rights cannot: Unix sockets, calls by the numbers of another architecture,
typing into a terminal, and what changes other processes or files without opening them. Loaded by
the launch script; numbers are those of the system call tables and ``linux/seccomp.h``.
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable

SET_SECCOMP, FILTER_MODE = 22, 2
ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""The instructions of a filter that are used here."""

ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32 = 0x40000000
"""Numbers from here on are those of the x32 calls, on x86-64 only."""
NUMBERS = {
    "socket": (41, 198),
    "socketpair": (53, 199),
    "ioctl": (16, 29),
    "io_uring_setup": (425, 425),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "prlimit64": (302, 261),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
}
"""Each call's number on x86-64 and on arm64; none where it has no such call."""

INET, INET6, NETLINK = 2, 10, 16
DATAGRAM, RAW = 2, 3
"""Kinds of sockets: a pair of these could still be sent to any other Unix socket."""
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
ATTRIBUTES = ("setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr")
PROCESSES = {
    "prlimit64": 0,
    "setpriority": 1,
    "ioprio_set": 1,
    "sched_setparam": 0,
    "sched_setscheduler": 0,
    "sched_setaffinity": 0,
    "sched_setattr": 0,
}
"""Calls that change a process, and which argument names it; 0 is the caller itself."""
MODES = {"chmod": 1, "fchmod": 1, "fchmodat": 2, "fchmodat2": 2}
"""Calls that change a mode, and which argument it is."""
FOR_OTHERS, OWN_READ = 0o6002, 0o400
"""Bits that no mode may have (set-id, writable for everyone) and the one that each must have."""

Step = tuple[int, int, int, int]


def is_known() -> bool:
    """Whether the filter is known for this machine."""
    return platform.machine() in ARCHES and struct.calcsize("P") == 8


def program(*, network: bool, alone: bool) -> bytes:
    """The filter, as the kernel takes it.

    ``network`` lets sockets of the internet be. ``alone`` says that the processes of others are
    out of sight and their files read-only, so that calls on them can stay.
    """
    machine = platform.machine()
    steps: list[Step] = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, ARCHES[machine]), (RETURN, 0, 0, KILL)]
    steps += [(LOAD, 0, 0, 0)]
    if machine == "x86_64":
        steps += [(AT_LEAST, 0, 1, X32), (RETURN, 0, 0, KILL)]
    families = [NETLINK, INET, INET6] if network else [NETLINK]
    steps += _only(machine, "socket", 0, families)
    steps += _refuse(machine, "io_uring_setup", errno.EACCES)  # it makes sockets unseen
    steps += _pairs(machine)
    steps += _unless(machine, "ioctl", 1, (TIOCSTI, TIOCLINUX))
    for name in ("add_key", "request_key", "keyctl"):
        steps += _refuse(machine, name, errno.EPERM)
    steps += [] if alone else _of_others(machine)
    steps += [(RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _of_others(machine: str) -> list[Step]:
    """What needs no open file and no process of one's own."""
    steps: list[Step] = []
    for name, argument in PROCESSES.items():
        steps += _only(machine, name, argument, (0,), errno.EPERM)
    for name in (*ATTRIBUTES, "setxattrat", "removexattrat"):
        steps += _refuse(machine, name, errno.EOPNOTSUPP)
    if os.geteuid():  # root without capabilities may change owners no more
        for name in ("chown", "fchown", "lchown", "fchownat"):
            steps += _refuse(machine, name, errno.EPERM)
    for name, argument in MODES.items():
        steps += _mode(machine, name, argument)
    return steps


def _number(machine: str, name: str) -> int | None:
    return NUMBERS[name][0 if machine == "x86_64" else 1]


def _block(machine: str, name: str, body: list[Step]) -> list[Step]:
    """What is done for one call; the call's number is loaded before and after."""
    number = _number(machine, name)
    return [] if number is None else [(EQUAL, 0, len(body), number), *body]


def _refuse(machine: str, name: str, number: int) -> list[Step]:
    return _block(machine, name, [(RETURN, 0, 0, ERRNO | number)])


def _only(
    machine: str, name: str, argument: int, values: Iterable[int], number: int = errno.EACCES
) -> list[Step]:
    """Refuse all but these values of an argument; the kernel reads its low 32 bits."""
    found = list(values)
    body = [_load(argument)]
    body += [(EQUAL, len(found) - at, 0, value) for at, value in enumerate(found)]
    return _block(machine, name, [*body, (RETURN, 0, 0, ERRNO | number), (RETURN, 0, 0, ALLOW)])


def _unless(machine: str, name: str, argument: int, values: Iterable[int]) -> list[Step]:
    """Refuse these values of an argument."""
    found = list(values)
    body = [_load(argument)]
    body += [(EQUAL, len(found) - at, 0, value) for at, value in enumerate(found)]
    end = [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, ERRNO | errno.EPERM)]
    return _block(machine, name, [*body, *end])


def _pairs(machine: str) -> list[Step]:
    body = [_load(1), (0x54, 0, 0, 0xF), (EQUAL, 2, 0, DATAGRAM), (EQUAL, 1, 0, RAW)]
    end = [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, ERRNO | errno.EACCES)]
    return _block(machine, "socketpair", [*body, *end])


def _mode(machine: str, name: str, argument: int) -> list[Step]:
    body = [_load(argument), (ANY_BIT, 1, 0, FOR_OTHERS), (ANY_BIT, 1, 0, OWN_READ)]
    end = [(RETURN, 0, 0, ERRNO | errno.EPERM), (RETURN, 0, 0, ALLOW)]
    return _block(machine, name, [*body, *end])


def _load(argument: int) -> Step:
    return (LOAD, 0, 0, 16 + 8 * argument)


def install(filter_: bytes) -> None:
    """Run under the filter for good; raises ``OSError``. No new rights must be ruled out before."""
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(filter_)
    header = struct.pack("HxxxxxxP", len(filter_) // 8, ctypes.addressof(buffer))
    if libc.prctl(SET_SECCOMP, FILTER_MODE, header, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, f"seccomp: {os.strerror(number)}")
