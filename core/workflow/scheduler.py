"""Sleeps until the next deadline or until something happened, then moves things on."""

import asyncio

from crewtui.core.debate.debates import Debates
from crewtui.core.debate.votes import Votes
from crewtui.core.ledger.guarded import guarded
from crewtui.core.ledger.store import Ledger
from crewtui.core.model.clock import Clock
from crewtui.core.model.debate import DebateState, DebateView
from crewtui.core.model.vote import VoteState, VoteView
from crewtui.core.workflow.phases import Phases
from crewtui.core.workflow.transitions import UNDO_S

LONGEST_S = 60.0
"""A wall clock may be set: deadlines are looked at again after so long, in seconds."""
SHORTEST_S = 0.02


class Scheduler:
    """Keeps the crew's deadlines."""

    def __init__(
        self, ledger: Ledger, clock: Clock, debates: Debates, votes: Votes, phases: Phases
    ):
        self._ledger = ledger
        self._clock = clock
        self._debates = debates
        self._votes = votes
        self._phases = phases
        self._due = asyncio.Event()

    def wake(self) -> None:
        """Something happened that may move the crew on."""
        self._due.set()

    async def run(self) -> None:
        """Keep deadlines for ever; its owner cancels it."""
        while True:
            self._due.clear()
            await guarded(self._ledger, "the scheduler", self._move_on())
            try:
                async with asyncio.timeout(await self._sleep_s()):
                    await self._due.wait()
            except TimeoutError:
                pass

    async def _move_on(self) -> None:
        view = await self._phases.view()
        if view.paused_at is None:
            now = self._clock.wall()
            await self._debates.on_clock(now)
            await self._votes.on_clock(now)
            await self._phases.advance()

    async def _sleep_s(self) -> float:
        """Seconds until the next deadline."""
        view = await self._phases.view()
        if view.paused_at is not None:
            return LONGEST_S
        ends = [view.closes_at]
        for debate in await self._ledger.records(DebateView):
            ends.append(debate.closes_at if debate.state is DebateState.OPEN else None)
        for vote in await self._ledger.records(VoteView):
            if vote.state is VoteState.OPEN:
                ends.append(vote.closes_at)
            elif vote.decided_at is not None and not vote.final:
                ends.append(vote.decided_at + UNDO_S)
        now = self._clock.wall()
        left = [end - now for end in ends if end is not None and end > now]
        return min([LONGEST_S, *(max(SHORTEST_S, seconds) for seconds in left)])
