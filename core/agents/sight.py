"""What is seen of one run: its screen by the adapter, and its terminal by the kernel, together."""

import asyncio
import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from crewtui.core.agents.adapter import Adapter
from crewtui.core.agents.draft import plain_lines
from crewtui.core.agents.ground import Ground, Rest, Veto, place_of, rest_of, veto, wrapped_above
from crewtui.core.agents.question import Question
from crewtui.core.agents.status import NO_CUE, Reading, read_status
from crewtui.core.model.agent import AgentState, Evidence
from crewtui.core.model.screen import Screen
from crewtui.core.model.terminal import Facts, Place, Reader, blurred
from crewtui.core.model.text import letters, one_line
from crewtui.core.terminal.processes import folder_forms, process, working_folder
from crewtui.core.terminal.terminal import Terminal

RESTS_S = 0.5
"""So long nothing may be printed before an unknown prompt counts as one, in seconds."""
JUST_PRINTED = "it has just printed"
SHOWN_LINES = 12
"""So many lines of the screen are shown with a question."""


class Sight:
    """The eyes on one agent, run after run; ``terminal`` is that of the run now, if any."""

    def __init__(
        self,
        adapter: Adapter,
        composer: str | None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ):
        self.adapter = adapter
        self._pause = pause
        pattern = re.compile(composer) if composer is not None else None
        self.ground = Ground(composer=pattern, lines=adapter.lines)
        self.terminal: Terminal | None = None
        self.unproven = False
        """Whether text of ours may stand where one types, and nobody can prove it."""
        self.typing = False
        """Whether a message is being typed: what rests there meanwhile is no prompt."""
        self._last: Place | None = None
        self._usual = ""

    @property
    def by_terminal(self) -> bool:
        """Whether the kernel's facts give this agent's state, not its screen alone."""
        own = self.adapter.composer
        return own is None or own.where == "cursor"

    @property
    def by_place(self) -> bool:
        """Whether one types only where a person has said so."""
        return self.adapter.composer is None or self.ground.composer is not None

    def is_prompt(self, line: str, place: Place) -> bool:
        """Whether this is what stands before a text that was typed at the place."""
        if blurred(line.rstrip()) == blurred(place.line.rstrip()):
            return True
        if self.ground.composer is not None:
            found = self.ground.composer.match(line) or self.ground.composer.match(line.rstrip())
            return found is not None and found.end() >= len(line.rstrip())
        return self._is_usual(line)

    def _is_usual(self, line: str) -> bool:
        """Whether a shell's prompt is that of its first rest, but for numbers and the folder."""
        usual = self._usual
        return bool(usual) and self._template(line.rstrip()) == usual

    def _template(self, line: str) -> str:
        """The line with numbers and the reader's folder blurred: most prompts hold it."""
        folder = working_folder(self.ground.own[0].pid) if self.ground.own else ""
        for form in folder_forms(folder):
            line = re.sub(rf"(?<![\w/~]){re.escape(form)}(?![\w/])", "\0", line)
        return blurred(line)

    def begin(self, terminal: Terminal, *, fresh: bool = True) -> None:
        """A run begins on this terminal, or another supervisor began it; nothing is known yet."""
        self.end()
        self.terminal = terminal
        self.ground = replace(self.ground, own=(), habit=None, fresh=fresh)
        self.unproven, self._last, self._usual = False, None, ""

    def end(self) -> None:
        """The run is over."""
        if self.terminal is not None:
            self.terminal.close()
            self.terminal = None

    def said(self, text: str) -> None:
        """What is typed now: rows that show it again are no question."""
        self.ground = replace(self.ground, said=letters(text))

    def know(self, places: tuple[Place, ...], never: tuple[Place, ...]) -> None:
        """What a person has said of places."""
        self.ground = replace(self.ground, places=places, never=never)

    def kept(self) -> str:
        """What must outlive the supervisor of this run: its place and who reads there, as JSON."""
        habit = self.ground.habit
        own = [reader.model_dump() for reader in self.ground.own]
        return json.dumps({"own": own, "habit": habit.model_dump() if habit else None})

    def recall(self, kept: str) -> None:
        """Take up what an earlier supervisor knew of this run."""
        if not kept:
            return
        found = json.loads(kept)
        own = tuple(Reader.model_validate(reader) for reader in found["own"])
        habit = Place.model_validate(found["habit"]) if found["habit"] else None
        self.ground = replace(self.ground, own=own, habit=habit)

    async def facts(self) -> Facts:
        """The terminal's facts now; all unknown without a terminal."""
        if self.terminal is None:
            return Facts()
        facts = await self.terminal.watch(self._pause)
        self._follow_successor(facts)
        return facts

    def _follow_successor(self, facts: Facts) -> None:
        """A program that started itself anew reads in another process of the same name."""
        own = self.ground.own
        if own and not any(self._lives(one.pid, one.started) for one in own):
            names = {one.name for one in own}
            heirs = tuple(one for one in facts.readers or () if one.name in names)
            if heirs:
                self.ground = replace(self.ground, own=heirs)

    @staticmethod
    def _lives(pid: int, started: str) -> bool:
        found = process(pid)
        return found is not None and found.started == started

    async def against(self) -> Veto | None:
        """What the kernel says against typing now."""
        return veto(await self.facts(), self.ground.own)

    async def read(self, screen: Screen) -> Reading:
        """What the agent is doing, from its screen and, where that is not enough, its terminal."""
        if not self.by_terminal or screen.dead:
            reading = read_status(self.adapter, screen)
            self._note(reading)
            return reading
        return self.judge(screen, await self.facts())

    def judge(self, screen: Screen, facts: Facts) -> Reading:
        """What these facts and this screen say together."""
        reading = read_status(self.adapter, screen)
        if self.by_place:
            cued = reading.evidence.rule != NO_CUE and reading.state is not AgentState.IDLE
            if cued and self.adapter.composer is None:
                return reading
            return self._by_rest(rest_of(screen, facts, self.ground), facts, screen)
        return self._vetted(reading, facts, screen)

    def _note(self, reading: Reading) -> None:
        """At its first composer: who reads, and how."""
        if reading.composer and not self.ground.own and self.terminal is not None:
            facts = self.terminal.look()
            if facts.readers:
                self.ground = replace(self.ground, own=facts.readers)

    def _is_at_rest(self, facts: Facts, here: Place) -> bool:
        """Whether it stands as it stood at the last look, and nothing was printed meanwhile."""
        same, self._last = self._last == here, here
        return same and facts.quiet_s >= RESTS_S

    def _settle(self, facts: Facts, here: Place) -> None:
        self.unproven = False
        if self.ground.habit is None:
            self.ground = replace(self.ground, habit=here, own=facts.readers or ())
        habit = self.ground.habit
        if not self._usual and habit is not None and blurred(here.line) == blurred(habit.line):
            self._usual = self._template(here.line.rstrip())

    def _by_rest(self, rest: Rest, facts: Facts, screen: Screen) -> Reading:
        state, rule = rest.state, rest.rule
        still = self._is_at_rest(facts, rest.place)
        to_be_asked = None
        if rest.open and self.ground.habit is None and not still:
            rest, state, rule = replace(rest, open=False), AgentState.BUSY, JUST_PRINTED
        elif rest.open and not rest.draft:
            self._settle(facts, rest.place)
        elif state is AgentState.UNKNOWN and self.typing:
            state, rule = AgentState.BUSY, "a message is being typed"
        elif state is AgentState.UNKNOWN and self.unproven:
            state, rule = AgentState.COVERED, "its composer holds text that we cannot prove"
        elif state is AgentState.UNKNOWN and not self._is_refused(rest):
            if not still:
                state, rule = AgentState.BUSY, JUST_PRINTED
            elif not rest.place.alternate:
                to_be_asked = rest.place
        question = asked(rest.line, screen) if state is AgentState.ASKING else None
        evidence = Evidence(rule=rule, line=rest.line)
        return Reading(
            state, evidence, rest.open, rest.draft, question, place=to_be_asked, rests=rest.place
        )

    def _is_refused(self, rest: Rest) -> bool:
        return any(place.is_same(rest.place) for place in self.ground.never)

    def _vetted(self, reading: Reading, facts: Facts, screen: Screen) -> Reading:
        """A composer at the cursor, such as a shell's prompt, with the kernel's word on it."""
        here = place_of(screen, facts)
        against = veto(facts, self.ground.own)
        line = one_line(here.line + here.rest)
        if against is not None:
            question = asked(line, screen) if against.state is AgentState.ASKING else None
            evidence = Evidence(rule=against.rule, line=line)
            return Reading(against.state, evidence, False, "", question, rests=here)
        said = rest_of(screen, facts, self.ground)
        if said.open:
            return self._by_rest(said, facts, screen)
        above = wrapped_above(screen)
        begun = read_line(self.adapter, above + here.line) if above else None
        if begun is not None and begun[1]:
            return Reading(AgentState.IDLE, Evidence(rule="composer", line=line), True, begun[1])
        usual = self.ground.habit is None or self.ground.habit.modes_of(here)
        known = self.ground.habit is None or self._is_usual(self._prompt_of(reading, here))
        if reading.composer and usual and known:
            if self.ground.habit is None and not self._is_at_rest(facts, here):
                evidence = Evidence(rule=JUST_PRINTED, line=line)
                return Reading(AgentState.BUSY, evidence, False, rests=here)
            if not reading.draft:
                self._settle(facts, here)
            return replace(reading, rests=here)
        if reading.state is AgentState.ASKING:
            return replace(reading, question=asked(line, screen), rests=here)
        if self.ground.habit is None or (reading.composer and usual):
            return self._by_rest(said, facts, screen)
        if usual:
            evidence = Evidence(rule="its line is not complete", line=line)
            return Reading(AgentState.COVERED, evidence, False, rests=here)
        evidence = Evidence(rule="reads a line that is none of its commands", line=line)
        return Reading(AgentState.ASKING, evidence, False, "", asked(line, screen), rests=here)

    @staticmethod
    def _prompt_of(reading: Reading, here: Place) -> str:
        """The line without the draft in it."""
        whole = here.line.rstrip() + here.rest
        return whole.removesuffix(reading.draft).rstrip() if reading.draft else here.line.rstrip()


def read_line(adapter: Adapter, line: str) -> tuple[str, str] | None:
    """Prompt and draft of a line that the adapter takes for a composer; none if it does not."""
    found = adapter.composer.match.search(line) if adapter.composer is not None else None
    if found is None:
        return None
    draft = found.groupdict().get("draft") or ""
    return line.removesuffix(draft), draft.strip()


def asked(line: str, screen: Screen) -> Question:
    """A question that no key is known for: it is answered in its pane."""
    shown = "\n".join([row for row in plain_lines(screen) if row][-SHOWN_LINES:])
    digest = hashlib.sha256(shown.encode()).hexdigest()[:16]
    return Question(one_line(line) or "asks something", shown, digest)
