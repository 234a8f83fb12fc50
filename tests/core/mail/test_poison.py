"""When a message whose agent died over it is poison: twice, and both times soon."""

import asyncio
from pathlib import Path

import pytest

from crewtui.core.ledger.store import Ledger, open_or_rebuild
from crewtui.core.mail.outbox import add_row
from crewtui.core.mail.progress import Progress
from crewtui.core.model.message import MessageState, MessageView
from tests.support.fake_terminal import FakeClock


@pytest.mark.parametrize(
    ("lives_s", "state", "reason"),
    [((1.0, 9.0), "dead", "poison"), ((60.0, 1.0), "queued", ""), ((11.0, 11.0), "queued", "")],
)
def test_a_message_is_poison_if_its_agent_twice_died_within_ten_seconds_of_it(
    tmp_path: Path, lives_s: tuple[float, float], state: str, reason: str
) -> None:
    message = asyncio.run(_deaths(tmp_path / "ledger.db", lives_s))
    assert (message.state, message.in_doubt) == (state, state != "dead" or message.in_doubt)
    assert reason in message.reason


async def _deaths(path: Path, lives_s: tuple[float, ...]) -> MessageView:
    clock = FakeClock()
    open_or_rebuild(path, "x")
    async with Ledger(path, clock) as ledger:
        progress = Progress(ledger)
        await ledger.write(lambda tx: add_row(tx, "1", "a", "b", "t", "1.md", b"hello"))
        for run, lived in enumerate(lives_s):
            await ledger.write(lambda tx, n=run: tx.run("add_run", str(n), "a", clock.now))  # type: ignore[misc]
            message = await ledger.message("1")
            assert message is not None
            assert await progress.begin_typing(message, str(run), joined=False)
            await progress.submitted(message, MessageState.SUBMITTED, "covered")
            clock.now += lived
            await ledger.write(lambda tx, n=run: tx.run("end_run", clock.now, "gone", str(n)))  # type: ignore[misc]
            clock.now += 30  # it is noticed later
            submitted = await ledger.message("1")
            assert submitted is not None
            await progress.doubt(submitted, "the agent ended")
        found = await ledger.message("1")
        assert found is not None
        return found
