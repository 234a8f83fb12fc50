"""What counts as one of a message's three attempts, and what is waiting.

The real courier, typists, sight and ledger on a simulated terminal, as in ``test_histories.py``;
here each story is told on purpose.
"""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from crewtui.core.agents.adapter import Adapter, Composer, Cue
from crewtui.core.ledger.store import Ledger, open_or_rebuild
from crewtui.core.model.agent import AgentState
from crewtui.core.model.message import Attempt, MessageView
from tests.core.mail.test_histories import History
from tests.support.fake_terminal import FakeClock, FakeProgram

Story = Callable[[FakeProgram], None]
"""What happens to the program at the moment after a paste."""


def swallows(program: FakeProgram) -> None:
    """It takes the text and shows nothing."""
    program.typed = ""


def _lost_while(state: str) -> Story:
    def happens(program: FakeProgram) -> None:
        program.typed, program.unread = "", ""
        program.go(state)

    return happens


SCREEN = Adapter(
    name="screen",
    composer=Composer(match=re.compile(r"^repl>(?P<draft>.*)$"), within=1),
    cues=(
        Cue(name="question", state=AgentState.ASKING, match=re.compile(r"\[y/N\]")),
        Cue(name="pager", state=AgentState.COVERED, match=re.compile("^:$"), within=1),
    ),
    otherwise=AgentState.BUSY,
    confirm_s=0.5,
    newlines="join",
)
"""A program whose screen alone tells what it does."""


class Told(History):
    """A history in which one thing happens after each paste, and is over a second later."""

    def __init__(self, folder: Path, kind: str, mode: str, story: Story, times: int):
        super().__init__(folder, kind, mode, [], 1)
        self._story, self._times = story, times
        self._over_at: float | None = None
        self.rows: list[Attempt] = []

    def event(self) -> None:
        program = self.program
        if self._over_at is not None and self.clock.now >= self._over_at:
            self._over_at = None
            program.person_answers()
            program.go("prompt")
        elif self._times and "note 0 end" in program.typed + program.unread:
            self._times -= 1
            self._story(program)
            self._over_at = self.clock.now + 1.0
        elif program.state == "working" and self._over_at is None:
            program.go("prompt")

    def _adapter(self) -> Adapter:
        return SCREEN if self._mode == "screen" else super()._adapter()

    def _calm(self) -> None:
        """Each story ends by itself."""

    async def tell(self) -> MessageView:
        """Deliver; the message as it ended."""
        await self.live()
        open_or_rebuild(self._path, "x")
        async with Ledger(self._path, FakeClock()) as ledger:
            found = await ledger.message(f"{0:08x}")
            self.rows = await ledger.attempts(f"{0:08x}")
        assert found is not None
        return found


@pytest.mark.parametrize(
    ("kind", "mode", "story", "counts"),
    [
        ("cooked", "composer", swallows, True),
        ("cooked", "place", swallows, True),
        ("editor", "screen", swallows, True),
        ("editor", "screen", _lost_while("question"), False),
        ("editor", "screen", _lost_while("working"), False),
        ("editor", "screen", _lost_while("pager"), False),
        ("editor", "composer", _lost_while("question"), False),
        ("cooked", "composer", _lost_while("question"), False),
        ("editor", "composer", _lost_while("working"), False),
        ("editor", "composer", _lost_while("pager"), False),
        ("editor", "composer", _lost_while("secret"), False),
        ("cooked", "place", _lost_while("question"), False),
        ("cooked", "place", _lost_while("working"), False),
        ("cooked", "place", _lost_while("pager"), False),
        ("cooked", "place", _lost_while("secret"), False),
    ],
)
def test_what_counts_as_an_attempt_and_what_is_waiting(
    tmp_path: Path, kind: str, mode: str, story: Story, counts: bool
) -> None:
    told = Told(tmp_path, kind, mode, story, times=5)
    message = asyncio.run(told.tell())
    if counts:
        assert (message.state, message.attempts) == ("dead", 3), told.rows
    else:
        assert (message.state, message.attempts) == ("delivered", 1), told.rows
