"""One inbox folder: which of its entries are messages, read without trusting anything.

Links, pipes, devices and folders are never opened for data; a file is read only once nobody
has it open for writing (a read lease tells) and it is as it was before it was read.
"""

import errno
import fcntl
import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from crewtui.core.mail.name import SUFFIXES, is_temporary, is_unsafe
from crewtui.core.mail.post import MAX_BYTES
from crewtui.core.model.message import DeadReason

SETTLE_S = 0.25
"""A file written in place counts as whole when it was left alone so long, in seconds."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A folder entry by its name and the key that tells one content from the next."""

    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Readable(Entry):
    """A whole message file."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Unfit(Entry):
    """A file that can never be delivered as it is."""

    reason: DeadReason
    size: int


@dataclass(frozen=True, slots=True)
class NotYet(Entry):
    """A file that is still being written."""


@dataclass(frozen=True, slots=True)
class Stranger(Entry):
    """Something that is no message and is left where it is; ``why`` is shown."""

    why: str


Found = Readable | Unfit | NotYet | Stranger


def entries(folder: Path) -> list[tuple[str, str]]:
    """Name and key of everything in the folder that is not a temporary name, oldest first.

    The order is that in which the kernel saw the names come, not what the senders' clocks say.
    """
    found: list[tuple[int, str, str]] = []
    with os.scandir(folder) as scan:
        for entry in scan:
            if is_temporary(entry.name):
                continue
            try:
                facts = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            found.append((facts.st_ctime_ns, entry.name, key_of(facts)))
    return [(name, key) for _, name, key in sorted(found)]


def key_of(facts: os.stat_result) -> str:
    """What changes whenever a file is replaced or written again."""
    return f"{facts.st_ino}:{facts.st_mtime_ns}:{facts.st_size}"


def size_of(key: str) -> int:
    """The bytes of the file that has this key."""
    return int(key.rpartition(":")[2])


def examine(folder: Path, name: str, renamed_in: bool = False) -> Found | None:
    """What one entry is; none if it is gone. Raises ``OSError`` where it may not be read.

    ``renamed_in`` says that the file was seen to come whole, so that it need not settle.
    """
    path = folder / name
    try:
        facts = path.lstat()
    except FileNotFoundError:
        return None
    key = key_of(facts)
    why = _stranger(facts.st_mode, name)
    if why is not None:
        return Stranger(name, key, why)
    if is_unsafe(name):
        return Unfit(name, key, DeadReason.UNSAFE_NAME, facts.st_size)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return Stranger(name, key, "a symbolic link")
        raise
    try:
        return _read(descriptor, name, renamed_in)
    finally:
        os.close(descriptor)


def _stranger(mode: int, name: str) -> str | None:
    kinds = (
        (stat.S_ISLNK, "a symbolic link"),
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
    )
    for matches, what in kinds:
        if matches(mode):
            return what
    if not stat.S_ISREG(mode):
        return "a device"
    if Path(name).suffix.lower() not in SUFFIXES:
        return f"no message: its name does not end in {', '.join(SUFFIXES)}"
    return None


def _read(descriptor: int, name: str, renamed_in: bool) -> Found:
    facts = os.fstat(descriptor)
    key = key_of(facts)
    if not stat.S_ISREG(facts.st_mode):
        return Stranger(name, key, "no regular file")
    if facts.st_nlink > 1:
        return Stranger(name, key, "a hard link to another file")
    if not _is_whole(descriptor, facts, renamed_in):
        return NotYet(name, key)
    if facts.st_size > MAX_BYTES:
        return Unfit(name, key, DeadReason.TOO_LARGE, facts.st_size)
    body = b""
    while len(body) <= MAX_BYTES and (chunk := os.read(descriptor, MAX_BYTES + 1 - len(body))):
        body += chunk
    if key_of(os.fstat(descriptor)) != key or len(body) != facts.st_size:
        return NotYet(name, key)
    return Readable(name, key, body)


def _is_whole(descriptor: int, facts: os.stat_result, renamed_in: bool) -> bool:
    """Nobody writes to it, and it was renamed in (ctime after mtime) or left alone for a while."""
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except (AttributeError, OSError) as error:
        if getattr(error, "errno", None) == errno.EAGAIN:
            return False
    if renamed_in or facts.st_ctime_ns > facts.st_mtime_ns:
        return True
    age = time.time() - facts.st_mtime  # noqa: TID251 - compared with the file system's clock
    return age >= SETTLE_S or age < -1


def inbox_name(name: str) -> str:
    """A file name as it may be kept and shown: undecodable bytes written as ``\\xNN``."""
    return name.encode("utf-8", "backslashreplace").decode()
