"""``crewtui up``: start the supervisor, in the background or here."""

import os
import subprocess
import sys
import time
from pathlib import Path

import click

from crewtui.app.cli import project_option, the_project
from crewtui.core.client.call import call
from crewtui.core.config.project import Project
from crewtui.core.model.errors import CrewtuiError, NoSupervisor

OF_A_RUN = {f"CREWTUI_{word}" for word in ("PROJECT", "AGENT", "TOKEN", "SIGNALS", "OUTBOX")}
"""The marks of an agent's run: a supervisor that an agent starts is not one of its processes."""
START_S = 20.0
"""How long a supervisor may take to answer after its start, in seconds."""


@click.command(short_help="Start the supervisor and the agents.")
@click.option("--foreground", is_flag=True, help="Stay here instead of going to the background.")
@click.option("--github", is_flag=True, help="Mirror reviews and merges to pull requests (gh).")
@project_option
def command(foreground: bool, github: bool, path: Path | None) -> None:
    """Start the project's supervisor, which starts the agents and routes their messages."""
    project = the_project(path)
    if foreground:
        import asyncio

        from crewtui.core.service.supervisor import supervise

        asyncio.run(supervise(project, github=github))
        return
    start_background(project, github=github)
    click.echo(f"supervisor up for {project.root}")


def start_background(project: Project, *, github: bool = False) -> None:
    """Start a supervisor that outlives this terminal; raises what it says if it cannot start."""
    from crewtui.core.config.load import load_crew
    from crewtui.core.service.lock import holder, is_held

    load_crew(project.config)
    project.prepare()
    lock = project.runtime / "supervisor.lock"
    if is_held(lock):
        raise NoSupervisor(
            f"a supervisor already runs for this project (process {holder(lock)})",
            "look at it with: crewtui status",
        )
    log = project.logs / "supervisor.log"
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    size = os.fstat(descriptor).st_size
    words = [sys.executable, "-m", "crewtui", "up", "--foreground", "-C", str(project.root)]
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
    wait_until_up(project, process, log, size)


def wait_until_up(
    project: Project, process: "subprocess.Popen[bytes]", log: Path, offset: int
) -> None:
    """Return when the supervisor answers; raises with what it printed if it ended."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            call(project, "events", limit=1)
        except NoSupervisor:
            if process.poll() is not None:
                said = log.read_bytes()[offset:].decode("utf-8", "replace").strip()
                error = CrewtuiError(said.removeprefix("crewtui: ") or "the supervisor ended")
                error.exit_code = process.returncode or 1
                raise error from None
            time.sleep(0.02)
        else:
            return
    raise CrewtuiError("the supervisor does not answer", f"see {log}")
