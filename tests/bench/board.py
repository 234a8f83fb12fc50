"""A board of a thousand tasks over a hundred thousand events: how fast it opens and scrolls."""

import asyncio
import json
import sqlite3
import tempfile
import time
from pathlib import Path

from crewtui.app.dashboard import CrewApp
from crewtui.app.screens.board import BoardScreen, Column
from crewtui.core.model.task import TaskState, TaskView
from tests.support.crews import CAT, RealCrew

Figure = tuple[str, float, str, str, bool]
TASKS = 1000
EVENTS = 100_000
FEW = 10
STEPS = 60
LAG = "under 1.5"
"""A key costs what is seen, not what there is."""


def board() -> list[Figure]:
    """The real dashboard on a real supervisor."""
    few_open, few_step = _measured(FEW, FEW)
    opened, step = _measured(TASKS, EVENTS)
    return [
        ("board of 1,000 tasks, 100,000 events: opens", opened, "ms", "under 1000", opened < 1000),
        ("the same over 10 tasks", opened / few_open, "times", "told", True),
        ("one key down on it, over 10 tasks", step / few_step, "times", LAG, step / few_step < 1.5),
    ]


def _measured(tasks: int, events: int) -> tuple[float, float]:
    """Milliseconds to open the board, and for one step in it."""
    root = Path(tempfile.mkdtemp(prefix="crewtui-bench-")) / "proj"
    root.mkdir()
    crew = RealCrew(root)
    try:
        crew.write({"a": CAT})
        crew.up()
        crew.run("stop")
        _fill(crew.project.ledger, tasks, events)
        crew.up()
        return asyncio.run(_timed(crew, tasks))
    finally:
        crew.close()


def _fill(path: Path, tasks: int, events: int) -> None:
    states = list(TaskState)
    with sqlite3.connect(path) as ledger:
        for number in range(tasks):
            state = states[number % 2 * 3]  # half of them queued, half in review
            view = TaskView(id=f"t{number}", title=f"do the thing {number}", state=state)
            ledger.execute(
                "INSERT INTO records VALUES ('task', ?, ?)", (view.id, view.model_dump_json())
            )
        rows = ((time.time(), "task.added", f"event {n}", json.dumps({})) for n in range(events))
        ledger.executemany("INSERT INTO events (at, kind, text, detail) VALUES (?, ?, ?, ?)", rows)


async def _timed(crew: RealCrew, tasks: int) -> tuple[float, float]:
    app = CrewApp(crew.project, notify=False)
    async with app.run_test(size=(200, 50)) as pilot:
        while not app.crew.up.is_set():
            await pilot.pause(0.01)
        await pilot.pause(0.5)
        began = time.perf_counter()
        app.action_press("work", "board_here")
        while not _shown(app, tasks):
            await pilot.pause()
        opened = 1000 * (time.perf_counter() - began)
        began = time.perf_counter()
        for _ in range(STEPS):
            await pilot.press("down")
        return opened, 1000 * (time.perf_counter() - began) / STEPS


def _shown(app: CrewApp, tasks: int) -> bool:
    screen = app.screen
    if not isinstance(screen, BoardScreen):
        return False
    return sum(len(column.rows) for column in screen.query(Column)) == tasks
