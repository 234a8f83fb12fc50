"""Milestones: their checks run on demand and by phase, a person decides at the gate."""

import asyncio
from collections.abc import Callable

from crewtui.core.config.project import Project
from crewtui.core.ledger.store import Ledger, Transaction
from crewtui.core.model.clock import Clock
from crewtui.core.model.errors import ConfigError, Refused
from crewtui.core.model.ids import OPERATOR
from crewtui.core.model.milestone import MilestoneView
from crewtui.core.model.task import TaskView
from crewtui.core.model.vote import VoteView
from crewtui.core.work.gates import Facts, MilestoneTable, check, load_milestones, merged_view
from crewtui.core.work.git import Wrap
from crewtui.core.work.worktrees import as_it_is


class Milestones:
    """Owns the milestones of the project."""

    def __init__(self, project: Project, ledger: Ledger, clock: Clock):
        self._project = project
        self._ledger = ledger
        self._clock = clock
        self._tables: dict[str, MilestoneTable] = {}
        self._running = asyncio.Lock()
        self.wrap: Wrap = as_it_is
        """What keeps checks in a fence where agents have one."""
        self.on_decided: Callable[[MilestoneView], None] = lambda _milestone: None

    async def load(self) -> list[MilestoneView]:
        """Read ``milestones.toml`` again; raises ``ConfigError`` if it is wrong."""
        path = self._project.folder / "milestones.toml"
        tables = await asyncio.to_thread(load_milestones, path)
        self._tables = {table.id: table for table in tables}

        async def work(tx: Transaction) -> list[MilestoneView]:
            views = []
            for position, table in enumerate(tables):
                old = await tx.record(MilestoneView, table.id)
                if old is None and await tx.rows("record", "milestone", table.id):
                    continue  # it cannot be read: named by a trouble, kept as it is
                new = merged_view(table, position, old)
                views.append(await tx.keep(new) if new != old else new)
            return views

        return await self._ledger.write(work)

    async def check(self, id_: str) -> MilestoneView:
        """Run every check of a milestone and keep the evidence."""
        await self.load()
        table = self._tables.get(id_)
        if table is None:
            raise Refused(f"no milestone {id_!r}", f"known: {', '.join(self._tables) or 'none'}")
        async with self._running:
            await self._set(id_, checking=True)
            try:
                facts = Facts(
                    tuple(await self._ledger.records(TaskView)),
                    tuple(await self._ledger.records(VoteView)),
                )
                found = []
                for one in table.checks:
                    made = await check(self._project, id_, one, facts, self.wrap)
                    found.append(made.model_copy(update={"at": self._clock.wall()}))
            finally:
                await self._set(id_, checking=False)

        async def work(tx: Transaction) -> MilestoneView:
            view = await self._one(tx, id_)
            passed = sum(made.passed is True for made in found)
            text = f"{view.title}: {passed} of {len(found)} checks pass"
            await tx.event("milestone.checked", text=text, milestone=id_)
            checked = view.model_copy(update={"checks": tuple(found)})
            if checked.regressed and not view.regressed:
                red = ", ".join(one.name for one in found if one.passed is False)
                text = f"{view.title} had passed and does no more: {red}"
                await tx.event("milestone.regressed", text=text, milestone=id_)
            return await tx.keep(checked)

        view = await self._ledger.write(work)
        may_pass = view.green and not view.needs_approval and not view.approved
        if may_pass and await self._before(view) is None:
            return await self.decide(id_, True, "every check passes", who="crewtui")
        return view

    async def decide(
        self, id_: str, approve: bool, reason: str, who: str = OPERATOR
    ) -> MilestoneView:
        """A person lets the milestone pass, or sends it back with a reason."""

        async def work(tx: Transaction) -> MilestoneView:
            view = await self._one(tx, id_)
            if approve and not view.green:
                failed = [c.name for c in view.checks if c.passed is not True]
                raise Refused(
                    f"{view.title}: not passed: {', '.join(failed)}", "run the checks again: r"
                )
            first = self._not_passed(await tx.records(MilestoneView), view)
            if approve and first is not None:
                how = "passes no more" if first.approved else "has not passed"
                raise Refused(
                    f"{view.title} comes after {first.title}, which {how}",
                    f"see to that one first: crewtui milestone check {first.id}",
                )
            if not approve and not reason.strip():
                raise Refused("a milestone is sent back with a reason")
            verb = "approves" if approve else "sends back"
            text = f"{who} {verb} {view.title}: {reason}".rstrip(": ")
            kind = "milestone.approved" if approve else "milestone.returned"
            await tx.event(kind, text=text, milestone=id_, reason=reason)
            update = {"approved": approve, "decided_by": who, "reason": reason}
            return await tx.keep(view.model_copy(update=update))

        view = await self._ledger.write(work)
        self.on_decided(view)
        return view

    async def _before(self, view: MilestoneView) -> MilestoneView | None:
        """The first one before it that has not passed."""
        return self._not_passed(await self._ledger.records(MilestoneView), view)

    async def recover(self) -> None:
        """After a start: read the file; a wrong one is said and changes nothing."""
        try:
            await self.load()
        except ConfigError as error:
            await self._ledger.event("milestones.wrong", text=f"{error.what}")

    async def _set(self, id_: str, *, checking: bool) -> None:
        async def work(tx: Transaction) -> None:
            view = await self._one(tx, id_)
            await tx.keep(view.model_copy(update={"checking": checking}))

        await self._ledger.write(work)

    async def _one(self, tx: Transaction, id_: str) -> MilestoneView:
        view = await tx.record(MilestoneView, id_)
        if view is None:
            raise Refused(f"no milestone {id_!r}", "list them with: crewtui milestone list")
        return view

    def _not_passed(self, all_: list[MilestoneView], view: MilestoneView) -> MilestoneView | None:
        """The first milestone of the file before it that has not passed, or passes no more."""
        known = [other for other in all_ if other.id in self._tables and not other.passed]
        before = [other for other in known if other.position < view.position]
        return min(before, key=lambda other: other.position, default=None)
