"""Each figure by a function of its own; all of them on real processes."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crewtui.core.rpc import wire
from crewtui.core.rpc.watching import Subscribe
from tests.bench.board import board
from tests.bench.probe import Dashboard, percentile, resident_kib, share
from tests.bench.proof import proof
from tests.bench.real import real_agents
from tests.bench.votes import votes
from tests.support.crews import CAT, RealCrew

RUN = ["-m", "crewtui", "run", "--no-start"]
Figure = tuple[str, float, str, str, bool]
"""Name, value, unit, target or baseline in words, whether it holds."""


@contextmanager
def crew_of(agents: dict[str, Any], **settings: Any) -> Iterator[RealCrew]:
    """A running crew, ended afterwards."""
    root = Path(tempfile.mkdtemp(prefix="crewtui-bench-"))
    crew = RealCrew(root)
    try:
        crew.write(agents, sender_limit=0, **settings)  # one sender writes them all
        crew.up()
        for name in agents:
            crew.until(lambda name=name: crew.agent(name)["state"] == "idle", 120)  # type: ignore[misc]
        yield crew
    finally:
        crew.close()


@contextmanager
def dashboard_on(crew: RealCrew) -> Iterator[Dashboard]:
    """The real dashboard in a pty, settled."""
    found = Dashboard([*RUN, str(crew.project.root)], crew.project.root)
    try:
        found.wait_for(b"supervisor up")
        found.drain(2.0)
        yield found
    finally:
        found.close()


def supervisor_of(crew: RealCrew) -> int:
    """The supervisor's process."""
    return int(crew.state()["supervisor"]["pid"])


def delivery() -> list[Figure]:
    """From the rename of a message file to its submission in a shell pane."""
    took = []
    with crew_of({"sh": {"command": ["bash", "--norc"], "runs_messages": True}}) as crew:
        mark = crew.project.root / "mark"
        for number in range(60):
            began = time.perf_counter()
            crew.drop("sh", f"{number}__from-b.md", f"echo {number} > {mark}".encode())
            while not (mark.exists() and mark.read_text().strip() == str(number)):
                time.sleep(0.0005)
            took.append(1000 * (time.perf_counter() - began))
            crew.until(
                lambda n=number: len(crew.messages(state="delivered")) == n + 1  # type: ignore[misc]
            )
    p50, p99 = percentile(took, 0.5), percentile(took, 0.99)
    return [
        ("file renamed in to run in a shell, p50", p50, "ms", "under 60", p50 < 60),
        ("file renamed in to run in a shell, p99", p99, "ms", "under 200", p99 < 200),
    ]


def output() -> list[Figure]:
    """From a child's output to the dashboard's own output."""
    took = []
    loop = "exec 3<>pipe; while read -r line <&3; do echo $line; done"
    root = Path(tempfile.mkdtemp(prefix="crewtui-bench-"))
    os.mkfifo(root / "pipe")
    crew = RealCrew(root)
    try:
        crew.write({"a": ["sh", "-c", loop]})
        crew.up()
        crew.until_state("a", "busy")
        with dashboard_on(crew) as dashboard:
            for number in range(40):
                token = f"token{number}x{time.time_ns()}"
                began = time.perf_counter()
                (root / "pipe").write_text(token + "\n")
                took.append(1000 * (dashboard.wait_for(token.encode()) - began))
                dashboard.drain(0.3)
    finally:
        crew.close()
    p50 = percentile(took, 0.5)
    return [("child output to dashboard screen, p50", p50, "ms", "under 80", p50 < 80)]


def exits() -> list[Figure]:
    """From the kill of an agent to the change that says so."""
    took = []
    restart = {"base_s": 0.1, "max_s": 0.1, "limit": 100}
    agents = {"a": {**CAT, "restart": restart}}
    with crew_of(agents) as crew, socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(crew.project.socket))
        connection.sendall(wire.hello() + wire.request(1, Subscribe()))
        stream = connection.makefile("rb")
        for _ in range(20):
            pid = crew.until_state("a", "idle")["pid"]
            began = time.perf_counter()
            os.kill(pid, signal.SIGKILL)
            while True:
                found = wire.decode(stream.readline())
                value = found.get("params", {}).get("value", {})
                if value.get("state") == "backoff" and value.get("pid") == pid:
                    break
            took.append(1000 * (time.perf_counter() - began))
    p50 = percentile(took, 0.5)
    return [("agent killed to noticed, p50", p50, "ms", "under 20", p50 < 20)]


def idle() -> list[Figure]:
    """CPU with agents that do nothing: 16 of them, and 64 against 8."""
    costs = {}
    for count in (8, 16, 64):
        with crew_of({f"a{n}": CAT for n in range(count)}) as crew, dashboard_on(crew) as seen:
            seen.drain(3.0)
            costs[count] = share(seen, 12.0, supervisor_of(crew), seen.pid)
    ratio = costs[64] / costs[8]
    return [
        ("CPU, 16 idle agents", costs[16], "% of a core", "under 3", costs[16] < 3),
        ("CPU idle at 64 agents over that at 8", ratio, "times", "at most 1.5", ratio <= 1.5),
    ]


def busy() -> list[Figure]:
    """CPU with 16 agents printing, against the polling baseline; and with one pane flooding."""
    code = "import time, itertools\nfor n in itertools.count():\n    time.sleep(0.05)\n"
    code += "    print('line', n, '\\x1b[32mgreen\\x1b[0m', 'x' * (n % 40), flush=True)"
    agents = {f"a{n}": ["python3", "-c", code] for n in range(16)}
    with crew_of(agents) as crew:
        with dashboard_on(crew) as seen:
            ours = share(seen, 10.0, supervisor_of(crew), seen.pid)
        words = ["-m", "tests.bench.baseline", crew.socket]
        polling = Dashboard(words, Path.cwd())
        polling.drain(3.0)
        theirs = share(polling, 10.0, polling.pid)
        polling.close()
    calm = {f"a{n}": CAT for n in range(15)}
    with crew_of({**calm, "flood": CAT}) as crew, dashboard_on(crew) as seen:
        before = share(seen, 8.0, supervisor_of(crew), seen.pid)
    flood = {**calm, "flood": ["sh", "-c", "sleep 2; exec yes flood"]}
    with crew_of(flood) as crew, dashboard_on(crew) as seen:
        seen.drain(2.0)
        after = share(seen, 8.0, supervisor_of(crew), seen.pid)
    third, more = ours / theirs, after - before
    return [
        ("CPU, 16 agents at 20 lines/s", ours, "% of a core", f"polling {theirs:.0f} %", True),
        ("the same over the polling baseline", third, "times", "under 0.33", third < 1 / 3),
        ("CPU more with one pane flooding", more, "points", "at most 5", more <= 5),
    ]


def router() -> list[Figure]:
    """Ten thousand messages through the router into sixteen panes."""
    count = 10_000
    with crew_of({f"a{n}": CAT for n in range(16)}) as crew:
        pid = supervisor_of(crew)
        began = time.perf_counter()
        sent, memory = 0, []
        while sent < count:
            for _ in range(500):
                body = f"message {sent}".encode()
                crew.drop(f"a{sent % 16}", f"{sent:06d}__from-b.md", body)
                sent += 1
            least = sent - 1500
            crew.until(lambda least=least: _count(crew, "delivered") > least, 300)  # type: ignore[misc]
            memory.append(resident_kib(pid))
        crew.until(lambda: _count(crew, "delivered") + _count(crew, "dead") == count, 300)
        took = time.perf_counter() - began
        lost = count - _count(crew, "delivered")
        half = memory[len(memory) // 2 :]
        growth = max(half) / half[0]
    return [
        (
            "messages through the router",
            count / took,
            "a second",
            f"{lost} not delivered",
            not lost,
        ),
        ("memory, second half over its beginning", growth, "times", "under 1.1", growth < 1.1),
    ]


def _count(crew: RealCrew, state: str) -> int:
    connection = sqlite3.connect(f"file:{crew.project.ledger}?mode=ro", uri=True)
    try:
        row = connection.execute("SELECT COUNT(*) FROM messages WHERE state = ?", (state,))
        return int(row.fetchone()[0])
    finally:
        connection.close()


def ledger() -> list[Figure]:
    """A ledger with a million events: the dashboard opens."""
    with crew_of({"a": CAT}) as crew:
        crew.run("stop")
        connection = sqlite3.connect(crew.project.ledger)
        connection.executemany(
            "INSERT INTO events (at, kind, text) VALUES (?, 'bench', ?)",
            ((float(n), f"event {n}") for n in range(1_000_000)),
        )
        connection.commit()
        connection.close()
        crew.up()
        took = _paint(crew, b"supervisor up")
    return [("dashboard on a million events", took, "ms", "under 1000", took < 1000)]


def commands() -> list[Figure]:
    """The commands that agents call all day, and the first paint."""
    with crew_of({"a": CAT}) as crew:
        send = _fastest(lambda n: crew.run("send", "--to", "human", f"message {n}"))
        status = _fastest(lambda _n: crew.run("status"))
        paint = min(_paint(crew, b"CREW") for _ in range(5))
    python = _fastest(lambda _n: subprocess.run([sys.executable, "-c", ""], check=True))
    bare = f"under 150; bare Python {python:.0f}"
    return [
        ("crewtui send", send, "ms", bare, send < 150),
        ("crewtui status", status, "ms", bare, status < 150),
        ("dashboard, first paint", paint, "ms", "under 800", paint < 800),
    ]


def _fastest(action: Callable[[int], object]) -> float:
    took = []
    for number in range(8):
        began = time.perf_counter()
        action(number)
        took.append(1000 * (time.perf_counter() - began))
    return percentile(took, 0.5)


def _paint(crew: RealCrew, text: bytes) -> float:
    found = Dashboard([*RUN, str(crew.project.root)], crew.project.root)
    try:
        return 1000 * (found.wait_for(text) - found.began)
    finally:
        found.close()


ALL = (
    delivery,
    output,
    exits,
    commands,
    idle,
    busy,
    proof,
    ledger,
    router,
    votes,
    board,
    real_agents,
)
