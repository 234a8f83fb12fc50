"""Looks at one agent may overtake each other: the one that began last has the word."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crewtui.core.agents.status import Reading
from crewtui.core.ledger.store import Ledger, open_or_rebuild
from crewtui.core.model.agent import AgentState, AgentView, Evidence
from crewtui.core.model.clock import SystemClock
from crewtui.core.model.screen import Screen
from crewtui.core.supervision.fix_loop import FixLoop
from crewtui.core.supervision.record import AgentRecord
from crewtui.core.supervision.watching import Watching

OLD, NEW = Screen(lines=("old",)), Screen(lines=("new",))
SAYS = {OLD: AgentState.UNKNOWN, NEW: AgentState.IDLE}


class SlowSight:
    """A look at the old screen takes until it may end."""

    terminal = None
    by_terminal = True

    def __init__(self) -> None:
        self.may_end = asyncio.Event()

    async def read(self, screen: Screen) -> Reading:
        if screen is OLD:
            await self.may_end.wait()
        evidence = Evidence(rule="seen", line=screen.lines[0])
        return Reading(SAYS[screen], evidence, composer=screen is NEW)


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    open_or_rebuild(tmp_path / "ledger.db", "now")
    async with Ledger(tmp_path / "ledger.db", SystemClock()) as found:
        yield found


def watching(ledger: Ledger, sight: Any) -> tuple[Watching, AgentRecord]:
    """One agent that starts."""
    first = AgentView(id="a", command="a", state=AgentState.STARTING, since=0.0)
    record = AgentRecord(first, ledger, SystemClock(), lambda _view: None)
    desk: Any = SimpleNamespace()
    found = Watching(sight, record, ledger, SystemClock(), lambda *_: None, desk, FixLoop())
    found.reset("run")
    return found, record


async def test_a_look_that_was_overtaken_says_nothing(ledger: Ledger) -> None:
    sight = SlowSight()
    found, record = watching(ledger, sight)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(found.on_screen(OLD))
        await asyncio.sleep(0)
        await found.on_screen(NEW)
        assert record.view.state is AgentState.IDLE
        sight.may_end.set()
    assert record.view.state is AgentState.IDLE


async def test_a_look_of_the_run_before_says_nothing(ledger: Ledger) -> None:
    sight = SlowSight()
    found, record = watching(ledger, sight)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(found.on_screen(OLD))
        await asyncio.sleep(0)
        found.reset("next run")
        sight.may_end.set()
    assert record.view.state is AgentState.STARTING
