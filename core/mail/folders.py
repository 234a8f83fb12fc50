"""The folders that messages need: made again when somebody took them away."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from crewtui.core.config.project import Project
from crewtui.core.model.ids import EVERYONE, HUMAN


def wanted(project: Project, agents: Iterable[str]) -> list[Path]:
    """Every folder that must be there."""
    inboxes = [project.inbox(name) for name in (*agents, HUMAN, EVERYONE)]
    return [project.messages, *inboxes, project.processed, project.dead_letters]


def make_missing(project: Project, agents: Iterable[str]) -> list[str]:
    """Make what is not there; returns what was made, by name.

    What stands in a folder's place is left alone: whoever lists it says so.
    """
    made = []
    for folder in wanted(project, agents):
        with suppress(OSError):
            folder.mkdir()
            made.append(folder.name)
    return made
