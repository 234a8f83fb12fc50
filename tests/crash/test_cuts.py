"""kill -9 at each step of debate, vote, attempt and merge: what was agreed goes on by itself.

Each step with a kill before its commit, right after it, and later. A few delays here, 20 of them
with ``make test-faults``.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from crewtui.core.config.lock import is_alive, is_up
from crewtui.core.model.errors import CrewtuiError, Refused
from tests.crash.cutting import BEFORE, aim_at
from tests.support.crews import RealCrew, sim
from tests.support.repository import Repository
from tests.support.workers import Workers

AGENTS = ("a", "b", "c")
DELAYS = (BEFORE, 0, 1, 2, 4, 7, 10, 15, 20, 30, 40, 50, 65, 80, 100, 130, 160, 200, 300, 400)
"""Milliseconds after the commit."""
FEW = (BEFORE, 0, 30)
LIMIT_S = 30.0


class CutCrew:
    """Three agents that work, and a supervisor that dies where it is told to."""

    def __init__(self, workers: Workers):
        self.workers = workers
        self.crew = workers.crew
        self._root = workers.crew.project.root
        self._process: subprocess.Popen[bytes] | None = None
        self.number = 0

    def start(self) -> None:
        """Start it, without an aim."""
        (self._root / ".aim").unlink(missing_ok=True)
        words = [sys.executable, "-m", "tests.crash.cutting", str(self._root)]
        log = self.crew.project.logs / "supervisor.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                words, cwd=Path(__file__).parents[2], stdout=output, stderr=output
            )
        pid = self._process.pid
        self.crew.until(lambda: self._is_here(pid))

    def _is_here(self, pid: int) -> bool:
        here = is_up(self.crew.project) and self.crew.state()["supervisor"]["pid"] == pid
        return here and all(self.crew.agent(name)["state"] == "idle" for name in AGENTS)

    def cut(self, kind: str, number: int, delay: int, deed: Callable[[], object]) -> None:
        """Do something that comes to this step, until the supervisor is dead; start it again."""
        process = self._process
        assert process is not None
        aim_at(self._root, kind, number, delay)
        with suppress(CrewtuiError, OSError):
            deed()
        assert process.wait(LIMIT_S) == -9, f"{kind} was never reached"
        self.start()

    def close(self) -> None:
        """End it."""
        if self._process is not None and is_alive(self._process.pid):
            self._process.kill()
            self._process.wait()

    def debate(self) -> dict[str, Any]:
        """The newest debate."""
        return dict(list(self.crew.state()["debates"].values())[-1])

    def vote(self) -> dict[str, Any]:
        """The newest vote."""
        return dict(list(self.crew.state()["votes"].values())[-1])

    def events(self, kind: str, **wanted: Any) -> list[dict[str, Any]]:
        """Events of a kind with these details."""
        found = self.crew.events(kind)
        return [e for e in found if all(e["detail"].get(k) == v for k, v in wanted.items())]


@pytest.fixture
def cut(crew: RealCrew, script: Path) -> Iterator[CutCrew]:
    repository = Repository(crew.project.root)
    repository.commit("work", {"work.py": "print('good')\n"})
    crew.write({name: sim(script) for name in AGENTS})
    crew.project.prepare()
    found = CutCrew(Workers(crew, repository))
    found.start()
    yield found
    found.close()


def delays() -> tuple[int, ...]:
    """The delays that are tried."""
    return DELAYS if os.environ.get("CREWTUI_FAULTS") == "all" else FEW


def each(deed: Callable[[str], object], agents: tuple[str, ...] = AGENTS) -> None:
    """Each agent does it."""
    for name in agents:
        deed(name)


def again(deed: Callable[[str], object], agents: tuple[str, ...] = AGENTS) -> None:
    """What is refused because it was done before is no failure."""
    for name in agents:
        with suppress(Refused):
            deed(name)


@pytest.mark.crash
@pytest.mark.parametrize(("kind", "number"), [("debate.submitted", 3), ("debate.round_closed", 1)])
def test_a_debate_goes_on_after_a_kill(kind: str, number: int, cut: CutCrew) -> None:
    workers = cut.workers
    for delay in delays():
        workers.operator("debate.start", prompt="Which?", rounds=2, timebox_s=900)
        taken: set[str] = set()

        def submit(name: str, taken: set[str] = taken) -> None:
            workers.as_(name, "debate.submit", text=f"# way of {name}\n")
            taken.add(name)

        cut.cut(kind, number, delay, partial(each, submit))
        debate = cut.debate()
        if debate["round"] == 1 and "c" not in debate["submitted"]:
            assert "c" not in taken, "it was told yes, and its text is gone"
            submit("c")
        cut.crew.until(lambda: cut.debate()["round"] == 2, 10)
        again(submit)
        cut.crew.until(lambda: cut.debate()["state"] == "closed", 10)
        assert sorted(cut.vote()["titles"].values()) == [f"way of {name}" for name in AGENTS]
        workers.operator("vote.close", vote=cut.vote()["id"])


@pytest.mark.crash
@pytest.mark.parametrize(("kind", "number"), [("vote.cast", 3), ("vote.closed", 1)])
def test_a_vote_is_decided_after_a_kill(kind: str, number: int, cut: CutCrew) -> None:
    workers = cut.workers
    rankings = {"a": ["X", "Y"], "b": ["X", "Y"], "c": ["Y", "X"]}
    for delay in delays():
        workers.operator("vote.open", title="Which?", options=["X", "Y"])
        id_ = cut.vote()["id"]
        taken: set[str] = set()

        def cast(name: str, id_: str = id_, taken: set[str] = taken) -> None:
            workers.as_(name, "vote.cast", vote=id_, ranking=rankings[name])
            taken.add(name)

        cut.cut(kind, number, delay, partial(each, cast))
        if "c" not in cut.vote()["voted"]:
            assert "c" not in taken, "it was told yes, and its ballot is gone"
            cast("c")
        cut.crew.until(lambda: cut.vote()["state"] == "decided", 10)
        assert cut.vote()["winner"] == "X"
        assert len(cut.events("vote.cast", vote=id_)) == len(AGENTS)
        assert len(cut.events("vote.closed", vote=id_)) == 1


def claimed(cut: CutCrew) -> str:
    """A task with its work committed."""
    cut.number += 1
    id_ = f"t{cut.number}"
    cut.workers.commit(cut.workers.claimed("a", id_), f"{id_}.txt", id_)
    return id_


def attempt_of(cut: CutCrew, id_: str) -> str:
    """How the newest attempt ended; empty if there is none."""
    attempts = cut.workers.task(id_)["attempts"]
    return str(attempts[-1]["ending"]) if attempts else ""


@pytest.mark.crash
@pytest.mark.parametrize("kind", ["task.submitted", "task.attempt_ended"])
def test_an_attempt_runs_once_and_its_review_is_asked_for_after_a_kill(
    kind: str, cut: CutCrew
) -> None:
    workers = cut.workers
    for delay in delays():
        id_ = claimed(cut)
        cut.cut(kind, 1, delay, partial(workers.as_, "a", "task.submit", task=id_))
        if attempt_of(cut, id_) == "needs_manual_attention":
            workers.operator("task.retry", task=id_)
        if workers.task(id_)["state"] in ("claimed", "in_progress"):
            workers.submit("a", id_)
        assert workers.task(id_)["state"] == "review"
        begun = len(cut.events("task.submitted", task=id_))
        assert begun == len(workers.task(id_)["attempts"])
        for name in ("b", "c"):
            cut.crew.until(partial(workers.told, name, f"review task {id_} "), 10)
        assert len(cut.events("review.asked", task=id_)) == 1
        workers.operator("task.cancel", task=id_, reason="seen")


def is_merged(workers: Workers, id_: str) -> bool:
    """Whether the task says so."""
    return bool(workers.task(id_)["state"] == "merged")


@pytest.mark.crash
@pytest.mark.parametrize("kind", ["review.approved", "task.merging", "task.merged"])
def test_main_moves_once_after_a_kill(kind: str, cut: CutCrew) -> None:
    workers = cut.workers
    for delay in delays():
        id_ = claimed(cut)
        workers.submit("a", id_)

        def approve(name: str, id_: str = id_) -> None:
            workers.as_(name, "review.add", task=id_, approve=True, text="good")

        number = 2 if kind == "review.approved" else 1
        cut.cut(kind, number, delay, partial(each, approve, ("b", "c")))
        again(approve, ("b", "c"))
        cut.crew.until(partial(is_merged, workers, id_), 20)
        (event,) = cut.events("task.merged", task=id_)
        log = workers.repository.git("log", "--merges", "--format=%H %s", "main").splitlines()
        merges = [line.split()[0] for line in log if f"do {id_}" in line.split(": ")[-1:]]
        assert merges == [event["detail"]["commit"]]
