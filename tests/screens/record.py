"""Keep what a pane shows as a fixture: ``python -m tests.screens.record SOCKET PANE NAME``."""

import subprocess
import sys
from pathlib import Path

from crewtui.core.tmux.parse import SCREEN_FORMAT, screen_of

FOLDER = Path(__file__).parent


def main(socket: str, pane: str, name: str) -> None:
    """Write ``NAME.json``, where the name is ``AGENT/STATE``."""

    def tmux(*words: str) -> list[str]:
        done = subprocess.run(["tmux", "-L", socket, *words], capture_output=True, check=True)
        return done.stdout.decode().rstrip("\n").split("\n")

    captured = tmux("capture-pane", "-p", "-e", "-t", pane)
    screen = screen_of(captured, tmux("display-message", "-p", "-t", pane, SCREEN_FORMAT))
    target = FOLDER / f"{name}.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(screen.model_dump_json(indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
