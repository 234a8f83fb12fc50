"""``crewtui spike``: prove how crewtui and an installed program fit, on this machine."""

import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType

import click

from crewtui.app.cli import json_option, project_option, the_project
from crewtui.app.spike.advice import Advice, advise, save
from crewtui.app.spike.course import prove
from crewtui.app.spike.report import Report, about, keep
from crewtui.app.spike.throwaway import spec_of, throwaway
from crewtui.app.spike.trial import Trial
from crewtui.core.agents.registry import adapter_for, load_adapters, why_adapter
from crewtui.core.client.call import call
from crewtui.core.config.crew import AgentSpec
from crewtui.core.config.load import load_crew
from crewtui.core.config.project import Project
from crewtui.core.model.errors import ConfigError, CrewtuiError, Refused
from crewtui.core.model.ids import new_id
from crewtui.core.rpc.status import Status

LIMIT_S = 60.0
"""How long each step waits for one thing, in seconds."""


@click.command(short_help="Prove that a program fits: states, messages, questions, a restart.")
@click.option("--agent", default=None, help="Which agent of the running crew (default: the first).")
@click.option("--command", "line", default=None, help="A program, in a throwaway crew of its own.")
@click.option("--adapter", default=None, help="With --command: the adapter, by name.")
@click.option("--composer", default=None, help="With --command: the line where one types.")
@click.option("--limit", "limit_s", default=LIMIT_S, show_default=True, help="Seconds for a wait.")
@click.option("--save", "saved", is_flag=True, help="Write an adapter to start from.")
@project_option
@json_option
def command(
    agent: str | None,
    line: str | None,
    adapter: str | None,
    composer: str | None,
    limit_s: float,
    saved: bool,
    path: Path | None,
    as_json: bool,
) -> None:
    """Try idle, busy, queued, asking, long and odd texts, ten messages and a restart.

    The program is asked for harmless things: to count, and for a command that it should ask
    about, which is denied. A throwaway crew is ended afterwards, whatever happens. The transcript
    is kept in runtime/logs/spike_transcripts/ of the project.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    home = _project(path, needed=line is None or saved)
    report = Report((lambda _text: None) if as_json else click.echo)
    with _on_trial(home, agent, line, adapter, composer, limit_s) as trial:
        adapters = load_adapters(trial.project.folder)
        why = why_adapter(trial.spec, adapters)
        report.say(about(trial.agent, trial.spec.command, trial.adapter.name, why))
        with closing(prove(trial)) as steps:
            for step in steps:
                report.step(step)
        advice = advise(trial, adapter=saved)
    report.advice(advice)
    report.say(report.summary())
    kept = keep(home, trial.agent, report.lines) if home is not None else None
    if as_json:
        click.echo(report.as_json(trial.agent, trial.adapter.name, advice, kept))
    elif kept is not None:
        click.echo(f"transcript: {kept}")
    if saved:
        _save(home, trial.spec, advice)
    if not report.passed:
        raise CrewtuiError(f"{trial.agent}: {report.summary()}", report.todo())


def _end(number: int, _frame: FrameType | None) -> None:
    """The terminal is gone, or it is asked to end: as with Ctrl+C, all is ended first."""
    sys.exit(128 + number)


def _project(path: Path | None, *, needed: bool) -> Project | None:
    try:
        return the_project(path)
    except ConfigError:
        if needed or path is not None:
            raise
        return None


@contextmanager
def _on_trial(
    home: Project | None,
    agent: str | None,
    line: str | None,
    adapter: str | None,
    composer: str | None,
    limit_s: float,
) -> Iterator[Trial]:
    """The agent on trial: one of the running crew, or of a crew made for it."""
    if line is None:
        if adapter is not None or composer is not None:
            what = "--adapter and --composer are for --command"
            raise click.UsageError(f"{what}; an agent's own stand in agents.toml")
        assert home is not None
        yield _trial(home, _chosen(home, agent), limit_s, own=False)
        return
    if agent is not None:
        raise click.UsageError("--agent and --command exclude each other")
    words = _words(line)
    spec = spec_of(words, adapter, composer)
    more = home.folder / "adapters" if home is not None else None
    with throwaway(words, adapter, composer, more) as project:
        yield _trial(project, spec, limit_s, own=True)


def _words(line: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(line))
    except ValueError as error:
        raise click.UsageError(f"--command: {error}") from None
    if not words:
        raise click.UsageError("--command: a program and its arguments")
    return words


def _chosen(project: Project, agent: str | None) -> AgentSpec:
    agents = call(project, Status())["agents"]
    name = agent or next(iter(agents), "")
    spec = load_crew(project.config).agent(name)
    if name not in agents or spec is None:
        raise CrewtuiError(f"no agent is called {name!r}", f"known: {', '.join(agents)}")
    return spec


def _trial(project: Project, spec: AgentSpec, limit_s: float, *, own: bool) -> Trial:
    adapter = adapter_for(spec, load_adapters(project.folder))
    return Trial(project, spec, adapter, tag=new_id(3), limit_s=limit_s, own=own)


def _save(home: Project | None, spec: AgentSpec, advice: Advice) -> None:
    assert home is not None
    if not advice.adapter:
        raise Refused("nothing was seen to make an adapter of", "see the steps above")
    written = save(home, spec.command, "\n".join(advice.adapter) + "\n")
    click.echo(f"an adapter to start from: {written}", err=True)
