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
from tests.crash.three import ThreeKinds
from tests.support.crews import RealCrew

ROUNDS = 6
BEFORE_ENTER = STEPS[: STEPS.index("before Enter") + 1]
"""A kill at one of these steps comes before the key: the text cannot have been submitted."""


class AimedCrew(ThreeKinds):
    """A crew of three kinds of programs, whose supervisor dies where it is told to."""

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
            self.drop(agent, token)
            assert process.wait(timeout=40) == -9
        finally:
            process.kill()
            process.wait()


@pytest.fixture
def aimed(crew: RealCrew, tmp_path: Path) -> AimedCrew:
    found = AimedCrew(crew, tmp_path)
    found.start()
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
    aimed.crew.until(lambda: aimed.waiting() == 0, 60)
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
