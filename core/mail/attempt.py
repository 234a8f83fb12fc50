"""One attempt to type a message into a pane: paste, watch it settle, look again, Enter, watch."""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from crewtui.core.agents.adapter import Adapter
from crewtui.core.agents.draft import plain_lines
from crewtui.core.agents.status import read_status
from crewtui.core.mail.enter import press_enter, see_composer
from crewtui.core.mail.frame import Framed, sits
from crewtui.core.mail.hold import hold_by_screen
from crewtui.core.model.agent import AgentState
from crewtui.core.model.clock import Clock
from crewtui.core.model.screen import Screen
from crewtui.core.model.text import letters
from crewtui.core.tmux.frames import look
from crewtui.core.tmux.link import TmuxLink
from crewtui.core.tmux.paste import leave_copy_mode, paste, press

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


@dataclass(frozen=True, slots=True)
class Delivered:
    """Submitted and seen to be taken."""

    evidence: str


@dataclass(frozen=True, slots=True)
class Held:
    """Not the moment; nothing was submitted."""

    reason: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    """The agent died or its pane was lost after keys were sent."""

    evidence: str


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Typed, but not seen to be taken."""

    step: str
    evidence: str
    screen: list[str]


Outcome = Delivered | Held | InDoubt | Unconfirmed


class Typist:
    """Types into panes of one tmux server and watches what comes of it."""

    def __init__(self, link: TmuxLink, clock: Clock, pause: Callable[[float], Awaitable[None]]):
        self._link = link
        self._clock = clock
        self._pause = pause

    async def look(self, pane: str) -> Screen:
        """The pane as it is now; raises ``TmuxError`` if it is gone."""
        return await look(self._link, pane)

    async def reason_to_hold(self, pane: str, adapter: Adapter, framed: Framed) -> str | None:
        """Why the message should wait, from a fresh look; our own unsent text is no reason."""
        screen = await self.look(pane)
        if screen.dead:
            return "agent has exited"
        reading = read_status(adapter, screen)
        reason = hold_by_screen(adapter, reading)
        if reading.draft and reading.state is AgentState.IDLE and sits(adapter, screen, framed):
            return None
        return reason

    async def is_taken(self, pane: str, adapter: Adapter, framed: Framed) -> bool:
        """Whether a message in doubt was submitted already: on screen, but not in the composer."""
        history = (await self._link.run([("capture-pane", "-p", "-S", "-2000", "-t", pane)]))[0]
        screen = await self.look(pane)
        seen = letters(framed.mark) in letters("".join(history.lines))
        return seen and not sits(adapter, screen, framed)

    async def attempt(self, pane: str, adapter: Adapter, framed: Framed) -> Outcome:
        """Type the text and submit it if the composer is proven to hold it."""
        screen = await self.look(pane)
        if not sits(adapter, screen, framed):
            await leave_copy_mode(self._link, pane)
            await paste(self._link, pane, framed.text)
            screen = await self._settled(pane, adapter, framed)
        proof = see_composer(pane, adapter, screen, framed)
        if proof is None:
            return await self._not_seen(pane, adapter, framed, screen)
        await press_enter(self._link, proof)
        taken = await self._taken(pane, adapter, framed)
        if taken is None:
            again = see_composer(pane, adapter, await self.look(pane), framed)
            if again is not None:
                await press_enter(self._link, again)
                taken = await self._taken(pane, adapter, framed)
        if taken is not None:
            return taken
        return await self._give_up(pane, adapter, framed, "sent", "Enter was not taken")

    async def _settled(self, pane: str, adapter: Adapter, framed: Framed) -> Screen:
        """Look until the paste shows and two looks agree, or time is up."""
        limit = SETTLE_LIMIT_S + len(framed.text) / 10_000
        until = self._clock.monotonic() + limit
        before = await self.look(pane)
        stands = math.inf
        while self._clock.monotonic() < until:
            await self._pause(LOOK_S)
            screen = await self.look(pane)
            now = self._clock.monotonic()
            stands = min(stands, now) if sits(adapter, screen, framed) else math.inf
            if screen.dead or (screen == before and now - stands >= adapter.settle_s):
                return screen
            if screen == before and read_status(adapter, screen).state is AgentState.ASKING:
                return screen
            before = screen
        return before

    async def _not_seen(
        self, pane: str, adapter: Adapter, framed: Framed, screen: Screen
    ) -> Outcome:
        if screen.dead:
            return InDoubt("the agent died while the message was pasted")
        reading = read_status(adapter, screen)
        reason = hold_by_screen(adapter, reading)
        if reading.state is AgentState.ASKING:
            return Held("agent asks; delivered after the answer")
        if reason is not None and not sits(adapter, screen, framed) and reading.draft:
            return Held(reason)
        return await self._give_up(pane, adapter, framed, "pasted", "the paste did not show")

    async def _taken(self, pane: str, adapter: Adapter, framed: Framed) -> Outcome | None:
        limit = adapter.confirm_s + len(framed.text) / DRAWN_PER_S
        until = self._clock.monotonic() + limit
        drawn = adapter.composer is not None and adapter.composer.where == "block"
        gone, stays = math.inf, GONE_S if drawn else 0.0
        while self._clock.monotonic() < until:
            screen = await self.look(pane)
            if screen.dead:
                return InDoubt("the agent died after Enter")
            reading = read_status(adapter, screen)
            lost = reading.state is AgentState.STARTING  # half drawn: it says nothing
            now = self._clock.monotonic()
            gone = min(gone, now) if not lost and not sits(adapter, screen, framed) else math.inf
            if now - gone >= stays:
                return Delivered(f"left the composer ({reading.state}: {reading.evidence.rule})")
            await self._pause(LOOK_S)
        return None

    async def _give_up(
        self, pane: str, adapter: Adapter, framed: Framed, step: str, why: str
    ) -> Outcome:
        """Empty the composer if it is proven to hold our text, and say how far it came."""
        screen = met = await self.look(pane)
        for _ in range(CLEAR_TRIES):
            if see_composer(pane, adapter, screen, framed) is None:
                break
            await press(self._link, pane, *adapter.keys.clear)
            await self._pause(LOOK_S)
            screen = await self.look(pane)
        return Unconfirmed(step, why, plain_lines(met))
