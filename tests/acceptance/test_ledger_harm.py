"""Whatever becomes of the ledger's file, the crew has everything again after the next start."""

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from crewtui.core.ledger.images import highest
from tests.support.crews import CAT, RealCrew

KEPT = ("messages", "tasks", "votes", "debates", "milestones", "phase")


def _noise(crew: RealCrew) -> None:
    path = crew.project.ledger
    with path.open("r+b") as file:
        file.seek(max(4096, path.stat().st_size // 2 - 8192))
        file.write(os.urandom(16 * 1024))


def _cut(crew: RealCrew) -> None:
    path = crew.project.ledger
    os.truncate(path, path.stat().st_size // 2)


def _without_wal(crew: RealCrew) -> None:
    for suffix in ("-wal", "-shm"):
        crew.project.ledger.with_name(f"ledger.db{suffix}").unlink(missing_ok=True)


def _without_anything(crew: RealCrew) -> None:
    crew.project.ledger.unlink()
    _without_wal(crew)


def _empty(crew: RealCrew) -> None:
    _without_anything(crew)
    crew.project.ledger.touch(mode=0o600)


HARMS: dict[str, Callable[[RealCrew], None]] = {
    "16 KiB of noise": _noise,
    "cut in half": _cut,
    "deleted": _without_anything,
    "empty": _empty,
}


def _at_work(crew: RealCrew) -> dict[str, Any]:
    """A crew with tasks, a vote with ballots, mail that waits, a dead letter; its state."""
    crew.write({"a": CAT, "b": "sleep 1000"})
    crew.up()
    crew.until_state("a", "idle")
    for number in range(6):
        done = crew.run("task", "add", f"t{number}", "--title", f"task {number}")
        assert done.returncode == 0, done.stderr
    assert crew.run("vote", "open", "which", "A", "B").returncode == 0
    crew.send("a", "taken")
    crew.send("b", "waits")
    crew.drop("a", "bad.json", b"{no envelope")
    crew.until(lambda: crew.messages(recipient="a", state="delivered"))
    crew.until(lambda: crew.messages(recipient="a", state="dead"))
    crew.until(lambda: crew.messages(recipient="b", sender="human"))
    crew.until(lambda: {m["state"] for m in crew.messages(recipient="a")} == {"delivered", "dead"})
    return _known(crew)


def _known(crew: RealCrew) -> dict[str, Any]:
    state = crew.state()
    known = {name: state[name] for name in KEPT}
    for message in known["messages"].values():  # whether it waits or is held says the time alone
        if message["state"] in ("queued", "held"):
            message.update(state="waits", reason="", changed_at=0.0)
    return known


@pytest.mark.parametrize("harm", HARMS)
def test_up_mends_a_harmed_ledger_and_nothing_is_missing(harm: str, crew: RealCrew) -> None:
    known = _at_work(crew)
    crew.run("stop", "--keep-agents")
    HARMS[harm](crew)
    crew.up()
    crew.until_state("a", "idle")
    assert _known(crew) == known
    said = crew.state()["troubles"]["rebuilt"]["what"]
    assert "6 tasks, 1 votes" in said
    assert "1 dead letters" in said
    assert "nothing that was written down is lost" in said


def test_a_ledger_that_lost_its_write_ahead_log_in_a_crash_is_built_anew(crew: RealCrew) -> None:
    known = _at_work(crew)
    crew.until(lambda: _is_followed(crew))
    crew.kill_supervisor()
    _without_wal(crew)
    crew.up()
    crew.until_state("a", "idle")
    assert _known(crew) == known
    assert "rebuilt" in crew.state()["troubles"]


def _is_followed(crew: RealCrew) -> bool:
    """Whether all that is committed stands in the redo log: that comes within moments."""
    lines = (crew.project.logs / "rows.jsonl").read_text().splitlines()
    with closing(sqlite3.connect(crew.project.ledger)) as connection:
        return bool(lines) and int(json.loads(lines[-1])["n"]) == highest(connection)


def test_without_a_redo_log_what_is_lost_is_named(crew: RealCrew) -> None:
    _at_work(crew)
    crew.run("stop", "--keep-agents")
    (crew.project.logs / "rows.jsonl").unlink()
    _noise(crew)
    crew.up()
    said = crew.state()["troubles"]["rebuilt"]["what"]
    assert "tasks, votes, milestones and dead letters of before are lost" in said
    crew.until(lambda: crew.messages(recipient="b"))


def test_damage_while_the_crew_runs_is_found_and_mended_within_a_minute(crew: RealCrew) -> None:
    known = _at_work(crew)
    agent = crew.agent("a")["pid"]
    with closing(sqlite3.connect(crew.project.ledger)) as connection:  # into the file itself
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _noise(crew)
    crew.until(lambda: "rebuilt" in crew.state()["troubles"], limit_s=60)
    crew.until_state("a", "idle")
    assert crew.agent("a")["pid"] == agent
    assert _known(crew) == known
    crew.send("a", "and on")
    crew.until(lambda: [m for m in crew.messages(recipient="a") if m["preview"] == "and on"])
