"""``crewtui review``: what others think of a task's commit."""

import json
from pathlib import Path

import click

from crewtui.app.cli import json_option, project_option, the_project
from crewtui.app.options import text_of
from crewtui.core.client.identity import HANDED_IN, ask, look
from crewtui.core.model.task import TaskView
from crewtui.core.model.text import visible
from crewtui.core.rpc.work import AddReview


@click.group(short_help="Review: list, approve, reject.")
def command() -> None:
    """Two others approve the very commit before it is merged; a new commit starts anew."""


@command.command("list", short_help="List what waits for reviews.")
@project_option
@json_option
def list_(path: Path | None, as_json: bool) -> None:
    """List the tasks in review and their approvals."""
    found = look(the_project(path))["tasks"].values()
    tasks = [TaskView.model_validate(task) for task in found if task["state"] == "review"]
    if as_json:
        click.echo(json.dumps([task.model_dump(mode="json") for task in tasks]))
        return
    for task in tasks:
        said = ", ".join(task.approvals) or "nobody yet"
        click.echo(f"{task.id:<20} by {task.agent}  {task.commit[:12]}  approved: {said}")
    if not tasks:
        click.echo("nothing waits for a review")


@command.command(short_help="Approve a task's commit.")
@click.argument("id_", metavar="ID")
@click.option("--message", "-m", default="")
@project_option
def approve(id_: str, message: str, path: Path | None) -> None:
    """Approve the commit that waits."""
    _send(id_, True, message, path)


@command.command(short_help="Reject it, with a reason.")
@click.argument("id_", metavar="ID")
@click.option("--message", "-m", default="", help="Why; - reads standard input.")
@project_option
def reject(id_: str, message: str, path: Path | None) -> None:
    """Send the commit back to its author with the reason."""
    _send(id_, False, message, path)


def _send(id_: str, approved: bool, message: str, path: Path | None) -> None:
    text = text_of(Path("-")) if message == "-" else message
    found = ask(the_project(path), AddReview(task=id_, approve=approved, text=text))
    if found == HANDED_IN:
        click.echo(found)
        return
    task = TaskView.model_validate(found)
    said = f"approved by {len(task.approvals)} of 2" if approved else "goes back to its author"
    click.echo(f"{task.id} {visible(said)}")
