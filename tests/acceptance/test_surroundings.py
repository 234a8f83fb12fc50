"""A crew goes on whatever becomes of what is around it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crewtui.core.config.lock import holder
from crewtui.core.tmux.server import TmuxServer
from tests.support.crews import CAT, RealCrew

INSTANCES = "/proc/sys/user/max_inotify_instances"
"""The limit of a user namespace: lowered there, it concerns nobody else."""


def _in_a_namespace(*words: str) -> list[str]:
    lowered = f'echo 0 > {INSTANCES} && exec "$@"'
    return ["unshare", "-Ur", "sh", "-c", lowered, "sh", *words]


def test_without_inotify_messages_arrive_by_listing_and_watching_comes_back(
    crew: RealCrew,
) -> None:
    if subprocess.run(_in_a_namespace("true"), capture_output=True, check=False).returncode:
        pytest.skip("no user namespaces here")
    crew.write({"a": CAT})
    up = [sys.executable, "-m", "crewtui", "up", "-C", str(crew.project.root)]
    subprocess.run(_in_a_namespace(*up), check=True, capture_output=True)
    crew.until(lambda: "watch" in crew.state()["troubles"])
    crew.until_state("a", "idle")
    crew.send("a", "found by listing")
    crew.until(lambda: crew.messages(recipient="a", state="delivered"))
    pid = str(holder(crew.project))
    raised = ["sh", "-c", f"echo 128 > {INSTANCES}"]
    subprocess.run(["nsenter", "-U", "--preserve-credentials", "-t", pid, *raised], check=True)
    crew.until(lambda: "watch" not in crew.state()["troubles"])


def test_requests_by_file_made_while_no_supervisor_runs_are_answered_later(
    crew: RealCrew, tmp_path: Path
) -> None:
    facts = tmp_path / "facts"
    crew.write({"a": {"command": ["sh", "-c", f"env > {facts}; exec cat"], "adapter": "lines"}})
    crew.up()
    crew.until_state("a", "idle")
    env = dict(line.split("=", 1) for line in facts.read_text().splitlines() if "=" in line)
    crew.run("stop", "--keep-agents")
    data = {"method": "task.add", "params": {"tasks": [{"id": "t1", "title": "one"}]}}
    asked = {"token": env["CREWTUI_TOKEN"], "name": "request", "data": data}
    spool = Path(env["CREWTUI_SIGNALS"])
    (spool / ".1.tmp").write_text(json.dumps(asked))
    (spool / ".1.tmp").rename(spool / "1.json")
    crew.up()
    crew.until(lambda: "t1" in crew.state()["tasks"])
    said = crew.until(lambda: crew.messages(recipient="a", sender="crewtui"))
    assert any("task.add" in message["topic"] for message in said)


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "latin-1"},
        {"LANG": "", "LC_ALL": "", "PYTHONIOENCODING": "ascii"},
    ],
    ids=lambda locale: " ".join(f"{key}={value}" for key, value in locale.items()),
)
def test_in_any_locale_every_command_works_and_texts_arrive_whole(
    crew: RealCrew, locale: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for key, value in locale.items():
        monkeypatch.setenv(key, value)
    record = tmp_path / "taken"
    crew.write({"a": {"command": ["sh", "-c", f"tee {record}"], "adapter": "lines"}})
    _ok(crew, "up")
    crew.until_state("a", "idle")
    body = "grüße 漢字 👍"
    _ok(crew, "send", "--to", "a", "--topic", "größe 漢", "--", body)
    crew.until(lambda: crew.messages(recipient="a", state="delivered"))
    assert body.encode() in record.read_bytes()
    _ok(crew, "send", "--to", "human", "--topic", "für dich 漢", "--", body)
    crew.until(lambda: crew.messages(recipient="human"))
    for words in (
        ["status"], ["status", "--json"], ["inbox"], ["inbox", "human"], ["events"], ["agents"],
        ["doctor"], ["dead", "list"], ["agents", "explain", "a"], ["task", "list"], ["--help"],
    ):  # fmt: skip
        _ok(crew, *words)
    _ok(crew, "stop")


def _ok(crew: RealCrew, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "crewtui", *words],
        cwd=crew.project.root,
        capture_output=True,
        check=False,
        timeout=60,
        env=dict(os.environ),
    )
    assert b"Traceback" not in done.stderr, done.stderr
    assert done.returncode in (0, 1) if words[0] == "doctor" else done.returncode == 0, done.stderr


def _tmux_pid(crew: RealCrew) -> int:
    return int(crew.tmux("display-message", "-p", "#{pid}"))


def test_a_stopped_tmux_is_named_within_five_seconds_and_nothing_is_lost(crew: RealCrew) -> None:
    crew.write({"a": CAT, "b": CAT})
    crew.up()
    agents = {name: crew.until_state(name, "idle")["pid"] for name in ("a", "b")}
    pid = _tmux_pid(crew)
    os.kill(pid, signal.SIGSTOP)
    try:
        crew.send("a", "meanwhile")
        crew.until(lambda: "tmux-stopped" in crew.state()["troubles"], limit_s=5)
        assert str(pid) in crew.state()["troubles"]["tmux-stopped"]["what"]
    finally:
        os.kill(pid, signal.SIGCONT)
    crew.until(lambda: "tmux-stopped" not in crew.state()["troubles"])
    taken = crew.until(lambda: crew.messages(recipient="a", state="delivered"))
    assert [message["attempts"] for message in taken] == [1]
    assert {name: crew.agent(name)["pid"] for name in agents} == agents


def test_a_tmux_whose_socket_was_taken_away_makes_it_again(crew: RealCrew) -> None:
    crew.write({"a": CAT, "b": CAT})
    crew.up()
    agents = {name: crew.until_state(name, "idle")["pid"] for name in ("a", "b")}
    pid = _tmux_pid(crew)
    path = TmuxServer(crew.socket).socket_path
    path.unlink()
    crew.until(path.exists, limit_s=5)
    crew.until(lambda: "tmux-socket" not in crew.state()["troubles"])
    assert _tmux_pid(crew) == pid
    crew.send("a", "and on")
    crew.until(lambda: crew.messages(recipient="a", state="delivered"))
    assert {name: crew.agent(name)["pid"] for name in agents} == agents


def test_an_agent_that_starts_again_while_the_socket_is_gone_stays_with_its_crew(
    crew: RealCrew,
) -> None:
    crew.write({"a": CAT, "b": CAT})
    crew.up()
    other = crew.until_state("b", "idle")["pid"]
    first = crew.until_state("a", "idle")["pid"]
    pid = _tmux_pid(crew)
    TmuxServer(crew.socket).socket_path.unlink()
    assert crew.run("restart", "a").returncode == 0
    crew.until(lambda: crew.agent("a")["pid"] not in (None, first))
    crew.until_state("a", "idle")
    assert _tmux_pid(crew) == pid
    assert crew.agent("b")["pid"] == other


def test_a_new_supervisor_finds_the_tmux_whose_socket_was_taken_away(crew: RealCrew) -> None:
    crew.write({"a": CAT})
    crew.up()
    agent = crew.until_state("a", "idle")["pid"]
    pid = _tmux_pid(crew)
    crew.kill_supervisor()
    TmuxServer(crew.socket).socket_path.unlink()
    crew.up()
    assert crew.until_state("a", "idle")["pid"] == agent
    assert _tmux_pid(crew) == pid
