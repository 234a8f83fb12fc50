"""``crewtui clean``: remove worktrees, branches and artifacts that no task needs."""

import asyncio
import json
from pathlib import Path

import click

from crewtui.app.cli import json_option, project_option, the_project
from crewtui.core.client.call import call
from crewtui.core.config.project import Project
from crewtui.core.fence.wraps import wraps
from crewtui.core.model.task import TaskView
from crewtui.core.model.text import visible
from crewtui.core.rpc.status import Status
from crewtui.core.work.cleaning import Stale, remove, stale


@click.command(short_help="Remove what no task needs (a dry run without --yes).")
@click.option("--yes", is_flag=True, help="Do it.")
@click.option("--force", is_flag=True, help="Also what would lose uncommitted or unmerged work.")
@project_option
@json_option
def command(yes: bool, force: bool, path: Path | None, as_json: bool) -> None:
    """List worktrees, branches and artifacts that no task needs; with --yes remove them."""
    project = the_project(path)
    tasks = [TaskView.model_validate(t) for t in call(project, Status())["tasks"].values()]
    found = asyncio.run(_clean(project, tasks, yes, force))
    if as_json:
        rows = [{"what": t.what, "folder": str(t.folder), "keep": t.keep} for t in found]
        click.echo(json.dumps({"removed": yes, "found": rows}))
        return
    for thing in found:
        if thing.keep and not force:
            click.echo(f"kept: {thing.what}: {visible(thing.keep)}")
        else:
            click.echo(f"{'removed' if yes else 'would remove'}: {thing.what}")
    if not found:
        click.echo("nothing to clean")
    elif not yes:
        click.echo("this was a dry run; do it with: crewtui clean --yes")


async def _clean(project: Project, tasks: list[TaskView], yes: bool, force: bool) -> list[Stale]:
    found = await stale(project, tasks, await asyncio.to_thread(wraps, project))
    for thing in found if yes else ():
        if force or not thing.keep:
            await remove(project, thing)
    return found
