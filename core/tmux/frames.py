"""Pictures of panes: captured when they changed, at most so often, all changed ones in one go.

``%output`` is used only as "this pane changed": its first notice after a quiet time pauses the
pane's output and makes it due. A pane that changes frame after frame stays paused and is captured
on each tick until it falls quiet (ARCHITECTURE.md has the measurements).
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crewtui.core.model.clock import Clock
from crewtui.core.model.errors import TmuxError
from crewtui.core.model.screen import Screen
from crewtui.core.tmux.control import Command
from crewtui.core.tmux.link import TmuxLink
from crewtui.core.tmux.parse import SCREEN_FORMAT, Notice, Reply, screen_of

HIDDEN_INTERVAL_S = 0.5
"""How often a changing pane that nobody looks at is captured at most, in seconds."""
BUSY_AFTER = 3
"""So many changed frames in a row make a pane busy: ticks instead of notices."""
CALM_AFTER = 2
"""So many equal frames in a row make a busy pane calm again."""


@dataclass(slots=True)
class _Watched:
    screen: Screen | None = None
    visible: bool = False
    due: bool = True
    paused: bool = False
    changed_in_row: int = 0
    equal_in_row: int = 0
    captured_at: float = float("-inf")

    @property
    def busy(self) -> bool:
        return self.changed_in_row >= BUSY_AFTER


class Frames:
    """Keeps the newest screen of each watched pane; ``on_screen`` gets each changed one."""

    def __init__(
        self,
        link: TmuxLink,
        clock: Clock,
        on_screen: Callable[[str, Screen], None],
        frames_per_s: int = 10,
    ):
        self._link = link
        self._clock = clock
        self._on_screen = on_screen
        self._interval = 1 / frames_per_s
        self._panes: dict[str, _Watched] = {}
        self._wake = asyncio.Event()
        self.captures = 0

    def watch(self, pane: str) -> None:
        """Start to follow a pane."""
        self._panes.setdefault(pane, _Watched()).due = True
        self._wake.set()

    def forget(self, pane: str) -> None:
        """Stop to follow a pane."""
        self._panes.pop(pane, None)

    def show(self, panes: Iterable[str]) -> None:
        """Say which panes somebody looks at; they are captured at the full rate."""
        visible = set(panes)
        for pane, watched in self._panes.items():
            watched.due |= pane in visible and not watched.visible
            watched.visible = pane in visible
        self._wake.set()

    def screen(self, pane: str) -> Screen | None:
        """The newest picture of a pane."""
        watched = self._panes.get(pane)
        return watched.screen if watched is not None else None

    def refresh_all(self) -> None:
        """After a new connection: nothing is paused any more, everything is due."""
        for watched in self._panes.values():
            watched.due, watched.paused = True, False
        self._wake.set()

    def noticed(self, notice: Notice) -> None:
        """Take a notice from tmux; only ``%output`` of a watched pane matters."""
        watched = self._panes.get(notice.target)
        if watched is None or notice.kind not in ("output", "extended-output", "pause"):
            return
        watched.paused = True
        if notice.kind != "pause" and not watched.due:
            watched.due = True
            self._link.post([("refresh-client", "-A", f"{notice.target}:pause")])
            self._wake.set()

    async def run(self) -> None:
        """Capture what is due, for ever; its owner cancels it."""
        while True:
            wait = self._next_due()
            if wait is None or wait > 0:
                self._wake.clear()
                try:
                    async with asyncio.timeout(wait):
                        await self._wake.wait()
                except TimeoutError:
                    pass
                continue
            try:
                await self._capture_due()
            except TmuxError:
                await asyncio.sleep(HIDDEN_INTERVAL_S)

    def _due_at(self, watched: _Watched) -> float | None:
        polled = not self._link.connected and watched.visible
        if not (watched.due or watched.busy or polled):
            return None
        return watched.captured_at + (self._interval if watched.visible else HIDDEN_INTERVAL_S)

    def _next_due(self) -> float | None:
        times = [
            at for watched in self._panes.values() if (at := self._due_at(watched)) is not None
        ]
        return max(0.0, min(times) - self._clock.monotonic()) if times else None

    async def _capture_due(self) -> None:
        now = self._clock.monotonic()
        slack = self._interval / 4  # panes due within this are taken along: one write, one tick
        panes = [
            pane
            for pane, watched in self._panes.items()
            if (at := self._due_at(watched)) is not None and at <= now + slack
        ]
        commands: list[Command] = []
        for pane in panes:
            watched = self._panes[pane]
            watched.due, watched.captured_at = False, now
            if watched.paused and not watched.busy:
                watched.paused = False  # continue before the capture: nothing between is missed
                commands.append(("refresh-client", "-A", f"{pane}:continue"))
            commands += capture_commands(pane)
        replies = await self._link.run(commands)
        self.captures += len(panes)
        kept = [r for c, r in zip(commands, replies, strict=True) if c[0] != "refresh-client"]
        for index, pane in enumerate(panes):
            self._take(pane, kept[2 * index], kept[2 * index + 1])

    def _take(self, pane: str, captured: Reply, facts: Reply) -> None:
        watched = self._panes.get(pane)
        if watched is None or not (captured.ok and facts.ok):
            if watched is not None:
                watched.changed_in_row = 0
            return
        screen = screen_of(captured.lines, facts.lines)
        if screen != watched.screen:
            watched.screen = screen
            watched.changed_in_row += 1
            watched.equal_in_row = 0
            self._on_screen(pane, screen)
            return
        watched.equal_in_row += 1
        if watched.busy and watched.equal_in_row >= CALM_AFTER:
            watched.changed_in_row = 0
            watched.due = True
        elif not watched.busy:
            watched.changed_in_row = 0

    async def look(self, pane: str) -> Screen:
        """Capture one pane now; raises ``TmuxError`` if there is no such pane."""
        return await look(self._link, pane)


async def look(link: TmuxLink, pane: str) -> Screen:
    """The pane as it is now; raises ``TmuxError`` if it is gone."""
    captured, facts = await link.run(capture_commands(pane))
    if not (captured.ok and facts.ok):
        raise TmuxError(f"pane {pane} is gone", "the agent is started again")
    return screen_of(captured.lines, facts.lines)


def capture_commands(pane: str) -> list[Command]:
    """The two commands that take a picture of a pane."""
    return [
        ("capture-pane", "-p", "-e", "-t", pane),
        ("display-message", "-p", "-t", pane, SCREEN_FORMAT),
    ]
