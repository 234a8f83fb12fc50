"""From the keys of votes, boards, gates and tasks to requests, through a screen where one helps."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from crewtui.app.keys.key import Key, KeyGroup
from crewtui.app.screens.board import BoardScreen
from crewtui.app.screens.gate import GateScreen
from crewtui.app.screens.reason import ReasonScreen
from crewtui.app.screens.task import TaskScreen
from crewtui.app.screens.tie_break import Decision, TieBreakScreen
from crewtui.core.model.attention import Need, NeedKind
from crewtui.core.model.crew_state import CrewState
from crewtui.core.model.errors import Refused
from crewtui.core.model.task import Ending, TaskView
from crewtui.core.model.vote import VoteState, VoteView
from crewtui.core.rpc.deciding import BreakTie, UndoTieBreak
from crewtui.core.rpc.phases import CheckMilestone, DecideMilestone
from crewtui.core.rpc.request import Request
from crewtui.core.rpc.work import AddReview, DecideTask, RetryTask, TaskDiff
from crewtui.widgets.tally import Tally


class WorkKeys(KeyGroup):
    """Opens the screens of votes, tasks and milestones, and sends what is decided there."""

    NAME = "work"
    KEYS = (
        Key("t", "tie_break", "Tie-break", "Decide a tied vote", False),
        Key("B", "board_here", "Board", "The board: every task by its state"),
        Key("g", "gate_here", "Gate", "A milestone's checks: approve it or send it back", False),
    )
    WISHES: ClassVar = {
        Tally.Undo: "on_undo",
        BoardScreen.Asked: "on_board",
        GateScreen.Asked: "on_gate",
        TaskScreen.Asked: "on_task_asked",
    }

    @property
    def _state(self) -> CrewState:
        return self._app.crew.state

    def follow(self, state: CrewState) -> None:
        """Bring open screens up to date."""
        for screen in self._app.screen_stack:
            if isinstance(screen, BoardScreen):
                screen.show(state)
            elif isinstance(screen, GateScreen) and screen.view.id in state.milestones:
                screen.show(state.milestones[screen.view.id])
            elif isinstance(screen, TaskScreen) and screen.view.id in state.tasks:
                screen.show(state.tasks[screen.view.id])

    def tie_break(self, id_: str = "") -> None:
        """Open the tie-break of that vote, or of the newest that is tied."""
        tied = [vote for vote in self._state.votes.values() if vote.state is VoteState.TIED]
        vote = next((vote for vote in tied if vote.id == id_), tied[-1] if tied else None)
        if vote is None:
            self.say("no vote is tied")
            return

        def decided(decision: Decision | None) -> None:
            if decision is not None:
                self._app.ask(self._break(vote, decision))

        self._app.push_screen(TieBreakScreen(vote), decided)

    async def _break(self, vote: VoteView, decision: Decision) -> str:
        broken = BreakTie(vote=vote.id, option=decision.option, reason=decision.reason)
        await self._app.crew.request(broken)
        return f"{vote.title_of(decision.option)} wins; u on the vote takes it back for a while"

    def on_undo(self, wish: Tally.Undo) -> None:
        """Take a tie-break back."""
        self._send(UndoTieBreak(vote=wish.vote), f"the tie-break of {wish.vote} is taken back")

    def on_board(self, wish: BoardScreen.Asked) -> None:
        """A task or a gate from the board."""
        if wish.what == "gate":
            self.gate(wish.key)
        else:
            self.task(wish.key)

    def on_gate(self, wish: GateScreen.Asked) -> None:
        """Check, approve, send back."""
        self.at_gate(wish.milestone, wish.what)

    def on_task_asked(self, wish: TaskScreen.Asked) -> None:
        """Approve, reject, go on."""
        self.on_task(wish.task, wish.what)

    def board_here(self) -> None:
        """The board of all tasks, at the milestone that is worked on."""
        self.board(self._state.phase.milestone)

    def gate_here(self) -> None:
        """The gate of the milestone that is worked on."""
        self.gate(self._state.phase.milestone)

    def board(self, milestone: str = "") -> None:
        """Open the board."""
        self._app.push_screen(BoardScreen(self._state, milestone))

    def gate(self, id_: str = "") -> None:
        """Open a milestone's gate: that one's, or the first that was not let pass."""
        board = sorted(self._state.milestones.values(), key=lambda m: m.position)
        found = next((m for m in board if m.id == id_), None)
        if found is None:
            found = next((m for m in board if not m.approved), board[-1] if board else None)
        if found is None:
            self.say("no milestones: write .orchestrator/milestones.toml")
            return
        self._app.push_screen(GateScreen(found))

    def at_gate(self, milestone: str, what: str) -> None:
        """What was asked at a gate."""
        if what == "check":
            said = f"the checks of {milestone} run"
            self._send(CheckMilestone(milestone=milestone, wait=False), said)
            return
        approve = what == "approve"
        title = f"{'approve' if approve else 'send back'} {milestone}"
        said = f"{milestone} {'is approved' if approve else 'goes back'}"
        decided = partial(DecideMilestone, milestone=milestone, approve=approve)
        self._with_reason(title, not approve, said, lambda why: decided(reason=why))

    def task(self, id_: str) -> None:
        """Open a task."""
        if id_ in self._state.tasks:
            self._app.ask(self._open(self._state.tasks[id_]))

    async def _open(self, task: TaskView) -> str:
        diff = ""
        if task.attempt is not None and task.attempt.commit:
            try:
                diff = (await self._app.crew.request(TaskDiff(task=task.id)))["diff"]
            except Refused as error:
                diff = f"{error.what}"
        self._app.push_screen(TaskScreen(task, diff))
        return ""

    def on_task(self, id_: str, what: str) -> None:
        """What was asked of a task: gated changes are let pass, others are reviewed."""
        task = self._state.tasks.get(id_)
        if task is None:
            return
        if what == "retry":
            self._send(RetryTask(task=id_), f"{id_} goes on")
            return
        approve = what == "approve"
        gated = task.attempt is not None and task.attempt.ending is Ending.NEEDS_APPROVAL
        said = f"{id_} {'is approved' if approve else 'goes back'}"
        title = f"{'approve' if approve else 'send back'} {id_}"
        if gated:
            decided = partial(DecideTask, task=id_, approve=approve)
            self._with_reason(title, False, said, lambda why: decided(reason=why))
        else:
            review = partial(AddReview, task=id_, approve=approve)
            self._with_reason(title, not approve, said, lambda why: review(text=why))

    def on_need(self, need: Need, role: str = "") -> bool:
        """Look at what needs the person, or decide it; whether it is one of ours."""
        what = {"approve": "approve", "deny": "reject"}.get(role, "open")
        match need.kind:
            case NeedKind.TIE:
                self.tie_break(need.subject)
            case NeedKind.GATE:
                self.gate(need.subject)
            case NeedKind.TASK if what == "open":
                self.task(need.subject)
            case NeedKind.TASK:
                self.on_task(need.subject, what)
            case _:
                return False
        return True

    def _with_reason(
        self, title: str, needed: bool, said: str, made: Callable[[str], Request]
    ) -> None:
        def given(reason: str | None) -> None:
            if reason is not None:
                self._send(made(reason), said)

        self._app.push_screen(ReasonScreen(title, needed=needed), given)

    def _send(self, asked: Request, said: str) -> None:
        async def request() -> str:
            await self._app.crew.request(asked)
            return said

        self._app.ask(request())
