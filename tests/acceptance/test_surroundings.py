"""A crew goes on whatever becomes of what is around it."""

import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crewtui.core.config.lock import holder
from crewtui.core.rpc import wire
from crewtui.core.rpc.status import Status
from crewtui.core.tmux.server import TmuxServer
from tests.support.crews import CAT, RealCrew, in_its_place

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
    asked = {"token": env["CREWTUI_TOKEN"], "name": "request", "data": data | wire.Peer().facts}
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


def test_few_open_files_are_said_and_a_low_limit_is_raised(crew: RealCrew) -> None:
    crew.write({"a": CAT})
    up = [sys.executable, "-m", "crewtui", "up"]
    for limits, said in ((("-Sn", "64"), False), (("-n", "120"), True)):
        words = ["sh", "-c", f'ulimit {limits[0]} {limits[1]} && exec "$@"', "sh", *up]
        subprocess.run(words, cwd=crew.project.root, check=True, capture_output=True)
        assert ("files" in crew.state()["troubles"]) == said
        crew.until_state("a", "idle")
        assert crew.run("stop").returncode == 0


def test_an_agent_that_dies_while_no_descriptor_is_left_starts_again_afterwards(
    crew: RealCrew,
) -> None:
    crew.write({"a": CAT, "b": CAT})
    crew.up()
    first = crew.until_state("a", "idle")["pid"]
    other = crew.until_state("b", "idle")["pid"]
    pid = holder(crew.project)
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    with closing(socket.socket(socket.AF_UNIX)) as client:  # asks on while nobody else can
        client.connect(str(crew.project.socket))
        client.settimeout(5)
        asked = client.makefile("rwb")
        opened = [int(path.name) for path in Path(f"/proc/{pid}/fd").iterdir()]
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (max(opened) + 1, before[1]))
        spare = set(range(max(opened))) - set(opened)
        assert len(spare) < 8
        os.kill(first, signal.SIGKILL)
        _until_says(asked, lambda state: state["agents"]["a"]["state"] != "idle")
        crew.drop("a", "while-full.md", b"while nothing could be opened")
        for _ in range(20):  # several looks go by
            _until_says(asked, lambda state: True)
            time.sleep(0.1)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    crew.until(lambda: crew.agent("a")["pid"] not in (None, first))
    crew.until(lambda: crew.messages(recipient="a", state="delivered"))
    assert holder(crew.project) == pid, "the supervisor lived through it"
    assert crew.agent("b")["pid"] == other
    assert not {"tmux", "tmux-socket"} & set(crew.state()["troubles"])


def _until_says(asked: Any, condition: Callable[[dict[str, Any]], bool]) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        asked.write(wire.hello() + wire.request(1, Status()))
        asked.flush()
        asked.readline()
        if condition(wire.decode(asked.readline())["result"]):
            return
        time.sleep(0.05)
    raise AssertionError("never came about")


@pytest.mark.parametrize("path", ["to_a", "processed", "dead_letter", ""])
def test_a_folder_of_messages_that_is_taken_away_is_made_again(crew: RealCrew, path: str) -> None:
    crew.write({"a": CAT})
    crew.up()
    crew.until_state("a", "idle")
    shutil.rmtree(crew.project.messages / path)
    crew.until((crew.project.messages / path).is_dir)
    crew.until(lambda: crew.events("mail.folder_made"))
    crew.send("a", "after that")
    sent = crew.until(lambda: crew.messages(recipient="a", state="delivered"))[0]
    crew.until(lambda: not list(crew.project.inbox("a").iterdir()))
    assert any(sent["name"] in path.name for path in crew.project.processed.rglob("*.md"))
    assert crew.state()["troubles"] == {}


def test_an_inbox_that_became_a_file_or_a_link_is_named_and_the_others_go_on(
    crew: RealCrew, tmp_path: Path
) -> None:
    crew.write({"a": CAT, "b": CAT})
    crew.up()
    crew.until_state("a", "idle")
    inbox, elsewhere = crew.project.inbox("a"), tmp_path / "elsewhere"
    elsewhere.mkdir()
    for plant in (lambda: inbox.write_text("no folder"), lambda: inbox.symlink_to(elsewhere)):
        in_its_place(inbox, plant)
        crew.until(lambda: str(inbox) in str(crew.state()["troubles"].get("folder:a")))
        crew.send("b", "to the other one")
        crew.until(lambda: crew.messages(recipient="b", state="delivered"))
        inbox.unlink()
        crew.until(lambda: "folder:a" not in crew.state()["troubles"] and inbox.is_dir())
        crew.until(lambda: not crew.messages(recipient="b", state="queued"))
    crew.send("a", "as before")
    crew.until(lambda: crew.messages(recipient="a", state="delivered"))


@pytest.mark.parametrize(
    "name",
    [b"sp ace", b"it's", b'"q"', b"#(touch x) $(touch y)", b"new\nline", b"100%", b"-dash",
     b"gr\xc3\xbc\xc3\x9fe", b"not-utf8-\xff\xfe", b"semi;colon", b"{{project_root}}"],
)  # fmt: skip
def test_a_project_in_a_folder_of_any_name_works(name: bytes, tmp_path: Path) -> None:
    root = tmp_path / os.fsdecode(name)
    root.mkdir()
    crew = RealCrew(root)
    try:
        crew.write({"a": CAT})
        crew.up()
        crew.until_state("a", "idle")
        crew.send("a", "hello")
        crew.until(lambda: crew.messages(recipient="a", state="delivered"))
        for words in (["status"], ["status", "--json"], ["doctor"], ["events"], ["inbox"]):
            done = crew.run(*words)
            assert "Traceback" not in done.stderr, done.stderr
            assert done.returncode == 0 or words == ["doctor"]
        assert crew.run("stop").returncode == 0
        assert sorted(path.name for path in tmp_path.iterdir()) == [root.name]
        assert [path.name for path in root.iterdir()] == [".orchestrator"]
    finally:
        crew.close()


FULL = """
mount -t tmpfs -o size=64k none "$1" && cd "$1" && mkdir -p .orchestrator/messages/to_a &&
printf '[[agents]]\\nid = "a"\\ncommand = "cat"\\n' > .orchestrator/agents.toml &&
head -c 10M /dev/zero > fill 2>/dev/null
shift; "$@"; echo "code $?"; ls -A .orchestrator/messages/to_a
"""


def test_a_message_that_finds_no_room_on_the_disk_is_said_in_one_line(tmp_path: Path) -> None:
    send = [sys.executable, "-m", "crewtui", "send", "--to", "a", "x" * 30_000]
    words = ["unshare", "-Urm", "sh", "-c", FULL, "sh", str(tmp_path), *send]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("no mounts of one's own here")
    assert "No space left on device" in done.stderr
    assert "free space" in done.stderr
    assert len(done.stderr.splitlines()) <= 2
    assert done.stdout == "code 1\n", "and no half file"
