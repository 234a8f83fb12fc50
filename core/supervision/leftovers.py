"""Processes that outlive their panes: known by the mark of their run, ended with the crew.

The mark is the environment that a run's program was started with. The project alone is no mark,
since a person may have it in a shell; the token of one of the project's runs is.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crewtui.core.model.text import one_line, visible
from crewtui.core.supervision.exits import start_mark, wait_gone

BY_ITSELF_S = 0.3
"""So long a process may take to end by itself after its pane went, in seconds."""
TERM_S = 2.0
"""After SIGTERM, before SIGKILL, in seconds."""
KILL_S = 2.0
_STEPS = ((None, BY_ITSELF_S), (signal.SIGTERM, TERM_S), (signal.SIGKILL, KILL_S))


@dataclass(frozen=True, slots=True)
class Leftover:
    """A process of a run; ``mark`` is its start time, with which its number is unique."""

    pid: int
    mark: str
    name: str
    agent: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """What the end of a crew ended: agents, starts that were under way, what outlived its pane."""

    agents: tuple[str, ...] = ()
    unstarted: tuple[str, ...] = ()
    leftovers: tuple[Leftover, ...] = ()

    @property
    def said(self) -> str:
        """All of it in a sentence."""
        parts = [f"ended {', '.join(self.agents)}" if self.agents else "no agent ran"]
        if self.unstarted:
            verb = "start" if len(self.unstarted) > 1 else "starts"
            parts.append(f"{', '.join(self.unstarted)} {verb} no more")
        if self.leftovers:
            noun = "process" if len(self.leftovers) == 1 else "processes"
            named = ", ".join(f"{left.pid} {left.name}, of {left.agent}" for left in self.leftovers)
            parts.append(f"{len(self.leftovers)} left-over {noun} ({named})")
        return "; ".join(parts)


def find_leftovers(
    root: Path, agent_of_token: Mapping[str, str], spared: Collection[int]
) -> list[Leftover]:
    """This user's processes with the mark of a run, without ``spared`` and those that started us.

    Empty where there is no ``/proc``.
    """
    spare = {*spared, *_ancestors()}
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        pid = int(entry.name)
        if pid in spare:
            continue
        mark = start_mark(pid)
        with suppress(OSError):
            if entry.stat().st_uid != os.getuid():
                continue
            agent = _agent(entry.joinpath("environ").read_bytes(), root, agent_of_token)
            name = visible(one_line((entry / "comm").read_text(errors="replace"), 40))
            if agent is not None and mark and mark == start_mark(pid):
                found.append(Leftover(pid, mark, name, agent))
    return found


def _agent(environ: bytes, root: Path, agent_of_token: Mapping[str, str]) -> str | None:
    names = dict(word.partition(b"=")[::2] for word in environ.split(b"\0"))
    if names.get(b"CREWTUI_PROJECT") != os.fsencode(root):
        return None
    return agent_of_token.get(names.get(b"CREWTUI_TOKEN", b"").decode("ascii", "replace"))


def _ancestors() -> set[int]:
    """This process and those that it came from."""
    found, pid = set(), os.getpid()
    while pid > 1 and pid not in found:
        found.add(pid)
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError, ValueError):
            break
    return found


async def end_leftovers(find: Callable[[], list[Leftover]]) -> tuple[Leftover, ...]:
    """End what is found: SIGTERM, then SIGKILL, each only if still needed; returns what was."""
    ended: dict[int, Leftover] = {}
    for number, patience in _STEPS:
        found = await asyncio.to_thread(find)
        if not found:
            break
        if number is not None:
            for left in found:
                ended[left.pid] = left
                _send(left, number)
        await _gone(found, patience)
    return tuple(ended.values())


def _send(left: Leftover, number: signal.Signals) -> None:
    """Signal exactly that process: the descriptor holds its number while its start is compared."""
    with suppress(ProcessLookupError, PermissionError):
        descriptor = os.pidfd_open(left.pid)
        try:
            if start_mark(left.pid) == left.mark:
                signal.pidfd_send_signal(descriptor, number)
        finally:
            os.close(descriptor)


async def _gone(found: list[Leftover], patience: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(patience), asyncio.TaskGroup() as tasks:
            for left in found:
                tasks.create_task(wait_gone(left.pid))
