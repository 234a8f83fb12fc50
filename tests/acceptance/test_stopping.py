"""A stop ends everything that belongs to the crew, and says what that was."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from crewtui.core.client.connection import connection_to
from crewtui.core.rpc.agents import StopAgent
from crewtui.core.rpc.panes import PressKeys
from crewtui.core.rpc.request import Request
from crewtui.core.supervision.exits import is_alive
from tests.support.crews import CAT, RealCrew, sim

FAST = {"base_s": 0.1, "max_s": 0.2}
DEAF = "trap '' TERM HUP; while :; do sleep 0.2; done"
DAEMON = """
import os, signal, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        with open(sys.argv[1], "w") as file:
            file.write(str(os.getpid()))
        time.sleep(600)
    os._exit(0)
os.wait()
time.sleep(600)
"""


@pytest.fixture
def bystander(crew: RealCrew) -> Iterator[int]:
    """A person's process that has the project in its environment, but is of no run."""
    env = {
        **os.environ,
        "CREWTUI_PROJECT": str(crew.project.root),
        "CREWTUI_AGENT": "a",
        "CREWTUI_TOKEN": "0" * 64,
    }
    process = subprocess.Popen(["sleep", "600"], env=env)
    yield process.pid
    process.kill()
    process.wait()


def gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has collected counts as ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True


def test_an_agent_that_ignores_signals_and_its_daemon_are_ended_and_said(
    crew: RealCrew, tmp_path: Path, bystander: int
) -> None:
    mark, script = tmp_path / "daemon.pid", tmp_path / "daemon.py"
    script.write_text(DAEMON)
    crew.write(
        {
            "deaf": ["sh", "-c", DEAF],
            "forks": [sys.executable, str(script), str(mark)],
            "off": {**CAT, "autostart": False},
        }
    )
    crew.up()
    pids = [crew.until_state(name, "idle", "busy")["pid"] for name in ("deaf", "forks")]
    crew.until(lambda: mark.exists() and mark.read_text())
    daemon = int(mark.read_text())
    done = crew.run("stop")
    assert done.returncode == 0, done.stderr
    assert all(gone(pid) for pid in (*pids, daemon))
    assert is_alive(bystander)
    said = done.stdout.strip()
    assert f"stopped; ended deaf, forks; 1 left-over process ({daemon} python" in said
    assert said.endswith("of forks)")


async def test_stopping_a_deaf_agent_holds_up_no_key_for_another_pane(crew: RealCrew) -> None:
    crew.write({"deaf": ["sh", "-c", DEAF], "sh": CAT})
    crew.up()
    for name in ("deaf", "sh"):
        crew.until_state(name, "idle", "busy")
    connection, order = connection_to(crew.project), []

    async def ask(asked: Request) -> None:
        await connection.request(asked)
        order.append(asked.NAME)

    async with asyncio.TaskGroup() as tasks:
        keeping = tasks.create_task(connection.keep())
        await connection.up.wait()
        stopping = tasks.create_task(ask(StopAgent(agent="deaf")))
        while not any(event.kind == "agent.asked" for event in connection.state.events):
            await asyncio.sleep(0.01)
        await ask(PressKeys(agent="sh", keys=("x",)))
        await stopping
        keeping.cancel()
    assert order == ["pane.keys", "agent.stop"]


def test_an_agent_that_waits_for_its_start_does_not_start_during_a_stop(
    crew: RealCrew, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    started.mkdir()
    slow = [f"touch {started}/$CREWTUI_AGENT; exec sleep 600"]
    crew.write(
        {
            name: {"command": ["sh", "-c", *slow], "adapter": "simulated"}  # never ready
            for name in ("a", "b", "c", "d")
        }
    )
    crew.up()
    crew.until(lambda: len(list(started.iterdir())) == 2)
    waiting = [n for n in ("a", "b", "c", "d") if not (started / n).exists()]
    done = crew.run("stop")
    running = sorted(path.name for path in started.iterdir())
    assert len(running) == 2
    assert f"ended {', '.join(running)}" in done.stdout
    assert f"{', '.join(waiting)} start no more" in done.stdout
    assert crew.tmux("list-panes", "-a") == ""


def test_an_agent_that_waits_for_its_start_is_stopped_alone(crew: RealCrew) -> None:
    never = {"command": "sleep 600", "adapter": "simulated"}
    crew.write({"a": never, "b": never, "c": CAT})
    crew.up()
    crew.until(lambda: crew.agent("a")["pid"] and crew.agent("b")["pid"])
    assert crew.agent("c")["state"] == "starting"
    said = crew.call("agent.stop", agent="c")
    assert said == "c is stopped: it was about to start, and does not"
    assert crew.agent("c")["state"] == "stopped"
    for name in ("a", "b"):
        assert "was ended" in crew.call("agent.stop", agent=name)
    crew.until_state("a", "stopped")
    crew.until_state("b", "stopped")
    assert crew.agent("c")["pid"] is None
    assert crew.call("agent.stop", agent="c") == "c did not run; it stays stopped"
    assert crew.call("agent.start", agent="c") == "c starts"
    crew.until_state("c", "idle")


def test_an_agent_in_backoff_does_not_start_during_a_stop(crew: RealCrew, tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    command = ["sh", "-c", f"echo x >> {starts}; exit 3"]
    crew.write({"a": {"command": command, "restart": {"base_s": 60, "max_s": 60}}})
    crew.up()
    crew.until_state("a", "backoff")
    done = crew.run("stop")
    assert "no agent ran; a starts no more" in done.stdout
    assert starts.read_text() == "x\n"


def test_a_stop_by_signal_ends_what_was_left_over_too(crew: RealCrew, tmp_path: Path) -> None:
    mark, script = tmp_path / "daemon.pid", tmp_path / "daemon.py"
    script.write_text(DAEMON)
    crew.write({"forks": [sys.executable, str(script), str(mark)]})
    crew.up()
    crew.until(lambda: mark.exists() and mark.read_text())
    os.kill(crew.state()["supervisor"]["pid"], signal.SIGTERM)
    crew.until(lambda: not crew.is_up())
    assert gone(int(mark.read_text()))


def test_keeping_the_agents_keeps_all_their_processes(crew: RealCrew, tmp_path: Path) -> None:
    mark, script = tmp_path / "daemon.pid", tmp_path / "daemon.py"
    script.write_text(DAEMON)
    crew.write({"forks": [sys.executable, str(script), str(mark)]})
    crew.up()
    crew.until(lambda: mark.exists() and mark.read_text())
    assert "the agents run on" in crew.run("stop", "--keep-agents").stdout
    assert not gone(int(mark.read_text()))
    crew.up()
    assert "1 left-over process" in crew.run("stop").stdout
    assert gone(int(mark.read_text()))


def test_what_a_killed_supervisor_left_running_is_ended_by_a_stop(
    crew: RealCrew, tmp_path: Path, bystander: int
) -> None:
    mark, script = tmp_path / "daemon.pid", tmp_path / "daemon.py"
    script.write_text(DAEMON)
    crew.write({"forks": [sys.executable, str(script), str(mark)], "b": CAT})
    crew.up()
    pids = [crew.until_state(name, "idle", "busy")["pid"] for name in ("forks", "b")]
    crew.until(lambda: mark.exists() and mark.read_text())
    crew.kill_supervisor()
    done = crew.run("stop")
    assert "no supervisor ran; ended b, forks; 1 left-over process" in done.stdout, done.stderr
    assert all(gone(pid) for pid in (*pids, int(mark.read_text())))
    assert is_alive(bystander)
    assert crew.run("stop").returncode == 3


def test_restarting_says_what_was_ended(crew: RealCrew) -> None:
    crew.write({"a": CAT})
    crew.up()
    pid = crew.until_state("a", "idle")["pid"]
    assert crew.call("agent.restart", agent="a") == f"a starts anew: its process {pid} was ended"
    crew.until(lambda: crew.agent("a")["pid"] != pid and crew.agent("a")["state"] == "idle")
    crew.call("agent.stop", agent="a")
    crew.until_state("a", "stopped")
    assert crew.call("agent.restart", agent="a") == "a did not run; it starts now"
    crew.until_state("a", "idle")


def looping(script: Path, record: Path, count: Path, deaths: int) -> list[str]:
    """A simulated agent that dies before it is ready, so often."""
    good = " ".join(sim(script, record))
    number = f"n=$(cat {count} 2>/dev/null || echo 0); echo $((n + 1)) > {count}"
    return ["sh", "-c", f"{number}; test $n -ge {deaths} && exec {good}; sleep 0.1; exit 3"]


def test_a_startup_prompt_belongs_to_one_run(crew: RealCrew, script: Path, tmp_path: Path) -> None:
    record = tmp_path / "a.jsonl"
    command = looping(script, record, tmp_path / "count", 3)
    spec = {"command": command, "adapter": "simulated", "restart": FAST, "prompt_file": "p.md"}
    crew.write({"a": spec})
    (crew.project.folder / "p.md").write_text("you are a")
    crew.up()
    crew.until(lambda: crew.messages(sender="crewtui", state="delivered"))
    assert len(crew.messages(sender="crewtui", state="superseded")) == 3
    assert len(crew.events("message.superseded")) == 3
    assert crew.messages(state="dead") == []
    crew.send("a", "after it")
    crew.until(lambda: "after it" in record.read_text())
    assert record.read_text().count("you are a") == 1


def test_the_prompt_of_an_agent_that_is_given_up_or_stopped_does_not_wait(
    crew: RealCrew, script: Path, tmp_path: Path
) -> None:
    never = {"command": "sleep 600", "adapter": "simulated", "prompt_file": "p.md"}
    dies = looping(script, tmp_path / "a.jsonl", tmp_path / "count", 2)
    limit = {"restart": {**FAST, "limit": 1}}
    crew.write({"a": {**never, "command": dies, **limit}, "b": never})
    (crew.project.folder / "p.md").write_text("you are here")
    crew.up()
    crew.until_state("a", "degraded")
    crew.until(lambda: len(crew.messages(recipient="a", state="superseded")) == 2)
    crew.until(lambda: crew.messages(recipient="b", state="held"))
    crew.call("agent.stop", agent="b")
    crew.until(lambda: crew.messages(recipient="b", state="superseded"))
    assert crew.messages(state="queued") == crew.messages(state="held") == []
    crew.call("agent.reset", agent="a")
    crew.until(lambda: crew.messages(recipient="a", state="delivered"))


def test_the_prompt_of_a_run_that_ended_unseen_does_not_wait(crew: RealCrew) -> None:
    never = {"command": "sleep 600", "adapter": "simulated", "prompt_file": "p.md"}
    crew.write({"a": never})
    (crew.project.folder / "p.md").write_text("you are here")
    crew.up()
    crew.until(lambda: crew.messages(recipient="a", state="held"))
    pid = crew.agent("a")["pid"]
    crew.kill_supervisor()
    os.kill(pid, signal.SIGKILL)
    crew.write({"a": {**never, "autostart": False}})
    crew.up()
    assert crew.messages(recipient="a", state="superseded")
    assert crew.messages(state="queued") == crew.messages(state="held") == []
    crew.call("agent.start", agent="a")
    crew.until(lambda: crew.messages(recipient="a", state="held"))
    assert len(crew.messages(recipient="a")) == 2
