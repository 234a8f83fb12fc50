"""What an agent may write, read and reach, as absolute paths."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from crewtui.core.agents.adapter import Wiring
from crewtui.core.config.crew import AgentSpec, Network
from crewtui.core.config.project import Project

PACKAGE = Path(__file__).resolve().parents[2]
"""Where crewtui itself is: an agent calls it, and may not change it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """An agent's scope; no ``write`` means that it may write everywhere.

    ``state`` is what of it the agent's program keeps in the user's home. ``kept`` is never
    writable, even inside of what is; ``runtime`` is hidden but for the agent's
    own corner: ``private`` to read, ``tmp`` and ``signals`` to write. In ``slots`` new files may be
    put, through the folders of ``drop`` where a fence can show those in their place.
    """

    agent: str
    write: tuple[str, ...]
    kept: tuple[str, ...]
    state: tuple[str, ...]
    slots: tuple[str, ...]
    hide: tuple[str, ...]
    runtime: str
    private: str
    tmp: str
    signals: str
    drop: str
    network: Network
    terminals: bool

    @property
    def fenced(self) -> bool:
        """Whether anything is fenced at all."""
        return bool(self.write or self.hide)

    @property
    def corner(self) -> tuple[str, ...]:
        """What the agent may write below ``runtime``."""
        return (self.tmp, self.signals)


def has_scope(spec: AgentSpec) -> bool:
    """Whether anything is fenced for the agent."""
    return bool(spec.allowed_write_dirs or spec.denied_read_dirs)


def scope_of(project: Project, spec: AgentSpec, wiring: Wiring) -> Scope:
    """What the agent may write and not read; its own folders are made where they are missing."""
    write: list[str] = []
    own: list[str] = []
    if spec.allowed_write_dirs:
        own = [_path(project, spec, name) for name in wiring.state_folders]
        write = [path for name in spec.allowed_write_dirs for path in _wanted(project, spec, name)]
        if any(is_within(str(project.root), path) for path in write):
            (project.root / ".git").mkdir(exist_ok=True)  # what is not there could not be kept
        for folder in (*write, *(path for path in own if not Path(path).suffix)):
            Path(folder).mkdir(parents=True, exist_ok=True)
        write += [path for path in own if Path(path).exists()]
        work = project.folder / "worktrees" / spec.id
        work.mkdir(parents=True, exist_ok=True)
        write.append(str(work))
    inboxes = sorted(str(path) for path in project.messages.glob("to_*") if path.is_dir())
    drop = project.private("drop", spec.id)
    for inbox in inboxes:
        project.private("drop", spec.id, Path(inbox).name)
    return Scope(
        agent=spec.id,
        write=tuple(dict.fromkeys(write)),
        state=tuple(path for path in own if path in write),
        kept=tuple(os.path.realpath(path) for path in _kept(project)),
        slots=tuple(inboxes) if write else (),
        hide=tuple(_path(project, spec, name) for name in spec.denied_read_dirs),
        runtime=os.path.realpath(project.runtime),
        private=str(project.private("agents", spec.id)),
        tmp=str(project.private("tmp", spec.id)),
        signals=str(project.private("signals", spec.id)),
        drop=str(drop),
        network=spec.network,
        terminals=wiring.terminals,
    )


def _wanted(project: Project, spec: AgentSpec, name: str) -> list[str]:
    """The path of a folder that agents.toml names, if it can be granted.

    One within the project that leads out of it by a link is not: an agent may have put it there.
    """
    path, root = _path(project, spec, name), os.path.realpath(project.root)
    leads_out = not name.startswith(("/", "~", "..")) and not is_within(path, root)
    return [] if leads_out or is_within(path, os.path.realpath(project.runtime)) else [path]


def is_within(path: str, folder: str) -> bool:
    """Whether a path is the folder or something in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _kept(project: Project) -> tuple[str, ...]:
    """What decides over the crew and what the operator runs."""
    return (str(project.folder), str(project.root / ".git"), str(PACKAGE), sys.prefix)


def _path(project: Project, spec: AgentSpec, name: str) -> str:
    """A path of the scope, absolute; ``~`` is the agent's home."""
    name = name.replace("{uid}", str(os.getuid()))
    if name == "~" or name.startswith("~/"):
        name = spec.env.get("HOME", str(Path.home())) + name[1:]
    return os.path.realpath(project.root / name)
