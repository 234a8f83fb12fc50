"""One pane's terminal as the kernel sees it, without asking tmux."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from crewtui.core.model.clock import Clock
from crewtui.core.model.terminal import Facts, Reader
from crewtui.core.terminal.output import OutputWatch
from crewtui.core.terminal.processes import Process, below, process
from crewtui.core.terminal.tty import look_at, path_of
from crewtui.core.terminal.waiting import waits

CARRIERS = frozenset({"script", "sudo", "doas", "su", "runuser", "unbuffer", "expect"})
"""Programs that give the terminal on to an inner one, which can be looked at instead."""
READER_LOOKS = 5
READER_GAP_S = 0.02
"""A program that wakes up now and then is missed by one look: so many, so far apart."""


class Terminal:
    """The terminal of one run; ``close`` it when the run is over."""

    def __init__(self, pid: int, tty: str, transcript: Path, clock: Clock):
        self.pid = pid
        self._tty = tty
        self._clock = clock
        self.output = OutputWatch(transcript)

    def modes(self) -> Facts:
        """What a cheap look tells: all but who reads it."""
        return self._facts(self._path(process(self.pid)))

    def _path(self, first: Process | None) -> str:
        if first is not None and first.tty:
            return path_of(first.tty) or self._tty
        return self._tty

    def _facts(self, path: str) -> Facts:
        with suppress(OSError):
            self.output.update()
        modes = look_at(path) if path else None
        return Facts(
            unread=modes.unread if modes else None,
            cooked=modes.cooked if modes else None,
            echo=modes.echo if modes else None,
            paste=self.output.paste,
            output=self.output.printed,
            newlines=self.output.newlines,
            quiet_s=self.output.quiet_s(self._clock.wall()),
        )

    def look(self) -> Facts:
        """All facts, from the innermost terminal that can be followed."""
        tree = below(self.pid)
        path = self._path(tree[0] if tree else None)
        readers, stopped = _readers(tree, path)
        for _ in range(3):
            inner = _carried(tree, readers or ())
            if inner is None:
                break
            path = path_of(inner)
            readers, stopped = _readers(tree, path)
        facts = self._facts(path)
        return facts.model_copy(update={"readers": readers, "stopped": stopped})

    async def watch(self, pause: Callable[[float], Awaitable[None]]) -> Facts:
        """All facts; nobody reads only if several looks have found nobody."""
        facts = await asyncio.to_thread(self.look)
        for _ in range(READER_LOOKS - 1):
            if facts.readers or facts.readers is None or facts.unread:
                break
            await pause(READER_GAP_S)
            facts = await asyncio.to_thread(self.look)
        return facts

    def close(self) -> None:
        """Let go of the transcript."""
        self.output.close()


def _readers(tree: list[Process], path: str) -> tuple[tuple[Reader, ...] | None, bool]:
    """Who waits for input on the terminal, of its front group; none if that cannot be known."""
    try:
        device = os.stat(path).st_rdev
    except OSError:
        return None, False
    unknown, stopped = not tree, False
    found: list[Reader] = []
    for one in tree:
        if one.tty != _kernel_number(device) or one.group != one.front_group:
            continue
        here = waits(one.pid, device)
        if here:
            found.append(Reader(pid=one.pid, started=one.started, name=one.name))
            stopped |= one.state in ("T", "t")
        unknown |= here is None
    if not found and unknown:
        return None, False
    return tuple(found), stopped


def _kernel_number(device: int) -> int:
    major, minor = os.major(device), os.minor(device)
    return (minor & 0xFF) | (major << 8) | ((minor & ~0xFF) << 12)


def _carried(tree: list[Process], readers: tuple[Reader, ...]) -> int | None:
    """The inner terminal's number, if a carrier reads the outer one."""
    carriers = [reader for reader in readers if reader.name in CARRIERS]
    for carrier in carriers:
        own = next(one.tty for one in tree if one.pid == carrier.pid)
        inside = {carrier.pid}
        for one in tree:
            if one.parent in inside:
                inside.add(one.pid)
                if one.tty not in (0, own):
                    return one.tty
    return None
