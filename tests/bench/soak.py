"""A crew that works for minutes: eight agents, six messages a second, a dashboard that watches.

``make soak``; ``make soak SOAK_S=180`` is shorter.
"""

import os
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.figures import Figure, crew_of, dashboard_on, supervisor_of
from tests.bench.probe import Dashboard, resident_kib
from tests.support.crews import RealCrew

MARK = re.compile(r"\bs\d+e\b")
AGENTS = 8
A_SECOND = 6
LONG_S = 600.0
SAMPLE_S = 3.0
SETTLED_S = 90.0
"""After the last message everything is delivered within this, in seconds."""
FLAT = 1.05
"""Memory of the last quarter over that of the quarter before it, at most."""
MORE_DESCRIPTORS = 4
"""So many more than at half-time may be open for a moment: clients that ask, files being read."""
WAL_MIB = 8.0
"""SQLite copies the log back each 1,000 pages of 4 KiB; twice that is out of bounds."""
WAITING = 100.0
"""So many messages may lie in the inboxes at once: more, and the crew does not keep up."""
KIB_A_MESSAGE = 8.0
"""What the ledger may grow by for each message with its events and attempts."""


@dataclass(slots=True)
class Samples:
    """What was measured on the way."""

    supervisor: list[int] = field(default_factory=list)
    dashboard: list[int] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)
    wal: list[float] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)

    def take(self, crew: RealCrew, supervisor: int, dashboard: int) -> None:
        """One sample of everything."""
        self.supervisor.append(resident_kib(supervisor))
        self.dashboard.append(resident_kib(dashboard))
        self.descriptors.append(sum(1 for _ in Path(f"/proc/{supervisor}/fd").iterdir()))
        wal = crew.project.ledger.with_name(crew.project.ledger.name + "-wal")
        self.wal.append(wal.stat().st_size / 2**20 if wal.exists() else 0.0)
        self.waiting.append(sum(1 for _ in crew.project.messages.glob("to_*/*")))


def soak() -> list[Figure]:
    """The figures of one run, which lasts ``SOAK_S`` seconds."""
    lasts = float(os.environ.get("SOAK_S", LONG_S))
    names = [f"a{n}" for n in range(AGENTS)]
    agents = {name: {"command": ["sh", "-c", _program(name)], "adapter": "lines"} for name in names}
    samples = Samples()
    with crew_of(agents) as crew, dashboard_on(crew) as seen:
        before = crew.project.ledger.stat().st_size
        sent = _work(crew, seen, samples, lasts)
        _drained(seen, lambda: sum(_taken(crew).values()) >= sent)
        taken = _taken(crew)
        size = crew.project.ledger.stat().st_size - before
        left = _left_over(crew)
    lost = sum(1 for n in range(sent) if not taken[f"s{n}e"])
    twice = sum(1 for count in taken.values() if count > 1)
    return [
        ("soak: messages", sent, f"in {lasts:.0f} s", f"{twice} twice", not twice),
        ("soak: lost", lost, "messages", "0", lost == 0),
        _flat("soak: supervisor's memory, 4th over 3rd quarter", samples.supervisor),
        _flat("soak: dashboard's memory, 4th over 3rd quarter", samples.dashboard),
        _steady(samples.descriptors),
        _below("soak: largest WAL", max(samples.wal), "MiB", WAL_MIB),
        _below("soak: ledger a message", size / 1024 / sent, "KiB", KIB_A_MESSAGE),
        ("soak: files that are left over", left, "files", "0", left == 0),
        _below("soak: most messages waiting", max(samples.waiting), "files", WAITING),
    ]


def _program(name: str) -> str:
    return f'while read -r line; do echo "$line" >> took-{name}; echo "$line"; done'


def _work(crew: RealCrew, seen: Dashboard, samples: Samples, lasts: float) -> int:
    """Send for so many seconds; returns how many were sent."""
    supervisor = supervisor_of(crew)
    began = sampled = time.monotonic()
    sent = 0
    while (now := time.monotonic()) - began < lasts:
        while sent < (now - began) * A_SECOND:
            to = f"a{sent % AGENTS}"
            crew.drop(to, f"{sent:06d}__from-human__to-{to}.md", f"note s{sent}e".encode())
            sent += 1
        if now - sampled > SAMPLE_S:
            sampled = now
            samples.take(crew, supervisor, seen.pid)
        seen.drain(0.5 / A_SECOND)
    return sent


def _drained(seen: Dashboard, done: Callable[[], bool]) -> None:
    until = time.monotonic() + SETTLED_S
    while not done() and time.monotonic() < until:
        seen.drain(0.5)


def _taken(crew: RealCrew) -> Counter[str]:
    """How often each message was taken by its agent."""
    found: Counter[str] = Counter()
    for path in crew.project.root.glob("took-*"):
        found.update(MARK.findall(path.read_text()))
    return found


def _left_over(crew: RealCrew) -> int:
    """Files that nobody will take: in inboxes, half written, or of starts that are over."""
    folders = [*crew.project.messages.glob("to_a*"), crew.project.runtime / "launch"]
    return sum(1 for folder in folders if folder.is_dir() for _ in folder.iterdir())


def _flat(name: str, kib: list[int]) -> Figure:
    quarter = len(kib) // 4
    ratio = statistics.median(kib[-quarter:]) / statistics.median(kib[-2 * quarter : -quarter])
    said = f"at most {FLAT}; {max(kib) / 1024:.0f} MiB"
    return (name, ratio, "times", said, ratio <= FLAT)


def _steady(descriptors: list[int]) -> Figure:
    half = descriptors[len(descriptors) // 2 :]
    most = max(half)
    allowed = half[0] + MORE_DESCRIPTORS
    return ("soak: open descriptors", most, "files", f"at most {allowed}", most <= allowed)


def _below(name: str, value: float, unit: str, bound: float) -> Figure:
    return (name, value, unit, f"under {bound:g}", value < bound)
