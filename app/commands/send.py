"""``crewtui send``: put a message into an inbox."""

import json
import os
import sys
from pathlib import Path

import click

from crewtui.app.cli import json_option, project_option, the_project
from crewtui.core.mail.post import post
from crewtui.core.model.ids import HUMAN


@click.command(short_help="Put a message into an agent's inbox.")
@click.option("--to", "recipients", required=True, multiple=True, help="An agent, human or all.")
@click.option("--topic", default="", help="A few words; shown in lists and in the file's name.")
@click.option("--from", "sender", default=None, help="The sender (default: $CREWTUI_AGENT).")
@click.argument("text", required=False)
@project_option
@json_option
def command(
    recipients: tuple[str, ...],
    topic: str,
    sender: str | None,
    text: str | None,
    path: Path | None,
    as_json: bool,
) -> None:
    """Put TEXT (or standard input, for - or nothing) into the inbox of an agent.

    Returns 0 only when the message is safe on disk. No supervisor is needed.
    """
    project = the_project(path)
    who = sender or os.environ.get("CREWTUI_AGENT") or HUMAN
    body = sys.stdin.read() if text in (None, "-") else str(text)
    for recipient in recipients:
        file = post(project, who, recipient, topic, body)
        if as_json:
            click.echo(json.dumps({"to": recipient, "file": str(file)}))
        else:
            click.echo(f"sent to {recipient}: {file.name}")
