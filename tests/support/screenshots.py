"""Pictures of the real application on the demo crew, from its first message to its program."""

import asyncio
import sys
from pathlib import Path

from textual.pilot import Pilot

from crewtui.app.commands.demo import end
from crewtui.app.commands.up import start_background
from crewtui.app.dashboard import CrewApp
from crewtui.app.demo.director import Director, Patience
from crewtui.app.demo.project import make_demo_project
from crewtui.app.keys.work import WorkKeys
from crewtui.core.config.project import Project
from crewtui.core.model.agent import AgentState
from crewtui.core.model.crew_state import CrewState
from crewtui.core.model.phase import Phase
from crewtui.core.model.task import TaskState
from crewtui.core.model.vote import VoteState

FOLDER = Path(__file__).parent.parent.parent / "screenshots"
SHOTS = [
    ((200, 50), "crew-dark", "1"),
    ((120, 40), "crew-dark", "2"),
    ((80, 24), "crew-dark", "1"),
    ((200, 50), "crew-light", "1"),
    ((200, 50), "crew-high_contrast", "1"),
]
WIDE = (160, 45)
LONG_S = 3600.0


def say(what: str) -> None:
    """One line of the demo."""
    sys.stdout.write(what + "\n")


async def usual(project: Project) -> None:
    """The main screen at every size and theme, while the coder asks and a dead letter waits."""
    async with playing(project, lambda what: LONG_S if what in ("question", "letter") else 0.0):
        for size, theme, key in SHOTS:
            app = CrewApp(project, notify=False)
            async with app.run_test(size=size) as pilot:
                app.theme = theme
                await until(pilot, app, asked_and_dead)
                await pilot.press(key)
                await pilot.pause(2.0)
                save(app, f"crew-{size[0]}x{size[1]}-{theme.removeprefix('crew-')}.svg")


async def from_idea_to_poc(project: Project) -> None:
    """Tally, tie-break, board, difference and gate; the viewer decides with keys."""
    async with playing(project, lambda what: LONG_S if what in ("tie", "gate") else 0.0):
        app = CrewApp(project, notify=False)
        async with app.run_test(size=WIDE) as pilot:
            await until(
                pilot, app, lambda s: any(v.state is VoteState.TIED for v in s.votes.values())
            )
            await pilot.press("5")
            await pilot.pause(2.0)
            save(app, "tally.svg")
            await pilot.press("t")
            await pilot.pause(0.5)
            await pilot.press("down", "enter", *"a package is easier to test")
            await pilot.pause(0.5)
            save(app, "tie-break.svg")
            await pilot.press("enter")
            await until(pilot, app, at_work)
            await pilot.press("B")
            await pilot.pause(1.0)
            save(app, "board.svg")
            await pilot.press("escape")
            await until(pilot, app, lambda s: s.milestones["poc"].green)
            await pilot.press("g")
            await pilot.pause(0.7)
            save(app, "gate.svg")
            await pilot.press("escape")
            await pilot.pause(0.3)
            WorkKeys(app).task("cli")
            await pilot.pause(1.5)
            save(app, "diff.svg")


class playing:  # noqa: N801 - reads as a verb
    """Runs the director for as long as the block runs."""

    def __init__(self, project: Project, patience: Patience):
        self._director = Director(project, say, patience)
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> None:
        await self._tasks.__aenter__()
        self._task = self._tasks.create_task(self._director.run())

    async def __aexit__(self, *error: object) -> None:
        self._task.cancel()
        await self._tasks.__aexit__(None, None, None)


async def until(pilot: Pilot[None], app: CrewApp, condition) -> None:  # type: ignore[no-untyped-def]
    """Wait until the crew is so far."""
    while not (app.crew.up.is_set() and condition(app.crew.state)):
        await pilot.pause(0.1)


def asked_and_dead(state: CrewState) -> bool:
    """The coder asks, and a dead letter is there."""
    asking = state.agents.get("coder")
    dead = any(message.state == "dead" for message in state.messages.values())
    return asking is not None and asking.state is AgentState.ASKING and dead


def at_work(state: CrewState) -> bool:
    """Something is merged and something is still to do."""
    states = {task.state for task in state.tasks.values()}
    return state.phase.phase is Phase.BUILD and {TaskState.MERGED, TaskState.QUEUED} <= states


def save(app: CrewApp, name: str) -> None:
    """One picture."""
    app.save_screenshot(name, str(FOLDER))
    say(f"wrote {name}")


def main() -> None:
    """Run the demo crew twice and take its pictures."""
    for take in (usual, from_idea_to_poc):
        project = make_demo_project()
        start_background(project)
        try:
            asyncio.run(take(project))
        finally:
            end(project)


if __name__ == "__main__":
    main()
