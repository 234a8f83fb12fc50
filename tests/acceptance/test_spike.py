"""``crewtui spike``: what it proves of programs of all kinds, what it proposes, what it leaves."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crewtui.core.agents.adapter import Adapter
from tests.support.crews import CAT, RealCrew, sim

LIMIT_S = 120
CAREFUL = """
[[rules]]
on = "count slowly"
do = [["busy", 2.5], ["say", "40"]]
[[rules]]
on = "touch (crewtui-spike-proof-[0-9a-f]+)"
do = [["busy", 0.2], ["ask", "Run the command?"], ["say", "done"]]
[[rules]]
on = "."
do = [["busy", 0.1], ["say", "ready"]]
"""
CARELESS = CAREFUL.replace('["ask", "Run the command?"]', '["run", "touch $MATCH_1"]')


@pytest.fixture
def careful(tmp_path: Path) -> list[str]:
    """A simulated agent that works, and asks before it runs a command."""
    path = tmp_path / "careful.toml"
    path.write_text(CAREFUL)
    return sim(path)


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place of the test's own for folders and sockets: nothing of a throwaway crew stays there.

    Its name is short, since paths of sockets are.
    """
    folder = Path(tempfile.mkdtemp(prefix="cs-", dir="/tmp"))
    for name in ("TMPDIR", "TMUX_TMPDIR", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(folder))
    yield folder
    try:
        _until(lambda: not _left(folder), lambda: f"left behind: {_left(folder)}")
    finally:
        shutil.rmtree(folder)


def _left(folder: Path) -> list[str]:
    found = [str(path) for path in folder.rglob("crewtui-spike-*")]
    mark = f"TMPDIR={folder}\0".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes()
            if mark in (entry / "environ").read_bytes():
                found.append(words.replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def _until(condition: Callable[[], Any], why: Callable[[], str], limit_s: float = 30.0) -> Any:
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(why())


def spike(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """The command in a folder, perhaps without a project."""
    return subprocess.run(
        [sys.executable, "-m", "crewtui", "spike", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )


def told(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    """What it says as JSON, its steps by name."""
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    found["steps"] = {step["name"]: step for step in found["steps"]}
    return dict(found)


def outcomes(found: dict[str, Any]) -> dict[str, str]:
    """Each step's outcome."""
    return {name: step["outcome"] for name, step in found["steps"].items()}


def evidence(found: dict[str, Any], step: str) -> str:
    """What one step is believed by."""
    return "\n".join(found["steps"][step]["evidence"])


def test_everything_is_proven_of_an_agent_that_works_and_asks(
    crew: RealCrew, careful: list[str]
) -> None:
    crew.write({"a": careful})
    crew.up()
    found = told(spike(crew.project.root, "--agent", "a", "--json"))
    assert set(outcomes(found).values()) == {"ok"}, found
    assert "by the rule “spinner”" in evidence(found, "busy")
    assert "held: agent is busy" in evidence(found, "queued")
    assert "1 yes" in evidence(found, "asking").lower()
    assert "held: agent asks" in evidence(found, "asking")
    assert "was killed" in evidence(found, "restart")
    assert "10 of 10 arrived" in evidence(found, "messages 6 to 10")
    decided = crew.events("approval.decided")
    assert [event["detail"]["role"] for event in decided] == ["deny"]
    assert not list(crew.project.root.glob("crewtui-spike-proof*"))


def test_each_step_is_printed_as_it_goes_with_its_evidence_and_kept(
    crew: RealCrew, careful: list[str]
) -> None:
    crew.write({"a": careful})
    crew.up()
    done = spike(crew.project.root)
    assert done.returncode == 0, done.stdout + done.stderr
    steps = [line for line in done.stdout.splitlines() if line.startswith("ok ")]
    assert [line[12:28].strip() for line in steps][:5] == [
        "idle",
        "message",
        "busy",
        "queued",
        "asking",
    ]
    assert "all is proven" in done.stdout
    kept = next((crew.project.logs / "spike_transcripts").iterdir()).read_text()
    assert "10 of 10 arrived" in kept


def test_a_program_that_runs_commands_unasked_is_said_to_hold_no_policies(
    tmp_path: Path,
) -> None:
    script = tmp_path / "careless.toml"
    script.write_text(CARELESS)
    found = told(spike(tmp_path, "--command", " ".join(sim(script)), "--json"))
    assert found["steps"]["asking"]["outcome"] == "not proven"
    assert "does not ask: policies do not hold" in evidence(found, "asking")
    assert found["passed"]


def test_a_shell_takes_messages_and_never_asks(tmp_path: Path) -> None:
    found = told(spike(tmp_path, "--command", "bash --norc", "--json"))
    assert found["adapter"] == "shell"
    assert outcomes(found) == {
        "idle": "ok",
        "message": "ok",
        "busy": "not proven",
        "queued": "not proven",
        "asking": "not proven",
        "long text": "ok",
        "odd text": "ok",
        "messages 1 to 5": "ok",
        "restart": "ok",
        "messages 6 to 10": "ok",
    }
    assert "policies do not hold" in evidence(found, "asking")


def test_lines_fit_a_program_without_a_prompt(tmp_path: Path) -> None:
    first = told(spike(tmp_path, "--command", "cat", "--json"))
    assert first["steps"]["idle"]["outcome"] == "failed"
    assert 'adapter = "lines"' in first["agents_toml"]
    found = told(spike(tmp_path, "--command", "cat", "--adapter", "lines", "--json"))
    assert found["passed"], found
    assert found["steps"]["messages 6 to 10"]["outcome"] == "ok"
    assert "4000 bytes" in evidence(found, "long text")


def test_for_an_unknown_prompt_the_composer_is_proposed_and_holds(tmp_path: Path) -> None:
    done = spike(tmp_path, "--command", "python3 -q")
    assert done.returncode == 1
    assert "rests at “>>> ▏”" in done.stdout
    table = tomllib.loads(done.stdout[done.stdout.index("[[agents]]") :].partition("\n#")[0])
    composer = table["agents"][0]["composer"]
    assert composer == "^>>> "
    found = told(spike(tmp_path, "--command", "python3 -q", "--composer", composer, "--json"))
    assert found["passed"], found
    assert found["steps"]["message"]["outcome"] == "ok"


PRETTY = """
import sys, termios, tty
tty.setraw(0)
out = sys.stdout.write
out("\\x1b[2J\\x1b[H Pretty 7.1\\u202e\\r\\n\\r\\n(3) ask > \\r\\n-- ? for help\\x1b[3;11H")
sys.stdout.flush()
while sys.stdin.read(1) != "q":
    pass
"""


def test_a_screen_that_no_adapter_knows_gives_an_adapter_to_start_from(
    crew: RealCrew, tmp_path: Path
) -> None:
    crew.write({"a": CAT})
    program = tmp_path / "pretty"
    program.write_text(f"#!{sys.executable}\n{PRETTY}")
    program.chmod(0o755)
    words = ("--command", str(program), "--save", "--json")
    done = spike(crew.project.root, *words)
    found = told(done)
    assert done.returncode == 1
    assert "composer = '^\\(\\d+\\) ask > '" in found["agents_toml"]
    path = crew.project.folder / "adapters" / "pretty.toml"
    adapter = Adapter.model_validate(tomllib.loads(path.read_text()))
    assert adapter.programs == ("pretty",)
    assert adapter.composer is not None
    assert adapter.composer.match.search("(12) ask >")
    assert "\u202e" not in done.stdout
    path.write_text("name = 'pretty'\nabout = 'my own'\n")
    again = spike(crew.project.root, *words)
    assert again.returncode == 4
    assert "already" in again.stderr
    assert "my own" in path.read_text()


def test_an_adapter_begun_from_what_a_program_shows_proves_its_states(
    crew: RealCrew, careful: list[str]
) -> None:
    crew.write({"a": CAT})
    line = " ".join(careful)
    unknown = ("--adapter", "generic", "--composer", "^❯ ", "--limit", "6", "--save")
    begun = told(spike(crew.project.root, "--command", line, *unknown, "--json"))
    assert begun["steps"]["screens"]["outcome"] == "ok", begun
    assert "working…" in evidence(begun, "screens")
    assert "Run the command?" in evidence(begun, "screens")
    named = ("--adapter", "crewtui-simulated-agent", "--limit", "20")
    found = told(spike(crew.project.root, "--command", line, *named, "--json"))
    for step in ("idle", "message", "busy", "queued"):
        assert found["steps"][step]["outcome"] == "ok", found
    assert "asking by the rule “asking 1”" in evidence(found, "asking")


def test_a_program_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    done = spike(tmp_path, "--command", "no-such-program-here")
    assert done.returncode == 1
    assert "failed" in done.stdout
    assert "->" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("at", ["", "idle", "asking"])
def test_whenever_it_is_interrupted_nothing_is_left(
    number: signal.Signals, at: str, tmp_path: Path, place: Path, careful: list[str]
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "crewtui", "spike", "--command", " ".join(careful)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    if at:
        while f" {at} " not in process.stdout.readline():
            assert process.poll() is None
    else:
        _until(lambda: list(place.glob("crewtui-spike-*")), lambda: "it never began")
    os.killpg(process.pid, number)
    os.killpg(process.pid, number)  # impatient people press twice
    assert process.wait(40) != 0
    process.stdout.close()


def test_an_interrupted_spike_leaves_no_message_and_no_question_in_a_crew(
    crew: RealCrew, careful: list[str]
) -> None:
    crew.write({"a": careful})
    crew.up()
    process = subprocess.Popen(
        [sys.executable, "-m", "crewtui", "spike"], cwd=crew.project.root, stdout=subprocess.DEVNULL
    )
    crew.until_state("a", "asking")
    process.send_signal(signal.SIGINT)
    assert process.wait(30) != 0
    crew.until_state("a", "idle")
    waiting = crew.messages(state="held") + crew.messages(state="queued")
    assert waiting == []
    assert crew.is_up()


def test_options_that_exclude_each_other_are_refused(crew: RealCrew) -> None:
    crew.write({"a": CAT})
    root = crew.project.root
    assert spike(root, "--agent", "a", "--command", "cat").returncode == 2
    assert spike(root, "--agent", "a", "--adapter", "lines").returncode == 2
    assert spike(root, "--command", "'").returncode == 2
    assert spike(root, "--command", "cat", "--adapter", "nope").returncode != 0
