"""``crewtui recover``: what was cut off or is blocked, and how to mend it."""

import json
from pathlib import Path

import click

from crewtui.app.cli import json_option, project_option, the_project
from crewtui.core.client.call import call
from crewtui.core.client.identity import ask
from crewtui.core.model.task import TODO, Ending, TaskState, TaskView
from crewtui.core.model.text import visible
from crewtui.core.rpc.status import Status
from crewtui.core.rpc.work import RetryTask


@click.command(short_help="List blocked tasks, or mend them.")
@click.argument("tasks", nargs=-1)
@click.option("--retry", is_flag=True, help="Go on with them, with their agents.")
@project_option
@json_option
def command(tasks: tuple[str, ...], retry: bool, path: Path | None, as_json: bool) -> None:
    """List the tasks that need a person, with what is known; --retry goes on with TASKS."""
    project = the_project(path)
    views = [TaskView.model_validate(t) for t in call(project, Status())["tasks"].values()]
    blocked = [task for task in views if task.state is TaskState.BLOCKED]
    blocked = [task for task in blocked if task.id in tasks or not tasks]
    if retry:
        for task in blocked:
            ask(project, RetryTask(task=task.id))
            click.echo(f"{task.id} goes on")
        return
    if as_json:
        click.echo(json.dumps([task.model_dump(mode="json") for task in blocked]))
        return
    for task in blocked:
        ending = task.attempt.ending if task.attempt else Ending.NEEDS_MANUAL_ATTENTION
        click.echo(f"{task.id}  {ending.replace('_', ' ')}: {visible(task.reason)}")
        if task.worktree:
            click.echo(f"  worktree {task.worktree}")
        click.echo(f"  -> {TODO[ending].format(task=task.id, agent=task.agent)}")
        click.echo(f"  -> crewtui recover {task.id} --retry")
    if not blocked:
        click.echo("nothing is blocked")
