"""Debates: rounds that the clock or the last submission closes, then a vote on the proposals."""

import asyncio
from collections.abc import Callable

from crewtui.core.config.project import Project
from crewtui.core.debate.agreement import agreement
from crewtui.core.debate.election import MOST_OPTIONS
from crewtui.core.debate.minutes import FOLDER, write_round
from crewtui.core.debate.rounds import MOST_ROUNDS, opening, proposals, refusal
from crewtui.core.debate.votes import Votes
from crewtui.core.ledger.store import Ledger, Transaction
from crewtui.core.mail.outbox import Couriers, tell
from crewtui.core.model.debate import DebateState, DebateView
from crewtui.core.model.errors import Refused
from crewtui.core.model.ids import OPERATOR, is_agent_id

PERSONA_BYTES = 8 * 1024


class Debates:
    """Owns the crew's debates."""

    def __init__(self, project: Project, ledger: Ledger, mail: Couriers, votes: Votes):
        self._project = project
        self._ledger = ledger
        self._mail = mail
        self._votes = votes
        self.on_closed: Callable[[DebateView], None] = lambda _debate: None

    async def start(
        self,
        prompt: str,
        rounds: int,
        timebox_s: float,
        participants: tuple[str, ...],
        personas: dict[str, str],
    ) -> DebateView:
        """Open the first round; raises ``Refused`` for what cannot be debated."""
        if not prompt.strip():
            raise Refused("a debate has a question", 'crewtui debate start "…"')
        if not 1 <= rounds <= MOST_ROUNDS:
            raise Refused(f"1 to {MOST_ROUNDS} rounds, not {rounds}")
        if not 1 <= timebox_s <= 7 * 86400:
            raise Refused("a round takes 1 second to 7 days", "for example --timebox 10m")
        if len(set(participants)) != len(participants) or not participants:
            raise Refused("participants: each agent once, at least one")
        for name in personas:
            if name not in participants:
                raise Refused(f"{name} does not take part", "give personas to participants only")
        texts = await asyncio.to_thread(self._personas, personas)

        async def work(tx: Transaction) -> DebateView:
            known = await tx.records(DebateView)
            if running := [d.id for d in known if d.state is DebateState.OPEN]:
                raise Refused(f"debate {running[0]} is open", "close or cancel it first")
            before = len(await tx.rows("records", "debate"))  # with those that nobody can read
            id_ = f"d{before + 1}"
            debate = DebateView(
                id=id_,
                prompt=prompt.strip(),
                rounds=rounds,
                timebox_s=timebox_s,
                participants=participants,
                personas=personas,
                folder=f"{FOLDER}/{id_}" if before else FOLDER,
                opened_at=tx.now,
                closes_at=tx.now + timebox_s,
            )
            await tx.event("debate.started", text=f"debate {id_}: {debate.prompt}", debate=id_)
            return await self._open_round(tx, debate, texts, {})

        debate = await self._ledger.write(work)
        self._wake(debate)
        return debate

    def _personas(self, personas: dict[str, str]) -> dict[str, str]:
        """The texts; raises ``Refused`` for one that is not in ``personas/``."""
        found = {}
        folder = self._project.folder / "personas"
        for agent, name in personas.items():
            path = folder / f"{name}.md"
            if not is_agent_id(name) or path.is_symlink() or not path.is_file():
                raise Refused(f"no persona {name!r}", f"write {folder}/NAME.md")
            found[agent] = path.read_text(encoding="utf-8", errors="replace")[:PERSONA_BYTES]
        return found

    async def _open_round(
        self, tx: Transaction, debate: DebateView, personas: dict[str, str], before: dict[str, str]
    ) -> DebateView:
        await tx.keep(debate)
        text = f"round {debate.round} of {debate.rounds} of debate {debate.id} opens"
        await tx.event("debate.round_opened", text=text, debate=debate.id, round=debate.round)
        for name in debate.participants:
            minutes = round(debate.timebox_s / 60, 1)
            said = opening(debate, name, personas.get(name, ""), before, minutes)
            await tell(tx, name, f"debate {debate.id} round {debate.round}", said)
        return debate

    async def submit(self, agent: str, text: str, id_: str = "") -> DebateView:
        """Take a participant's text for the round; raises ``Refused`` with the reason."""
        if agent == OPERATOR:
            raise Refused("debates are the agents'", "write to them with: crewtui send --to all")

        async def work(tx: Transaction) -> tuple[DebateView, str]:
            debate = await self._one(tx, id_)
            why = refusal(debate, agent, text, tx.now)
            if why:
                await tx.event("debate.refused", agent=agent, text=f"{agent}: {why}")
                return debate, why
            await tx.run("put_submission", debate.id, debate.round, agent, text, tx.now)
            again = agent in debate.submitted
            submitted = debate.submitted if again else (*debate.submitted, agent)
            debate = await tx.keep(debate.model_copy(update={"submitted": submitted}))
            said = f"{agent} submits {'anew ' if again else ''}to round {debate.round}"
            await tx.event("debate.submitted", agent=agent, text=said, debate=debate.id)
            return debate, ""

        debate, why = await self._ledger.write(work)
        if why:
            raise Refused(why, "see: crewtui debate status")
        if set(debate.submitted) >= set(debate.participants):
            return await self.end_round(debate.id, debate.round)
        return debate

    async def end_round(self, id_: str, number: int | None = None) -> DebateView:
        """Close the round: the next one opens, or the vote; a round that is over is left alone."""
        debate = await self._read(id_)
        texts = await asyncio.to_thread(self._personas_or_none, debate.personas)

        async def work(tx: Transaction) -> DebateView:
            debate = await self._one(tx, id_)
            if debate.state is not DebateState.OPEN:
                raise Refused(f"debate {debate.id} is {debate.state}")
            if number is not None and debate.round != number:
                return debate
            before = await self._texts(tx, debate)
            text = f"round {debate.round}: {len(debate.submitted)} texts"
            await tx.event("debate.round_closed", text=text, debate=debate.id, round=debate.round)
            if debate.round < debate.rounds:
                update = {"round": debate.round + 1, "submitted": ()}
                update |= {"closes_at": tx.now + debate.timebox_s}
                return await self._open_round(tx, debate.model_copy(update=update), texts, before)
            return await self._to_vote(tx, debate, before)

        debate = await self._ledger.write(work)
        self._wake(debate)
        await self._write(debate)
        if debate.state is DebateState.CLOSED:
            self.on_closed(debate)
        return debate

    async def _texts(self, tx: Transaction, debate: DebateView) -> dict[str, str]:
        """Each participant's newest text: who was silent this round still stands by the last."""
        found: dict[str, str] = {}
        for number in range(1, debate.round + 1):
            rows = await tx.rows("submissions", debate.id, number)
            found |= {row["agent"]: row["text"] for row in rows}
        return found

    async def _to_vote(
        self, tx: Transaction, debate: DebateView, texts: dict[str, str]
    ) -> DebateView:
        update: dict[str, object] = {"state": DebateState.CLOSED, "closes_at": None}
        options = proposals(texts, MOST_OPTIONS)
        if options:
            vote = await self._votes.opened(
                tx,
                debate.prompt,
                tuple(options),
                {name: title for name, (title, _) in options.items()},
                debate.participants,
                debate.timebox_s,
                debate=debate.id,
                proposers={name: names[0] for name, (_, names) in options.items()},
                agreement=_rated(options, texts),
            )
            update["vote"] = vote.id
        text = f"debate {debate.id} is closed with {len(options)} proposals"
        await tx.event("debate.closed", text=text, debate=debate.id)
        return await tx.keep(debate.model_copy(update=update))

    async def close(self, id_: str) -> DebateView:
        """End the debate now, with the texts there are, and open the vote."""
        debate = await self._read(id_)
        if debate.state is DebateState.OPEN and debate.round < debate.rounds:

            async def last(tx: Transaction) -> DebateView:
                now = await self._one(tx, debate.id)
                return await tx.keep(now.model_copy(update={"rounds": now.round}))

            await self._ledger.write(last)
        return await self.end_round(debate.id)

    async def extend(self, id_: str, seconds: float) -> DebateView:
        """Give the round more time."""

        async def work(tx: Transaction) -> DebateView:
            debate = await self._one(tx, id_)
            if debate.state is not DebateState.OPEN or debate.closes_at is None:
                raise Refused(f"debate {debate.id} is {debate.state}")
            until = debate.closes_at + seconds
            text = f"round {debate.round} of debate {debate.id} takes {seconds:g} s longer"
            await tx.event("debate.extended", text=text, debate=debate.id)
            return await tx.keep(debate.model_copy(update={"closes_at": until}))

        return await self._ledger.write(work)

    async def cancel(self, id_: str) -> DebateView:
        """End the debate without a vote."""

        async def work(tx: Transaction) -> DebateView:
            debate = await self._one(tx, id_)
            if debate.state is not DebateState.OPEN:
                raise Refused(f"debate {debate.id} is {debate.state}")
            text = f"debate {debate.id} is cancelled"
            await tx.event("debate.cancelled", text=text, debate=debate.id)
            for name in debate.participants:
                await tell(tx, name, f"debate {debate.id}", "The debate is cancelled.")
            update = {"state": DebateState.CANCELLED, "closes_at": None}
            return await tx.keep(debate.model_copy(update=update))

        debate = await self._ledger.write(work)
        self._wake(debate)
        return debate

    async def on_clock(self, now: float) -> None:
        """Close rounds that are due, and those that a crash left open though all texts are in."""
        for debate in await self._ledger.records(DebateView):
            due = debate.closes_at is not None and now >= debate.closes_at
            due |= set(debate.submitted) >= set(debate.participants)
            if debate.state is DebateState.OPEN and due:
                await self.end_round(debate.id, debate.round)

    async def recover(self) -> None:
        """After a start: write minutes that a crash may have left out."""
        for debate in await self._ledger.records(DebateView):
            await self._write(debate)

    def _personas_or_none(self, personas: dict[str, str]) -> dict[str, str]:
        try:
            return self._personas(personas)
        except Refused:
            return {}  # a persona that was removed meanwhile does not stop the debate

    async def _write(self, debate: DebateView) -> None:
        """Write the texts of every round that is over."""
        over = debate.round - (debate.state is DebateState.OPEN)
        for number in range(1, over + 1):
            rows = await self._ledger.rows("submissions", debate.id, number)
            texts = {row["agent"]: row["text"] for row in rows}
            try:
                await asyncio.to_thread(write_round, self._project.root, debate, number, texts)
            except (OSError, Refused) as error:
                await self._ledger.event("minutes.failed", text=f"minutes not written: {error}")
                return

    def _wake(self, debate: DebateView) -> None:
        for name in debate.participants:
            self._mail.wake(name)

    async def _read(self, id_: str) -> DebateView:
        return await self._ledger.write(lambda tx: self._one(tx, id_))

    async def _one(self, tx: Transaction, id_: str) -> DebateView:
        """The debate of that id; without an id the newest."""
        known = await tx.records(DebateView)
        found = [d for d in known if d.id == id_] if id_ else known[-1:]
        if not found:
            raise Refused(f"no debate {id_!r}" if id_ else "there is no debate")
        return found[0]


def _rated(
    options: dict[str, tuple[str, tuple[str, ...]]], texts: dict[str, str]
) -> dict[str, float]:
    return agreement({option: texts[names[0]] for option, (_, names) in options.items()})
