"""A terminal's own facts: bytes that nobody has read, and whether lines are edited and echoed."""

import array
import fcntl
import os
import termios
from dataclasses import dataclass

_PTS_MAJORS = range(136, 144)


@dataclass(frozen=True, slots=True)
class TtyModes:
    """What FIONREAD and tcgetattr say; all none where the terminal may not be opened."""

    unread: int | None = None
    cooked: bool | None = None
    echo: bool | None = None


def look_at(path: str) -> TtyModes:
    """The terminal's facts now; opening it read-only and without blocking disturbs nobody."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return TtyModes()
    try:
        count = array.array("i", [0])
        fcntl.ioctl(descriptor, termios.FIONREAD, count)
        local = termios.tcgetattr(descriptor)[3]
        return TtyModes(count[0], bool(local & termios.ICANON), bool(local & termios.ECHO))
    except (OSError, termios.error):
        return TtyModes()
    finally:
        os.close(descriptor)


def path_of(number: int) -> str:
    """The path of a pseudo terminal by its kernel number; empty if it is none."""
    major, minor = (number >> 8) & 0xFFF, (number & 0xFF) | ((number >> 12) & 0xFFF00)
    if major not in _PTS_MAJORS:
        return ""
    return f"/dev/pts/{(major - _PTS_MAJORS.start) * 256 + minor}"
