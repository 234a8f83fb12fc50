"""The second guard: twenty automatic restarts in a day are shown, whatever the runs lived."""

import asyncio
from pathlib import Path

from crewtui.core.ledger.store import Ledger, open_or_rebuild
from crewtui.core.model.agent import AgentState, AgentView
from crewtui.core.model.attention import NeedKind, needs
from crewtui.core.model.crew_state import CrewState
from crewtui.core.supervision.restarts import FLAPPING, WINDOW_S, RestartBook, Restarts

BEGAN = 1_700_000_000.0


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = BEGAN

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.now


def _after(times: int, every_s: float) -> Restarts:
    found = Restarts()
    for number in range(times):
        found = found.and_one(BEGAN + number * every_s, 1.0)
    return found


def test_twenty_restarts_in_a_day_are_flapping_and_nineteen_are_not() -> None:
    assert _after(FLAPPING - 1, 150.0).flapping_until is None
    assert _after(FLAPPING, 150.0).flapping_until == BEGAN + WINDOW_S


def test_one_restart_in_two_hours_never_is() -> None:
    assert _after(500, 7200.0).flapping_until is None


def test_an_agent_that_lives_for_121_seconds_is_shown_after_20_runs_and_never_stopped() -> None:
    found = _after(1000, 122.0)
    assert len(found.times) == FLAPPING
    until = found.flapping_until
    assert until is not None
    view = AgentView(id="a", command="x", state=AgentState.IDLE, flapping_until=until)
    state = CrewState(project="p", root="/p", agents={"a": view})
    shown = needs(state, until - 1)
    assert [(need.kind, need.agent) for need in shown] == [(NeedKind.STUCK, "a")]
    assert "flapping" in shown[0].text
    assert needs(state, until + 1) == []


def test_the_times_outlive_the_supervisor_and_a_reset_ends_them(tmp_path: Path) -> None:
    async def story() -> None:
        clock, path = Hands(), tmp_path / "ledger.db"
        open_or_rebuild(path, "x")
        for number in range(FLAPPING):
            async with Ledger(path, clock) as ledger:
                book = RestartBook("a", ledger, clock)
                await book.recall(20.0)
                assert (book.flapping_until is None) == (number < FLAPPING)
                await book.note(1.0)
                clock.now += 300
        async with Ledger(path, clock) as ledger:
            book = RestartBook("a", ledger, clock)
            await book.recall(20.0)
            assert book.flapping_until == BEGAN + WINDOW_S
            await ledger.write(book.forget)
            fresh = RestartBook("a", ledger, clock)
            await fresh.recall(20.0)
            assert fresh.flapping_until is None

    asyncio.run(story())


def test_a_restart_is_still_waited_for_as_it_was_drawn(tmp_path: Path) -> None:
    async def story() -> None:
        clock, path = Hands(), tmp_path / "ledger.db"
        open_or_rebuild(path, "x")
        async with Ledger(path, clock) as ledger:
            due = await RestartBook("a", ledger, clock).note(13.7)
            assert due == BEGAN + 13.7
            clock.now += 3
            book = RestartBook("a", ledger, clock)
            assert round(await book.recall(19.2), 6) == 10.7
            clock.now -= 5000  # the clock was set back
            assert await book.recall(19.2) == 19.2
            clock.now += 9000
            assert await book.recall(19.2) == 0.0

    asyncio.run(story())
