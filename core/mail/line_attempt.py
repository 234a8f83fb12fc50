"""One attempt to type a message at a place that a person has shown, or a shell's prompt.

Here the kernel proves what the screen cannot: that the program reads, and that it has read.
"""

from collections.abc import Awaitable, Callable, Sequence

from pydantic import BaseModel, ConfigDict

from crewtui.core.agents.draft import plain_lines
from crewtui.core.agents.status import Reading
from crewtui.core.mail.attempt import CLEAR_TRIES, LOOK_S, SETTLE_LIMIT_S, UNPROVEN, Steps
from crewtui.core.mail.enter import ComposerSeen, press_enter, see_place
from crewtui.core.mail.frame import Framed, is_our_head, is_wholly_ours, kept, stands
from crewtui.core.mail.hold import hold_by_screen
from crewtui.core.mail.outcome import (
    Delivered,
    Held,
    Impossible,
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
from crewtui.core.model.terminal import Place
from crewtui.core.model.text import essence, letters
from crewtui.core.tmux.frames import look
from crewtui.core.tmux.link import TmuxLink
from crewtui.core.tmux.paste import drop, leave_copy_mode, load, paste_loaded, press

COOKED_LIMIT = 4000
"""A terminal that edits lines itself takes no longer ones (4,096 bytes in Linux), in bytes."""
ENTERS = 3
"""So often Enter is pressed again for a text that still stands whole at its place."""
AWAY_LOOK_S = 0.05
"""How often it is asked who reads at the place while a line is typed there, in seconds."""
NOT_SHOWN = ("pasted", "the paste did not show")
NOT_TAKEN = "typed; Enter is not taken yet"
SETTLED_S = 0.3
"""So long a place must have been at rest before anything is typed there, in seconds."""


class Typed(BaseModel):
    """Where a message was typed and how much had been printed before Enter was pressed."""

    model_config = ConfigDict(frozen=True)

    place: Place
    printed: int
    row: int
    newlines: int


class LineTypist:
    """Types at places of one tmux server; remembers where what was typed until it is proven."""

    def __init__(self, link: TmuxLink, clock: Clock, pause: Callable[[float], Awaitable[None]]):
        self._link = link
        self._clock = clock
        self._pause = pause
        self._typed: dict[str, Typed] = {}
        self._pressed: dict[str, int] = {}

    async def look(self, pane: str) -> Screen:
        """The pane as it is now; raises ``TmuxError`` if it is gone."""
        return await look(self._link, pane)

    async def reason_to_hold(self, target: Target, framed: Framed) -> str | None:
        """Why the message should wait, from a fresh look; our own unsent text is no reason."""
        screen = await self.look(target.pane)
        if screen.dead:
            return "agent has exited"
        if await self._waits_for_enter(target, screen, framed):
            return None
        reading = await target.sight.read(screen)
        if reading.draft and is_our_head(reading.draft):
            return UNPROVEN
        return hold_by_screen(target.adapter, reading)

    async def _waits_for_enter(self, target: Target, screen: Screen, framed: Framed) -> bool:
        """Whether our own text stands at the usual place already, whole, from an earlier try."""
        place = target.sight.ground.habit
        if place is None or not self._whole(screen, framed, place):
            return False
        facts = await target.sight.facts()
        return see_place(target.pane, place, screen, facts, target.sight, framed) is not None

    @staticmethod
    def _whole(screen: Screen, framed: Framed, place: Place) -> bool:
        return stands(plain_lines(screen), screen, framed, place.rest) is not None

    async def attempt(self, target: Target, framed: Framed, steps: Steps) -> Outcome:
        """Type the text and submit it if place and text are proven."""
        screen = await self._rested(target)
        place = target.sight.ground.habit
        if place is None or not await self._waits_for_enter(target, screen, framed):
            reading = await target.sight.read(screen)
            place = reading.rests
            if place is None or not reading.composer or reading.draft:
                return Held(hold_by_screen(target.adapter, reading) or "its place is not at rest")
            if place.cooked and len(framed.text.encode()) > COOKED_LIMIT:
                return Impossible(f"its terminal takes lines of at most {COOKED_LIMIT} bytes")
            if "\n" in framed.text and place.paste is not True:
                return Impossible("it takes no pastes: each of its lines would be submitted alone")
            await leave_copy_mode(self._link, target.pane)
            buffer = await load(self._link, framed.text)
            reading = await target.sight.read(await self.look(target.pane))
            same = reading.rests is not None and place.is_same(reading.rests)
            if not reading.composer or reading.draft or not same:
                await drop(self._link, buffer)
                return Held(hold_by_screen(target.adapter, reading) or "its place is not at rest")
            target.meanwhile.newlines = _newlines(target)
            await paste_loaded(self._link, target.pane, buffer)
            screen = await self._shown(target, framed, place)
        if screen.dead:
            return InDoubt("the agent died while the message was pasted")
        facts = await target.sight.facts()
        if see_place(target.pane, place, screen, facts, target.sight, framed) is None:
            return await self._take_back(target, framed, place)
        row = screen.history + screen.cursor_y
        typed = Typed(place=place, printed=facts.output, row=row, newlines=facts.newlines)
        await steps.enter(typed.model_dump_json())
        screen, facts = await self.look(target.pane), await target.sight.facts()
        proof = see_place(target.pane, place, screen, facts, target.sight, framed)
        if proof is None:
            return await self._take_back(target, framed, place)
        self._typed[framed.mark] = typed
        await press_enter(self._link, proof)
        await steps.entered()
        found = await self._watch(target, framed)
        if isinstance(found, Submitted):
            again = await self._proof_again(target, place, framed)
            if again is not None:
                await press_enter(self._link, again)
                found = await self._watch(target, framed)
        return found

    async def _rested(self, target: Target) -> Screen:
        """The screen once nothing was printed for a moment; a shell's own prompt is at rest."""
        terminal = target.sight.terminal if target.sight.by_place else None
        facts = terminal.modes() if terminal is not None else None
        if facts is not None and facts.output and facts.quiet_s < SETTLED_S:
            await self._pause(SETTLED_S - facts.quiet_s)
        return await self.look(target.pane)

    async def _shown(self, target: Target, framed: Framed, place: Place) -> Screen:
        """Look until the paste shows, is read and two looks agree, or time is up."""
        until = self._clock.monotonic() + SETTLE_LIMIT_S + len(framed.text) / 10_000
        before, looks_at = await self.look(target.pane), 0.0
        while self._clock.monotonic() < until:
            await self._pause(LOOK_S)
            screen = await self.look(target.pane)
            facts = target.sight.terminal.modes() if target.sight.terminal else None
            if screen.dead or (facts is not None and facts.secret):
                return screen
            read = facts is None or not facts.unread
            if read and screen == before and self._whole(screen, framed, place):
                return screen
            if self._clock.monotonic() >= looks_at:
                await self._meanwhile(target, screen, place)
                looks_at = self._clock.monotonic() + AWAY_LOOK_S
            before = screen
        return before

    async def _meanwhile(self, target: Target, screen: Screen, place: Place) -> Reading:
        """Whether the program still reads at the place where our line is typed."""
        reading = await target.sight.read(screen)
        same = reading.rests is None or place.is_same(reading.rests)
        if not same or not reading.composer:
            away = hold_by_screen(target.adapter, reading) or "its program left its place"
            target.meanwhile.why = target.meanwhile.why or away
        return reading

    async def _take_back(self, target: Target, framed: Framed, place: Place) -> Outcome:
        """Clear what is provably our own draft at the same place; else leave it alone, and say."""
        met = plain_lines(seen := await self.look(target.pane))
        await self._meanwhile(target, seen, place)
        await self._unwrite(target, framed, place)
        for _ in range(CLEAR_TRIES):
            screen = await self._rested(target)
            if screen.dead:
                return InDoubt("the agent died while the message was pasted")
            reading = await self._meanwhile(target, screen, place)
            if reading.state is AgentState.ASKING:
                if place.cooked and stands(plain_lines(screen), screen, framed) is None:
                    return Held("agent asks; delivered after the answer")
                return Stuck(f"our text went to a question: {reading.evidence.line}")
            if reading.composer and not reading.draft:
                if not place.cooked:
                    return Stuck(UNPROVEN)  # it was read and shows nowhere: it is somewhere
                return Unconfirmed(*NOT_SHOWN, met, target.meanwhile.why or _came_and_went(target))
            if not (reading.composer and is_wholly_ours(reading.draft, (framed,))):
                return Stuck(UNPROVEN)
            await press(self._link, target.pane, *target.adapter.keys.clear)
            await self._pause(LOOK_S)
        return Stuck(UNPROVEN)

    async def _unwrite(self, target: Target, framed: Framed, place: Place) -> None:
        """Where the kernel edits the line, erase ours from it, whoever asks by now.

        It would stand there unseen and go in before the person's own answer.
        """
        screen, facts = await self.look(target.pane), await target.sight.facts()
        cooked = place.cooked and facts.cooked and facts.echo
        if cooked and stands(plain_lines(screen), screen, framed) is not None:
            await press(self._link, target.pane, "C-u")
            await self._pause(LOOK_S)

    async def empty(self, target: Target, texts: Sequence[Framed]) -> bool:
        """Take back what stands at the place if it is ours alone; whether it is empty now."""
        for _ in range(CLEAR_TRIES):
            reading = await target.sight.read(await self._rested(target))
            if reading.composer and not reading.draft:
                return True
            if not (reading.composer and is_wholly_ours(reading.draft, texts)):
                return False
            await press(self._link, target.pane, *target.adapter.keys.clear)
            await self._pause(LOOK_S)
        return False

    async def _proof_again(
        self, target: Target, place: Place, framed: Framed
    ) -> ComposerSeen | None:
        screen, facts = await self.look(target.pane), await target.sight.facts()
        return see_place(target.pane, place, screen, facts, target.sight, framed)

    async def press_again(self, target: Target, framed: Framed) -> None:
        """Press Enter once more for a text that stands whole and untouched at its place."""
        typed = self._typed.get(framed.mark)
        if typed is None or self._pressed.get(framed.mark, 0) >= ENTERS:
            return
        proof = await self._proof_again(target, typed.place, framed)
        if proof is not None:
            self._pressed[framed.mark] = self._pressed.get(framed.mark, 0) + 1
            await press_enter(self._link, proof)

    async def _watch(self, target: Target, framed: Framed) -> Outcome:
        """Watch for a while what becomes of the text after Enter."""
        until = self._clock.monotonic() + target.adapter.confirm_s
        while True:
            found = await self.settle(target, framed)
            if not isinstance(found, Submitted) or self._clock.monotonic() >= until:
                return found
            await self._pause(LOOK_S)

    def recall(self, framed: Framed, typed: str) -> None:
        """Take up where a message was typed before a restart."""
        if typed and framed.mark not in self._typed:
            self._typed[framed.mark] = Typed.model_validate_json(typed)

    async def settle(self, target: Target, framed: Framed) -> Outcome:
        """What is known by now of a message that Enter was pressed for."""
        typed = self._typed.get(framed.mark)
        screen = await self.look(target.pane)
        terminal = target.sight.terminal
        modes = terminal.modes() if terminal is not None else None
        if screen.dead:
            output = terminal.output if terminal is not None else None
            if typed is not None and output is not None and output.reset_since(typed.printed):
                return self._done(framed, "its line editor took the line, and the program ended")
            return InDoubt("the agent died after Enter")
        if modes is not None and modes.unread:
            return Submitted("typed, not read yet: delivered when it reads and its place is back")
        moved = typed is not None and screen.history + screen.cursor_y != typed.row
        beside = typed.place.rest if typed is not None else ""
        standing = stands(plain_lines(screen), screen, framed, beside) is not None
        if standing and not moved:
            return Submitted(NOT_TAKEN)
        toggles = False
        known = terminal is not None and terminal.output.paste is not None
        if typed is not None and terminal is not None and typed.place.paste and known:
            toggles = True
            if not terminal.output.toggled_since(typed.printed):
                return Submitted("read; it works, and its prompt is not back")
        reading = await target.sight.read(screen)
        if not reading.composer or reading.draft or reading.state is not AgentState.IDLE:
            return Submitted(f"read; its prompt is not back: {_why(reading)}")
        ended = typed is not None and modes is not None and modes.newlines > typed.newlines
        if not toggles and not ended and not self._later(screen, typed, framed):
            return Submitted("gone from its place without a sign that it was taken")
        any_line = typed is not None and target.adapter.lines
        if any_line and typed is not None and _is_new_line(screen, framed, typed.place):
            return Submitted("Enter may have made a new line in its editor only")
        if _interrupted(screen, framed):
            self._typed.pop(framed.mark, None)
            why = "a person interrupted the line"
            return Unconfirmed("sent", why, plain_lines(screen), why)
        return self._done(framed, "read, and its prompt stands there again")

    def _done(self, framed: Framed, evidence: str) -> Outcome:
        self._typed.pop(framed.mark, None)
        return Delivered(evidence)

    @staticmethod
    def _later(screen: Screen, typed: Typed | None, framed: Framed) -> bool:
        """Whether the place stands on another row than before, or below our text."""
        if typed is not None and screen.history + screen.cursor_y != typed.row:
            return True
        above = kept("".join(plain_lines(screen)[: screen.cursor_y]))
        return bool(framed.tail) and letters(framed.mark) in above and framed.tail in above

    async def is_taken(self, target: Target, framed: Framed) -> bool:
        """Whether a message that Enter was pressed for before a restart was submitted.

        The picture alone proves nothing: an abandoned line looks like one that was taken.
        """
        if framed.mark not in self._typed:
            return False
        return isinstance(await self.settle(target, framed), Delivered)


def _is_new_line(screen: Screen, framed: Framed, place: Place) -> bool:
    """Whether our text stands right above an empty line of an editor: Enter may be a newline."""
    if place.paste is not True or place.cooked is not False or place.line.strip():
        return False
    above = essence("".join(plain_lines(screen)[: screen.cursor_y]))
    return bool(framed.end) and above.endswith(framed.end)


def _interrupted(screen: Screen, framed: Framed) -> bool:
    """Whether Ctrl+C stands right behind our text: the line was abandoned."""
    last = framed.text.rsplit("\n", 1)[-1][-12:]
    return f"{last}^C" in "".join(plain_lines(screen))


def _why(reading: Reading) -> str:
    line = f": {reading.evidence.line}" if reading.evidence.line else ""
    return f"{reading.evidence.rule}{line}"


def _newlines(target: Target) -> int | None:
    """How many lines were ended on the terminal so far."""
    terminal = target.sight.terminal
    return terminal.modes().newlines if terminal is not None else None


def _came_and_went(target: Target) -> str:
    """What was in the way between two looks: a line was ended there, and not by our Enter."""
    before, now = target.meanwhile.newlines, _newlines(target)
    ended = before is not None and now is not None and now > before
    return "something came and went at its place" if ended else ""
