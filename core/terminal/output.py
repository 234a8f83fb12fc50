"""What a program printed, followed in its transcript for the one thing that tmux does not tell:
whether it asks for pastes in brackets now (DECSET 2004), and when that was set and reset.
"""

import os
import re
from collections import deque
from contextlib import suppress
from pathlib import Path

_TOGGLE = re.compile(rb"\x1b\[\?(?:\d+;)*2004(?:;\d+)*([hl])|(\x1bc)")
_LONGEST = 64
"""A sequence that two reads cut apart has at most so many bytes."""
CHUNK = 1024 * 1024
TOGGLES = 64
"""So many changes are remembered."""


class OutputWatch:
    """Follows one transcript; a rotated one is read to its end first."""

    def __init__(self, path: Path):
        self._path = path
        self._file: int | None = None
        self._tail = b""
        self.printed = 0
        self.newlines = 0
        self.paste: bool | None = None
        self._toggles: deque[tuple[int, bool]] = deque(maxlen=TOGGLES)
        self._since: float | None = None

    def begin(self) -> str:
        """A new run begins here: nothing is asked for yet. Returns where, for ``resume``."""
        self._close()
        self._open()
        self.paste, self._tail, self._since = False, b"", None
        self._toggles.clear()
        if self._file is None:
            return ""
        size = os.lseek(self._file, 0, os.SEEK_END)
        return f"{os.fstat(self._file).st_ino}:{size}"

    def resume(self, began: str) -> None:
        """Follow a run that another supervisor began; what cannot be found again is unknown."""
        self._close()
        self.paste, self._tail = None, b""
        inode, _, size = began.partition(":")
        old = self._path.with_name(self._path.name + ".1")
        for path in (self._path, old):
            with suppress(OSError):
                if inode and str(path.stat().st_ino) == inode:
                    self._file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
                    os.lseek(self._file, int(size), os.SEEK_SET)
                    self.paste = False
                    self.update()
                    return
        self._open()
        if self._file is not None:
            os.lseek(self._file, 0, os.SEEK_END)

    def update(self) -> None:
        """Read what was printed since the last look."""
        if self._file is None:
            self._open()
        while self._file is not None:
            data = os.read(self._file, CHUNK)
            if data:
                self._take(data)
                continue
            with suppress(OSError):
                if self._path.stat().st_ino != os.fstat(self._file).st_ino:
                    self._close()
                    self._open()
                    continue
            return

    def quiet_s(self, wall: float) -> float:
        """How long nothing was printed since it is followed, in seconds; ``wall`` is now, UTC."""
        if self._file is None:
            return 0.0
        self._since = min(self._since or wall, wall)
        return max(0.0, wall - max(self._since, os.fstat(self._file).st_mtime))

    def toggled_since(self, mark: int) -> bool:
        """Whether pastes were given up and asked for again after so many printed bytes."""
        after = [on for at, on in self._toggles if at >= mark]
        return False in after and after[-1]

    def reset_since(self, mark: int) -> bool:
        """Whether pastes were given up after so many printed bytes: a line was taken."""
        return any(not on for at, on in self._toggles if at >= mark)

    def close(self) -> None:
        """Let go of the file."""
        self._close()

    def _take(self, data: bytes) -> None:
        before = self.printed - len(self._tail)
        text = self._tail + data
        end = 0
        for found in _TOGGLE.finditer(text):
            self.paste = found.group(1) == b"h"
            self._toggles.append((before + found.start(), self.paste))
            end = found.end()
        self.printed += len(data)
        self.newlines += data.count(b"\n")
        self._tail = text[max(end, len(text) - _LONGEST) :]

    def _open(self) -> None:
        with suppress(OSError):
            self._file = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
