"""Which file system a project lies on: over a network, locks and SQLite's journal are not safe.

``flock`` may not reach other machines or be lost, and the journal (WAL) needs memory that all its
readers share (SQLite's documentation, "Write-Ahead Logging").
"""

import re
from dataclasses import dataclass
from pathlib import Path

from crewtui.core.model.errors import Refused

MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = re.compile(
    r"nfs4?|cifs|smb\d?|smbfs|9p|virtiofs|ceph|afs|lustre|gpfs|beegfs|glusterfs|orangefs|pvfs2"
    r"|vboxsf|prl_fs|davfs|coda|ncpfs|fuse|fuse\..+"
)
_LOCAL_LOCK = re.compile(r"(?:^|,)local_lock=(?:all|flock)(?:,|$)")
_ESCAPE = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mount:
    """One mounted file system."""

    point: str
    kind: str
    options: str


@dataclass(frozen=True, slots=True)
class Unsafe:
    """A file system that a project should not lie on; ``refused`` is one that loses locks."""

    what: str
    todo: str
    refused: bool


def mount_of(folder: Path, mountinfo: str) -> Mount | None:
    """The mount that a resolved folder lies on, by the kernel's table of mounts (proc(5))."""
    found: Mount | None = None
    for line in mountinfo.splitlines():
        left, _, right = line.partition(" - ")
        fields, (kind, _, options) = left.split(" "), ([*right.split(" "), "", "", ""])[:3]
        if len(fields) < 5:
            continue
        point = _ESCAPE.sub(lambda octal: chr(int(octal.group(1), 8)), fields[4])
        # a later mount on the same point hides the earlier one
        if folder.is_relative_to(point) and (found is None or len(point) >= len(found.point)):
            found = Mount(point, kind, options)
    return found


def why_unsafe(folder: Path, mountinfo: str) -> Unsafe | None:
    """What is wrong with the file system of a folder; nothing for a local one."""
    mount = mount_of(folder, mountinfo)
    if mount is None or not _NETWORK.fullmatch(mount.kind):
        return None
    what = f"{folder} lies on {mount.kind} (mounted at {mount.point})"
    if mount.kind.startswith("nfs"):
        if _LOCAL_LOCK.search(mount.options):
            return None
        todo = "put the project on a local disk, or mount it with local_lock=all"
        return Unsafe(f"{what}, where locks and the ledger are not safe", todo, refused=True)
    todo = "put the project on a local disk; never start its crew from two machines"
    return Unsafe(f"{what}, where locks and the ledger may not be safe", todo, refused=False)


def look_at(folder: Path) -> Unsafe | None:
    """The same for a folder of this machine; nothing where the kernel has no such table."""
    try:
        return why_unsafe(folder.resolve(), MOUNTS.read_text("utf-8", "surrogateescape"))
    except OSError:
        return None


def refuse_unsafe(folder: Path) -> None:
    """Raise ``Refused`` for a folder where two supervisors could not be kept apart."""
    unsafe = look_at(folder)
    if unsafe is not None and unsafe.refused:
        raise Refused(unsafe.what, unsafe.todo)
