"""The command line as a person and as an agent uses it."""

import contextlib
import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from crewtui.app.cli import COMMANDS
from tests.support.crews import CAT, RealCrew, sim


@pytest.fixture
def running(crew: RealCrew, script: Path) -> RealCrew:
    crew.write({"a": sim(script), "sh": ["bash", "--norc"]})
    crew.up()
    crew.until_state("a", "idle")
    crew.until_state("sh", "idle")
    return crew


def test_help_is_grouped_and_has_examples(crew: RealCrew) -> None:
    text = crew.run("--help").stdout
    for wanted in ("The crew:", "Messages:", "Agents:", "Examples:", "Exit codes:"):
        assert wanted in text


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help(name: str, crew: RealCrew) -> None:
    done = crew.run(name, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout


def test_init_makes_a_project_once(crew: RealCrew) -> None:
    assert crew.run("init").returncode == 0
    before = crew.project.config.read_text()
    assert "nothing was changed" in crew.run("init").stdout
    assert crew.project.config.read_text() == before
    assert crew.run("init", "--from-template", "nope").returncode == 2


def test_without_a_project_the_way_out_is_said(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "crewtui", "status", "-C", str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "crewtui init" in done.stderr


def test_a_wrong_configuration_exits_2_with_its_line(crew: RealCrew) -> None:
    crew.write({"a": CAT})
    with crew.project.config.open("a") as file:
        file.write("colour = 1\n")
    done = crew.run("up")
    assert done.returncode == 2
    assert "agents.toml:8" in done.stderr


def test_without_a_supervisor_commands_exit_3(crew: RealCrew) -> None:
    crew.write({"a": CAT})
    for words in (("status",), ("stop",), ("restart", "a"), ("dead", "list"), ("events",)):
        done = crew.run(*words)
        assert done.returncode == 3
        assert "crewtui up" in done.stderr


def test_sending_to_nobody_is_refused_and_names_who_is_there(running: RealCrew) -> None:
    done = running.run("send", "--to", "ghost", "hello")
    assert done.returncode == 4
    assert "known:" in done.stderr
    assert running.run("send", "--to", "../x", "hello").returncode == 4
    assert running.run("send", "--to", "a", "  ").returncode == 4


def test_send_reads_standard_input_and_knows_its_sender(running: RealCrew) -> None:
    environment = {
        **os.environ,
        "CREWTUI_PROJECT": str(running.project.root),
        "CREWTUI_AGENT": "sh",
    }
    words = [sys.executable, "-m", "crewtui", "send", "--to", "a", "--json", "-"]
    done = subprocess.run(
        words, input="from stdin", capture_output=True, text=True, env=environment, check=True
    )
    assert json.loads(done.stdout)["to"] == "a"
    found = running.until(lambda: running.messages(recipient="a", state="delivered"))
    assert (found[0]["sender"], found[0]["preview"]) == ("sh", "from stdin")


def test_status_inbox_events_and_agents_print_lines_and_json(running: RealCrew) -> None:
    running.send("a", "hello")
    running.until(lambda: running.messages(state="delivered"))
    assert "● sh" in running.run("status").stdout
    assert json.loads(running.run("status", "--json").stdout)["agents"]["sh"]["state"] == "idle"
    assert "human -> a" in running.run("inbox").stdout
    assert running.run("inbox", "sh").stdout == ""
    assert "delivered" in running.run("events", "--kind", "message").stdout
    for line in running.run("events", "--json").stdout.splitlines():
        assert {"id", "at", "kind", "schema_version"} <= json.loads(line).keys()
    assert "shell" in running.run("agents").stdout
    assert "no dead letters" in running.run("dead", "list").stdout


def test_doctor_says_what_is_missing_and_what_to_do(crew: RealCrew) -> None:
    crew.write({"a": CAT, "b": "no-such-program"})
    done = crew.run("doctor")
    assert done.returncode == 1
    assert "BAD   b: no program 'no-such-program'" in done.stdout
    assert "ok    tmux" in done.stdout
    levels = [
        json.loads(line)["level"] for line in crew.run("doctor", "--json").stdout.splitlines()
    ]
    assert "bad" in levels


def test_doctor_says_who_has_no_fence_and_what_a_fence_leaves_open(crew: RealCrew) -> None:
    fenced = {"command": "cat", "allowed_write_dirs": ["src"], "network": "loopback"}
    maker = {"command": "cat", "adapter": "gemini", "allowed_write_dirs": ["src"]}
    crew.write({"a": "cat", "b": fenced, "c": maker}, fence="landlock")
    said = crew.run("doctor").stdout
    assert "warn  a has no fence" in said
    assert "warn  write scopes: landlock (full)" in said
    assert "Landlock leaves rights and times of other files" in said
    assert "warn  b: Landlock cannot give it a loopback of its own" in said
    assert "b has no fence" not in said
    assert "warn  c makes terminals" in said


@pytest.mark.parametrize("agent", ["a", "sh"])
def test_spike_proves_delivery_over_a_restart(agent: str, running: RealCrew) -> None:
    done = running.run("spike", "--agent", agent)
    assert done.returncode == 0, done.stdout + done.stderr
    kept = list((running.project.logs / "spike_transcripts").iterdir())
    assert len(kept) == 1
    assert "10 of 10 arrived" in kept[0].read_text()


def test_attach_opens_the_agents_session(running: RealCrew) -> None:
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(running.project.root)
        os.environ["TERM"] = "xterm-256color"
        os.execv(sys.executable, [sys.executable, "-m", "crewtui", "attach", "sh"])
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def attached() -> bool:
        ready, _, _ = select.select([master], [], [], 0)
        if ready:
            with contextlib.suppress(OSError):
                os.read(master, 65536)
        return "proj-sh" in running.tmux("list-clients", "-F", "#{session_name}")

    try:
        running.until(attached)
        running.until(lambda: os.write(master, b"\x1c") and not attached())
    finally:
        os.close(master)
        os.waitpid(pid, 0)


def test_the_demo_holds_every_check() -> None:
    words = [sys.executable, "-m", "crewtui", "demo", "--headless", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    report = json.loads(done.stdout)
    assert done.returncode == 0, report
    assert report["passed"]
    assert len(report["checks"]) == 16
    assert all(check["passed"] and check["evidence"] for check in report["checks"])


def test_commands_that_agents_call_all_day_need_no_supervisor_to_send(
    crew: RealCrew, script: Path
) -> None:
    crew.write({"a": sim(script)})
    crew.project.prepare()
    crew.project.inbox("a").mkdir()
    crew.send("a", "kept until the crew is up")
    crew.up()
    crew.until(lambda: crew.messages(recipient="a", state="delivered"))


def test_agents_lists_the_adapters_and_why_one_serves(running: RealCrew) -> None:
    said = running.run("agents").stdout
    assert "serves the program bash; messages are comments" in said
    for name in ("claude", "codex", "gemini", "copilot", "aider", "opencode", "cursor-agent"):
        assert f"  {name} " in said


def test_explain_shows_the_state_the_rule_and_the_lines_it_met(running: RealCrew) -> None:
    said = running.run("agents", "explain", "sh").stdout
    assert "sh is idle (adapter shell" in said
    assert "a message would be typed now" in said
    assert "* idle     composer" in said
    found = json.loads(running.run("agents", "explain", "sh", "--json").stdout)
    assert found["composer"] is not None


def test_a_forged_signal_is_ignored_and_hooks_never_fail(running: RealCrew) -> None:
    said = {"agent": "sh", "token": "0" * 64}
    with pytest.raises(Exception, match="token"):
        running.call("signal", said=said, name="Stop", data={})
    done = running.run("signal", "Stop")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
