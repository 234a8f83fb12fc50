"""``crewtui debate``: rounds of proposals, then a vote."""

import json
import time
from pathlib import Path
from typing import Any

import click

from crewtui.app.cli import json_option, project_option, the_project
from crewtui.app.options import Duration, names, personas, text_of
from crewtui.core.client.identity import HANDED_IN, ask, look
from crewtui.core.model.text import visible
from crewtui.core.rpc.deciding import (
    CancelDebate,
    CloseDebate,
    ExtendDebate,
    StartDebate,
    SubmitText,
)


@click.group(short_help="Debate in rounds: start, status, submit, extend, close, cancel.")
def command() -> None:
    """Agents propose in rounds that the clock closes, and vote on what they proposed."""


@command.command(short_help="Open the first round.")
@click.argument("prompt")
@click.option("--rounds", default=4, show_default=True)
@click.option("--timebox", type=Duration(), default="10m", show_default=True, help="For a round.")
@click.option("--participants", default="", help="Agents with commas between; else all.")
@click.option("--persona", multiple=True, help="AGENT=NAME: argues as .orchestrator/personas/NAME")
@project_option
@json_option
def start(
    prompt: str,
    rounds: int,
    timebox: float,
    participants: str,
    persona: tuple[str, ...],
    path: Path | None,
    as_json: bool,
) -> None:
    """Open a debate on PROMPT."""
    found = ask(
        the_project(path),
        StartDebate(
            prompt=prompt,
            rounds=rounds,
            timebox_s=timebox,
            participants=tuple(names(participants)),
            personas=personas(persona),
        ),
    )
    _say(found, as_json)


@command.command(short_help="Say how the debates stand.")
@project_option
@json_option
def status(path: Path | None, as_json: bool) -> None:
    """Say how the debates stand, the newest last."""
    found = list(look(the_project(path))["debates"].values())
    if as_json:
        click.echo(json.dumps(found))
        return
    for debate in found:
        _say(debate, False)
    if not found:
        click.echo('no debate yet; begin one with: crewtui debate start "…"')


@command.command(short_help="Hand in your text for the open round (for agents).")
@click.option("--file", type=click.Path(path_type=Path), default=None, help="Else standard input.")
@click.option("--debate", default="", help="Which debate; else the newest.")
@project_option
@json_option
def submit(file: Path | None, debate: str, path: Path | None, as_json: bool) -> None:
    """Hand in a text; the last one before the round closes counts."""
    text = text_of(file)
    found = ask(the_project(path), SubmitText(text=text, debate=debate))
    _say(found, as_json)


@command.command(short_help="Give the round more time.")
@click.argument("duration", type=Duration())
@click.option("--debate", default="")
@project_option
@json_option
def extend(duration: float, debate: str, path: Path | None, as_json: bool) -> None:
    """Let the round last DURATION longer (5m)."""
    _say(ask(the_project(path), ExtendDebate(seconds=duration, debate=debate)), as_json)


@command.command(short_help="End the debate now and vote.")
@click.option("--debate", default="")
@project_option
@json_option
def close(debate: str, path: Path | None, as_json: bool) -> None:
    """End the debate with the texts there are, and open the vote."""
    _say(ask(the_project(path), CloseDebate(debate=debate)), as_json)


@command.command(short_help="End the debate without a vote.")
@click.option("--debate", default="")
@project_option
@json_option
def cancel(debate: str, path: Path | None, as_json: bool) -> None:
    """End the debate without a vote; its texts stay."""
    _say(ask(the_project(path), CancelDebate(debate=debate)), as_json)


def _say(found: Any, as_json: bool) -> None:
    if as_json or found == HANDED_IN:
        click.echo(found if found == HANDED_IN else json.dumps(found))
        return
    line = f"{found['id']}  {found['state']}  round {found['round']}/{found['rounds']}"
    line += f"  {len(found['submitted'])} of {len(found['participants'])} submitted"
    if found["closes_at"] and found["state"] == "open":
        left = max(0, int(found["closes_at"] - time.time()))  # noqa: TID251 - read by a person
        line += f"  closes in {left} s"
    if found["vote"]:
        line += f"  vote {found['vote']}"
    click.echo(f"{line}  {visible(found['prompt'])}")
