"""A crew of three kinds of programs that write down what they are given."""

import json
from pathlib import Path
from typing import Any

from crewtui.core.ledger.trail import trail_files
from tests.support.crews import RealCrew, sim

KINDS = ("sim", "sh", "lines")
RUNS: dict[str, object] = {"runs_messages": True}
ENDED = ("delivered", "duplicate")


class ThreeKinds:
    """A program with a composer, a shell, and one that reads lines."""

    def __init__(self, crew: RealCrew, folder: Path, **settings: Any):
        self.crew = crew
        self._folder = folder
        script = folder / "echo.toml"
        script.write_text('[[rules]]\non = "."\ndo = [["busy", 0.02]]\n')
        loop = f'while read -r line; do echo "$line" >> {folder}/lines; done'
        specs: dict[str, dict[str, Any]] = {
            "sim": {"command": sim(script, folder / "sim")},
            "sh": {"command": ["bash", "--norc", "-i"], **RUNS},
            "lines": {"command": ["sh", "-c", loop], "adapter": "lines"},
        }
        table = {name: {**spec, **settings} for name, spec in specs.items()}
        crew.write(table, sender_limit=0)  # one sender writes them all

    def start(self) -> None:
        """Start all three and wait until each rests."""
        self.crew.up()
        for name in KINDS:
            self.crew.until_state(name, "idle")

    def body(self, agent: str, token: str) -> bytes:
        """What is sent: the shell writes it down itself."""
        if agent == "sh":
            return f"echo {token} >> {self._folder}/sh".encode()
        return f"note {token}".encode()

    def drop(self, agent: str, token: str) -> None:
        """Send it."""
        name = f"1__from-human__to-{agent}__topic-{token}.md"
        self.crew.drop(agent, name, self.body(agent, token))

    def times(self, agent: str, token: str) -> int:
        """How often the program was given the message."""
        path = self._folder / agent
        text = path.read_text() if path.exists() else ""
        return sum(token in line for line in text.splitlines())

    def waiting(self) -> int:
        """How many messages have not ended."""
        return len([m for m in self.crew.messages() if m["state"] not in ENDED])

    def trail(self) -> list[int]:
        """The ids in the trail, in order; a line that cannot be read is an error."""
        texts = [path.read_text() for path in trail_files(self.crew.project.logs)]
        return [int(json.loads(line)["id"]) for text in texts for line in text.splitlines()]
