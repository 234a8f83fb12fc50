"""The gates of the milestones: ``milestones.toml``, and how each check is made."""

import asyncio
import shlex
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from crewtui.core.config.crew import Command
from crewtui.core.config.project import Project
from crewtui.core.model.errors import ConfigError
from crewtui.core.model.milestone import CheckView, MilestoneView
from crewtui.core.model.task import TaskState, TaskView
from crewtui.core.model.vote import VoteState, VoteView
from crewtui.core.work.command import Ran, clean_environment, run_command
from crewtui.core.work.git import Wrap
from crewtui.core.work.taskfile import RelativePath, TaskId

EVIDENCE = 2000
"""So many characters of a command's output are evidence."""


Names = Literal["all"] | tuple[str, ...]


class CheckTable(BaseModel):
    """One ``[[milestones.checks]]`` table: a name, and exactly one of the four kinds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=80)
    exists: RelativePath | None = None
    command: Command | None = None
    timeout: float = Field(default=300.0, gt=0, le=7200)
    """Of the command, in seconds."""
    tasks_merged: Names | None = None
    votes_decided: Names | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "CheckTable":
        kinds = (self.exists, self.command, self.tasks_merged, self.votes_decided)
        if sum(kind is not None for kind in kinds) != 1:
            raise ValueError("one of: exists, command, tasks_merged, votes_decided")
        return self

    @property
    def what(self) -> str:
        """What is checked, as a person reads it."""
        if self.exists is not None:
            return f"{self.exists} exists"
        if self.command is not None:
            return f"runs {shlex.join(self.command)}"
        if self.tasks_merged is not None:
            return f"merged: {_said(self.tasks_merged, 'all tasks')}"
        return f"decided: {_said(self.votes_decided or 'all', 'all votes')}"


class MilestoneTable(BaseModel):
    """One ``[[milestones]]`` table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: TaskId
    title: str = Field(min_length=1, max_length=80)
    approval: bool = True
    checks: tuple[CheckTable, ...] = Field(min_length=1, max_length=50)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    milestones: tuple[MilestoneTable, ...] = ()

    @model_validator(mode="after")
    def _once(self) -> "_File":
        if len({table.id for table in self.milestones}) != len(self.milestones):
            raise ValueError("each milestone's id once")
        return self


def load_milestones(path: Path) -> tuple[MilestoneTable, ...]:
    """The milestones of a project, in order; none without a file. Raises ``ConfigError``."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {error}", "it is TOML: [[milestones]] tables") from None
    try:
        return _File.model_validate(data).milestones
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "milestones"
        raise ConfigError(f"{path}: {where}: {first['msg']}", "mend it") from None


def merged_view(table: MilestoneTable, position: int, old: MilestoneView | None) -> MilestoneView:
    """The milestone as the file has it, with what is known of checks that did not change."""
    known = {(c.name, c.what): c for c in old.checks} if old is not None else {}
    checks = tuple(
        known.get((c.name, c.what), CheckView(name=c.name, what=c.what)) for c in table.checks
    )
    update = {
        "title": table.title,
        "position": position,
        "needs_approval": table.approval,
        "checks": checks,
        "checking": False,
    }
    view = old or MilestoneView(id=table.id, title=table.title, position=position)
    return view.model_copy(update=update)


@dataclass(frozen=True, slots=True)
class Facts:
    """What checks look at besides files and commands."""

    tasks: tuple[TaskView, ...]
    votes: tuple[VoteView, ...]


async def check(
    project: Project, milestone: str, table: CheckTable, facts: Facts, wrap: Wrap
) -> CheckView:
    """Make one check and return its evidence; ``at`` is left to the caller.

    A command runs what agents wrote, so ``wrap`` keeps it in a fence.
    """
    view = CheckView(name=table.name, what=table.what)
    if table.exists is not None:
        there = (project.root / table.exists).exists()
        said = f"{table.exists} {'is there' if there else 'is missing'}"
        return view.model_copy(update={"passed": there, "evidence": said})
    if table.command is not None:
        tmp = project.private("tmp")
        env = clean_environment(tmp, CREWTUI_MILESTONE=milestone)
        argv = await asyncio.to_thread(wrap, table.command, project.root)
        ran = await run_command(argv, project.root, table.timeout, env, None)
        return view.model_copy(update={"passed": ran.passed, "evidence": _evidence(ran)})
    if table.tasks_merged is not None:
        return _all_of(view, table.tasks_merged, _merged(facts.tasks, milestone), "task")
    return _all_of(view, table.votes_decided or "all", _decided(facts.votes), "vote")


def _merged(tasks: Iterable[TaskView], milestone: str) -> dict[str, tuple[bool, bool]]:
    """For each task whether it is merged, and whether it counts for this milestone."""
    return {
        task.id: (task.state is TaskState.MERGED, task.milestone in ("", milestone))
        for task in tasks
    }


def _decided(votes: Iterable[VoteView]) -> dict[str, tuple[bool, bool]]:
    return {vote.id: (vote.state is VoteState.DECIDED, True) for vote in votes}


def _all_of(
    view: CheckView, wanted: Names, known: dict[str, tuple[bool, bool]], kind: str
) -> CheckView:
    names = [n for n, (_, counts) in known.items() if counts] if wanted == "all" else list(wanted)
    missing = [name for name in names if not known.get(name, (False, False))[0]]
    said = f"{len(names) - len(missing)} of {len(names)} {kind}s"
    said += f"; not: {', '.join(missing)}" if missing else f": {', '.join(names)}"
    return view.model_copy(update={"passed": bool(names) and not missing, "evidence": said})


def _evidence(ran: Ran) -> str:
    text = ran.output.decode("utf-8", "replace").strip()
    return f"{ran.exit}, {ran.seconds:.1f} s\n{text[-EVIDENCE:]}".strip()


def _said(names: Names, everything: str) -> str:
    return everything if names == "all" else ", ".join(names)
