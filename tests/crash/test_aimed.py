"""kill -9 of the supervisor at each step of an attempt, in three kinds of programs: 0 lost.

324 kills: each step, each kind, several times. A message may be typed twice only if it was being
typed at a kill, at most one for each kill, and then it says so.
"""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.crash.stopping import STEPS
from tests.support.crews import RealCrew, sim

ROUNDS = 6
BEFORE_ENTER = STEPS[: STEPS.index("before Enter") + 1]
"""A kill at one of these steps comes before the key: the text cannot have been submitted."""


class AimedCrew:
    """A crew of three kinds of programs, whose supervisor dies where it is told to."""

    def __init__(self, crew: RealCrew, folder: Path):
        self.crew = crew
        self._folder = folder
        script = folder / "echo.toml"
        script.write_text('[[rules]]\non = "."\ndo = [["busy", 0.02]]\n')
        loop = f'while read -r line; do echo "$line" >> {folder}/lines; done'
        crew.write(
            {
                "sim": sim(script, folder / "sim"),
                "sh": {"command": ["bash", "--norc", "-i"], **RUNS},
                "lines": {"command": ["sh", "-c", loop], "adapter": "lines"},
            }
        )

    def body(self, agent: str, token: str) -> bytes:
        """What is sent: the shell writes it down itself."""
        if agent == "sh":
            return f"echo {token} >> {self._folder}/sh".encode()
        return f"note {token}".encode()

    def times(self, agent: str, token: str) -> int:
        """How often the program was given the message."""
        path = self._folder / agent
        text = path.read_text() if path.exists() else ""
        return sum(token in line for line in text.splitlines())

    def die_at(self, step: str, agent: str, token: str) -> None:
        """Start the supervisor, send the message, and wait until the step has killed it."""
        root = str(self.crew.project.root)
        words = [sys.executable, "-m", "tests.crash.stopping", root, step, token]
        process = subprocess.Popen(
            words,
            cwd=Path(__file__).parents[2],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            name = f"1__from-human__to-{agent}__topic-{token}.md"
            self.crew.drop(agent, name, self.body(agent, token))
            assert process.wait(timeout=40) == -9
        finally:
            process.kill()
            process.wait()


RUNS: dict[str, object] = {"runs_messages": True}


@pytest.fixture
def aimed(crew: RealCrew, tmp_path: Path) -> AimedCrew:
    found = AimedCrew(crew, tmp_path)
    crew.up()
    for name in ("sim", "sh", "lines"):
        crew.until_state(name, "idle")
    crew.kill_supervisor()
    return found


@pytest.mark.crash
@pytest.mark.parametrize("agent", ["sim", "sh", "lines"])
def test_a_kill_at_any_step_loses_nothing_and_doubles_are_marked(
    aimed: AimedCrew, agent: str
) -> None:
    tokens = [f"t{n}x{i}e" for n in range(ROUNDS) for i in range(len(STEPS))]
    for place, token in enumerate(tokens):
        aimed.die_at(STEPS[place % len(STEPS)], agent, token)
    aimed.crew.up()
    aimed.crew.until(lambda: _waiting(aimed.crew) == 0, 60)
    times = {token: aimed.times(agent, token) for token in tokens}
    views = {view["topic"]: view for view in aimed.crew.messages(recipient=agent)}
    assert [token for token, count in times.items() if not count] == [], "lost"
    assert {view["state"] for view in views.values()} == {"delivered"}
    for place, token in enumerate(tokens):
        step = STEPS[place % len(STEPS)]
        assert times[token] <= 2, step
        if times[token] == 2:
            assert views[token]["redelivered"], f"{step}: twice, and not marked"
            assert step not in BEFORE_ENTER, f"{step}: it cannot have been submitted"
    doubles = Counter(STEPS[p % len(STEPS)] for p, t in enumerate(tokens) if times[t] == 2)
    sys.stderr.write(f"{agent}: {len(tokens)} kills, 0 lost, twice: {dict(doubles)}\n")


def _waiting(crew: RealCrew) -> int:
    return len([m for m in crew.messages() if m["state"] not in ("delivered", "duplicate")])
