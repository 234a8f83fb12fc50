"""The supervisor and its agents: starts, ends, restarts, adoption, troubles."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from crewtui.core.ledger.trail import trail_files
from crewtui.core.supervision.exits import is_alive
from tests.support.crews import CAT, RealCrew, in_its_place, sim

needs_unshare = pytest.mark.skipif(
    shutil.which("unshare") is None, reason="unshare is not installed"
)
LATE = {"command": ["sh", "-c", "sleep 0.2; exec cat"], "adapter": "lines"}
FAST = {"base_s": 0.1, "max_s": 0.2}


def test_endings_are_told_apart(crew: RealCrew) -> None:
    crew.write(
        {
            "missing": "no-such-program-here",
            "clean": ["sh", "-c", "exit 0"],
            "crash": {"command": ["sh", "-c", "exit 3"], "restart": {**FAST, "limit": 2}},
            "lost": {**CAT, "cwd": "no-such-folder"},
        }
    )
    crew.up()
    assert "no such program" in crew.until_state("missing", "failed")["exit"]
    assert crew.until_state("clean", "exited")["exit"] == "exit 0"
    degraded = crew.until_state("crash", "degraded")
    assert (degraded["exit"], degraded["restarts"]) == ("exit 3", 2)
    assert "cannot enter" in crew.until_state("lost", "failed")["exit"]


def test_a_killed_agent_is_started_again_and_the_signal_is_said(crew: RealCrew) -> None:
    crew.write({"a": {**CAT, "restart": FAST}})
    crew.up()
    view = crew.until_state("a", "idle")
    os.kill(view["pid"], signal.SIGKILL)
    crew.until(lambda: crew.agent("a")["restarts"] == 1 and crew.agent("a")["state"] == "idle")
    assert crew.agent("a")["exit"] == "killed by SIGKILL"
    assert crew.agent("a")["pid"] != view["pid"]


def test_reset_lets_a_degraded_agent_start_again(crew: RealCrew) -> None:
    fuse = crew.project.root / "mended"
    command = ["sh", "-c", f"test -e {fuse} && exec cat; exit 1"]
    crew.write({"a": {"command": command, "adapter": "lines", "restart": {**FAST, "limit": 1}}})
    crew.up()
    crew.until_state("a", "degraded")
    fuse.touch()
    assert crew.run("reset", "a").stdout == "a was reset: it starts again\n"
    assert crew.until_state("a", "idle")["restarts"] == 0
    assert "it runs on" in crew.run("reset", "a").stdout


def test_the_countdown_of_a_restart_outlives_the_supervisor(crew: RealCrew) -> None:
    slow = {"base_s": 8.0, "max_s": 8.0}
    crew.write({"a": {"command": ["sh", "-c", "sleep 1; exit 3"], "restart": slow}})
    crew.up()
    before = crew.until_state("a", "backoff")
    crew.kill_supervisor()
    crew.up()
    after = crew.until_state("a", "backoff")
    assert abs(after["restart_at"] - before["restart_at"]) < 0.5
    assert (after["restarts"], after["exit"]) == (before["restarts"], "exit 3")
    assert crew.until(lambda: crew.agent("a")["started_at"]) >= before["restart_at"] - 0.5


def test_a_restart_by_hand_does_not_count(crew: RealCrew) -> None:
    crew.write({"a": CAT})
    crew.up()
    first = crew.until_state("a", "idle")["pid"]
    assert crew.run("restart", "a").returncode == 0
    crew.until(lambda: crew.agent("a")["pid"] != first and crew.agent("a")["state"] == "idle")
    assert crew.agent("a")["restarts"] == 0


def test_stop_and_start_of_one_agent(crew: RealCrew) -> None:
    crew.write({"a": CAT})
    crew.up()
    crew.until_state("a", "idle")
    crew.call("agent.stop", agent="a")
    crew.until_state("a", "stopped")
    assert crew.run("start", "a").returncode == 0
    crew.until_state("a", "idle")


def test_a_new_supervisor_adopts_living_agents(crew: RealCrew) -> None:
    crew.write({"a": CAT, "b": LATE})
    crew.up()
    before = {name: crew.until_state(name, "idle")["pid"] for name in ("a", "b")}
    crew.kill_supervisor()
    crew.up()
    after = {name: crew.until_state(name, "idle")["pid"] for name in ("a", "b")}
    assert after == before
    assert len(crew.events("agent.adopted")) == 2


def test_an_agent_that_died_unseen_is_started_again(crew: RealCrew) -> None:
    crew.write({"a": CAT})
    crew.up()
    pid = crew.until_state("a", "idle")["pid"]
    crew.kill_supervisor()
    os.kill(pid, signal.SIGKILL)
    crew.up()
    assert crew.until_state("a", "idle")["pid"] != pid


def test_stop_ends_agents_and_keep_agents_leaves_them(crew: RealCrew) -> None:
    crew.write({"a": CAT})
    crew.up()
    pid = crew.until_state("a", "idle")["pid"]
    assert crew.run("stop", "--keep-agents").returncode == 0
    assert is_alive(pid)
    crew.up()
    assert crew.until_state("a", "idle")["pid"] == pid
    assert crew.run("stop").returncode == 0
    assert not Path(f"/proc/{pid}").exists()
    assert crew.run("status").returncode == 3


def test_sigterm_is_a_clean_stop(crew: RealCrew) -> None:
    crew.write({"a": CAT})
    crew.up()
    pid = crew.until_state("a", "idle")["pid"]
    supervisor = crew.state()["supervisor"]["pid"]
    os.kill(supervisor, signal.SIGTERM)
    crew.until(lambda: not crew.is_up())
    assert not Path(f"/proc/{pid}").exists()


def test_of_many_supervisors_started_at_once_one_runs(crew: RealCrew) -> None:
    crew.write({"a": CAT})
    words = [sys.executable, "-m", "crewtui", "up", "--foreground", "-C", str(crew.project.root)]
    started = [
        subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    crew.until_state("a", "idle")
    crew.until(lambda: sum(process.poll() is not None for process in started) == 5)
    running = [process for process in started if process.poll() is None]
    ended = [process for process in started if process.poll() is not None]
    assert {process.returncode for process in ended} == {3}
    for process in ended:
        assert str(running[0].pid) in process.communicate()[1]
    assert len(crew.events("agent.starting")) == 1
    crew.run("stop")
    running[0].communicate(timeout=10)


def test_a_group_shares_one_session_with_split_panes(crew: RealCrew) -> None:
    crew.write({"w": CAT})
    with crew.project.config.open("a") as file:
        file.write('[[worker_groups]]\nid = "g"\nagents = ["w"]\ncount = 3\n')
    crew.up()
    for name in ("w-1", "w-2", "w-3"):
        crew.until_state(name, "idle")
    panes = crew.tmux("list-panes", "-s", "-t", "=proj-g", "-F", "#{pane_id}").split()
    assert len(panes) == 3


def test_a_hostile_project_folder_runs_nothing(tmp_path: Path) -> None:
    root = tmp_path / "it's #(touch x) $(touch y);"
    root.mkdir()
    crew = RealCrew(root)
    try:
        crew.write({"a": {"command": ["sh", "-c", "pwd > here; exec cat"], "adapter": "lines"}})
        crew.up()
        crew.until_state("a", "idle")
        assert (root / "here").read_text().strip() == str(root)
        assert not list(tmp_path.rglob("x"))
        assert not list(tmp_path.rglob("y"))
    finally:
        crew.close()


def test_private_files_are_private_and_secrets_stay_out_of_tmux(crew: RealCrew) -> None:
    crew.write({"a": {**CAT, "env": {"API_KEY": "s3cret-value"}}})
    crew.up()
    pid = crew.until_state("a", "idle")["pid"]
    assert b"API_KEY=s3cret-value" in Path(f"/proc/{pid}/environ").read_bytes()
    assert "s3cret" not in crew.tmux("show-environment", "-t", "=proj-a")
    assert "s3cret" not in crew.tmux("show-environment", "-g")
    assert list((crew.project.runtime / "launch").iterdir()) == []
    for path in crew.project.runtime.rglob("*"):
        mode = path.lstat().st_mode & 0o777
        assert mode & 0o077 == 0, f"{path} {mode:o}"
    assert crew.project.socket.lstat().st_mode & 0o077 == 0


def test_records_of_the_crew_are_written(crew: RealCrew) -> None:
    crew.write({"a": {"command": ["sh", "-c", "echo transcribed; exec cat"], "adapter": "lines"}})
    crew.up()
    pid = crew.until_state("a", "idle")["pid"]
    logs = crew.project.logs
    crew.until(lambda: any("agent.ready" in path.read_text() for path in trail_files(logs)))
    crew.until(lambda: f'"pid": {pid}' in (logs / "state.json").read_text())
    crew.until(lambda: (crew.project.runtime / "pids/a.pid").read_text().strip() == str(pid))
    transcript = logs / "transcripts" / "a.log"
    crew.send("a", "hello transcript")
    crew.until(lambda: "hello transcript" in transcript.read_text())


def test_a_killed_tmux_server_is_shown_and_agents_come_back(
    crew: RealCrew, script: Path, tmp_path: Path
) -> None:
    crew.write({"a": sim(script), "b": CAT}, duplicate_window_s=0)
    crew.up()
    crew.until_state("a", "idle")
    old = crew.until_state("b", "idle")["pid"]
    crew.tmux("kill-server")
    crew.send("a", "while tmux is gone")
    crew.until(lambda: crew.agent("b")["state"] == "idle" and crew.agent("b")["pid"] != old)
    crew.until(lambda: crew.messages(recipient="a", state="delivered"))
    assert crew.agent("b")["restarts"] == 0
    crew.until(lambda: "tmux" not in crew.state()["troubles"])


def test_a_damaged_ledger_is_moved_aside_and_nothing_that_waits_is_lost(
    crew: RealCrew, script: Path
) -> None:
    crew.write({"a": {"command": sim(script), "autostart": False}})
    crew.up()
    crew.drop("a", "waits__from-b__to-a.md", b"do not lose me")
    crew.until(lambda: crew.messages(recipient="a", state="held"))
    before = len(crew.events())
    crew.run("stop")
    with crew.project.ledger.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(8192))
    crew.up()
    assert "rebuilt" in crew.state()["troubles"]
    assert list(crew.project.runtime.glob("ledger.db.bad-*"))
    assert len(crew.events()) >= before
    crew.run("start", "a")
    crew.until(lambda: crew.messages(recipient="a", state="delivered"))


def test_a_ledger_of_a_newer_crewtui_is_refused(crew: RealCrew) -> None:
    crew.write({"a": CAT})
    crew.project.prepare()
    connection = sqlite3.connect(crew.project.ledger)
    connection.execute("PRAGMA user_version = 99")
    connection.execute("CREATE TABLE t (x)")
    connection.commit()
    connection.close()
    done = crew.run("up")
    assert done.returncode == 1
    assert "newer" in done.stderr


def test_a_locked_ledger_is_shown_and_the_message_waits(crew: RealCrew, script: Path) -> None:
    crew.write({"a": sim(script)})
    crew.up()
    crew.until_state("a", "idle")
    other = sqlite3.connect(crew.project.ledger, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    crew.send("a", "while it is locked")
    crew.until(lambda: "ledger" in crew.state()["troubles"])
    other.execute("ROLLBACK")
    other.close()
    crew.until(lambda: crew.messages(recipient="a", state="delivered"))
    assert "ledger" not in crew.state()["troubles"]


def test_an_inbox_that_is_replaced_is_shown_and_works_again(crew: RealCrew, script: Path) -> None:
    crew.write({"a": sim(script), "b": sim(script)})
    crew.up()
    crew.until_state("a", "idle")
    inbox = crew.project.inbox("a")
    in_its_place(inbox, lambda: inbox.write_text("a file"))
    crew.until(lambda: "folder:a" in crew.state()["troubles"])
    crew.send("b", "the rest goes on")
    crew.until(lambda: crew.messages(recipient="b", state="delivered"))
    inbox.unlink()
    crew.until(lambda: "folder:a" not in crew.state()["troubles"])
    crew.send("a", "here again")
    crew.until(lambda: crew.messages(recipient="a", state="delivered"))


@contextmanager
def mounted(crew: RealCrew, mount: str) -> Iterator[int]:
    """A supervisor in a mount namespace of its own, prepared by a shell command; its process."""
    probe = subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("this machine allows no user namespaces")
    up = f"exec {sys.executable} -m crewtui up --foreground -C {crew.project.root}"
    process = subprocess.Popen(["unshare", "-Urm", "sh", "-c", f"{mount} && {up}"])
    try:
        crew.until(lambda: crew.agent("a")["state"] == "idle")
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


@needs_unshare
def test_a_full_disk_is_shown_and_work_goes_on_when_there_is_room(
    crew: RealCrew, script: Path
) -> None:
    crew.write({"a": sim(script)})
    runtime = crew.project.runtime
    runtime.mkdir(mode=0o700)
    with mounted(crew, f"mount -t tmpfs -o size=2m,mode=700 tmpfs {runtime}") as pid:
        filler = Path(f"/proc/{pid}/root{runtime}/filler")
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"x" * 4096)
        crew.send("a", "while the disk is full")
        crew.until(lambda: crew.state()["troubles"])
        filler.unlink()
        crew.until(lambda: crew.messages(recipient="a", state="delivered"))
        crew.until(lambda: not crew.state()["troubles"])


@needs_unshare
def test_a_read_only_folder_is_shown_and_mail_goes_on_when_it_ends(
    crew: RealCrew, script: Path
) -> None:
    crew.write({"a": sim(script)})
    crew.project.prepare()
    folder = crew.project.processed
    bind = f"mount --bind {folder} {folder} && mount -o remount,ro,bind {folder}"
    with mounted(crew, bind) as pid:
        crew.send("a", "cannot be filed")
        crew.until(lambda: "filing" in crew.state()["troubles"])
        assert len(list(crew.project.inbox("a").glob("*.md"))) == 1
        enter = ["nsenter", "-t", str(pid), "-U", "--preserve-credentials", "-m"]
        subprocess.run([*enter, "mount", "-o", "remount,rw,bind", str(folder)], check=True)
        crew.until(lambda: "filing" not in crew.state()["troubles"])
        crew.until(lambda: len(list(folder.rglob("*.md"))) == 1)


def test_an_agent_is_not_told_that_it_runs_in_ci(
    crew: RealCrew, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    crew.write({"a": {**CAT}})
    crew.up()
    pid = crew.until_state("a", "idle")["pid"]
    assert b"\0CI=" not in Path(f"/proc/{pid}/environ").read_bytes()
