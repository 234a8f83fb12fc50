"""Pictures of the real application on the demo crew: one for each size and theme."""

import asyncio
import sys
from pathlib import Path

from crewtui.app.commands.demo import end
from crewtui.app.commands.up import start_background
from crewtui.app.dashboard import CrewApp
from crewtui.app.demo.director import Director
from crewtui.app.demo.project import make_demo_project
from crewtui.core.config.project import Project
from crewtui.core.model.agent import AgentState

FOLDER = Path(__file__).parent.parent.parent / "screenshots"
SHOTS = [
    ((200, 50), "crew-dark", "1"),
    ((120, 40), "crew-dark", "2"),
    ((80, 24), "crew-dark", "1"),
    ((200, 50), "crew-light", "1"),
    ((200, 50), "crew-high_contrast", "1"),
]


async def take(project: Project) -> None:
    """Take every picture while the coder asks and a dead letter waits."""
    director = Director(project, say, patience_s=3600)
    async with asyncio.TaskGroup() as tasks:
        playing = tasks.create_task(director.run())
        for size, theme, key in SHOTS:
            await shoot(project, size, theme, key)
        playing.cancel()


def say(what: str) -> None:
    """One line of the demo."""
    sys.stdout.write(what + "\n")


async def shoot(project: Project, size: tuple[int, int], theme: str, key: str) -> None:
    """One picture."""
    app = CrewApp(project, notify=False)
    async with app.run_test(size=size) as pilot:
        app.theme = theme
        while not ready(app):
            await pilot.pause(0.1)
        await pilot.press(key)
        await pilot.pause(2.0)
        name = f"crew-{size[0]}x{size[1]}-{theme.removeprefix('crew-')}.svg"
        app.save_screenshot(name, str(FOLDER))
        sys.stdout.write(f"wrote {name}\n")


def ready(app: CrewApp) -> bool:
    """The coder asks, and a dead letter is there."""
    state = app.crew.state
    asking = state.agents.get("coder")
    dead = any(message.state == "dead" for message in state.messages.values())
    return asking is not None and asking.state is AgentState.ASKING and dead


def main() -> None:
    """Run the demo crew and take its pictures."""
    project = make_demo_project()
    start_background(project)
    try:
        asyncio.run(take(project))
    finally:
        end(project)


if __name__ == "__main__":
    main()
