"""What is finished is kept for a set time and size; what a crew needs is never dropped."""

import os
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from crewtui.core.config.crew import CrewTable
from crewtui.core.config.project import Project
from crewtui.core.ledger.rebuild import rebuild
from crewtui.core.ledger.redo import NAME, RedoLog
from crewtui.core.ledger.store import Ledger, Transaction, open_or_rebuild
from crewtui.core.ledger.trail import Trail, trail_files
from crewtui.core.mail.filing import file_away
from crewtui.core.mail.outbox import add_row
from crewtui.core.model.message import DeadReason, MessageState
from crewtui.core.model.task import TaskView
from crewtui.core.service.cleaner import DAY_S, Cleaner

START = 1_800_000_000.0


class DayClock:
    """Goes on a day when it is told to."""

    def __init__(self) -> None:
        self.now = START

    def monotonic(self) -> float:
        """Seconds since the start."""
        return self.now - START

    def wall(self) -> float:
        """UTC seconds."""
        return self.now


@pytest.fixture
def clock() -> DayClock:
    """A clock of the test's own."""
    return DayClock()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with its folders."""
    found = Project(tmp_path)
    found.prepare()
    return found


@pytest.fixture
async def ledger(project: Project, clock: DayClock) -> AsyncIterator[Ledger]:
    """Its ledger."""
    open_or_rebuild(project.ledger, "now")
    async with Ledger(project.ledger, clock) as found:
        yield found


async def _message(project: Project, ledger: Ledger, id_: str, state: MessageState) -> None:
    body = f"{id_} ".encode() * 300

    async def work(tx: Transaction) -> None:
        await add_row(tx, id_, "a", "b", "t", f"{id_}.md", body)
        if state is MessageState.DEAD:
            await tx.dead(id_, DeadReason.NOT_CONFIRMED)
        elif state is not MessageState.QUEUED:
            await tx.move(id_, state)
        await tx.event("message.delivered", agent="a", message=id_, text=f"{id_} delivered")

    await ledger.write(work)
    view = await ledger.message(id_)
    assert view is not None
    if state is not MessageState.QUEUED:
        file_away(project, view, "", body)


async def _day(project: Project, ledger: Ledger, clock: DayClock, day: int) -> None:
    """Twenty messages that are delivered, one that waits, a dead letter, a task, runs."""
    for number in range(20):
        await _message(project, ledger, f"d{day}-{number}", MessageState.DELIVERED)
    await _message(project, ledger, f"w{day}", MessageState.QUEUED)
    await _message(project, ledger, f"x{day}", MessageState.DEAD)

    async def work(tx: Transaction) -> None:
        await tx.keep(TaskView(id=f"t{day}", title="a task"))
        await tx.run("add_run", f"run{day}", "a", tx.now)
        await tx.run("end_run", tx.now, "ended", f"run{day}")

    await ledger.write(work)
    clock.now += DAY_S


async def test_a_month_of_days_stays_as_large_as_the_days_that_are_kept(
    project: Project, ledger: Ledger, clock: DayClock
) -> None:
    cleaner = Cleaner(project, ledger, clock, CrewTable(keep_days=5))
    redo, trail, sizes = RedoLog(project.logs / NAME), Trail(project.logs), []
    for day in range(30):
        await _day(project, ledger, clock, day)
        await redo.follow(ledger)
        await trail.follow(ledger)
        sizes.append((await cleaner.clean()).size)
    waits_and_dead = 30 * 4096
    assert max(sizes[8:]) < 1.5 * sizes[7] + waits_and_dead
    assert len(trail_files(project.logs)) <= 7
    assert len(list(project.processed.rglob("*.md"))) <= 6 * 20
    rows = list(await ledger.rows("snapshot_waiting", 1000))
    assert {row["id"] for row in rows} == {f"{k}{day}" for k in "wx" for day in range(30)}
    assert len(await ledger.records(TaskView)) == 30
    assert {row["run"] for row in await ledger.rows("all_runs")} >= {"run29"}
    assert len(list(await ledger.rows("all_runs"))) <= 7
    assert len(list(project.dead_letters.glob("*.md"))) == 30


async def test_what_is_kept_can_be_rebuilt_though_old_files_of_the_trail_are_gone(
    project: Project, ledger: Ledger, clock: DayClock
) -> None:
    cleaner = Cleaner(project, ledger, clock, CrewTable(keep_days=2))
    redo, trail = RedoLog(project.logs / NAME), Trail(project.logs)
    for day in range(6):
        await _day(project, ledger, clock, day)
        await redo.follow(ledger)
        await trail.follow(ledger)
        await cleaner.clean()
    await redo.follow(ledger)
    fresh = project.runtime / "fresh.db"
    open_or_rebuild(fresh, "now")
    rebuild(fresh, project.logs)
    async with Ledger(fresh, clock) as built:
        for query in ("snapshot_waiting", "snapshot_finished"):
            wanted = [dict(row) for row in await ledger.rows(query, 1000)]
            assert [dict(row) for row in await built.rows(query, 1000)] == wanted
        assert await built.records(TaskView) == await ledger.records(TaskView)


async def test_with_zero_days_all_is_kept(
    project: Project, ledger: Ledger, clock: DayClock
) -> None:
    await _day(project, ledger, clock, 0)
    clock.now += 1000 * DAY_S
    assert (
        await Cleaner(project, ledger, clock, CrewTable(keep_days=0)).clean()
    ).rows.messages == 0


async def test_where_it_is_too_much_less_time_is_kept_but_never_the_last_hour(
    project: Project, ledger: Ledger, clock: DayClock
) -> None:
    for number in range(60):
        await _message(project, ledger, f"old{number}", MessageState.DELIVERED)
    clock.now += 3 * 3600
    await _message(project, ledger, "new", MessageState.DELIVERED)
    cleaner = Cleaner(project, ledger, clock, CrewTable(keep_days=14, keep_mb=1))
    later = project.processed / "29990101"
    later.mkdir()
    (later / "ballast").write_bytes(b"x" * 2 * 1024**2)
    cleaned = await cleaner.clean()
    assert cleaned.rows.messages == 60
    assert await ledger.message("new") is not None


async def test_what_a_waiting_message_was_made_of_is_kept(
    project: Project, ledger: Ledger, clock: DayClock
) -> None:
    await _message(project, ledger, "first", MessageState.REDRIVEN)

    async def work(tx: Transaction) -> None:
        await add_row(tx, "again", "a", "b", "t", "again.md", b"text", "", "first")

    await ledger.write(work)
    clock.now += 100 * DAY_S
    await Cleaner(project, ledger, clock, CrewTable(keep_days=1)).clean()
    assert await ledger.message("first") is not None


async def test_purged_dead_letters_are_kept_for_seven_days(
    project: Project, ledger: Ledger, clock: DayClock
) -> None:
    purged = project.dead_letters / "purged"
    purged.mkdir()
    (purged / "one.md").write_text("given up")
    cleaner = Cleaner(project, ledger, clock, CrewTable(keep_days=0))
    clock.now = (purged / "one.md").stat().st_mtime + 6 * DAY_S
    await cleaner.clean()
    assert (purged / "one.md").exists()
    clock.now += 2 * DAY_S
    await cleaner.clean()
    assert not (purged / "one.md").exists()


@pytest.mark.parametrize(
    ("hour", "cleaned_hour", "due"), [(4, 2, True), (4, 3.75, False), (3, 1, False), (3, -24, True)]
)
def test_it_is_due_once_a_day_at_its_time(
    hour: float, cleaned_hour: float, due: bool, project: Project, clock: DayClock
) -> None:
    midnight = datetime(2027, 3, 3).astimezone().timestamp()
    cleaner = Cleaner(project, None, clock, CrewTable(clean_at="03:30"))  # type: ignore[arg-type]
    assert cleaner._is_due()
    mark = project.runtime / "cleaned"
    mark.touch()
    os.utime(mark, (midnight + cleaned_hour * 3600,) * 2)
    clock.now = midnight + hour * 3600
    assert cleaner._is_due() is due
