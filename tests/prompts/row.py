"""One row of the table: a program, the situation that it is brought into, and what must follow."""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

PROGRAMS = Path(__file__).with_name("programs")
DEBIAN_PYTHON = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
"""The one that Debian's python3-prompt-toolkit and ipython3 are installed for."""
TEXT = "y ; touch touched\n!touch touched\n:!touch touched\n$(touch touched)\nq\nyes"
"""A body that does harm wherever it is typed: it says yes, quits and runs commands."""
ONE_LINE = "y !touch touched; q"
"""The same on one line, for places where it may arrive later: a shell takes it as a comment."""
BODIES = (
    "please look",
    "first\nsecond line\n\n  fourth",
    "👨\u200d👩\u200d👧\u200d👦 ❤\ufe0f e\u0301 ไทยกำลัง हिन्दी में עִבְרִית ❤\ufe0f",
    "\ufeffbegins with a mark",
    "!touch touched",
    "y",
    "q",
    'it\'s "quoted" `tick` \\ | & < > * ~',
    "x" * 2900 + " end",
)
"""Texts of all kinds: lines, code points that have no width or two, a mark, commands, answers."""
QUESTION = "any prompt that asks"
ONE_KEY = "a one-key menu"
SECRET = "a password prompt"
PAGER = "a pager or editor in front"
FULL = "a full-screen program"
LOCAL = "a question in another language"
QUIET = "a program that starts, sleeps or works"
CHILD = "a child in front of a known place"
NESTED = "a terminal inside the terminal"
REPL = "any REPL"
UNPROVEN = "a text that the program shows as another one"
REFUSED = "a place that a person has refused"
LINES = 'any program with `adapter = "lines"`'
OWN = "a program that asks with its own prompt"

Room = Path
"""The folder of one row: the program works in it, and what it did is read there."""
Check = Callable[[Room], bool]


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person types, and what the screen shows when it has arrived.

    ``text`` goes letter by letter, then ``keys`` by tmux's names. Without ``shows`` nothing is
    waited for.
    """

    text: str = ""
    keys: tuple[str, ...] = ("Enter",)
    shows: str = ""
    does: str = ""
    """Instead of typing: what is run in the row's folder."""


@dataclass(frozen=True, slots=True)
class Row:
    """A program in a situation.

    ``setup`` runs in the row's folder before anything, ``stands`` is what the screen shows when
    the program stands in its first place, ``steps`` bring it into the situation. ``says`` is how
    the place to type is known: nothing, ``shown`` by a person, ``never`` said by one, ``lines``,
    or a pattern for ``composer``. ``held`` is a piece of the reason, empty where the bodies must
    be delivered; ``rests`` is the state in which the message waits. ``untouched`` must be true
    for as long as it does; then a person types ``answer`` and ``answered`` becomes true, which
    proves that nothing of the message stood before it; ``later`` if the message is then
    delivered. ``takes`` reads what the program took, ``whole`` if newlines stay newlines.
    ``unproven``: it stands there and is not submitted, since it cannot be proven to be whole.
    ``exception``: the message answers, and README says so.
    """

    id: str
    kind: str
    command: tuple[str, ...]
    stands: str
    says: str = ""
    needs: tuple[str, ...] = ()
    setup: str = ""
    env: tuple[tuple[str, str], ...] = ()
    steps: tuple[Typed, ...] = ()
    topic: str = ""
    bodies: tuple[str, ...] = (TEXT,)
    held: str = ""
    rests: str = "held"
    unproven: bool = False
    untouched: Check = lambda room: True
    answer: tuple[Typed, ...] = ()
    answered: Check | None = None
    later: bool = False
    takes: Callable[[Room], list[str]] | None = None
    whole: bool = False
    exception: Literal["", "answers"] = ""
    finish: str = ""

    def missing(self) -> list[str]:
        """The programs and Python modules that are not here."""
        return [name for name in self.needs if not _is_here(name)]


def _is_here(name: str) -> bool:
    if name == "root":
        return os.geteuid() == 0
    if name.startswith("python:"):
        folder = Path("/usr/lib/python3/dist-packages")
        return (folder / name.removeprefix("python:")).exists()
    return shutil.which(name, path=f"{_path()}:/usr/sbin:/sbin") is not None


def _path() -> str:
    return os.environ.get("PATH", os.defpath)


def script(name: str, *words: str) -> tuple[str, ...]:
    """A program of ours, by the name of its file."""
    runner = {".py": DEBIAN_PYTHON, ".sh": "sh", ".bash": "bash", ".js": "node"}
    return (runner[Path(name).suffix], str(PROGRAMS / name), *words)


def bash(code: str) -> tuple[str, ...]:
    """A few lines of bash that are not interactive."""
    return ("bash", "-c", code)


def size(room: Room, name: str) -> int:
    """The file's bytes; 0 where there is none."""
    path = room / name
    return path.stat().st_size if path.exists() else 0


def empty(name: str) -> Check:
    """Nothing was written to the file."""
    return lambda room: size(room, name) == 0


# What a program did, read in its folder.


def there(*names: str) -> Check:
    """These files are still there."""
    return lambda room: all((room / name).exists() for name in names)


def gone(*names: str) -> Check:
    """None of these files is there."""
    return lambda room: not any((room / name).exists() for name in names)


def holds(name: str, text: str) -> Check:
    """The file has exactly this text."""
    return lambda room: (room / name).exists() and (room / name).read_text() == text


def both(*checks: Check) -> Check:
    """All of them hold."""
    return lambda room: all(check(room) for check in checks)


def jsonl(room: Room) -> list[str]:
    """What the program took, one JSON text a line."""
    path = room / "took"
    return (
        [str(json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []
    )


def plain(room: Room) -> list[str]:
    """What the program took, one text a line."""
    path = room / "took"
    return path.read_text().splitlines() if path.exists() else []


def heads(room: Room) -> list[str]:
    """What the program took, told apart by the heads of our messages."""
    path = room / "took"
    text = path.read_text() if path.exists() else ""
    parts = re.split(r"^(?=\[from human)", text, flags=re.M)
    return [part.removesuffix("\n") for part in parts if part.startswith("[from human")]


def found(pattern: str) -> Callable[[Room], list[str]]:
    """What the pattern's group finds in what the program wrote of its lines."""

    def read(room: Room) -> list[str]:
        path = room / "took"
        text = path.read_text(errors="replace") if path.exists() else ""
        return [m.group(1) for m in re.finditer(pattern, text, re.S | re.M)]

    return read


ASKS = "agent asks|one types there"
"""Why a message waits before a question: it is seen as one, or nobody said: one types here."""
BUSY = "nobody reads|is stopped|starting|has just printed"
FRONT = "is in front|a full-screen program"
COVERED = f"{FRONT}|{ASKS}|{BUSY}"
"""Before a full-screen program: it may be seen as one, as a question, or as nothing known."""
HIDDEN = "asks for a secret"
