"""``crewtui tally``: count an election in a file."""

from pathlib import Path

import click

from crewtui.app.cli import json_option
from crewtui.core.debate.election import read_election
from crewtui.core.debate.tally import Tally, tally
from crewtui.core.model.errors import ConfigError
from crewtui.core.model.text import visible


@click.command(short_help="Count the ballots in a JSON file.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def command(file: Path, as_json: bool) -> None:
    """Count FILE: {"options": […], "ballots": [{"voter": …, "ranking": […], "count": 1}]}.

    An option that beats each other one wins; else instant run-off decides, and where a tie for
    elimination could change the result, it is tied between the possible winners.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: {error}", "name a file of JSON") from None
    found = tally(read_election(text, str(file)))
    click.echo(found.model_dump_json() if as_json else "\n".join(_told(found)))


def _told(found: Tally) -> list[str]:
    if found.winner is not None:
        why = "beats each other option" if found.method == "condorcet" else "wins the run-off"
        said = [f"{visible(found.winner)} {why}"]
    else:
        said = [f"tied between {', '.join(map(visible, found.tied))}: a person decides"]
    for number, round_ in enumerate(found.rounds, 1):
        counts = ", ".join(f"{visible(name)} {count}" for name, count in round_.counts.items())
        gone = f"; {visible(round_.eliminated)} goes" if round_.eliminated else ""
        spent = f"; {round_.spent} spent" if round_.spent else ""
        said.append(f"  round {number}: {counts}{spent}{gone}")
    return said
