"""One attempt to type a message into a composer that an adapter knows: paste, watch it settle,
look again, Enter, watch. What cannot be proven is taken back, or left alone and said.
"""

import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Protocol

from crewtui.core.agents.draft import plain_lines
from crewtui.core.agents.status import Reading, read_status
from crewtui.core.mail.enter import press_enter, see_composer
from crewtui.core.mail.frame import Framed, is_our_head, is_wholly_ours, sits
from crewtui.core.mail.hold import hold_by_screen
from crewtui.core.mail.outcome import (
    Delivered,
    Held,
    InAgent,
    InDoubt,
    Outcome,
    Stuck,
    Submitted,
    Unconfirmed,
)
from crewtui.core.mail.target import Target
from crewtui.core.model.agent import AgentState
from crewtui.core.model.clock import Clock
from crewtui.core.model.screen import Screen
from crewtui.core.tmux.frames import look
from crewtui.core.tmux.link import TmuxLink
from crewtui.core.tmux.paste import drop, leave_copy_mode, load, paste_loaded, press

LOOK_S = 0.006
"""Between two looks at a pane that is being written to, in seconds."""
GONE_S = 0.25
"""So long the text must stay gone from a composer: a look may meet one that is half drawn."""
DRAWN_PER_S = 1500
"""Some programs draw a long message whole before they go on; so many characters a second."""
CLEAR_TRIES = 40
"""One clearing key may take one line of many; so often it is pressed at most."""
SETTLE_LIMIT_S = 3.0
"""How long a paste may take to show before the attempt fails, in seconds; more for long ones."""
STILL_S = 0.5
"""So long an empty composer must stand still before a paste counts as lost, in seconds."""
VETO_LOOKS = 10
"""The terminal's own answers count as unread for some milliseconds: so often it is looked again."""
DRAWN_S = 1.0
DRAWN_LIMIT_S = 3.0
"""After a restart: so long nothing may be printed, and so long that is waited for, in seconds."""
UNPROVEN = "its composer holds text that we cannot prove"
QUEUED = "queued"
"""Of a message whose Enter came while the agent worked: it went into the program's own queue."""
BEHIND = "Enter was pressed; its composer is covered, so nobody knows whether that was taken"
_SAYS_NOTHING = {AgentState.STARTING, AgentState.ASKING, AgentState.COVERED}
"""States that show no composer: a text that is not seen there may still stand behind them."""


class Steps(Protocol):
    """Where the steps of an attempt are written down, each before the next is taken."""

    async def enter(self, typed: str) -> None:
        """Enter comes next; ``typed`` is where the text stands, as its typist keeps it."""
        ...

    async def entered(self) -> None:
        """Enter was pressed."""
        ...


class Typist:
    """Types into composers of one tmux server and watches what comes of it."""

    def __init__(self, link: TmuxLink, clock: Clock, pause: Callable[[float], Awaitable[None]]):
        self.link = link
        self.clock = clock
        self.pause = pause

    async def look(self, pane: str) -> Screen:
        """The pane as it is now; raises ``TmuxError`` if it is gone."""
        return await look(self.link, pane)

    async def reason_to_hold(self, target: Target, framed: Framed) -> str | None:
        """Why the message should wait, from a fresh look; our own unsent text is no reason."""
        screen = await self.look(target.pane)
        if screen.dead:
            return "agent has exited"
        reading = read_status(target.adapter, screen)
        reason = hold_by_screen(target.adapter, reading)
        if reading.draft and reading.state in (AgentState.IDLE, AgentState.BUSY):
            if sits(target.adapter, screen, framed):
                reason = None
            elif target.sight.unproven or is_our_head(reading.draft):
                reason = UNPROVEN
        elif reading.composer:
            target.sight.unproven = False
        return reason or await self._vetoed(target)

    async def _vetoed(self, target: Target) -> str | None:
        """What the kernel says against typing, once that lasts."""
        for _ in range(VETO_LOOKS):
            against = await target.sight.against()
            if against is None:
                return None
            await self.pause(LOOK_S * 5)
        return f"{against.rule}; delivered after that" if against else None

    async def drawn(self, target: Target) -> None:
        """Wait until what was pasted before a restart has been drawn, as far as that shows."""
        until = self.clock.monotonic() + DRAWN_LIMIT_S
        terminal = target.sight.terminal
        while terminal is not None and self.clock.monotonic() < until:
            facts = terminal.modes()
            if not facts.unread and facts.quiet_s >= DRAWN_S:
                return
            await self.pause(DRAWN_S / 10)

    async def is_taken(self, target: Target, _framed: Framed) -> bool:
        """Whether a message whose Enter was pressed before a restart has left the composer.

        Our text was proven to stand there before that key; what scrolled away proves nothing.
        """
        _, reading = await self._at_rest(target)
        return reading.composer and not reading.draft

    async def left_queue(self, target: Target, framed: Framed) -> Outcome:
        """Whether a message left the program's own queue: for its model, or for the composer."""
        screen, reading = await self._at_rest(target)
        adapter = target.adapter
        marked = adapter.queue is not None and adapter.queue.search("\n".join(plain_lines(screen)))
        if reading.composer and reading.draft:
            return Stuck(UNPROVEN) if is_our_head(reading.draft) else InAgent("a draft is there")
        if marked or not reading.composer or screen.dead:
            return InAgent("it still stands in the agent's own queue")
        return Delivered("it has left the agent's own queue")

    async def attempt(self, target: Target, framed: Framed, steps: Steps) -> Outcome:
        """Type the text and submit it if the composer is proven to hold it."""
        pane, adapter = target.pane, target.adapter
        screen = await self.look(pane)
        if not sits(adapter, screen, framed):
            await leave_copy_mode(self.link, pane)
            buffer = await load(self.link, framed.text)
            reading = read_status(adapter, await self.look(pane))
            reason = hold_by_screen(adapter, reading)
            if reason is not None:
                await drop(self.link, buffer)
                return Held(reason)
            await paste_loaded(self.link, pane, buffer)
            framed = replace(framed, pasted=True)
            screen = await self._settled(target, framed)
        if see_composer(pane, adapter, screen, framed) is None:
            return await self._not_seen(target, framed, screen)
        if (why := await self._vetoed(target)) is not None:
            return Held(why)
        busy = read_status(adapter, screen).state is AgentState.BUSY
        queued = adapter.input_while_busy and (target.turn_open or busy)
        await steps.enter(QUEUED if queued else "")
        screen = await self.look(pane)
        proof = see_composer(pane, adapter, screen, framed)
        if proof is None:
            return await self._not_seen(target, framed, screen)
        await press_enter(self.link, proof)
        await steps.entered()
        taken = await self._taken(target, framed)
        if taken is None:
            again = see_composer(pane, adapter, await self.look(pane), framed)
            if again is not None:
                await press_enter(self.link, again)
                taken = await self._taken(target, framed)
        if isinstance(taken, Delivered) and queued and await self._is_queued(target, busy):
            return InAgent("queued in the agent: it works on something else")
        return taken or await self._take_back(target, framed, "sent", "Enter was not taken")

    async def _is_queued(self, target: Target, busy: bool) -> bool:
        """Whether it went into a queue: where that shows, an agent that was idle has none."""
        queue = target.adapter.queue
        if busy or queue is None:
            return True
        shown = "\n".join(plain_lines(await self.look(target.pane)))
        return queue.search(shown) is not None

    async def _settled(self, target: Target, framed: Framed) -> Screen:
        """Look until the paste shows and two looks agree, or time is up."""
        pane, adapter = target.pane, target.adapter
        until = self.clock.monotonic() + SETTLE_LIMIT_S + len(framed.text) / 10_000
        before = await self.look(pane)
        stands = math.inf
        while self.clock.monotonic() < until:
            await self.pause(LOOK_S)
            screen = await self.look(pane)
            now = self.clock.monotonic()
            target.saw(read_status(adapter, screen), now)
            stands = min(stands, now) if sits(adapter, screen, framed) else math.inf
            if screen.dead or (screen == before and now - stands >= adapter.settle_s):
                return screen
            if screen == before and read_status(adapter, screen).state is AgentState.ASKING:
                return screen
            before = screen
        return before

    async def _not_seen(self, target: Target, framed: Framed, screen: Screen) -> Outcome:
        if screen.dead:
            return InDoubt("the agent died while the message was pasted")
        reading = read_status(target.adapter, screen)
        if reading.state is AgentState.ASKING:
            return Held("agent asks; delivered after the answer")
        return await self._take_back(target, framed, "pasted", "the paste did not show")

    async def _taken(self, target: Target, framed: Framed) -> Outcome | None:
        adapter = target.adapter
        limit = adapter.confirm_s + len(framed.text) / DRAWN_PER_S
        until = self.clock.monotonic() + limit
        drawn = adapter.composer is not None and adapter.composer.where == "block"
        gone, stays, lost = math.inf, GONE_S if drawn else 0.0, False
        while self.clock.monotonic() < until:
            screen = await self.look(target.pane)
            if screen.dead:
                return InDoubt("the agent died after Enter")
            reading = read_status(adapter, screen)
            lost = reading.state in _SAYS_NOTHING and not reading.composer
            now = self.clock.monotonic()
            target.saw(reading, now)
            gone = min(gone, now) if not lost and not sits(adapter, screen, framed) else math.inf
            if now - gone >= stays:
                return Delivered(f"left the composer ({reading.state}: {reading.evidence.rule})")
            await self.pause(LOOK_S)
        return Submitted(BEHIND) if lost else None

    async def settle(self, target: Target, framed: Framed) -> Outcome:
        """What became of a message that Enter was pressed for before something covered it."""
        screen, reading = await self._at_rest(target)
        if screen.dead:
            return InDoubt("the agent died after Enter")
        if reading.composer and not reading.draft:
            return Delivered("left the composer, as is seen again")
        if reading.composer and is_wholly_ours(reading.draft, (framed,)):
            target.meanwhile.why = "its composer was covered"
            return await self._take_back(target, framed, "sent", "Enter was not taken")
        return Submitted(BEHIND)

    async def _take_back(self, target: Target, framed: Framed, step: str, why: str) -> Outcome:
        """Empty the composer of what is provably ours; what is not is left alone, and said."""
        met = plain_lines(await self.look(target.pane))
        for _ in range(CLEAR_TRIES):
            screen, reading = await self._at_rest(target)
            if screen.dead:
                return InDoubt("the agent died while the message was typed")
            if reading.state is AgentState.ASKING:
                return Held("agent asks; delivered after the answer")
            if reading.composer and not reading.draft:
                return Unconfirmed(step, why, met, target.meanwhile.why)
            if not self._is_ours(target, screen, reading, framed):
                return Stuck(UNPROVEN)
            await press(self.link, target.pane, *target.adapter.keys.clear)
        return Stuck(UNPROVEN)

    @staticmethod
    def _is_ours(target: Target, screen: Screen, reading: Reading, framed: Framed) -> bool:
        if reading.composer and is_wholly_ours(reading.draft, (framed,)):
            return True
        return see_composer(target.pane, target.adapter, screen, framed) is not None

    async def _at_rest(self, target: Target) -> tuple[Screen, Reading]:
        """The screen once its composer has stood still for a while, or as it is after a limit."""
        until = self.clock.monotonic() + SETTLE_LIMIT_S
        since, last = self.clock.monotonic(), ""
        while True:
            await self.pause(LOOK_S)
            screen = await self.look(target.pane)
            reading = read_status(target.adapter, screen)
            now = self.clock.monotonic()
            target.saw(reading, now)
            draft = reading.draft if reading.composer else "\0"
            if draft != last:
                since, last = now, draft
            still = STILL_S if draft in ("", "\0") else LOOK_S * 4
            if screen.dead or now - since >= still or now >= until:
                return screen, reading

    async def empty(self, target: Target, texts: Sequence[Framed]) -> bool:
        """Take back what stands in the composer if it is ours alone; whether it is empty now."""
        for _ in range(CLEAR_TRIES):
            _, reading = await self._at_rest(target)
            if reading.composer and not reading.draft:
                return True
            if not (reading.composer and is_wholly_ours(reading.draft, texts)):
                return False
            await press(self.link, target.pane, *target.adapter.keys.clear)
        return False
