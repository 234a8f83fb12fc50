"""``crewtui vote``: open, cast, look, break a tie."""

import json
from pathlib import Path
from typing import Any

import click

from crewtui.app.cli import json_option, project_option, the_project
from crewtui.app.options import Duration, names
from crewtui.core.client.identity import HANDED_IN, ask, look
from crewtui.core.model.text import visible
from crewtui.core.model.vote import VoteView
from crewtui.core.rpc.deciding import BreakTie, CastBallot, CloseVote, OpenVote, UndoTieBreak


@click.group(short_help="Vote: open, cast, list, show, close, break, undo.")
def command() -> None:
    """Ballots rank options; who beats each other one wins, else the run-off, else a person."""


@command.command("open", short_help="Open a vote on options named by hand.")
@click.argument("title")
@click.argument("options", nargs=-1, required=True)
@click.option("--timebox", type=Duration(), default=None, help="When it closes by itself.")
@click.option("--voters", default="", help="Agents with commas between; else all.")
@project_option
@json_option
def open_(
    title: str,
    options: tuple[str, ...],
    timebox: float | None,
    voters: str,
    path: Path | None,
    as_json: bool,
) -> None:
    """Open a vote TITLE on OPTIONS."""
    found = ask(
        the_project(path),
        OpenVote(title=title, options=options, timebox_s=timebox, voters=tuple(names(voters))),
    )
    _say(found, as_json)


@command.command(short_help="Cast your ballot, best first (for agents).")
@click.argument("ranking", nargs=-1, required=True)
@click.option("--vote", default="", help="Which vote; else the open one.")
@project_option
@json_option
def cast(ranking: tuple[str, ...], vote: str, path: Path | None, as_json: bool) -> None:
    """Rank options, best first; what is left out is below all of them. The last ballot counts."""
    _say(ask(the_project(path), CastBallot(ranking=ranking, vote=vote)), as_json)


@command.command("list", short_help="List the votes.")
@project_option
@json_option
def list_(path: Path | None, as_json: bool) -> None:
    """List the votes with their outcome."""
    found = list(look(the_project(path))["votes"].values())
    if as_json:
        click.echo(json.dumps(found))
        return
    for vote in found:
        _say(vote, False)
    if not found:
        click.echo('no vote yet; open one with: crewtui vote open "title" A B')


@command.command(short_help="Show one vote with its counts.")
@click.argument("vote")
@project_option
@json_option
def show(vote: str, path: Path | None, as_json: bool) -> None:
    """Show turnout, counts, pairs and rounds."""
    votes = look(the_project(path))["votes"]
    if vote not in votes:
        raise click.ClickException(f"no vote {vote!r}; list them with: crewtui vote list")
    if as_json:
        click.echo(json.dumps(votes[vote]))
        return
    view = VoteView.model_validate(votes[vote])
    _say(votes[vote], False)
    for option in view.options:
        row = view.pairwise.get(option, {})
        over = "  ".join(f"{other} {count}" for other, count in row.items())
        click.echo(f"  {visible(view.title_of(option))}  over: {over}")
    for number, round_ in enumerate(view.rounds, 1):
        counts = ", ".join(f"{name} {count}" for name, count in round_.counts.items())
        click.echo(f"  round {number}: {counts}")


@command.command(short_help="Close a vote now and count it.")
@click.argument("vote", required=False, default="")
@project_option
@json_option
def close(vote: str, path: Path | None, as_json: bool) -> None:
    """Close the vote now and count it."""
    _say(ask(the_project(path), CloseVote(vote=vote)), as_json)


@command.command("break", short_help="Break a tie.")
@click.argument("vote")
@click.argument("option")
@click.option("--reason", "-m", required=True, help="Why; it is written down.")
@project_option
@json_option
def break_(vote: str, option: str, reason: str, path: Path | None, as_json: bool) -> None:
    """Decide a tied vote for one of the tied options."""
    found = ask(the_project(path), BreakTie(vote=vote, option=option, reason=reason))
    _say(found, as_json)


@command.command(short_help="Take a tie-break back, until the next phase begins.")
@click.argument("vote")
@project_option
@json_option
def undo(vote: str, path: Path | None, as_json: bool) -> None:
    """Take a tie-break back."""
    _say(ask(the_project(path), UndoTieBreak(vote=vote)), as_json)


def _say(found: Any, as_json: bool) -> None:
    if as_json or found == HANDED_IN:
        click.echo(found if found == HANDED_IN else json.dumps(found))
        return
    line = f"{found['id']}  {found['state']}"
    line += f"  {len(found['voted'])} of {len(found['voters'])} voted"
    if found["winner"]:
        line += f"  winner {found['winner']} ({found['method']})"
    if found["tied"] and not found["winner"]:
        line += f"  tied: {', '.join(found['tied'])}"
    click.echo(f"{line}  {visible(found['title'])}")
