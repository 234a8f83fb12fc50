"""``crewtui up``: start the supervisor, in the background or here."""

import os
import subprocess
import sys
import time
from pathlib import Path

import click

from crewtui.app.cli import project_option, the_project
from crewtui.core.config.project import Project
from crewtui.core.model.errors import CrewtuiError, NoSupervisor
from crewtui.core.service.keeper import DIED

OF_A_RUN = {f"CREWTUI_{word}" for word in ("PROJECT", "AGENT", "TOKEN", "SIGNALS", "OUTBOX")}
"""The marks of an agent's run: a supervisor that an agent starts is not one of its processes."""
START_S = 20.0
"""How long a supervisor may take until its crew stands, in seconds."""
LOOK_S = 0.02


@click.command(short_help="Start the supervisor and the agents.")
@click.option("--foreground", is_flag=True, help="Stay here instead of going to the background.")
@click.option("--github", is_flag=True, help="Mirror reviews and merges to pull requests (gh).")
@project_option
def command(foreground: bool, github: bool, path: Path | None) -> None:
    """Start the project's supervisor, which starts the agents and routes their messages."""
    from crewtui.core.config.filesystem import look_at, refuse_unsafe

    project = the_project(path)
    refuse_unsafe(project.folder)
    if (unsafe := look_at(project.folder)) is not None:
        click.echo(f"crewtui: {unsafe.what}\n  -> {unsafe.todo}", err=True)
    if foreground:
        import asyncio

        from crewtui.core.service.supervisor import supervise

        asyncio.run(supervise(project, github=github))
        return
    start_background(project, github=github)
    click.echo(f"supervisor up for {project.root}")


def start_background(project: Project, *, github: bool = False) -> None:
    """Start a supervisor that outlives this terminal; raises what it says if it cannot start."""
    from crewtui.core.config.filesystem import refuse_unsafe
    from crewtui.core.config.load import load_crew
    from crewtui.core.config.lock import holder, is_held

    refuse_unsafe(project.folder)
    load_crew(project.config)
    project.prepare()
    if is_held(project):
        raise NoSupervisor(
            f"a supervisor already runs for this project (process {holder(project)})",
            "look at it with: crewtui status",
        )
    log = project.supervisor_log
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    size = os.fstat(descriptor).st_size
    crewtui = [sys.executable, "-m", "crewtui", "up", "--foreground", "-C", str(project.root)]
    words = [sys.executable, "-m", "crewtui.core.service.keeper", str(project.runtime), *crewtui]
    with os.fdopen(descriptor, "ab") as output:
        process = subprocess.Popen(
            [*words, *(["--github"] if github else [])],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env={name: value for name, value in os.environ.items() if name not in OF_A_RUN},
            cwd="/",
        )
    wait_until_up(project, process, size)


def wait_until_up(project: Project, process: "subprocess.Popen[bytes]", offset: int) -> None:
    """Return when the crew stands; raises with what the supervisor printed if it ended."""
    from crewtui.core.config.death import last_death
    from crewtui.core.config.lock import is_up, keeper

    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            said = _printed(project.supervisor_log, offset)
            death = last_death(project) if process.returncode == DIED else None
            error = CrewtuiError(
                death.said if death else said or "the supervisor ended",
                f"all of its words: {project.supervisor_log}" if death else "",
            )
            error.exit_code = 1 if death else process.returncode or 1
            raise error
        if keeper(project) == process.pid and is_up(project):
            return
        time.sleep(LOOK_S)
    raise CrewtuiError(
        f"the supervisor has not come up within {START_S:.0f} s",
        f"it goes on trying; look with: crewtui status; its words: {project.supervisor_log}",
    )


def _printed(log: Path, offset: int) -> str:
    """What the supervisor printed since its start: its own sentence, or the end of a traceback."""
    said = log.read_bytes()[offset:].decode("utf-8", "replace").strip()
    if "Traceback (most recent call last)" in said:
        lines = [line.strip(" |+-") for line in said.splitlines()]
        said = next(line for line in reversed(lines) if line)
        said = f"the supervisor ended: {said}\n  -> all of its words: {log}"
    return said.removeprefix("crewtui: ")
