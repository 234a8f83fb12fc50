"""Pictures of the dashboard: each state at the three sizes."""

import asyncio
from pathlib import Path

import pytest
from textual.pilot import Pilot

from crewtui.app.dashboard import CrewApp
from crewtui.core.config.project import Project
from crewtui.core.model.crew_state import CrewState
from tests.app.conftest import StillClock, wait_for
from tests.support import states
from tests.support.fake_supervisor import FakeSupervisor

SIZES = [(200, 50), (120, 40), (80, 24)]
STATES = {
    "empty": states.empty,
    "usual": states.usual,
    "full": states.full,
    "trouble": states.trouble,
}
PANES = ("\x1b[1m• writing parser.py\x1b[0m", "\x1b[32m+ def parse():\x1b[0m", "", "❯ ")


class Pictured(CrewApp):
    """The dashboard with its own recorded supervisor in the same loop."""

    def __init__(self, root: Path, state: CrewState):
        self.fake = FakeSupervisor(Project(root), state)
        super().__init__(self.fake.project, notify=False, clock=StillClock())

    async def on_load(self) -> None:
        """The supervisor is there before the dashboard asks."""
        await self.fake.start()

    async def on_unmount(self) -> None:
        """And goes with it."""
        await self.fake.stop()


@pytest.fixture
def take(snap_compare, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Compares a picture of a state, after some keys."""

    def taken(state: CrewState, size: tuple[int, int], *keys: str, panes: bool = True) -> bool:
        app = Pictured(tmp_path, state)

        async def before(pilot: Pilot[None]) -> None:
            await wait_for(pilot, lambda: app.board.crew.number and app.crew.up.is_set())
            if panes and state.agents:
                await wait_for(pilot, lambda: app.fake.asked("panes.show"))
                for name in state.agents:
                    app.fake.frame(name, *PANES)
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
            await pilot.pause(0.2)
            await asyncio.sleep(0)

        return bool(snap_compare(app, terminal_size=size, run_before=before))

    return taken


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", list(STATES))
def test_the_whole_screen(name: str, size: tuple[int, int], take) -> None:  # type: ignore[no-untyped-def]
    assert take(STATES[name](), size)


@pytest.mark.parametrize("name", list(STATES))
@pytest.mark.parametrize("key", list("2345678"))
def test_each_panel_alone_on_a_small_screen(name: str, key: str, take) -> None:  # type: ignore[no-untyped-def]
    assert take(STATES[name](), (80, 24), key, panes=False)


@pytest.mark.parametrize("theme", ["crew-light", "crew-high_contrast"])
def test_the_other_themes(theme: str, take) -> None:  # type: ignore[no-untyped-def]
    times = ["crew-dark", "crew-high_contrast", "crew-light"].index(theme)
    assert take(states.usual(), (120, 40), *["T"] * times)


def test_hostile_words(take) -> None:  # type: ignore[no-untyped-def]
    assert take(states.hostile(), (120, 40))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_question_with_its_choices(size: tuple[int, int], take) -> None:  # type: ignore[no-untyped-def]
    assert take(states.usual(), size, "c")


def test_a_question_with_hostile_words(take) -> None:  # type: ignore[no-untyped-def]
    assert take(states.hostile(), (120, 40), "c")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("key", ["t", "B", "g"])
def test_tie_break_board_and_gate(key: str, size: tuple[int, int], take) -> None:  # type: ignore[no-untyped-def]
    assert take(states.at_work(), size, key)


@pytest.mark.parametrize("key", ["t", "B"])
def test_tie_break_and_board_with_hostile_words(key: str, take) -> None:  # type: ignore[no-untyped-def]
    assert take(states.hostile(), (120, 40), key)
