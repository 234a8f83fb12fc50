"""``crewtui inbox``: messages by agent, and those to you."""

import json
from pathlib import Path

import click

from crewtui.app.cli import json_option, project_option, the_project
from crewtui.app.commands.status import ago
from crewtui.core.client.call import call
from crewtui.core.client.identity import ask
from crewtui.core.model.text import one_line, visible
from crewtui.core.rpc.mail import ReadMessage, ShowMessage
from crewtui.core.rpc.status import Status


@click.command(short_help="List messages, read one, mark those to you as read.")
@click.argument("who", required=False)
@click.option("--show", "id_", help="Print one message whole.")
@click.option("--read", "read", help="Mark a message to you as read.")
@project_option
@json_option
def command(
    who: str | None, id_: str | None, read: str | None, path: Path | None, as_json: bool
) -> None:
    """List the newest messages, or those to WHO (an agent, or human for yourself)."""
    project = the_project(path)
    if read:
        ask(project, ReadMessage(message=read))
        click.echo(f"{read} is read")
        return
    if id_:
        found = ask(project, ShowMessage(message=id_))
        click.echo(json.dumps(found) if as_json else visible(found["body"]))
        return
    for message in call(project, Status())["messages"].values():
        if who and message["recipient"] != who:
            continue
        if as_json:
            click.echo(json.dumps(message))
            continue
        route = f"{message['sender']} -> {message['recipient']}"
        what = visible(one_line(message["topic"] or message["preview"], 50))
        why = message["reason"]
        age = ago(message["accepted_at"])
        click.echo(f"{message['id']}  {age:>4}  {message['state']:<9} {route:<24} {what}  {why}")
