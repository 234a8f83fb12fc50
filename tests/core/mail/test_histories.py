"""Whatever happens around a delivery: no Enter without proof, nothing lost, nothing twice unmarked.

The real courier, typist, sight and ledger against a simulated terminal; events come between any
two looks. What no history covers is the moment between the last look and the key itself.
"""

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crewtui.core.agents.adapter import Adapter
from crewtui.core.agents.ground import place_of
from crewtui.core.agents.registry import load_adapters
from crewtui.core.agents.sight import Sight
from crewtui.core.ledger.store import Ledger, Transaction, open_or_rebuild
from crewtui.core.mail.attempt import Typist
from crewtui.core.mail.courier import Addressee, Courier
from crewtui.core.mail.line_attempt import LineTypist
from crewtui.core.mail.outbox import add_row
from crewtui.core.mail.progress import ATTEMPTS
from crewtui.core.model.agent import AgentState
from crewtui.core.model.message import MessageState, MessageView
from crewtui.core.model.screen import Screen
from tests.support.fake_terminal import PROMPT, FakeClock, FakeEyes, FakeLink, FakeProgram

ADAPTERS = load_adapters()
STEPS_LIMIT = 400
EVENTS = st.sampled_from(
    [
        "nothing",
        "nothing",
        "finish",
        "finish",
        "ask",
        "secret",
        "pager",
        "work",
        "answer",
        "draft",
        "clear",
        "die",
        "start",
        "crash",
        "print",
    ]
)
"""What may happen between two looks."""


class Crash(Exception):
    """The supervisor is killed here."""


class History:
    """One agent, its messages, and the supervisor that is killed and started again."""

    def __init__(self, folder: Path, kind: str, mode: str, events: list[str], count: int):
        self.clock = FakeClock()
        self.program = FakeProgram(self.clock, kind)
        self.program.toggle(True)
        self._events = list(events)
        self._kind, self._mode, self._count = kind, mode, count
        self._path = folder / "ledger.db"
        self.crashes = 0
        self.links = 0
        self.dead: list[MessageView] = []
        self._kept, self._kept_of, self._eyes_of = "", -1, -1

    def event(self) -> None:
        """The next thing happens, if any is left."""
        name = self._events.pop() if self._events else "nothing"
        program = self.program
        match name:
            case "finish":
                if program.state == "working":
                    program.go("prompt")
            case "ask" | "secret" | "pager" | "work":
                busy = {"ask": "question", "work": "working"}.get(name, name)
                if program.state in ("prompt", "working"):
                    program.go(busy)
            case "answer":
                program.person_answers()
            case "draft":
                if program.state == "prompt" and not program.typed:
                    program.take("half a thought")
            case "clear":
                if "half" in program.typed:
                    program.typed = ""
            case "die":
                program.die()
            case "start":
                program.start()
                self._sight()  # a runner's eyes are open before its program runs
            case "print":
                program.print("some output")
            case "crash":
                raise Crash

    async def pause(self, seconds: float) -> None:
        """Time passes, and something may happen."""
        self.clock.now += seconds
        self.event()
        await asyncio.sleep(0)

    # what the courier asks of its supervisor

    def addressee(self) -> Addressee:
        state = AgentState.EXITED if self.program.dead else AgentState.IDLE
        return Addressee(state, "%1", str(self.program.run), self.clock.now - 60, self._sight())

    def _sight(self) -> Sight:
        if self._eyes_of != self.program.run:
            fresh = self._eyes_of != -1 or not self.crashes
            self._eyes_of = self.program.run
            self.sight.begin(FakeEyes(self.program), fresh=fresh)  # type: ignore[arg-type]
            if not fresh and self._kept_of == self.program.run:
                self.sight.recall(self._kept)
            if fresh and self.program.state == "prompt" and not self.program.typed:
                row = Screen(lines=(PROMPT,), cursor_x=len(PROMPT))
                calm = self.program.facts().model_copy(update={"quiet_s": 9.0})
                for _ in range(2):  # as a runner does at each start
                    self.sight.judge(row, calm)
                self._kept, self._kept_of = self.sight.kept(), self.program.run
        return self.sight

    def is_confirmed(self, _message: str) -> bool:
        return False

    async def submitted(self, _message: MessageView) -> None:
        """The next turn begins."""

    async def file_away(self, _message: MessageView) -> None:
        """There is no file."""

    async def bury(self, message: MessageView, _screen: list[str]) -> None:
        self.dead.append(message)

    async def keep_ground(self) -> None:
        self._kept, self._kept_of = self.sight.kept(), self.program.run

    def taken_back(self, _message: str) -> None:
        """There are no signals."""

    def stuck(self, _agent: str, _what: str) -> None:
        """Nobody looks."""

    async def live(self) -> list[MessageView]:
        """Deliver through everything that happens, then through a calm end; the messages."""
        open_or_rebuild(self._path, "x")
        async with Ledger(self._path, self.clock) as ledger:
            for number in range(self._count):
                await ledger.write(lambda tx, n=number: self._add(tx, n))  # type: ignore[misc]
        while True:
            async with Ledger(self._path, self.clock) as ledger:
                try:
                    await self._supervise(ledger)
                except Crash:
                    self.crashes += 1
                    continue
                rows = await ledger.rows("snapshot_finished", STEPS_LIMIT)
                found = [MessageView.model_validate(dict(row)) for row in rows]
                return [view for view in found if view.state is MessageState.DELIVERED]

    @staticmethod
    async def _add(tx: Transaction, number: int) -> None:
        body = f"note {number} end".encode()
        await add_row(tx, f"{number:08x}", "a", "b", "t", f"{number}.md", body)

    def _adapter(self) -> Adapter:
        """How the program looks and is spoken to."""
        return ADAPTERS["lines" if self._mode == "lines" else "generic"]

    async def _supervise(self, ledger: Ledger) -> None:
        self.sight = Sight(
            self._adapter(), "^repl> " if self._mode == "composer" else None, self.pause
        )
        self._eyes_of = -1
        if self._mode == "place":
            calm = FakeProgram(self.clock, self._kind)
            row = Screen(lines=(PROMPT,), cursor_x=len(PROMPT))
            self.sight.know((place_of(row, calm.facts()),), ())
        link = FakeLink(self.program, self.event)
        typists = (
            Typist(link, self.clock, self.pause),  # type: ignore[arg-type]
            LineTypist(link, self.clock, self.pause),  # type: ignore[arg-type]
        )
        courier = Courier("a", ledger, typists, self.clock, self)
        for found in list(await ledger.rows("pasting")):
            await ledger.write(
                lambda tx, id_=found["id"]: tx.run("doubt_unknown", tx.now, id_)  # type: ignore[misc]
            )
        for _ in range(STEPS_LIMIT):
            wait_s = await courier.step()
            if wait_s is None:
                return
            if wait_s:
                await self.pause(wait_s)
            if not self._events:
                self._calm()
        raise AssertionError(f"never delivered: {self.program}")

    def _calm(self) -> None:
        """The end: the program lives, nobody asks, a person clears what is not ours alone."""
        program = self.program
        program.start()
        self._sight()
        program.person_answers()
        if program.state == "working":
            program.go("prompt")
        ours = program.typed.startswith("[from") and program.typed.count("[from") == 1
        if not ours or "half" in program.typed:
            program.typed = ""
        if self._mode == "lines" and not program.typed:
            row = Screen(lines=(PROMPT,), cursor_x=len(PROMPT))
            self.sight.know((place_of(row, program.facts()),), ())  # asked, a person says yes


@pytest.mark.parametrize("mode", ["place", "composer", "lines"])
@pytest.mark.parametrize("kind", ["editor", "cooked"])
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(events=st.lists(EVENTS, max_size=60), count=st.integers(1, 3))
def test_no_history_leads_to_an_answer_a_loss_or_an_unmarked_double(
    kind: str, mode: str, events: list[str], count: int
) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        history = History(Path(folder), kind, mode, events, count)
        delivered = asyncio.run(history.live())
    program = history.program
    assert [text for text in program.answers if "note" in text] == []
    assert [text for text in program.eaten if "\n" in text] == []
    ends = {view.id for view in delivered} | {view.id for view in history.dead}
    assert len(ends) == count, "a message is lost"
    # no program at its prompt loses a text here: what failed was waiting, or died in the try
    deaths = events.count("die")
    reasons = {"poison", "not_confirmed"} if deaths >= ATTEMPTS else {"poison"}
    assert {view.reason for view in history.dead} <= reasons
    assert all(1 <= view.attempts <= 1 + deaths for view in delivered), delivered
    for number in range(count):
        texts = [text for text in program.submitted if f"note {number} end" in text]
        if f"{number:08x}" in {view.id for view in delivered}:
            assert texts, f"delivered, and the program was never given it: {program.submitted}"
        unmarked = [text for text in texts if "redelivered" not in text.split("]")[0]]
        assert len(unmarked) <= 1, texts
        assert not any("half" in text for text in texts)
        assert all(text.count(f"note {number} end") == 1 for text in texts), texts
