"""The phases run by themselves: debate, vote, plan, assignment, build, review, milestone."""

from collections.abc import Callable, Iterable

from crewtui.core.debate.debates import Debates
from crewtui.core.ledger.store import Ledger, Transaction
from crewtui.core.mail.outbox import Couriers, tell
from crewtui.core.model.clock import Clock
from crewtui.core.model.debate import DebateState, DebateView
from crewtui.core.model.errors import CrewtuiError, Refused
from crewtui.core.model.ids import OPERATOR
from crewtui.core.model.milestone import MilestoneView
from crewtui.core.model.phase import NEXT, Phase, PhaseView
from crewtui.core.model.task import TaskState, TaskView
from crewtui.core.model.vote import VoteState, VoteView
from crewtui.core.work.milestones import Milestones
from crewtui.core.work.tasks import Tasks
from crewtui.core.workflow.transitions import Situation, Step, next_step, share_out

BIDDING_S = 60.0
"""Agents may bid for so long at most, in seconds."""
PHASE = "phase"


class Phases:
    """Owns the phase; asks the others to begin what it needs."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        mail: Couriers,
        debates: Debates,
        tasks: Tasks,
        milestones: Milestones,
        agents: Callable[[], Iterable[str]],
        orchestrator: str,
    ):
        self._ledger = ledger
        self._clock = clock
        self._mail = mail
        self._debates = debates
        self._tasks = tasks
        self._milestones = milestones
        self._agents = agents
        self._orchestrator = orchestrator
        self.on_milestone: Callable[[str], None] = lambda _milestone: None

    async def view(self) -> PhaseView:
        """Where the crew stands."""
        return await self._ledger.record(PhaseView, PHASE) or PhaseView()

    async def start(
        self,
        idea: str,
        rounds: int,
        timebox_s: float,
        participants: tuple[str, ...],
        personas: dict[str, str],
    ) -> PhaseView:
        """Begin with a debate on the idea, or with the plan if there are no rounds."""
        now = await self.view()
        if now.phase not in (Phase.NONE, Phase.DONE):
            raise Refused(f"the crew is at {now.phase}", "pause it, or let it end")
        if not idea.strip():
            raise Refused("nothing to begin with", 'crewtui start "your idea"')
        await self._milestones.load()
        debate = ""
        if rounds:
            opened = await self._debates.start(idea, rounds, timebox_s, participants, personas)
            debate = opened.id
        situation = await self._scene()
        first = situation.next_milestone()
        view = PhaseView(
            phase=now.phase,
            idea=idea.strip(),
            timebox_s=timebox_s,
            debate=debate,
            milestone=first.id if first else "",
            planner=self._planner(""),
        )
        return await self._enter(view, Phase.DEBATE if rounds else Phase.PLAN, "the crew begins")

    def _planner(self, proposed: str) -> str:
        names = list(self._agents())
        for name in (proposed, self._orchestrator):
            if name in names:
                return name
        return names[0] if names else ""

    async def plan_done(self, who: str) -> PhaseView:
        """The planner says that the plan is whole."""

        async def work(tx: Transaction) -> PhaseView:
            view = await self._here(tx)
            if view.phase is not Phase.PLAN:
                raise Refused(f"the crew is at {view.phase}, not at its plan")
            if who not in (OPERATOR, view.planner):
                raise Refused(f"{view.planner} plans", "tell them: crewtui send")
            if not any(t.state is TaskState.QUEUED for t in await tx.records(TaskView)):
                raise Refused("the plan has no tasks", "add some: crewtui task add")
            await tx.event("plan.done", text=f"{who} ends the plan")
            return await tx.keep(view.model_copy(update={"planned": True}))

        return await self._ledger.write(work)

    async def pause(self) -> PhaseView:
        """Hold the clock, assignments and merges; agents that work go on."""

        async def work(tx: Transaction) -> PhaseView:
            view = await self._here(tx)
            if view.paused_at is not None:
                raise Refused("it is paused already", "go on with: crewtui resume")
            await tx.event("phase.paused", text=f"paused at {view.phase}")
            return await tx.keep(view.model_copy(update={"paused_at": tx.now}))

        return await self._ledger.write(work)

    async def resume(self) -> PhaseView:
        """Go on; every deadline moves by as long as the pause was."""

        async def work(tx: Transaction) -> PhaseView:
            view = await self._here(tx)
            if view.paused_at is None:
                raise Refused("it is not paused")
            gone = tx.now - view.paused_at
            for debate in await tx.records(DebateView):
                if debate.state is DebateState.OPEN and debate.closes_at is not None:
                    later = {"closes_at": debate.closes_at + gone}
                    await tx.keep(debate.model_copy(update=later))
            for vote in await tx.records(VoteView):
                if vote.state is VoteState.OPEN and vote.closes_at is not None:
                    await tx.keep(vote.model_copy(update={"closes_at": vote.closes_at + gone}))
            until = view.closes_at + gone if view.closes_at is not None else None
            await tx.event("phase.resumed", text=f"goes on with {view.phase}")
            return await tx.keep(view.model_copy(update={"paused_at": None, "closes_at": until}))

        return await self._ledger.write(work)

    async def advance(self) -> None:
        """Take every step that is due, and hand out what is free."""
        while True:
            view = await self.view()
            if view.phase in (Phase.NONE, Phase.DONE):
                return
            situation = await self._scene()
            step = next_step(view, situation, self._clock.wall())
            if step is None:
                break
            await self._take(view, situation, step)
        if view.phase in (Phase.BUILD, Phase.REVIEW) and view.paused_at is None:
            await self._hand_out(situation)

    async def _take(self, view: PhaseView, situation: Situation, step: Step) -> None:
        update: dict[str, object] = {"vote": step.vote or view.vote, "planned": False}
        update["milestone"] = step.milestone or view.milestone
        if step.to is Phase.PLAN:
            update["planner"] = self._planner(_proposer(view, situation))
            if view.phase is Phase.MILESTONE and not step.milestone:
                await self._milestones_reopened(view.milestone)
        new = await self._enter(view.model_copy(update=update), step.to, step.why)
        if step.to is Phase.MILESTONE and new.milestone:
            self.on_milestone(new.milestone)

    async def _milestones_reopened(self, id_: str) -> None:
        async def work(tx: Transaction) -> None:
            milestone = await tx.record(MilestoneView, id_)
            if milestone is not None:
                await tx.keep(milestone.model_copy(update={"decided_by": ""}))

        await self._ledger.write(work)

    async def _enter(self, view: PhaseView, to: Phase, why: str) -> PhaseView:
        """Leave the phase and enter the next one, with what the agents are told of it."""

        async def work(tx: Transaction) -> PhaseView:
            if to not in NEXT[view.phase]:
                raise Refused(f"{to} cannot follow {view.phase}")
            if view.phase is not Phase.NONE:
                text = f"phase {view.phase} ends: {why}"
                await tx.event("phase.left", text=text, phase=view.phase)
            closes = {Phase.PLAN: view.timebox_s, Phase.ASSIGNMENT: min(view.timebox_s, BIDDING_S)}
            until = tx.now + closes[to] if to in closes else None
            new = view.model_copy(update={"phase": to, "since": tx.now, "closes_at": until})
            await tx.event("phase.entered", text=f"phase {to} begins: {why}", phase=to)
            if to is Phase.PLAN:
                await self._final(tx, view.vote)
                if view.planner:
                    await tell(tx, view.planner, "plan", await _call_to_plan(tx, new, why))
            if to is Phase.ASSIGNMENT:
                for name in self._agents():
                    await tell(tx, name, "bids", await _call_to_bid(tx))
            return await tx.keep(new)

        new = await self._ledger.write(work)
        for name in self._agents():
            self._mail.wake(name)
        return new

    async def _final(self, tx: Transaction, id_: str) -> None:
        vote = await tx.record(VoteView, id_) if id_ else None
        if vote is not None and not vote.final:
            await tx.keep(vote.model_copy(update={"final": True}))

    async def _hand_out(self, situation: Situation) -> None:
        for task, agent in share_out(situation.tasks, self._agents()):
            try:
                await self._tasks.claim(agent, task, by="the clock")
            except CrewtuiError as error:
                await self._ledger.event("task.not_assigned", text=f"{task}: {error.what}")
                return

    async def _scene(self) -> Situation:
        return Situation(
            {d.id: d for d in await self._ledger.records(DebateView)},
            {v.id: v for v in await self._ledger.records(VoteView)},
            tuple(await self._ledger.records(TaskView)),
            tuple(sorted(await self._ledger.records(MilestoneView), key=lambda m: m.position)),
        )

    async def _here(self, tx: Transaction) -> PhaseView:
        return await tx.record(PhaseView, PHASE) or PhaseView()


def _proposer(view: PhaseView, situation: Situation) -> str:
    """Who proposed what won, if that is known."""
    vote = situation.votes.get(view.vote)
    return vote.proposers.get(vote.winner or "", "") if vote is not None else ""


async def _call_to_plan(tx: Transaction, view: PhaseView, why: str) -> str:
    vote = await tx.record(VoteView, view.vote) if view.vote else None
    chosen = vote.title_of(vote.winner) if vote is not None and vote.winner else view.idea
    lines = [
        f"You plan the work: {why}.",
        f"The idea: {view.idea}",
        f"Chosen: {chosen}",
    ]
    if view.milestone:
        lines.append(f"Milestone: {view.milestone}")
    lines += [
        "",
        "Cut it into tasks and add them from a file of TOML, YAML or JSON:",
        "crewtui task add --file tasks.toml",
        '[[tasks]] id = "parser", title = "…", goal = "…", allowed_paths = ["src/parser.py"],',
        'depends_on = [], validations = [{ name = "tests", command = "make test" }]',
        "When the plan is whole: crewtui task planned",
    ]
    return "\n".join(lines)


async def _call_to_bid(tx: Transaction) -> str:
    tasks = [task for task in await tx.records(TaskView) if task.state is TaskState.QUEUED]
    lines = ["These tasks are to be handed out:", ""]
    lines += [f"- {task.id}: {task.title}" for task in tasks]
    lines += ["", 'Offer to take one: crewtui task bid ID -m "why you"']
    return "\n".join(lines)
