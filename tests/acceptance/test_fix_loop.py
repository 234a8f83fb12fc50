"""A failed turn is tried again, and then somebody is told."""

import sys
from pathlib import Path

import pytest

from crewtui.core.model.attention import NeedKind, needs
from crewtui.core.model.crew_state import CrewState
from tests.support.crews import RealCrew, sim

FAILING = """
import sys
while True:
    sys.stdout.write("-----\\n> ")
    sys.stdout.flush()
    text = sys.stdin.readline()
    if not text:
        break
    with open(sys.argv[1], "a") as file:
        file.write(text)
    if "mend" not in open(sys.argv[1]).read():
        sys.stdout.write("FAILED: request 1234 to /srv/x came to nothing\\n")
"""
ADAPTER = r"""
name = "failing"
newlines = "join"
confirm_s = 1.0
[composer]
where = "block"
within = 20
match = '^-----\n>(?P<draft>[^\n]*(?:\n[^\n-]+)*)\Z'
[[cues]]
name = "failed"
state = "error"
where = "block"
within = 20
failed = "api"
match = '^FAILED: (?P<question>[^\n]*)\n-----\n>[^\n]*(?:\n[^\n-]+)*\Z'
"""


@pytest.fixture
def failing(crew: RealCrew, tmp_path: Path, script: Path) -> RealCrew:
    """An agent whose turns fail until it is told of a mend, and an orchestrator."""
    program = tmp_path / "failing.py"
    program.write_text(FAILING)
    folder = crew.project.folder / "adapters"
    folder.mkdir(parents=True)
    (folder / "failing.toml").write_text(ADAPTER)
    command = [sys.executable, str(program), str(tmp_path / "told.txt")]
    agents = {"boss": sim(script), "a": {"command": command, "adapter": "failing"}}
    crew.write(agents, orchestrator="boss", fix_delay_s=0.2)
    crew.up()
    crew.until_state("a", "idle")
    crew.until_state("boss", "idle")
    return crew


def test_three_attempts_are_logged_then_orchestrator_and_operator_are_told(
    failing: RealCrew, tmp_path: Path
) -> None:
    failing.send("a", "do it")
    failing.until(lambda: failing.agent("a")["given_up"], 30)
    log = (failing.project.logs / "errors.log").read_text().splitlines()
    assert [f"attempt {n}" in line for n, line in enumerate(log[:3], 1)] == [True] * 3
    assert all("request N to PATH" in line for line in log)
    told = (tmp_path / "told.txt").read_text()
    assert told.count("Please go on where you stopped") == 3
    failing.until(lambda: failing.messages(recipient="boss", state="delivered"))
    state = CrewState.model_validate(failing.state())
    assert [need.kind for need in needs(state, 0)] == [NeedKind.STUCK]


def test_messages_wait_meanwhile_and_a_reset_lets_them_go(
    failing: RealCrew, tmp_path: Path
) -> None:
    failing.send("a", "do it")
    failing.until(lambda: failing.agent("a")["given_up"], 30)
    failing.send("a", "mend yourself")
    failing.until(lambda: failing.messages(recipient="a", state="held"))
    assert "mend" not in (tmp_path / "told.txt").read_text()
    failing.call("agent.reset", agent="a")
    failing.until(lambda: "mend yourself" in (tmp_path / "told.txt").read_text())
    failing.until_state("a", "idle")
    assert failing.agent("a")["given_up"] is False
