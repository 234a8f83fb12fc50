"""A dashboard on a recorded supervisor."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from crewtui.app.dashboard import CrewApp
from crewtui.core.model.crew_state import CrewState
from tests.support.fake_supervisor import FakeSupervisor, fake_supervisor
from tests.support.states import NOW

Stage = tuple[CrewApp, Pilot[None], FakeSupervisor]
Open = Callable[..., AbstractAsyncContextManager[Stage]]


class StillClock:
    """Time does not pass."""

    def monotonic(self) -> float:
        """Always the same."""
        return 0.0

    def wall(self) -> float:
        """Always the same."""
        return NOW


async def wait_for(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Let the application work until the condition holds."""
    for _ in range(400):
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError("never came about")


@pytest.fixture
def open_dashboard(tmp_path: Path) -> Open:
    """Opens the dashboard on a state, at a size."""

    @asynccontextmanager
    async def opened(state: CrewState, size: tuple[int, int] = (200, 50)) -> AsyncIterator[Stage]:
        async with fake_supervisor(tmp_path, state) as supervisor:
            app = CrewApp(supervisor.project, notify=False, clock=StillClock())
            async with app.run_test(size=size, notifications=True) as pilot:
                await wait_for(pilot, lambda: app.crew.up.is_set() and app.board.crew.number)
                await pilot.pause()
                yield app, pilot, supervisor

    return opened
