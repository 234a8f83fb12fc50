"""The real dashboard in a real terminal, over real agents."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crewtui.core.model.ids import new_id
from tests.support.crews import CAT, RealCrew, sim


class Terminal:
    """A program in a tmux of its own, as a person would see it."""

    def __init__(self, cwd: Path, *words: str, size: tuple[int, int] = (200, 50)):
        self._tmux = ["tmux", "-L", f"crewtest-look-{new_id()}", "-f", "/dev/null"]
        shape = ["-x", str(size[0]), "-y", str(size[1]), "-c", str(cwd)]
        program = ["sh", "-c", '"$@"; echo "ended with $?"; exec sleep 600', "sh", *words]
        # a headless application elsewhere in the tests leaves its own size in the environment
        plain = ["env", "-u", "COLUMNS", "-u", "LINES"]
        self._run("new-session", "-d", *shape, "--", *plain, *program)

    def _run(self, *words: str) -> str:
        done = subprocess.run([*self._tmux, *words], capture_output=True, text=True, check=True)
        return done.stdout

    def text(self) -> str:
        """What is on screen."""
        return self._run("capture-pane", "-p")

    def press(self, *keys: str) -> None:
        """Press keys."""
        self._run("send-keys", *keys)

    def until(self, condition: Callable[[str], bool], limit_s: float = 30.0) -> None:
        """Wait until the screen is as wanted."""
        deadline = time.monotonic() + limit_s
        while not condition(text := self.text()):
            assert time.monotonic() < deadline, text
            time.sleep(0.05)

    def close(self) -> None:
        """End it."""
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    found: list[Terminal] = []
    yield found
    for terminal in found:
        terminal.close()


CREWTUI = (sys.executable, "-m", "crewtui")


def test_a_key_reaches_an_agent_and_comes_back_on_screen(
    crew: RealCrew, terminals: list[Terminal]
) -> None:
    crew.write({"sh": ["bash", "--norc"], "other": CAT})
    terminals.append(screen := Terminal(crew.project.root, *CREWTUI))
    screen.until(lambda text: "bash-" in text and "supervisor up" in text)
    screen.press("1")
    screen.until(lambda text: "Scroll back" in text)
    screen.press("i")
    screen.until(lambda text: "TYPING" in text)
    screen.press("-l", "echo $((6*7))-is-it")
    screen.press("Enter")
    screen.until(lambda text: "42-is-it" in text)
    screen.press("C-\\")
    screen.until(lambda text: "TYPING" not in text)
    screen.press("q")
    screen.until(lambda text: "The crew runs on" in text and "ended with 0" in text)
    crew.until_state("sh", "idle")


def test_a_question_is_answered_with_one_key(
    crew: RealCrew, tmp_path: Path, terminals: list[Terminal]
) -> None:
    script = tmp_path / "asks.toml"
    script.write_text('[[rules]]\non = "."\ndo = [["ask", "run `make e2e`?"], ["say", "it ran"]]\n')
    crew.write({"a": sim(script)})
    terminals.append(screen := Terminal(crew.project.root, *CREWTUI, size=(120, 40)))
    screen.until(lambda text: "ready" in text)
    crew.send("a", "please work")
    screen.until(lambda text: "1 need you" in text and "make e2e" in text)
    screen.press("a")
    screen.until(lambda text: "it ran" in text and "need you" not in text)


def test_the_dashboard_outlives_its_supervisor(crew: RealCrew, terminals: list[Terminal]) -> None:
    crew.write({"a": ["bash", "--norc", "-i"]})
    terminals.append(screen := Terminal(crew.project.root, *CREWTUI, size=(80, 24)))
    screen.until(lambda text: "bash-" in text)
    crew.kill_supervisor()
    screen.until(lambda text: "supervisor gone" in text and "bash-" in text)
    crew.up()
    screen.until(lambda text: "supervisor gone" not in text and "bash-" in text)


def test_open_goes_to_a_full_tmux_client_and_comes_back(
    crew: RealCrew, terminals: list[Terminal]
) -> None:
    crew.write({"a": ["bash", "--norc"]})
    terminals.append(screen := Terminal(crew.project.root, *CREWTUI))
    screen.until(lambda text: "bash-" in text)
    screen.press("1")
    screen.until(lambda text: "Scroll back" in text)
    screen.press("o")
    screen.until(lambda text: "CREW" not in text and "bash-" in text)
    screen.press("C-\\")
    screen.until(lambda text: "CREW" in text)


def test_the_demo_shows_its_agents_at_work(tmp_path: Path, terminals: list[Terminal]) -> None:
    terminals.append(screen := Terminal(tmp_path, *CREWTUI, "demo"))
    screen.until(lambda text: "a simulated agent" in text and "[from planner" in text)
    screen.until(lambda text: "that was the demo" in text, 120)
    screen.press("q")
    screen.until(lambda text: "ended with 0" in text)
