"""``crewtui demo``: four simulated agents, on the dashboard or headless with checks."""

import asyncio
import json
import shutil
import signal
import sys
import time
from types import FrameType

import click

from crewtui.app.cli import json_option
from crewtui.app.commands.stop import STOP_S
from crewtui.app.commands.up import start_background
from crewtui.app.demo.check import Check
from crewtui.app.demo.checks import run_checks
from crewtui.app.demo.director import Director, at_once
from crewtui.app.demo.project import make_demo_project
from crewtui.app.demo.work_checks import work_checks
from crewtui.core.client.call import call
from crewtui.core.client.identity import as_operator
from crewtui.core.config.lock import is_held
from crewtui.core.config.project import Project
from crewtui.core.model.errors import CrewtuiError
from crewtui.core.rpc.status import Status
from crewtui.core.rpc.watching import Events, Stop

VIEWER_PATIENCE_S = 8.0
"""How long the demo leaves each decision to the viewer, in seconds."""


@click.command(short_help="Show a crew of four simulated agents.")
@click.option("--headless", is_flag=True, help="Without a dashboard; exit 0 if every step held.")
@click.option("--keep", is_flag=True, help="Keep the demo's folder.")
@json_option
def command(headless: bool, keep: bool, as_json: bool) -> None:
    """Run a crew of four simulated agents, real processes in real tmux, for about a minute.

    Without a terminal on standard output it runs headless.
    """
    signal.signal(signal.SIGHUP, _hang_up)
    project = make_demo_project()
    start_background(project)
    try:
        if headless or as_json or not sys.stdout.isatty():
            _headless(project, as_json)
        else:
            from crewtui.app.demo.show import show

            show(project, VIEWER_PATIENCE_S)
    finally:
        end(project)
        if keep:
            click.echo(f"kept {project.root}", err=True)
        else:
            shutil.rmtree(project.root, ignore_errors=True)


def _hang_up(_number: int, _frame: FrameType | None) -> None:
    """The terminal is gone: end the demo's crew, unlike a real one."""
    sys.exit(1)


def _headless(project: Project, as_json: bool) -> None:
    began = time.monotonic()
    problem = ""

    def say(what: str) -> None:
        if not as_json:
            click.echo(f"{time.monotonic() - began:6.1f} s  {what}")

    try:
        asyncio.run(Director(project, say, at_once).run())
    except* CrewtuiError as group:
        problem = str(group.exceptions[0])
    checks = checks_of(project)
    passed = not problem and all(check.passed for check in checks)
    if as_json:
        report = {"passed": passed, "problem": problem, "checks": [c.as_dict() for c in checks]}
        click.echo(json.dumps(report, indent=1))
    else:
        _print(checks, problem)
    if not passed:
        raise CrewtuiError(problem or "a step of the demo did not hold")


def checks_of(project: Project) -> list[Check]:
    """The checks over the whole record of the demo's crew."""
    status = call(project, Status())
    events = call(project, Events(after=0, limit=5000))
    messages = list(status["messages"].values())
    return run_checks(events, messages) + work_checks(project, events, status)


def _print(checks: list[Check], problem: str) -> None:
    click.echo()
    for check in checks:
        click.echo(f"{'ok  ' if check.passed else 'FAIL'}  {check.name}")
        for line in check.evidence:
            click.echo(f"        {line}")
    if problem:
        click.echo(f"FAIL  {problem}")
    failed = sum(not check.passed for check in checks) + bool(problem)
    click.echo(f"\n{len(checks) - failed} checks held, {failed} failed")


def end(project: Project) -> None:
    """End the demo's supervisor and agents."""
    try:
        call(project, Stop(), said=as_operator(project))
    except CrewtuiError:
        return
    deadline = time.monotonic() + STOP_S
    while is_held(project) and time.monotonic() < deadline:
        time.sleep(0.05)
