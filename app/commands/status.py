"""``crewtui status``: the crew in a few lines."""

import json
import time
from pathlib import Path
from typing import Any

import click

from crewtui.app.cli import json_option, project_option, the_project
from crewtui.core.client.call import call
from crewtui.core.model.text import visible
from crewtui.core.rpc.status import Status

ANSWER_S = 2.5
"""Whoever asks how the crew is doing wants to know soon, in seconds."""
GLYPHS = {
    "idle": "●",
    "busy": "◐",
    "asking": "?",
    "starting": "…",
    "backoff": "↻",
    "degraded": "✗",
    "failed": "✗",
    "error": "!",
    "limit": "!",
}


@click.command(short_help="Say how the crew is doing.")
@project_option
@json_option
def command(path: Path | None, as_json: bool) -> None:
    """Say how every agent is doing and what waits."""
    state = call(the_project(path), Status(), ANSWER_S)
    if as_json:
        click.echo(json.dumps(state))
        return
    phase = state["phase"]
    if phase["phase"] != "none":
        held = ", paused" if phase["paused_at"] is not None else ""
        click.echo(f"phase {phase['phase']}{held}  milestone {phase['milestone'] or '-'}")
    messages = state["messages"].values()
    click.echo(f"{state['project']}  supervisor up since {ago(state['supervisor']['started_at'])}")
    for agent in state["agents"].values():
        waiting = [m for m in messages if m["recipient"] == agent["id"] and _waits(m)]
        parts = [
            f"{GLYPHS.get(agent['state'], '·')} {agent['id']:<20} {agent['state']:<9}",
            f"{ago(agent['since']):>8}",
            f"restarts {agent['restarts']}/{agent['restart_limit']}",
            f"{len(waiting)} waiting" if waiting else "",
            _why(agent),
        ]
        click.echo("  ".join(part for part in parts if part))
    dead = sum(m["state"] == "dead" for m in messages)
    mail = sum(m["recipient"] == "human" and _waits(m) for m in messages)
    click.echo(f"{dead} dead letters, {mail} messages to you")
    for trouble in state["troubles"].values():
        click.echo(f"! {trouble['what']}  -> {trouble['todo']}")


def _why(agent: dict[str, Any]) -> str:
    """What a person wants to know of the state, besides its name."""
    if agent["state"] in ("error", "limit", "login"):
        ends = f"again in {ago(2 * time.time() - agent['ends_at'])}: " if agent["ends_at"] else ""  # noqa: TID251
        return ends + visible(str(agent["evidence"]["line"]))
    return visible(str(agent["question"] or agent["exit"]))


def _waits(message: dict[str, Any]) -> bool:
    return message["state"] in ("queued", "held", "pasting")


def ago(at: float) -> str:
    """How long ago, in one unit."""
    seconds = max(0, int(time.time() - at))  # noqa: TID251 - read by a person
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
