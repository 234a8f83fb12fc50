"""How a run of an agent ended: four kinds that are never mixed."""

import re
import signal
from dataclasses import dataclass
from enum import StrEnum

FAILED_START_S = 2.0
"""Exit 126 or 127 within this time means that the program could not be started, in seconds."""
KEYBOARD_INTERRUPT = 130
_NO_MEMORY = re.compile(
    r"(?i)heap out of memory|\bout of memory\b|MemoryError|Cannot allocate memory"
)


class EndingKind(StrEnum):
    """What sort of end it was; ``lost`` is a tmux server or machine that went away."""

    FAILED_START = "failed start"
    CLEAN = "clean exit"
    CRASH = "crash"
    SIGNALLED = "killed by signal"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended, with what is known: exit code, signal, life in seconds."""

    kind: EndingKind
    code: int | None = None
    signal: int | None = None
    lived_s: float = 0.0
    why: str = ""

    @property
    def text(self) -> str:
        """The ending in words."""
        if self.why:
            return self.why
        if self.kind is EndingKind.SIGNALLED and self.signal is not None:
            return f"killed by {signal_name(self.signal)}"
        return f"exit {self.code}" if self.code is not None else self.kind.value


def classify(
    code: int | None,
    signal_number: int | None,
    lived_s: float,
    *,
    asked_to_stop: bool = False,
    person_typed: bool = False,
    last_line: str = "",
    last_screen: str = "",
    machine_full: bool = False,
) -> Ending:
    """The ending from what tmux says of a dead pane and from what stood on it."""
    if code is None and signal_number is None:
        return Ending(EndingKind.LOST, lived_s=lived_s, why="its pane was lost")
    if asked_to_stop:
        return Ending(EndingKind.CLEAN, code, signal_number, lived_s, "stopped on request")
    if code in (126, 127) and lived_s <= FAILED_START_S:
        return Ending(EndingKind.FAILED_START, code, None, lived_s, last_line or f"exit {code}")
    if signal_number:
        by_person = person_typed and signal_number in (signal.SIGHUP, signal.SIGINT)
        kind = EndingKind.CLEAN if by_person else EndingKind.SIGNALLED
        memory = "out of memory" if _NO_MEMORY.search(last_screen) else ""
        if machine_full and signal_number == signal.SIGKILL:
            memory = "killed by the kernel: the machine is out of memory"
        return Ending(kind, code, signal_number, lived_s, memory)
    if code == 0 or (code == KEYBOARD_INTERRUPT and person_typed):
        return Ending(EndingKind.CLEAN, code, None, lived_s)
    memory = f"out of memory (exit {code})" if _NO_MEMORY.search(last_screen) else ""
    return Ending(EndingKind.CRASH, code, None, lived_s, memory)


def signal_name(number: int) -> str:
    """``SIGKILL`` for 9; the number where it has no name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
