"""kill -9 of the supervisor at random moments of every phase, from debate to milestone.

100 kills. Whatever was answered with yes must stand after it; no attempt runs twice; main moves
only with its event.
"""

import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from crewtui.core.model.errors import CrewtuiError, Refused
from tests.support.crews import RealCrew, sim
from tests.support.repository import Repository
from tests.support.workers import Workers

KILLS = 100
AGENTS = ("a", "b", "c")
PHASES = {"debate", "vote", "plan", "assignment", "build", "milestone", "done"}
MILESTONES = """
[[milestones]]
id = "poc"
title = "PoC"
checks = [{ name = "built", tasks_merged = "all" }]
"""


class Promises:
    """What the supervisor said yes to."""

    def __init__(self) -> None:
        self.ballots: dict[str, dict[str, list[str]]] = {}
        self.texts: dict[tuple[str, int, str], str] = {}
        self.tasks: set[str] = set()


class Life:
    """A crew that goes from idea to milestone for ever, in a thread of its own."""

    def __init__(self, workers: Workers, promises: Promises, chance: random.Random):
        self._workers = workers
        self._promises = promises
        self._chance = chance
        self._number = 0
        self.seen: set[str] = set()
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._live)

    def end(self) -> None:
        """Let it finish its turn."""
        self.stop.set()
        self.thread.join(60)

    def _live(self) -> None:
        while not self.stop.is_set():
            with suppress(CrewtuiError, OSError, AssertionError, sqlite3.Error, IndexError):
                self._turn()

    def _turn(self) -> None:
        state = self._workers.crew.state()
        with suppress(Refused):  # a turn that comes too late is no reason to leave out the others
            self._phase(state)
        for part in (self._debate, self._vote, self._work):
            with suppress(Refused):
                part(state)

    def _phase(self, state: dict[str, Any]) -> None:
        view = state["phase"]
        self.seen.add(view["phase"])
        match view["phase"]:
            case "none" | "done":
                self._workers.operator("phase.start", idea="?", rounds=2, timebox_s=20)
            case "plan":
                for _ in range(3):
                    self._number += 1
                    self._workers.add(f"t{self._number}")
                    self._promises.tasks.add(f"t{self._number}")
                self._workers.as_(view["planner"], "task.planned")
            case "assignment":
                for task in state["tasks"].values():
                    if task["state"] == "queued":
                        agent = self._chance.choice(AGENTS)
                        self._workers.as_(agent, "task.bid", task=task["id"], reason="mine")
            case "milestone":
                how = {"milestone": "poc", "approve": True}
                self._workers.operator("milestone.decide", **how)

    def _debate(self, state: dict[str, Any]) -> None:
        running = [d for d in state["debates"].values() if d["state"] == "open"]
        if not running:
            return
        for name in AGENTS:
            text = f"# way {self._chance.randrange(3)} of {name}\n"
            found = self._workers.as_(name, "debate.submit", text=text)
            if found["id"] == running[0]["id"] and found["round"] == running[0]["round"]:
                self._promises.texts[found["id"], found["round"], name] = text

    def _vote(self, state: dict[str, Any]) -> None:
        for vote in state["votes"].values():
            if vote["state"] == "tied":
                how = {"vote": vote["id"], "option": vote["tied"][0], "reason": "first"}
                self._workers.operator("vote.break", **how)
            if vote["state"] != "open":
                continue
            for name in AGENTS:
                ranking = self._chance.sample(vote["options"], len(vote["options"]))
                found = self._workers.as_(name, "vote.cast", vote=vote["id"], ranking=ranking)
                if found["state"] == "open":
                    self._promises.ballots.setdefault(vote["id"], {})[name] = ranking

    def _work(self, state: dict[str, Any]) -> None:
        for task in state["tasks"].values():
            with suppress(Refused):
                self._step(task)

    def _step(self, task: dict[str, Any]) -> None:
        workers, id_ = self._workers, task["id"]
        match task["state"]:
            case "claimed" | "in_progress" if task["worktree"]:
                folder = Path(task["worktree"])
                if not (folder / f"{id_}.txt").exists():
                    workers.commit(folder, f"{id_}.txt", id_)
                    workers.commit(folder)
                workers.as_(task["agent"], "task.submit", task=id_)
            case "review":
                for name in AGENTS:
                    if name != task["agent"]:
                        workers.as_(name, "review.add", task=id_, approve=True)
            case "blocked":
                workers.operator("task.retry", task=id_)


@pytest.fixture
def living(crew: RealCrew, script: Path) -> Iterator[tuple[Workers, Promises, Life]]:
    """A crew that lives."""
    repository = Repository(crew.project.root)
    repository.commit("work", {"work.py": "print('good')\n"})
    crew.write({name: sim(script) for name in AGENTS})
    (crew.project.folder / "milestones.toml").write_text(MILESTONES)
    crew.up()
    for name in AGENTS:
        crew.until_state(name, "idle")
    workers, promises = Workers(crew, repository), Promises()
    life = Life(workers, promises, random.Random(7))
    life.thread.start()
    yield workers, promises, life
    life.end()


@pytest.mark.crash
def test_what_was_agreed_stands_after_every_kill(living: tuple[Workers, Promises, Life]) -> None:
    workers, promises, life = living
    chance = random.Random(11)
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.1, 0.9))  # the random moment under test
        workers.crew.kill_supervisor()
        workers.crew.up()
    workers.crew.until(lambda: len(merged(workers)) > 3 and life.seen >= PHASES, 120)
    life.end()  # what is compared below is read piece by piece
    workers.crew.until(lambda: not running(workers), 60)
    check_ballots(workers, promises)
    check_texts(workers, promises)
    check_tasks(workers, promises)
    check_main(workers)
    with sqlite3.connect(workers.crew.project.ledger) as ledger:
        assert ledger.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def running(workers: Workers) -> list[str]:
    """The tasks that are validated or merged right now."""
    tasks = workers.crew.state()["tasks"].values()
    ends = [(t["id"], t["merging"], [a["ending"] for a in t["attempts"][-1:]]) for t in tasks]
    return [id_ for id_, merging, ending in ends if merging or ending == ["running"]]


def merged(workers: Workers) -> list[dict[str, Any]]:
    """The tasks that are in main."""
    return [t for t in workers.crew.state()["tasks"].values() if t["state"] == "merged"]


def check_ballots(workers: Workers, promises: Promises) -> None:
    """Each voter that was told yes has a ballot, and only one."""
    with sqlite3.connect(workers.crew.project.ledger) as ledger:
        rows = ledger.execute("SELECT vote, voter FROM ballots").fetchall()
    assert len(rows) == len(set(rows))
    wanted = {(vote, voter) for vote, cast in promises.ballots.items() for voter in cast}
    assert wanted
    assert wanted <= set(rows)


def check_texts(workers: Workers, promises: Promises) -> None:
    """Each text that was taken is there."""
    with sqlite3.connect(workers.crew.project.ledger) as ledger:
        rows = ledger.execute("SELECT debate, round, agent FROM submissions").fetchall()
    assert promises.texts
    assert set(promises.texts) <= set(rows)


def check_tasks(workers: Workers, promises: Promises) -> None:
    """Each task is there; its attempts are numbered without a gap and none was begun twice."""
    tasks = workers.crew.state()["tasks"]
    assert promises.tasks <= set(tasks)
    begun = [e["detail"]["task"] for e in events(workers, "task.submitted")]
    for id_, task in tasks.items():
        numbers = [attempt["number"] for attempt in task["attempts"]]
        assert numbers == list(range(1, len(numbers) + 1))
        assert begun.count(id_) == len(numbers)


def check_main(workers: Workers) -> None:
    """Every merge in main has its event, every event its merge."""
    workers.crew.until(lambda: not any(t["merging"] for t in merged(workers)))
    events_of = [e["detail"]["commit"] for e in events(workers, "task.merged")]
    log = workers.repository.git("log", "--merges", "--format=%H", "main").split()
    assert len(events_of) == len(set(events_of))
    assert set(events_of) >= set(log[1:])
    assert set(log) >= {task["merged"] for task in merged(workers)}


def events(workers: Workers, kind: str) -> list[dict[str, Any]]:
    """All events of a kind, however many there are."""
    found: list[dict[str, Any]] = []
    after = 0
    while page := workers.crew.call("events", after=after, limit=5000):
        found += [event for event in page if event["kind"] == kind]
        after = page[-1]["id"]
    return found
