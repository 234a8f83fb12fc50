"""Real crews for tests: a project folder, a supervisor process, a tmux server of their own."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from crewtui.core.client.call import call
from crewtui.core.client.identity import as_operator
from crewtui.core.config.lock import is_held
from crewtui.core.config.project import Project
from crewtui.core.model.errors import CrewtuiError
from crewtui.core.model.ids import new_id
from crewtui.core.rpc.requests import REQUESTS
from crewtui.core.service.keeper import kill_for_good

LIMIT_S = 20.0
ECHO = "echo.toml"
CAT = {"command": "cat", "adapter": "lines"}
"""A program that reads lines and has no other wish."""


def sim(script: Path | str, record: Path | None = None) -> list[str]:
    """The command of a simulated agent."""
    words = ["crewtui-simulated-agent", str(script)]
    return [*words, "--record", str(record)] if record else words


class RealCrew:
    """A project whose supervisor can be started, killed and asked."""

    def __init__(self, root: Path):
        self.project = Project(root)
        self.socket = f"crewtest-{new_id()}"

    def write(self, agents: dict[str, Any], **crew: Any) -> None:
        """Write agents.toml; each agent is a command or a table of keys."""
        self.project.folder.mkdir(parents=True, exist_ok=True)
        lines = ["[crew]", f'tmux_socket = "{self.socket}"', "scan_s = 0.5"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in crew.items()]
        for name, spec in agents.items():
            table = spec if isinstance(spec, dict) else {"command": spec}
            lines += ["[[agents]]", f'id = "{name}"']
            lines += [f"{key} = {_toml(value)}" for key, value in table.items()]
        self.project.config.write_text("\n".join(lines) + "\n")

    def up(self) -> None:
        """Start the supervisor and wait until it answers."""
        done = self.run("up")
        assert done.returncode == 0, done.stderr

    def call(self, method: str, *, said: dict[str, str] | None = None, **params: Any) -> Any:
        """Ask the supervisor, as the operator or as whoever is ``said``."""
        who = as_operator(self.project) if said is None else said
        return call(self.project, REQUESTS[method](**params), said=who)

    def state(self) -> dict[str, Any]:
        """The crew's state."""
        found = self.call("status")
        assert isinstance(found, dict)
        return found

    def agent(self, name: str) -> dict[str, Any]:
        """One agent as everyone sees it."""
        return dict(self.state()["agents"][name])

    def messages(self, **wanted: str) -> list[dict[str, Any]]:
        """Messages with these values."""
        found = self.state()["messages"].values()
        return [m for m in found if all(m[key] == value for key, value in wanted.items())]

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        """All events of a kind."""
        found = self.call("events", after=0, limit=5000)
        return [event for event in found if event["kind"].startswith(kind)]

    def until(self, condition: Callable[[], Any], limit_s: float = LIMIT_S) -> Any:
        """Wait for a condition; fails with the state if it does not come about."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            with suppress(CrewtuiError):
                if found := condition():
                    return found
            time.sleep(0.03)
        tail = [event["text"] for event in self.events()[-25:]] if self.is_up() else []
        log = self.project.logs / "supervisor.log"
        said = log.read_text()[-2000:] if log.exists() else ""
        raise AssertionError(f"never came about; last events: {tail}; log: {said}")

    def until_state(self, name: str, *states: str) -> dict[str, Any]:
        """Wait until an agent is in one of the states."""
        self.until(lambda: self.agent(name)["state"] in states)
        return self.agent(name)

    def drop(self, to: str, name: str, body: bytes) -> Path:
        """Rename a file into an inbox, as any program may."""
        inbox = self.project.inbox(to)
        inbox.mkdir(parents=True, exist_ok=True)
        hidden = inbox / f".{new_id()}.tmp"
        hidden.write_bytes(body)
        target = inbox / name
        hidden.rename(target)
        return target

    def send(self, to: str, body: str, topic: str = "", sender: str = "human") -> None:
        """``crewtui send``, as an agent would call it."""
        words = ["send", "--to", to, "--topic", topic, "--from", sender, "--", body]
        done = self.run(*words)
        assert done.returncode == 0, done.stderr

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """A ``crewtui`` command in the project."""
        return subprocess.run(
            [sys.executable, "-m", "crewtui", *words],
            cwd=self.project.root,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def tmux(self, *words: str) -> str:
        """A tmux command on the crew's server."""
        done = subprocess.run(
            ["tmux", "-L", self.socket, *words], capture_output=True, text=True, check=False
        )
        return done.stdout

    def kill_supervisor(self) -> None:
        """``kill -9`` of it and of what would start it again; waits until its lock is free."""
        kill_for_good(self.project.lock)
        deadline = time.monotonic() + LIMIT_S
        while self.is_up() and time.monotonic() < deadline:
            time.sleep(0.005)

    def is_up(self) -> bool:
        """Whether a supervisor holds the lock."""
        return is_held(self.project)

    def close(self) -> None:
        """End everything, however the test went."""
        if self.is_up():
            self.kill_supervisor()
        subprocess.run(["tmux", "-L", self.socket, "kill-server"], capture_output=True, check=False)
        shutil.rmtree(self.project.root, ignore_errors=True)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(v)}" for key, v in value.items()) + " }"
    return json.dumps(value)


def in_its_place(folder: Path, plant: Callable[[], object]) -> None:
    """Put something where the folder was, however quickly that is made again."""
    for _ in range(1000):
        shutil.rmtree(folder)
        with suppress(FileExistsError, IsADirectoryError):
            plant()
            return
    raise AssertionError("the folder always came back first")
