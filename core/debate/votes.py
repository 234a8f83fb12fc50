"""Votes: opened, cast by the agents' own tokens, counted by the clock, ties broken by a person."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from crewtui.core.config.project import Project
from crewtui.core.debate.election import MOST_OPTIONS, Ballot, Election, check_ranking
from crewtui.core.debate.minutes import FOLDER, result_text, verdict, write_result
from crewtui.core.debate.tally import pairwise, tally
from crewtui.core.ledger.store import Ledger, Transaction
from crewtui.core.mail.outbox import Couriers, tell
from crewtui.core.model.debate import DebateView
from crewtui.core.model.errors import Refused
from crewtui.core.model.ids import OPERATOR, is_option
from crewtui.core.model.vote import VoteState, VoteView


class Votes:
    """Owns the crew's elections."""

    def __init__(self, project: Project, ledger: Ledger, mail: Couriers):
        self._project = project
        self._ledger = ledger
        self._mail = mail
        self.on_decided: Callable[[VoteView], None] = lambda _vote: None

    async def open(
        self, title: str, options: tuple[str, ...], voters: tuple[str, ...], timebox_s: float | None
    ) -> VoteView:
        """Open a vote on options named by hand; raises ``Refused`` for wrong ones."""
        if not title.strip():
            raise Refused("a vote has a title", 'crewtui vote open "which parser" A B C')
        for option in options:
            if not is_option(option):
                raise Refused(f"{option!r} cannot be an option", "visible letters, one word or few")
        if not options or len(set(options)) != len(options) or len(options) > MOST_OPTIONS:
            raise Refused(f"1 to {MOST_OPTIONS} different options, not {len(options)}")
        if not voters:
            raise Refused("nobody could vote", "name --voters")
        view = await self._ledger.write(
            lambda tx: self.opened(tx, title, options, {}, voters, timebox_s)
        )
        self.wake(view)
        return view

    async def opened(
        self,
        tx: Transaction,
        title: str,
        options: tuple[str, ...],
        titles: dict[str, str],
        voters: tuple[str, ...],
        timebox_s: float | None,
        **facts: Any,
    ) -> VoteView:
        """Open a vote within a transaction and tell its voters; ``facts`` are kept with it."""
        number = len(await tx.rows("records", "vote")) + 1  # with those that nobody can read
        view = VoteView(
            id=f"v{number}",
            title=title,
            options=options,
            titles=titles,
            voters=voters,
            opened_at=tx.now,
            closes_at=tx.now + timebox_s if timebox_s else None,
            **facts,
        )
        await tx.keep(view)
        await tx.event("vote.opened", text=f"vote {view.id} opened: {title}", vote=view.id)
        for voter in voters:
            await tell(tx, voter, f"vote {view.id}", _call_to_vote(view))
        return view

    def wake(self, view: VoteView) -> None:
        """Its messages wait for their couriers."""
        for voter in view.voters:
            self._mail.wake(voter)

    async def cast(self, voter: str, ranking: tuple[str, ...], id_: str = "") -> VoteView:
        """Take an agent's ballot; raises ``Refused`` with the reason. The last one counts."""
        if voter == OPERATOR:
            raise Refused("ballots are the agents'", "break a tie with: crewtui vote break")

        async def work(tx: Transaction) -> VoteView:
            view = await self._open_one(tx, id_)
            if voter not in view.voters:
                raise Refused(f"{voter} has no vote in {view.id}", f"voters: {_list(view.voters)}")
            if view.closes_at is not None and tx.now >= view.closes_at:
                raise Refused(f"vote {view.id} is over: too late")
            if not ranking:
                raise Refused("an empty ballot", f"rank some of: {_list(view.options)}")
            try:
                check_ranking(Ballot(voter=voter, ranking=ranking), view.options)
            except ValueError as error:
                raise Refused(str(error), f"options: {_list(view.options)}") from None
            await tx.run("put_ballot", view.id, voter, json.dumps(ranking), tx.now)
            again = voter in view.voted
            voted = view.voted if again else (*view.voted, voter)
            ballots = await _ballots(tx, view.id)
            first = dict.fromkeys(view.options, 0)
            for ranked in ballots.values():
                first[ranked[0]] += 1
            pairs = pairwise(_election(view, ballots))
            update = {"voted": voted, "first_choices": first, "pairwise": pairs}
            view = await tx.keep(view.model_copy(update=update))
            text = f"{voter} {'votes anew' if again else 'votes'}: {' > '.join(ranking)}"
            await tx.event("vote.cast", agent=voter, text=text, vote=view.id, ranking=ranking)
            return view

        view = await self._ledger.write(work)
        return await self.close_if_open(view.id) if not view.missing else view

    async def close(self, id_: str) -> VoteView:
        """Close a vote and count it; raises ``Refused`` if it is not open."""
        view = await self._ledger.write(lambda tx: self._open_one(tx, id_))
        return await self.close_if_open(view.id)

    async def close_if_open(self, id_: str) -> VoteView:
        """Close a vote and count it, unless somebody else just did."""

        async def work(tx: Transaction) -> VoteView:
            view = await self._one(tx, id_)
            if view.state is not VoteState.OPEN:
                return view
            ballots = await _ballots(tx, view.id)
            view = await tx.keep(_counted(view, ballots, tx.now))
            text = f"vote {view.id}: {verdict(view)}"
            await tx.event("vote.closed", text=text, vote=view.id, state=view.state)
            await self._announce(tx, view)
            return view

        view = await self._ledger.write(work)
        await self._finish(view)
        return view

    async def decide(self, id_: str, option: str, reason: str) -> VoteView:
        """A person breaks a tie, among the possible winners only and with a reason."""

        async def work(tx: Transaction) -> VoteView:
            view = await self._one(tx, id_)
            if view.state is not VoteState.TIED:
                raise Refused(f"vote {view.id} is {view.state}, not tied")
            if option not in view.tied:
                raise Refused(f"{option!r} cannot win {view.id}", f"tied: {_list(view.tied)}")
            if not reason.strip():
                raise Refused("a tie is broken with a reason", "say in a few words why")
            update = {
                "state": VoteState.DECIDED,
                "winner": option,
                "broken_by": OPERATOR,
                "reason": reason.strip(),
                "decided_at": tx.now,
            }
            view = await tx.keep(view.model_copy(update=update))
            text = f"{OPERATOR} breaks the tie of {view.id}: {option}, {reason.strip()}"
            await tx.event("vote.broken", text=text, vote=view.id, option=option, reason=reason)
            await self._announce(tx, view)
            return view

        view = await self._ledger.write(work)
        await self._finish(view)
        return view

    async def undo(self, id_: str) -> VoteView:
        """Take a tie-break back, until a later phase builds on it."""

        async def work(tx: Transaction) -> VoteView:
            view = await self._one(tx, id_)
            if not view.broken_by:
                raise Refused(f"vote {view.id} was not decided by a person")
            if view.final:
                raise Refused(f"vote {view.id} is final", "the next phase has begun")
            update = {"state": VoteState.TIED, "winner": None, "broken_by": "", "reason": ""}
            view = await tx.keep(view.model_copy(update=update))
            text = f"{OPERATOR} takes the tie-break of {view.id} back"
            await tx.event("vote.undone", text=text, vote=view.id)
            return view

        view = await self._ledger.write(work)
        await self._write(view)
        return view

    async def recover(self) -> None:
        """After a start: write results that a crash may have left out."""
        for view in await self._ledger.records(VoteView):
            if view.state is not VoteState.OPEN:
                await self._write(view)

    async def on_clock(self, now: float) -> None:
        """Close what is due, and what a crash left open though all ballots are in."""
        for view in await self._ledger.records(VoteView):
            due = not view.missing or (view.closes_at is not None and now >= view.closes_at)
            if view.state is VoteState.OPEN and due:
                await self.close_if_open(view.id)

    async def _announce(self, tx: Transaction, view: VoteView) -> None:
        if view.state is VoteState.DECIDED:
            for voter in view.voters:
                text = f"Vote {view.id} “{view.title}”: {verdict(view)}\n{view.reason}".rstrip()
                await tell(tx, voter, f"result of {view.id}", text)

    async def _finish(self, view: VoteView) -> None:
        self.wake(view)
        await self._write(view)
        self.on_decided(view)

    async def _write(self, view: VoteView) -> None:
        ballots = await _ballots(self._ledger, view.id)
        debate = await self._ledger.record(DebateView, view.debate) if view.debate else None
        folder = debate.folder if debate is not None else f"{FOLDER}/{view.id}"
        text = result_text(view, ballots, debate)
        try:
            await asyncio.to_thread(write_result, self._project.root, folder, text)
        except (OSError, Refused) as error:
            await self._ledger.event("minutes.failed", text=f"minutes not written: {error}")

    async def _one(self, tx: Transaction, id_: str) -> VoteView:
        view = await tx.record(VoteView, id_)
        if view is None:
            raise Refused(f"no vote {id_!r}", "list them with: crewtui vote list")
        return view

    async def _open_one(self, tx: Transaction, id_: str) -> VoteView:
        if id_:
            view = await self._one(tx, id_)
        else:
            open_ = [v for v in await tx.records(VoteView) if v.state is VoteState.OPEN]
            if len(open_) != 1:
                raise Refused(f"{len(open_)} votes are open", "name one with --vote")
            view = open_[0]
        if view.state is not VoteState.OPEN:
            raise Refused(f"vote {view.id} is {view.state}: too late")
        return view


async def _ballots(source: Transaction | Ledger, id_: str) -> dict[str, tuple[str, ...]]:
    rows = await source.rows("ballots", id_)
    return {row["voter"]: tuple(json.loads(row["ranking"])) for row in rows}


def _election(view: VoteView, ballots: dict[str, tuple[str, ...]]) -> Election:
    cast = tuple(Ballot(voter=name, ranking=ranking) for name, ranking in ballots.items())
    return Election(options=view.options, ballots=cast)


def _counted(view: VoteView, ballots: dict[str, tuple[str, ...]], now: float) -> VoteView:
    if len(view.options) == 1:
        update = {"state": VoteState.DECIDED, "winner": view.options[0], "method": "default"}
        return view.model_copy(update={**update, "closed_at": now})
    if not ballots:
        return view.model_copy(update={"state": VoteState.VOID, "closed_at": now})
    found = tally(_election(view, ballots))
    return view.model_copy(
        update={
            "state": VoteState.DECIDED if found.result == "winner" else VoteState.TIED,
            "winner": found.winner,
            "tied": found.tied,
            "method": found.method,
            "pairwise": found.pairwise,
            "rounds": found.rounds,
            "closed_at": now,
        }
    )


def _call_to_vote(view: VoteView) -> str:
    lines = [f"Vote {view.id}: {view.title}", ""]
    lines += [f"- {view.title_of(option)}" for option in view.options]
    example = " ".join(view.options[:3])
    lines += [
        "",
        "Rank the options, best first; what you leave out is below all that you rank.",
        f"Vote with: crewtui vote cast {example}",
    ]
    return "\n".join(lines)


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names)
