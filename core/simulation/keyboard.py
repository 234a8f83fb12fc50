"""Bytes from a terminal in raw mode, as keys and pastes."""

from dataclasses import dataclass

_BEGIN, _END = b"\x1b[200~", b"\x1b[201~"


@dataclass(frozen=True, slots=True)
class Typed:
    """Letters, or one of the control keys ``enter clear erase interrupt escape``."""

    text: str = ""
    key: str = ""
    pasted: bool = False


_CONTROLS = {
    0x0D: "enter",
    0x0A: "newline",
    0x15: "clear",
    0x7F: "erase",
    0x08: "erase",
    0x03: "interrupt",
    0x04: "end",
}


class Keyboard:
    """Keeps what is not whole yet between two reads."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Typed]:
        """The keys and pastes that these bytes complete."""
        self._rest += data
        found: list[Typed] = []
        while self._rest:
            if self._rest.startswith(_BEGIN):
                end = self._rest.find(_END)
                if end < 0:
                    break
                text = self._rest[len(_BEGIN) : end].decode("utf-8", "replace")
                found.append(Typed(text=text.replace("\r", "\n"), pasted=True))
                self._rest = self._rest[end + len(_END) :]
            elif self._rest[0] == 0x1B:
                if _BEGIN.startswith(self._rest):
                    break
                found.append(Typed(key="escape"))
                self._rest = self._rest[1:]
            elif self._rest[0] in _CONTROLS:
                found.append(Typed(key=_CONTROLS[self._rest[0]]))
                self._rest = self._rest[1:]
            else:
                text, self._rest = _letters(self._rest)
                if not text:
                    break
                found.append(Typed(text=text))
        return found


def _letters(data: bytes) -> tuple[str, bytes]:
    """As many whole characters as stand before the next control byte, and what is left."""
    end = next((i for i, byte in enumerate(data) if byte < 0x20 or byte == 0x7F), len(data))
    chunk, rest = data[:end], data[end:]
    try:
        return chunk.decode(), rest
    except UnicodeDecodeError as error:
        if error.end == len(chunk) and not rest and len(chunk) - error.start < 4:
            return chunk[: error.start].decode(), chunk[error.start :]
        return chunk.decode("utf-8", "replace"), rest
