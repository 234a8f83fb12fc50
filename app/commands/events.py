"""``crewtui events``: what happened."""

import json
import time
from datetime import datetime
from pathlib import Path

import click

from crewtui.app.cli import json_option, project_option, the_project
from crewtui.core.client.call import call
from crewtui.core.model.text import one_line, visible
from crewtui.core.rpc.watching import Events


@click.command(short_help="Print what happened, or follow it.")
@click.option("--limit", "-n", default=50, show_default=True, help="How many.")
@click.option("--follow", "-f", is_flag=True, help="Go on as they come.")
@click.option("--kind", default="", help="Only kinds that begin so, such as message.")
@project_option
@json_option
def command(limit: int, follow: bool, kind: str, path: Path | None, as_json: bool) -> None:
    """Print the newest events, oldest first."""
    project = the_project(path)
    found = call(project, Events(limit=limit))
    while True:
        for event in found:
            if not event["kind"].startswith(kind):
                continue
            if as_json:
                click.echo(json.dumps(event))
            else:
                at = datetime.fromtimestamp(event["at"]).astimezone().strftime("%H:%M:%S")
                text = visible(one_line(event["text"], 160))
                click.echo(f"{at}  {event['kind']:<22} {text}")
        if not follow:
            return
        last = found[-1]["id"] if found else 0
        found = []
        while not found:
            time.sleep(0.3)
            found = call(project, Events(after=last, limit=500))
