"""What it costs to know where one may type: a message's proof, and an idle agent's watch."""

import os
import pty
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from crewtui.core.agents.registry import load_adapters
from crewtui.core.agents.sight import Sight
from crewtui.core.agents.status import read_status
from crewtui.core.model.clock import SystemClock
from crewtui.core.model.screen import Screen
from crewtui.core.terminal.terminal import Terminal
from tests.bench.probe import percentile

Figure = tuple[str, float, str, str, bool]
ROUNDS = 200
LOOKS_A_MESSAGE = 6
"""So often the kernel is asked before, while and after one message is typed."""


def proof() -> list[Figure]:
    """The kernel's word beside the screen alone and beside one tmux call, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        transcript = Path(folder) / "a.log"
        transcript.touch()
        pid, master = pty.fork()
        if pid == 0:
            os.execvp("bash", ["bash", "--norc", "-i"])
        try:
            return _measured(Terminal(pid, os.ttyname(master), transcript, SystemClock()))
        finally:
            os.close(master)
            os.waitpid(pid, 0)


def _measured(terminal: Terminal) -> list[Figure]:
    adapter = load_adapters()["shell"]
    sight, screen = Sight(adapter, None), Screen(lines=("bash-5.2# ",), cursor_x=10)
    sight.begin(terminal)
    took: dict[str, list[float]] = {"screen": [], "proof": [], "watch": [], "tmux": []}
    for _ in range(ROUNDS):
        took["screen"].append(_ms(lambda: read_status(adapter, screen)))
        took["proof"].append(_ms(lambda: sight.judge(screen, terminal.look())))
        took["watch"].append(_ms(terminal.modes))
        took["tmux"].append(_ms(lambda: subprocess.run(["tmux", "-V"], capture_output=True)))
    mid = {name: percentile(values, 0.5) for name, values in took.items()}
    a_message = LOOKS_A_MESSAGE * mid["proof"]
    over = LOOKS_A_MESSAGE * mid["screen"]
    watch_share = mid["watch"] / 10  # once a second, in percent of a core
    tmux = mid["proof"] / mid["tmux"]
    said = f"under 40; without it {over:.1f}"
    return [
        ("proof of where one types, a message", a_message, "ms", said, a_message < 40),
        ("one look of it over one tmux process", tmux, "ratio", "at most 2", tmux <= 2),
        (
            "watch of an idle agent's terminal",
            watch_share,
            "% of a core",
            "0.05",
            watch_share < 0.05,
        ),
    ]


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    for figure in proof():
        sys.stdout.write(f"{figure}\n")
