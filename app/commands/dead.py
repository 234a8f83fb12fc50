"""``crewtui dead``: list, show, retry, route, edit, purge dead letters."""

import json
from pathlib import Path
from typing import Any

import click

from crewtui.app.cli import json_option, project_option, the_project
from crewtui.app.commands.status import ago
from crewtui.core.client.call import call
from crewtui.core.client.identity import ask
from crewtui.core.config.project import Project
from crewtui.core.model.errors import CrewtuiError, Refused
from crewtui.core.model.text import one_line, visible
from crewtui.core.rpc.mail import PurgeMessage, RedriveMessage, ShowMessage
from crewtui.core.rpc.status import Status


@click.group(short_help="Dead letters: list, show, retry, route, edit, purge.")
def command() -> None:
    """Messages that could not be delivered, and what to do about them."""


def letters(project: Project) -> list[dict[str, Any]]:
    """The dead letters, oldest first."""
    found = call(project, Status())["messages"].values()
    return [message for message in found if message["state"] == "dead"]


@command.command("list", short_help="List them with reason and attempts.")
@project_option
@json_option
def list_(path: Path | None, as_json: bool) -> None:
    """List the dead letters, oldest first."""
    found = letters(the_project(path))
    for message in found:
        if as_json:
            click.echo(json.dumps(message))
            continue
        route = f"{message['sender']} -> {message['recipient']}"
        what = visible(one_line(message["topic"] or message["preview"] or message["name"], 50))
        tries = f"{message['attempts']} tries"
        age = ago(message["changed_at"])
        click.echo(f"{message['id']}  {age:>4}  {route:<24} {message['reason']}, {tries}  {what}")
    if not found and not as_json:
        click.echo("no dead letters")


@command.command(short_help="Print one: text, attempts, the screen it met.")
@click.argument("id_", metavar="ID")
@project_option
@json_option
def show(id_: str, path: Path | None, as_json: bool) -> None:
    """Print all that is known of the dead letter ID."""
    found = ask(the_project(path), ShowMessage(message=id_))
    if as_json:
        click.echo(json.dumps(found))
        return
    message = found["message"]
    click.echo(f"{message['sender']} -> {message['recipient']}  {message['topic']}")
    click.echo(f"{message['state']}: {message['reason']}\n")
    for attempt in found["attempts"]:
        click.echo(f"  {ago(attempt['at'])} ago  {attempt['step']}: {attempt['evidence']}")
    click.echo(f"\n{visible(found['body'])}")
    if found["screen"]:
        click.echo("\n--- the screen it met ---")
        click.echo("\n".join(visible(line) for line in found["screen"]).rstrip())


@command.command(short_help="Send again, at the end of the queue.")
@click.argument("ids", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All of them, oldest first.")
@project_option
def retry(ids: tuple[str, ...], every: bool, path: Path | None) -> None:
    """Send the dead letters IDS again; one line for each says how it went."""
    project = the_project(path)
    chosen = [message["id"] for message in letters(project)] if every else list(ids)
    if not chosen and not every:
        raise click.UsageError("name a dead letter, or --all")
    failed = 0
    for id_ in chosen:
        try:
            click.echo(f"{id_}: sent again as {ask(project, RedriveMessage(message=id_))}")
        except CrewtuiError as error:
            failed += 1
            click.echo(f"{id_}: {error.what}", err=True)
    if failed:
        raise Refused(f"{failed} of {len(chosen)} were not sent again")


@command.command(short_help="Send one to another agent.")
@click.argument("id_", metavar="ID")
@click.argument("agent")
@project_option
def route(id_: str, agent: str, path: Path | None) -> None:
    """Send the dead letter ID to AGENT instead."""
    new = ask(the_project(path), RedriveMessage(message=id_, recipient=agent))
    click.echo(f"{id_}: sent to {agent} as {new}")


@command.command(short_help="Change the text of one and send it again.")
@click.argument("id_", metavar="ID")
@click.option("--text", help="The new text (default: open $EDITOR).")
@project_option
def edit(id_: str, text: str | None, path: Path | None) -> None:
    """Change the text of the dead letter ID and send it again; the original is kept."""
    project = the_project(path)
    if text is None:
        text = click.edit(ask(project, ShowMessage(message=id_))["body"], extension=".md")
    if not text:
        raise Refused("nothing was changed, nothing was sent")
    click.echo(f"{id_}: sent as {ask(project, RedriveMessage(message=id_, body=text))}")


@command.command(short_help="Give some up; the files are kept for 7 days.")
@click.argument("ids", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All of them.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@project_option
def purge(ids: tuple[str, ...], every: bool, yes: bool, path: Path | None) -> None:
    """Give the dead letters IDS up."""
    project = the_project(path)
    chosen = [message["id"] for message in letters(project)] if every else list(ids)
    if not chosen:
        click.echo("nothing to purge")
        return
    if not yes:
        click.confirm(f"Give up {len(chosen)} dead letters?", abort=True)
    for id_ in chosen:
        ask(project, PurgeMessage(message=id_))
        click.echo(f"{id_}: purged")
