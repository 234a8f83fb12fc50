"""The life of a supervisor: it dies, is started again, and says so; nobody gets a second one."""

import os
import shutil
import signal
import subprocess
import sys
import time

from crewtui.core.config.lock import holder, keeper
from crewtui.core.service.keeper import is_keeper
from tests.support.crews import CAT, RealCrew


def _troubles(crew: RealCrew) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = crew.state()["troubles"]
    return found


def _kill(crew: RealCrew) -> int:
    """``kill -9`` of the supervisor alone; returns which process it was."""
    pid = holder(crew.project)
    os.kill(pid, signal.SIGKILL)
    return pid


def _next_one(crew: RealCrew, old: int) -> int:
    """The process of the supervisor that comes after that one, once its crew stands."""
    crew.until(lambda: holder(crew.project) not in (0, old) and crew.state())
    return holder(crew.project)


def test_a_supervisor_that_is_killed_comes_back_with_its_agents_and_says_why(
    crew: RealCrew,
) -> None:
    crew.write({"a": CAT})
    crew.up()
    agent = crew.until_state("a", "idle")["pid"]
    _next_one(crew, _kill(crew))
    assert crew.until_state("a", "idle")["pid"] == agent
    assert "killed, signal 9" in _troubles(crew)["died"]["what"]
    assert "started again" in _troubles(crew)["died"]["what"]
    crew.send("a", "are you there")
    crew.until(lambda: crew.messages(recipient="a", state="delivered"))


def test_a_supervisor_that_dies_twice_stays_down_and_everybody_is_told(crew: RealCrew) -> None:
    crew.write({"a": CAT})
    crew.up()
    first = _kill(crew)
    _next_one(crew, first)
    parent = keeper(crew.project)
    crew.until(lambda: "died" in _troubles(crew))
    _kill(crew)
    _until(lambda: not is_keeper(parent))
    assert not crew.is_up()
    told = crew.run("status")
    assert told.returncode == 3
    assert "died (killed, signal 9) and is not started again" in told.stderr
    crew.up()
    assert "died" in _troubles(crew)


def test_a_stop_and_a_sigterm_are_no_death(crew: RealCrew) -> None:
    crew.write({"a": CAT})
    crew.up()
    parent = keeper(crew.project)
    assert is_keeper(parent)
    os.kill(holder(crew.project), signal.SIGTERM)
    _until(lambda: not is_keeper(parent))
    assert not crew.is_up()
    assert not crew.project.died.exists()
    crew.up()
    assert _troubles(crew) == {}
    assert crew.run("stop").returncode == 0
    _until(lambda: not is_keeper(keeper(crew.project)))


def test_without_its_parent_a_supervisor_goes_on_alone(crew: RealCrew) -> None:
    crew.write({"a": CAT})
    crew.up()
    pid, parent = holder(crew.project), keeper(crew.project)
    os.kill(parent, signal.SIGKILL)
    _until(lambda: not is_keeper(parent))
    assert crew.run("up").returncode == 3
    assert holder(crew.project) == pid
    assert crew.run("stop").returncode == 0


def test_up_fails_for_a_supervisor_that_dies_in_its_first_moments_and_says_why(
    crew: RealCrew,
) -> None:
    crew.write({"a": CAT})
    crew.project.prepare()
    (crew.project.runtime / "signals").write_text("in the way of a folder")
    told = crew.run("up")
    assert told.returncode != 0
    assert "signals" in told.stderr
    assert "Traceback" not in told.stderr
    assert not crew.is_up()


def test_runtime_taken_away_lets_no_second_supervisor_in_and_loses_nothing(
    crew: RealCrew,
) -> None:
    crew.write({"a": CAT, "b": "sleep 1000"})
    crew.up()
    agent = crew.until_state("a", "idle")["pid"]
    crew.send("b", "this one waits")
    waiting = crew.until(lambda: crew.messages(recipient="b"))[0]["id"]
    secret = (crew.project.runtime / "secret").read_bytes()
    pid = holder(crew.project)
    shutil.rmtree(crew.project.runtime, ignore_errors=True)  # what is written meanwhile stays
    assert crew.run("up").returncode == 3
    crew.until(lambda: crew.events("supervisor.runtime_lost") and crew.is_up())
    crew.until_state("a", "idle")
    assert holder(crew.project) == pid
    assert crew.agent("a")["pid"] == agent
    assert [m["id"] for m in crew.messages(recipient="b")] == [waiting]
    assert (crew.project.runtime / "secret").read_bytes() == secret
    crew.send("a", "and on it goes")
    crew.until(lambda: crew.messages(recipient="a", state="delivered"))
    assert crew.run("stop").returncode == 0


def test_a_stopped_supervisor_is_named_within_three_seconds(crew: RealCrew) -> None:
    crew.write({"a": CAT})
    crew.up()
    pid = holder(crew.project)
    os.kill(pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        told = crew.run("status")
        took = time.monotonic() - began
    finally:
        os.kill(pid, signal.SIGCONT)
    assert told.returncode == 1
    assert f"process {pid}) is stopped" in told.stderr
    assert f"kill -CONT {pid}" in told.stderr
    assert took < 3.0
    assert crew.run("status").returncode == 0


def test_of_many_that_start_at_once_one_runs_and_the_others_name_it(crew: RealCrew) -> None:
    crew.write({"a": CAT})
    words = [sys.executable, "-m", "crewtui", "up"]
    how = {"cwd": crew.project.root, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    ups = [subprocess.Popen(words, text=True, **how) for _ in range(6)]  # type: ignore[call-overload]
    told = [(up.communicate(timeout=60)[1], up.returncode) for up in ups]
    pid = holder(crew.project)
    assert sorted(code for _, code in told) == [0, 3, 3, 3, 3, 3]
    assert all(f"process {pid}" in said for said, code in told if code == 3)
    assert len(crew.events("supervisor.started")) == 1
    crew.until_state("a", "idle")
    assert len(crew.events("agent.starting")) == 1


def _until(condition) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
