"""Approvals: the one way in which an agent's question is answered.

A decision belongs to a question as it was shown. Before a key is sent the question on screen must
still be that one, else nothing is sent.
"""

import asyncio

from crewtui.core.agents.question import Question
from crewtui.core.agents.status import read_status
from crewtui.core.config.crew import CrewTable
from crewtui.core.ledger.store import Ledger
from crewtui.core.model.agent import AgentState, AgentView
from crewtui.core.model.approval import ApprovalView, Choice, Role
from crewtui.core.model.errors import CrewtuiError, Refused
from crewtui.core.model.ids import HUMAN, OPERATOR
from crewtui.core.model.policy import ruling
from crewtui.core.model.screen import Screen
from crewtui.core.model.text import one_line
from crewtui.core.service.post_office import PostOffice
from crewtui.core.supervision.runner import Runner
from crewtui.core.tmux.frames import look
from crewtui.core.tmux.link import TmuxLink
from crewtui.core.tmux.paste import press

TAKEN_S = 3.0
"""How long to watch for the question to go after its key, in seconds."""
LOOK_S = 0.05
SETTLE_LOOKS = 10
"""So often a question that is still being drawn is looked at."""
SELECT_S = 6.0
"""How long the way to an answer in a list may take, in seconds."""
STANDS_LOOKS = 3
"""An answer must be seen selected so often in a row before Enter."""
AGAIN_LOOKS = 20
"""After so many looks at which nothing moved an arrow is pressed again."""
_ARROWS = ("Up", "Down")
_WORDS = {Role.APPROVE: "approved", Role.ALWAYS: "approved always", Role.DENY: "denied"}


class Approvals:
    """Decides open questions, for a person or by a policy."""

    def __init__(
        self,
        runners: dict[str, Runner],
        table: CrewTable,
        link: TmuxLink,
        ledger: Ledger,
        mail: PostOffice,
    ):
        self._runners = runners
        self._table = table
        self._link = link
        self._ledger = ledger
        self._mail = mail
        self._new: asyncio.Queue[ApprovalView] = asyncio.Queue()
        self._seen: dict[str, str] = {}

    def open(self) -> list[ApprovalView]:
        """All open questions, oldest first."""
        views = (runner.view.approval for runner in self._runners.values())
        return sorted((view for view in views if view), key=lambda view: view.since)

    def find(self, id_: str) -> ApprovalView:
        """The open question with that id: a name would answer whatever is asked by now."""
        for view in self.open():
            if id_ == view.id:
                return view
        raise Refused(
            f"no question {id_!r} is open", "nothing was answered; list them: crewtui approvals"
        )

    def on_agent(self, view: AgentView) -> None:
        """An agent changed: a new question is looked up in the policies."""
        approval = view.approval
        if approval is None or approval.source in ("signal", "place"):
            return
        if self._seen.get(view.id) != approval.id + approval.fingerprint:
            self._seen[view.id] = approval.id + approval.fingerprint
            self._new.put_nowait(approval)

    async def run(self) -> None:
        """Apply the policies to new questions, for ever; its owner cancels it."""
        while True:
            approval = await self._new.get()
            spec, table = self._runners[approval.agent].spec, self._table
            found = ruling(approval, table.approve + spec.approve, table.deny + spec.deny)
            if found is None:
                continue
            try:
                await self.decide(approval.id, found.role, who=f"policy {found.rule}")
            except CrewtuiError as refused:  # its pane may be gone by now
                await self._ledger.event(
                    "approval.left",
                    agent=approval.agent,
                    text=f"policy {found.rule} could not decide: {refused.what}",
                )

    async def decided_by_hook(self, agent: str, decided: dict[str, str]) -> None:
        """A rule decided before the program asked: it is recorded as any other decision."""
        role, rule = decided.get("role", ""), decided.get("rule", "")
        spec = self._runners[agent].spec
        known = spec.deny if role == Role.DENY else spec.approve if role == Role.APPROVE else ()
        if rule not in known:
            return
        detail = decided.get("detail", "")
        done = _WORDS[Role(role)]
        await self._ledger.event(
            "approval.decided",
            agent=agent,
            text=one_line(f"policy {rule} {done}: {decided.get('tool', '')}: {detail}"),
            approval="",
            who=f"policy {rule}",
            role=str(role),
            choice="",
            shown=detail,
            command=detail,
        )

    async def decide(
        self,
        id_: str,
        role: Role,
        *,
        number: int | None = None,
        message: str = "",
        who: str = OPERATOR,
        drawn: str | None = None,
    ) -> str:
        """Answer an open question; returns what was done in words.

        ``drawn`` is the fingerprint of the question as the person saw it. Raises ``Refused`` if
        the question on screen is not that one any more, if it has no such answer, or if the agent
        did not take the key.
        """
        approval = self.find(id_)
        if drawn is not None and drawn != approval.fingerprint:
            what = f"{approval.agent} asks something else by now: {approval.text}"
            raise Refused(what, "nothing was answered: look at it again")
        runner = self._runners[approval.agent]
        approval = await self._look_again(runner, approval)
        choice = self._choice(approval, role, number)
        if approval.source == "place":
            return await self._remember(runner, approval, choice, who)
        done = _WORDS.get(choice.role, f"chose {choice.label}")
        await self._ledger.event(
            "approval.decided",
            agent=approval.agent,
            text=f"{who} {done}: {approval.text}",
            approval=approval.id,
            who=who,
            role=choice.role,
            choice=choice.label,
            shown=approval.shown,
            command=approval.detail,
        )
        if choice.keys:
            await self._still(runner, approval)
            await self._press(runner, approval, choice)
        if message:
            await self._mail.send(HUMAN, approval.agent, "denied", message)
        await self._until_gone(runner, approval)
        return f"{done}: {approval.agent}: {approval.text}"

    async def _press(self, runner: Runner, approval: ApprovalView, choice: Choice) -> None:
        """Give the answer; in a list Enter follows once the answer is seen to be selected.

        One arrow at a time, each seen to move the selection: a program drops keys while it draws.
        """
        assert runner.pane is not None
        pane = runner.pane.id
        if choice.keys[0] not in (*_ARROWS, "Enter"):
            await press(self._link, pane, *choice.keys)
            return
        pressed: tuple[str, ...] = ()
        stands = waits = 0
        for _ in range(round(SELECT_S / LOOK_S)):
            screen = await look(self._link, pane)
            keys = _keys_now(read_status(runner.adapter, screen).question, approval, choice)
            stands = stands + 1 if keys == ("Enter",) else 0
            waits = waits + 1 if keys == pressed else 0
            if stands == STANDS_LOOKS:
                await press(self._link, pane, "Enter")
                return
            if len(keys) > 1 and waits in (0, AGAIN_LOOKS):
                pressed, waits = keys, 0
                await press(self._link, pane, keys[0])
            await asyncio.sleep(LOOK_S)
        raise Refused(f"{choice.label!r} could not be selected", "answer it in its pane")

    async def _look_again(self, runner: Runner, approval: ApprovalView) -> ApprovalView:
        """The question as it stands now, with the keys that lead to its answers now."""
        if runner.pane is None:
            raise Refused(f"{approval.agent} has no pane", "look at the agent")
        await runner.on_screen(await self._settled(runner.pane.id))
        now = runner.view.approval
        if runner.view.state not in (AgentState.ASKING, AgentState.UNKNOWN) or now is None:
            raise Refused(f"{approval.agent} asks nothing now", "look at its pane")
        if now.fingerprint != approval.fingerprint or now.id != approval.id:
            raise Refused(f"{approval.agent} asks something else now: {now.text}", "decide again")
        if not now.fingerprint:
            raise Refused("the question is not on screen yet", "try again in a moment")
        return now

    async def _still(self, runner: Runner, approval: ApprovalView) -> None:
        """The last look before the key: the question may have changed while that was written."""
        try:
            await self._look_again(runner, approval)
        except Refused as refused:
            await self._ledger.event(
                "approval.left",
                agent=approval.agent,
                text=f"not answered after all: {refused.what}",
                approval=approval.id,
            )
            raise

    async def _remember(
        self, runner: Runner, approval: ApprovalView, choice: Choice, who: str
    ) -> str:
        """Keep what a person said of an unknown prompt, and look at the agent by it."""
        place = runner.watching.place
        if place is None:
            raise Refused(f"{approval.agent} rests elsewhere now", "look at its pane")
        typed = choice.role is Role.APPROVE
        await asyncio.to_thread(runner.learn, place, typed=typed)
        what = "messages are typed there from now on" if typed else "nothing is ever typed there"
        await self._ledger.event(
            "place.shown" if typed else "place.refused",
            agent=approval.agent,
            text=f"{who} said of {approval.agent}'s prompt “{place.line}”: {what}",
            who=who,
            place=place.model_dump(),
        )
        if runner.pane is not None:
            await runner.on_screen(await look(self._link, runner.pane.id))
        self._mail.wake(approval.agent)
        return f"remembered for {' '.join(runner.spec.command)}: {what}"

    async def _settled(self, pane: str) -> Screen:
        """The pane once two looks agree, or as it is after a while."""
        before = await look(self._link, pane)
        for _ in range(SETTLE_LOOKS):
            await asyncio.sleep(LOOK_S)
            now = await look(self._link, pane)
            if now.lines == before.lines:
                return now
            before = now
        return before

    def _choice(self, approval: ApprovalView, role: Role, number: int | None) -> Choice:
        if number is not None:
            found = next((c for c in approval.choices if c.number == number), None)
            if found is None:
                raise Refused(f"there is no choice {number}", _offered(approval))
            return found
        choice = approval.choice(role)
        if choice is None and approval.choices and role is not Role.OTHER:
            raise Refused(f"{approval.agent} offers no such answer: {role}", _offered(approval))
        if choice is None:
            raise Refused(
                f"no key is known for {approval.agent}'s question now",
                "answer it in its pane: open it and press i",
            )
        return choice

    async def _until_gone(self, runner: Runner, approval: ApprovalView) -> None:
        """Watch that the key was taken."""
        for _ in range(round(TAKEN_S / LOOK_S)):
            now = runner.view.approval
            if now is None or now.id != approval.id or runner.pane is None:
                return
            await asyncio.sleep(LOOK_S)
            if runner.pane is not None:
                await runner.on_screen(await look(self._link, runner.pane.id))
        raise Refused(
            f"{approval.agent} did not take the key", "its question still stands: look at its pane"
        )


def _keys_now(question: Question | None, approval: ApprovalView, choice: Choice) -> tuple[str, ...]:
    """The keys that lead to the answer as the question stands now; none if it is another one."""
    if question is None or question.shown != approval.shown:
        return ()
    same = (c for c in question.choices if (c.number, c.label) == (choice.number, choice.label))
    return next((c.keys for c in same), ())


def _offered(approval: ApprovalView) -> str:
    offered = ", ".join(f"{c.number} {c.label}" for c in approval.choices if c.number)
    return f"it offers: {offered}" if offered else "answer it in its pane"
