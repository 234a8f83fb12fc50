"""Confine this process and its children with Landlock and seccomp: standard library only.

Loaded by the launch script inside the pane, before it becomes the agent's program. Numbers are
those of ``linux/landlock.h``, ``linux/seccomp.h`` and the system call tables.
"""

import ctypes
import os
import platform
import struct
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PATH_BENEATH = 1
VERSION_FLAG = 1
SET_NO_NEW_PRIVS = 38
SET_SECCOMP, FILTER_MODE = 22, 2

EXECUTE, WRITE_FILE, READ_FILE = 1 << 0, 1 << 1, 1 << 2
REMOVE_DIR, REMOVE_FILE, MAKE_REG, REFER, TRUNCATE = 1 << 4, 1 << 5, 1 << 8, 1 << 13, 1 << 14
MAKE_ALL = sum(1 << bit for bit in range(6, 13))
WRITING = WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_ALL
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
SCOPES = 0b11
"""No signals and no abstract sockets out of the fence (ABI 6)."""
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/ptmx", "/dev/pts", "/dev/shm")

AF_UNIX = 1
ARCHES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
IO_URING_SETUP = 425
ALLOW, DENY = 0x7FFF0000, 0x00050000 | 13
"""Seccomp's answers: allow, and fail with EACCES."""

_libc = ctypes.CDLL(None, use_errno=True)


def abi() -> int:
    """The kernel's Landlock version; 0 where there is none."""
    if not hasattr(os, "O_PATH"):
        return 0
    return max(0, int(_libc.syscall(CREATE_RULESET, None, 0, VERSION_FLAG)))


def has_seccomp() -> bool:
    """Whether the socket filter is known for this machine."""
    return platform.machine() in ARCHES


def confine(write: list[str], slots: list[str], hide: list[str], sockets: bool) -> None:
    """Confine this process for good; raises ``OSError``.

    ``write`` are paths where all is allowed; none means that writing is not fenced. In ``slots``
    files can be renamed in and nothing else; below ``hide`` no file can be read. ``sockets`` says
    whether Unix sockets stay allowed.
    """
    version = abi()
    writing = WRITING | (REFER if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0)
    moving = REFER if version >= 2 else 0  # else no file could change its folder any more
    handled = (writing if write else moving) | (READ_FILE if hide else 0)
    if not write and not hide:
        return
    scoped = SCOPES if version >= 6 else 0
    attributes = struct.pack("QQQ", handled, 0, scoped)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _checked(_libc.syscall(CREATE_RULESET, attributes[:size], size, 0), "landlock")
    for path in write:
        _allow(ruleset, path, writing)
    if moving and not write:
        _allow(ruleset, os.sep, moving)
    for path in DEVICES if write else ():
        _allow(ruleset, path, writing if path == "/dev/shm" else WRITE_FILE | TRUNCATE & writing)
    for path in slots if write else ():
        _allow(ruleset, path, (MAKE_REG | REFER) & writing)
    for path in readable(hide, write):
        _allow(ruleset, path, READ_FILE)
    _checked(_libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    _checked(_libc.syscall(RESTRICT_SELF, ruleset, 0), "landlock_restrict_self")
    os.close(ruleset)
    if not sockets and has_seccomp():
        _refuse_unix_sockets()


def readable(hide: list[str], write: list[str]) -> list[str]:
    """Every path whose files stay readable: what stands beside the way down to each hidden folder.

    Rights only go downwards: a file that is made later in a folder on that way cannot be read.
    Names can be listed everywhere, or no folder on that way could be listed at all.
    """
    if not hide:
        return []
    hidden = {Path(path).resolve() for path in hide}
    found = [path for path in write if not any(Path(path) in h.parents for h in hidden)]

    def open_up(folder: Path) -> None:
        for path in sorted(folder.iterdir()):
            if path.is_symlink() or path in hidden:
                continue
            if any(path in other.parents for other in hidden):
                open_up(path)
            else:
                found.append(str(path))

    open_up(Path(os.sep))
    return found


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return  # what is not there needs no right
    try:
        if not Path(path).is_dir():
            access &= OF_FILES
        rule = struct.pack("=Qi", access, descriptor)
        _checked(_libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, 0), f"landlock {path}")
    finally:
        os.close(descriptor)


def _refuse_unix_sockets() -> None:
    arch, socket_number = ARCHES[platform.machine()]
    steps = [
        (0x20, 0, 0, 4),  # the architecture
        (0x15, 0, 6, arch),  # another one: allow, its calls have other numbers
        (0x20, 0, 0, 0),  # the system call
        (0x15, 3, 0, IO_URING_SETUP),  # it could make sockets unseen
        (0x15, 0, 3, socket_number),
        (0x20, 0, 0, 16),  # its first argument, the family
        (0x15, 0, 1, AF_UNIX),
        (0x06, 0, 0, DENY),
        (0x06, 0, 0, ALLOW),
    ]
    program = b"".join(struct.pack("HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(program)
    filter_ = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(buffer))
    _checked(_libc.prctl(SET_SECCOMP, FILTER_MODE, filter_, 0, 0), "seccomp")


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return int(result)
