"""A crew of one program in a folder and on a tmux server of its own, ended whatever happens."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from crewtui.app.commands.up import start_background
from crewtui.app.spike.proposal import agent_name
from crewtui.core.client.call import call
from crewtui.core.client.identity import as_operator
from crewtui.core.config.crew import AgentSpec
from crewtui.core.config.lock import ProjectLock, is_held
from crewtui.core.config.project import Project
from crewtui.core.model.errors import CrewtuiError
from crewtui.core.model.ids import RESERVED_IDS, is_agent_id, new_id
from crewtui.core.rpc.watching import Stop
from crewtui.core.service.keeper import kill_for_good
from crewtui.core.service.remains import end_remains

END_S = 20.0
"""How long a supervisor may take to end, in seconds; then it is ended by force."""
WORK = "work"
"""The program's own, empty folder."""
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def unbroken() -> Iterator[None]:
    """What would end this program waits until the block is over."""
    met: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        met.append(number)

    before = {number: signal.signal(number, note) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if met:
        raise KeyboardInterrupt


@contextmanager
def throwaway(
    command: tuple[str, ...], adapter: str | None, composer: str | None, adapters: Path | None
) -> Iterator[Project]:
    """A running crew of this one program; ``adapters`` is a folder of more adapters.

    Raises ``CrewtuiError`` if it cannot start. Nothing of it is left after the block.
    """
    id_ = new_id()
    project = Project(Path(tempfile.gettempdir()).resolve() / f"crewtui-spike-{id_}")
    try:
        with unbroken():
            _write(project, f"crewtui-spike-{id_}", command, adapter, composer)
            if adapters is not None and adapters.is_dir():
                shutil.copytree(adapters, project.folder / "adapters")
            start_background(project)
        yield project
    finally:
        with unbroken():
            _end(project, f"crewtui-spike-{id_}")


def name_of(command: tuple[str, ...]) -> str:
    """The agent's name."""
    name = agent_name(command)
    return name if is_agent_id(name) and name not in RESERVED_IDS else "program"


def spec_of(command: tuple[str, ...], adapter: str | None, composer: str | None) -> AgentSpec:
    """The agent as its agents.toml says."""
    given = {"id": name_of(command), "command": command, "cwd": WORK}
    return AgentSpec.model_validate(given | {"adapter": adapter, "composer": composer})


def _write(
    project: Project,
    socket: str,
    command: tuple[str, ...],
    adapter: str | None,
    composer: str | None,
) -> None:
    project.root.mkdir(mode=0o700)
    (project.root / WORK).mkdir()
    project.prepare()
    words = {"id": name_of(command), "command": list(command), "cwd": WORK}
    words |= {key: v for key, v in (("adapter", adapter), ("composer", composer)) if v is not None}
    lines = ["[crew]", 'name = "spike"', f'tmux_socket = "{socket}"', "notify = false"]
    lines += ["scan_s = 1", "", "[[agents]]"]
    lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in words.items()]
    lines += ["restart = { base_s = 0.5 }"]
    project.config.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _end(project: Project, socket: str) -> None:
    """End supervisor, agent, tmux server; remove folder and sockets."""
    with suppress(CrewtuiError):
        call(project, Stop(), said=as_operator(project))
    deadline = time.monotonic() + END_S
    while is_held(project) and time.monotonic() < deadline:
        time.sleep(0.02)
    if is_held(project):
        kill_for_good(project.lock)
        while is_held(project) and time.monotonic() < deadline + END_S:
            time.sleep(0.02)
    if project.ledger.exists() and not is_held(project):
        with suppress(CrewtuiError), ProjectLock(project):
            asyncio.run(end_remains(project, socket))
    with suppress(OSError, subprocess.SubprocessError):
        words = ["tmux", "-L", socket, "kill-server"]
        subprocess.run(words, capture_output=True, check=False, timeout=5)
    folder = Path(os.environ.get("TMUX_TMPDIR") or "/tmp") / f"tmux-{os.getuid()}"
    for left in (folder / socket, project.socket):
        with suppress(OSError, CrewtuiError):
            left.unlink(missing_ok=True)
    shutil.rmtree(project.root, ignore_errors=True)
