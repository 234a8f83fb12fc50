"""From a message's file to its receipt by the model server, with real agent CLIs."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from crewtui.core.model.ids import new_id
from tests.agents.clis import CLIS, INSTALLED
from tests.agents.crews import NAME, RealAgent
from tests.bench.probe import percentile

TIMED = ("claude", "codex")
MESSAGES = 25
MOST = 6.0
"""So many times a bare Enter's way may a message take, from its file on."""
LIMIT_S = 60.0
Figure = tuple[str, float, str, str, bool]


def real_agents() -> list[Figure]:
    """Each CLI that is installed or can be."""
    found: list[Figure] = []
    for name in TIMED:
        if why := CLIS[name].install():
            sys.stdout.write(f"skip  {name}: {why}\n")
            continue
        root = Path(tempfile.mkdtemp(prefix="crewtui-bench-"))
        agent = RealAgent(CLIS[name], root, INSTALLED / "homes" / new_id())
        try:
            agent.start()
            found += _timed(agent)
        finally:
            agent.close()
    return found


def _timed(agent: RealAgent) -> list[Figure]:
    bare = [_took(agent, f"typed{n}", lambda text: _type(agent, text)) for n in range(MESSAGES)]
    ours = [_took(agent, f"sent{n}", lambda text: _drop(agent, text)) for n in range(MESSAGES)]
    base = percentile(bare, 0.5)
    p50, p99 = percentile(ours, 0.5), percentile(ours, 0.99)
    name = f"{agent.cli.adapter}: file to model"
    said = f"a bare Enter {base:.0f} ms"
    return [
        (f"{name}, p50", p50, "ms", said, p50 < MOST * base),
        (f"{name}, p99", p99, "ms", said, p99 < 2 * MOST * base),
    ]


def _took(agent: RealAgent, text: str, give: Callable[[str], None]) -> float:
    """Milliseconds until the model has the text; the agent is at rest before and after."""
    agent.crew.until_state(NAME, "idle")
    began = time.perf_counter()
    give(f"{text} end")
    while not agent.model.times(f"{text} end"):
        if time.perf_counter() - began > LIMIT_S:
            raise AssertionError(f"{text} did not arrive")
        time.sleep(0.001)
    return 1000 * (time.perf_counter() - began)


def _drop(agent: RealAgent, text: str) -> None:
    agent.crew.drop(NAME, f"{text.split()[0]}__from-b.md", text.encode())


def _type(agent: RealAgent, text: str) -> None:
    """What a person does: the text as typed, then Enter once it shows."""
    pane = agent.crew.agent(NAME)["pane"]
    words = ["tmux", "-L", agent.crew.socket, "send-keys", "-t", pane]
    subprocess.run([*words, "-l", "--", text], check=True)
    while text not in agent.crew.tmux("capture-pane", "-p", "-t", pane):
        time.sleep(0.001)
    subprocess.run([*words, "Enter"], check=True)
