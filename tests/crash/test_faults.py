"""The n-th system call of the supervisor fails, or kills it: nothing lost, doubles marked.

A few points of each kind here; all of them with ``make test-faults``.
"""

import os
import signal
import sqlite3
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from crewtui.core.config.lock import holder, is_alive, is_up, keeper
from tests.crash.faults import KILL, KINDS, Fault, hits, injected, points, sample, why_not
from tests.crash.three import KINDS as AGENTS
from tests.crash.three import RUNS, ThreeKinds
from tests.support.crews import RealCrew

BACK_S = 20.0
"""Within so long after a fault everything is as it was, in seconds."""
DONE_S = 60.0
"""Within so long the messages are through while a fault is in, in seconds."""
BLIND_S = 8.0
"""So long nothing can be opened: longer than anything waits between two looks, in seconds."""
RESTART = {"base_s": 0.1, "max_s": 0.2, "limit": 100}


class Faulted:
    """Three programs, and a supervisor whose calls fail."""

    def __init__(self, three: ThreeKinds, folder: Path):
        self.three = three
        self.crew = three.crew
        self._log = folder / "strace"
        self._sent: list[tuple[str, str]] = []
        self.met: Counter[str] = Counter()
        self.twice: set[str] = set()

    def play(self, fault: Fault, number: int) -> None:
        """One message to each agent while the fault is in, and one agent dies before."""
        pid, parent = self.crew.state()["supervisor"]["pid"], keeper(self.crew.project)
        tokens = [(agent, f"t{number}{agent}e") for agent in AGENTS]
        victim = self.crew.agent(AGENTS[number % len(AGENTS)])
        with injected(pid, fault, self._log):
            os.kill(victim["pid"], signal.SIGKILL)
            for agent, token in tokens:
                self.three.drop(agent, token)
            self._sent += tokens
            self._until_done(pid)
        self.met[fault.calls] += hits(self._log)
        if fault.kind == KILL and not is_alive(pid):
            self._start_again(pid, parent)
        self.crew.until(self._is_well, BACK_S)
        if fault.kind != KILL:
            assert self.crew.state()["supervisor"]["pid"] == pid, fault
        self._check(fault, tokens)

    def _until_done(self, pid: int) -> None:
        """The messages are through, or the supervisor is dead."""
        self.crew.until(lambda: not is_alive(pid) or self._is_well(), DONE_S)

    def _start_again(self, dead: int, parent: int) -> None:
        """Its parent does that once, and ends when it dies again; then a person does."""
        project = self.crew.project
        self.crew.until(
            lambda: (is_up(project) and holder(project) != dead) or not is_alive(parent), 30
        )
        if not is_alive(parent):
            self.crew.up()

    def _is_well(self) -> bool:
        states = {self.crew.agent(name)["state"] for name in AGENTS}
        known = {message["topic"] for message in self.crew.messages()}
        sent = {token for _, token in self._sent}
        rests = states == {"idle"} and self.three.waiting() == 0 and sent <= known
        inboxes = (self.crew.project.inbox(name) for name in AGENTS)
        filed = not any(path for inbox in inboxes for path in inbox.glob("*.md"))
        return rests and filed and self.three.trail() == self._events()

    def _events(self) -> list[int]:
        return [int(row[0]) for row in self.rows("SELECT id FROM events ORDER BY id")]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the ledger has."""
        ledger = sqlite3.connect(f"file:{self.crew.project.ledger}?mode=ro", uri=True)
        try:
            return ledger.execute(query).fetchall()
        finally:
            ledger.close()

    def _check(self, fault: Fault, tokens: list[tuple[str, str]]) -> None:
        marked = {m["topic"] for m in self.crew.messages() if m["redelivered"]}
        for agent, token in tokens:
            times = self.three.times(agent, token)
            assert times, f"lost: {token} {fault}"
            assert times <= 2, f"{token} {fault}"
            if times == 2:
                self.twice.add(token)
                assert token in marked, f"twice, and not marked: {token} {fault}"
        assert self.rows("PRAGMA integrity_check") == [("ok",)], fault


@pytest.fixture
def faulted(crew: RealCrew, tmp_path: Path) -> Faulted:
    if why := why_not():
        pytest.skip(why)
    three = ThreeKinds(crew, tmp_path, restart=RESTART)
    three.start()
    return Faulted(three, tmp_path)


@pytest.mark.crash
@pytest.mark.parametrize("kind", KINDS)
def test_after_a_call_that_fails_nothing_is_lost(kind: str, faulted: Faulted) -> None:
    wanted = points(kind) if os.environ.get("CREWTUI_FAULTS") == "all" else sample(kind)
    for number, fault in enumerate(wanted):
        faulted.play(fault, number)
    said = f"{kind}: {len(wanted)} points, calls met {dict(faulted.met)}, 0 lost"
    sys.stderr.write(f"{said}, twice and marked: {len(faulted.twice)}\n")
    assert all(faulted.met[fault.calls] for fault in wanted), "a call was never met"


@pytest.mark.crash
def test_who_can_open_nothing_answers_no_question_and_goes_on_after_it(
    crew: RealCrew, tmp_path: Path
) -> None:
    if why := why_not():
        pytest.skip(why)
    crew.write({"x": {"command": ["bash", "--norc", "-i"], **RUNS}}, duplicate_window_s=0)
    crew.up()
    crew.until_state("x", "idle")
    pid, pane = crew.state()["supervisor"]["pid"], crew.agent("x")["pane"]
    crew.tmux("send-keys", "-t", pane, "-l", "--", "read -p 'bash-5.2# ' a; echo $a > answered")
    crew.tmux("send-keys", "-t", pane, "Enter")
    crew.until_state("x", "asking")
    crew.send("x", "echo later > taken", sender="b")
    crew.until(lambda: crew.messages(state="held"))
    with (
        injected(pid, Fault("EMFILE", "openat", 0), tmp_path / "strace"),
        pytest.raises(AssertionError, match="never came about"),
    ):
        crew.until(lambda: (crew.project.root / "answered").exists(), BLIND_S)
    assert crew.state()["supervisor"]["pid"] == pid
    crew.tmux("send-keys", "-t", pane, "no", "Enter")
    crew.until(lambda: (crew.project.root / "taken").exists())
    assert (crew.project.root / "answered").read_text() == "no\n"
