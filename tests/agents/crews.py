"""A crew of one real agent CLI, with the stand-in for its model, and what tests ask of the two."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crewtui.core.agents.adapter import Adapter
from crewtui.core.agents.registry import load_adapters
from crewtui.core.mail.frame import frame
from crewtui.core.model.ids import new_id
from crewtui.core.model.message import MessageView
from tests.agents.clis import CLIS, INSTALLED, Cli, Place
from tests.agents.model_server import ModelServer
from tests.support.crews import RealCrew

NAME = "agent"
BURN = "import itertools\nfor _ in itertools.count(): pass"


class RealAgent:
    """One CLI that runs in a crew of its own."""

    def __init__(self, cli: Cli, root: Path, home: Path):
        self.cli = cli
        self.model = ModelServer()
        self.place = Place(home, self.model.url)
        self.crew = RealCrew(root / "proj")
        self.adapter: Adapter = load_adapters()[cli.adapter]

    def start(self, fence: str = "auto", **spec: Any) -> None:
        """Start the crew and wait until the agent is ready for input."""
        self.crew.project.root.mkdir(parents=True)
        command = [str(self.cli.path), *self.cli.arguments]
        table = {
            "command": command,
            "adapter": self.cli.adapter,
            "cwd": str(self.place.project),
            "env": self.cli.environment(self.place),
            "restart": {"base_s": 0.2},
        }
        self.crew.write({NAME: table | spec}, fence=fence)
        self.crew.up()
        self.until_ready()

    def until_ready(self) -> None:
        """Wait until it is idle, trusting its folder if it asks for that."""
        state = self.crew.until_state(NAME, "idle", "asking")
        while state["state"] == "asking":
            self.crew.until(lambda: self.question()["fingerprint"])
            self.decide("approve")
            state = self.crew.until_state(NAME, "idle", "asking")

    def state(self) -> str:
        """What it is doing."""
        return str(self.crew.agent(NAME)["state"])

    def question(self) -> dict[str, Any]:
        """What it asks."""
        found = self.crew.agent(NAME)["approval"]
        return dict(found) if found else {"fingerprint": ""}

    def until_asked(self) -> dict[str, Any]:
        """Wait until its question can be answered."""
        self.crew.until(lambda: self.question()["fingerprint"], 60)
        return self.question()

    def decide(self, role: str) -> None:
        """Answer its question as the operator would."""
        self.crew.call("approval.decide", approval=self.question()["id"], role=role)

    def tell(self, body: str, topic: str = "note") -> None:
        """Send it a message."""
        self.crew.call("message.send", recipient=NAME, topic=topic, body=body)

    def messages(self, *states: str) -> list[MessageView]:
        """Its messages in these states."""
        found = (MessageView.model_validate(m) for m in self.crew.messages(recipient=NAME))
        return [view for view in found if not states or view.state in states]

    def until_delivered(self, count: int, limit_s: float = 60.0) -> None:
        """Wait until so many messages are delivered, and none is dead."""

        def done() -> bool:
            dead = self.messages("dead")
            assert not dead, self.crew.call("message.show", message=dead[0].id)
            return len(self.messages("delivered")) >= count

        self.crew.until(done, limit_s)

    def received(self, body: str) -> int:
        """How often the model was sent the framed message with this body, byte for byte."""
        found = [view for view in self.messages() if body.startswith(_begin(view))]
        texts = {frame(view, body, self.adapter).text for view in found}
        return max((self.model.times(text) for text in texts), default=0)

    def close(self) -> None:
        """End agent, crew and model."""
        self.crew.close()
        self.model.close()
        shutil.rmtree(self.place.home, ignore_errors=True)


def _begin(view: MessageView) -> str:
    return view.preview.split(" ")[0]


@contextmanager
def busy_machine(processes: int = 2) -> Iterator[None]:
    """Every core has something else to do."""
    burning = [subprocess.Popen([sys.executable, "-c", BURN]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in burning:
            process.kill()
            process.wait()


@contextmanager
def started(name: str, root: Path, **how: Any) -> Iterator[RealAgent]:
    """A real agent in a home of its own, ended after the block; skips what cannot be installed."""
    cli = CLIS[name]
    if why := cli.install():
        pytest.skip(f"{cli.adapter}: {why}")
    found = RealAgent(cli, root, INSTALLED / "homes" / new_id())
    try:
        found.start(**how)
        yield found
    finally:
        found.close()
