"""``crewtui milestone``: gates with checks and a person's word."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from crewtui.app.cli import json_option, project_option, the_project
from crewtui.core.client.identity import ask, learn
from crewtui.core.model.text import visible
from crewtui.core.rpc.phases import CheckMilestone, DecideMilestone, ListMilestones

CHECK_S = 7200.0
"""How long all checks together may take, in seconds."""
MARKS = {True: "ok  ", False: "FAIL", None: "-   "}


@click.group(short_help="Milestones: list, check, approve, return.")
def command() -> None:
    """Each milestone of milestones.toml has checks, and a person who lets it pass."""


@command.command("list", short_help="List the milestones and their checks.")
@project_option
@json_option
def list_(path: Path | None, as_json: bool) -> None:
    """List the milestones as milestones.toml has them now."""
    found = learn(the_project(path), ListMilestones())
    if as_json:
        click.echo(json.dumps(found))
        return
    for view in found:
        _say(view)
    if not found:
        click.echo("no milestones; write .orchestrator/milestones.toml")


@command.command(short_help="Run a milestone's checks; ends with 1 if one fails.")
@click.argument("id_", metavar="ID")
@project_option
@json_option
def check(id_: str, path: Path | None, as_json: bool) -> None:
    """Run every check and show its evidence."""
    view = ask(the_project(path), CheckMilestone(milestone=id_), CHECK_S)
    if as_json:
        click.echo(json.dumps(view))
    else:
        _say(view, evidence=True)
    sys.exit(0 if all(check["passed"] for check in view["checks"]) else 1)


@command.command(short_help="Let a milestone pass; every check must.")
@click.argument("id_", metavar="ID")
@click.option("--reason", "-m", default="")
@project_option
def approve(id_: str, reason: str, path: Path | None) -> None:
    """Let the milestone pass."""
    _say(ask(the_project(path), DecideMilestone(milestone=id_, approve=True, reason=reason)))


@command.command("return", short_help="Send it back with a reason.")
@click.argument("id_", metavar="ID")
@click.option("--reason", "-m", required=True)
@project_option
def return_(id_: str, reason: str, path: Path | None) -> None:
    """Send the milestone back with a reason."""
    _say(ask(the_project(path), DecideMilestone(milestone=id_, approve=False, reason=reason)))


def _say(view: dict[str, Any], *, evidence: bool = False) -> None:
    passed = sum(check["passed"] is True for check in view["checks"])
    said = "approved" if view["approved"] else f"{passed}/{len(view['checks'])}"
    if view["approved"] and any(check["passed"] is False for check in view["checks"]):
        said = f"regressed: approved, and now {passed}/{len(view['checks'])}"
    if view["decided_by"] and not view["approved"]:
        said += f", sent back: {visible(view['reason'])}"
    click.echo(f"{view['id']:<14} {visible(view['title'])}  {said}")
    for one in view["checks"]:
        click.echo(f"  {MARKS[one['passed']]} {visible(one['name'])}: {visible(one['what'])}")
        if evidence:
            for line in one["evidence"].split("\n"):
                click.echo(f"         {visible(line)}")
