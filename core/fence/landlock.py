"""Confine this process and its children with Landlock: standard library only.

Loaded by the launch script inside the pane, before it becomes the agent's program. Numbers are
those of ``linux/landlock.h``, ``linux/prctl.h`` and the system call tables.
"""

import ctypes
import os
import struct
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PATH_BENEATH = 1
VERSION_FLAG = 1
SET_NO_NEW_PRIVS = 38
DROP_BOUNDING, AMBIENT, CLEAR_ALL = 24, 47, 4
CAPABILITIES_3 = 0x20080522

EXECUTE, WRITE_FILE, READ_FILE = 1 << 0, 1 << 1, 1 << 2
REMOVE_DIR, REMOVE_FILE, MAKE_REG, REFER, TRUNCATE = 1 << 4, 1 << 5, 1 << 8, 1 << 13, 1 << 14
MAKE_ALL = sum(1 << bit for bit in range(6, 13))
WRITING = WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_ALL
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
SCOPES = 0b11
"""No signals and no abstract sockets out of the fence (ABI 6)."""
DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "ptmx", "shm", "dri", "kfd")
"""Of ``/dev``, besides the agent's own terminal and NVIDIA's: no disk, nobody else's terminal."""

_libc = ctypes.CDLL(None, use_errno=True)


def abi() -> int:
    """The kernel's Landlock version; 0 where there is none."""
    if not hasattr(os, "O_PATH"):
        return 0
    return max(0, int(_libc.syscall(CREATE_RULESET, None, 0, VERSION_FLAG)))


def confine(
    write: list[str], slots: list[str], hide: list[str], own: list[str], terminals: bool
) -> None:
    """Confine this process for good; raises ``OSError``.

    ``write`` are paths where all is allowed; none means that writing is not fenced. In ``slots``
    files can be renamed in and nothing else. Below ``hide`` no file can be read but those below
    ``own``. ``terminals`` says whether it may make some, and so use everyone's. Root keeps none of
    its powers over other files.
    """
    version = abi()
    if not write and not hide:
        return
    writing = WRITING | (REFER if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0)
    moving = REFER if version >= 2 else 0  # else no file could change its folder any more
    handled = (writing if write else moving) | (READ_FILE if hide else 0)
    ruleset = _ruleset(handled, version)
    for path in write:
        _allow(ruleset, path, writing)
    if moving and not write:
        _allow(ruleset, os.sep, moving)
    for path in slots if write else ():
        _allow(ruleset, path, (MAKE_REG | REFER) & writing)
    for path in (*devices(), *(("/dev/pts",) if terminals else ())):
        using = WRITE_FILE | READ_FILE | (TRUNCATE | (writing if path == "/dev/shm" else 0))
        _allow(ruleset, path, using & handled)
    for path in (*readable(hide, write), *own) if hide else ():
        _allow(ruleset, path, READ_FILE)
    drop_capabilities()
    _checked(_libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    _checked(_libc.syscall(RESTRICT_SELF, ruleset, 0), "landlock_restrict_self")
    os.close(ruleset)


def _ruleset(handled: int, version: int) -> int:
    attributes = struct.pack("QQQ", handled, 0, SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    return _checked(_libc.syscall(CREATE_RULESET, attributes[:size], size, 0), "landlock")


def devices() -> list[str]:
    """What of ``/dev`` an agent may use: its own terminal and what every program needs."""
    found = [f"/dev/{name}" for name in DEVICES]
    found += [str(path) for path in Path("/dev").glob("nvidia*")]
    for descriptor in range(3):
        try:
            found.append(os.ttyname(descriptor))
        except OSError:
            continue
    return list(dict.fromkeys(found))


def drop_capabilities() -> None:
    """Give up what root may do beyond its own files, for good; others have nothing to give up."""
    if os.geteuid():
        return
    for number in range(64):
        if _libc.prctl(DROP_BOUNDING, number, 0, 0, 0):
            break  # the kernel has no more of them
    _libc.prctl(AMBIENT, CLEAR_ALL, 0, 0, 0)
    header = struct.pack("Ii", CAPABILITIES_3, 0)
    _checked(_libc.capset(header, bytes(24)), "capset")


def readable(hide: list[str], write: list[str]) -> list[str]:
    """Every path whose files stay readable: what stands beside the way down to each hidden folder.

    Rights only go downwards: a file that is made later in a folder on that way cannot be read.
    Names can be listed everywhere, or no folder on that way could be listed at all.
    """
    hidden = {Path(path).resolve() for path in (*hide, "/dev")}
    return [
        *beside(Path(os.sep), hidden),
        *(p for path in write for p in beside(Path(path), hidden)),
    ]


def beside(folder: Path, kept: "set[Path]") -> list[str]:
    """All of the folder but the kept paths, as few paths as possible; nothing within a kept one."""
    folder = folder.resolve()
    if folder in kept or any(other in folder.parents for other in kept):
        return []
    if not any(folder in other.parents for other in kept):
        return [str(folder)]
    try:
        inside = [path for path in sorted(folder.iterdir()) if not path.is_symlink()]
    except OSError:
        return []
    return [found for path in inside for found in beside(path, kept)]


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


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return int(result)
