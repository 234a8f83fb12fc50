"""Plays the operator of the demo: each act waits for what it needs, never for a time alone."""

import asyncio
from collections.abc import Callable
from functools import partial

from crewtui.app.demo.project import AGENTS, IDEA
from crewtui.core.client.connection import CrewConnection
from crewtui.core.client.identity import as_operator
from crewtui.core.client.transport import UnixSocket
from crewtui.core.config.project import Project
from crewtui.core.mail.post import write_file
from crewtui.core.model.agent import AgentState
from crewtui.core.model.crew_state import CrewState, dead_letters
from crewtui.core.model.errors import CrewtuiError, Refused
from crewtui.core.model.message import MessageState, MessageView
from crewtui.core.model.phase import Phase
from crewtui.core.model.task import Ending, TaskState
from crewtui.core.model.vote import VoteState
from crewtui.core.rpc.agents import DecideQuestion, ResetAgent
from crewtui.core.rpc.deciding import BreakTie
from crewtui.core.rpc.mail import RedriveMessage, SendMessage
from crewtui.core.rpc.phases import DecideMilestone, StartPhases
from crewtui.core.rpc.request import Request

ROUNDS = 4
ROUND_S = 60.0
TASKS = 6
STEP_LIMIT_S = 60.0
"""How long one act may take before the demo fails, in seconds."""
READY = frozenset({AgentState.IDLE, AgentState.BUSY, AgentState.ASKING})

Condition = Callable[[CrewState], bool]
Patience = Callable[[str], float]


def at_once(_what: str) -> float:
    """No time for a viewer."""
    return 0.0


class Director:
    """Runs the demo's acts; ``patience`` says for how long a viewer may decide first, in seconds.

    It is asked with what is to be decided: ``question letter degraded tie gate``.
    """

    def __init__(self, project: Project, say: Callable[[str], None], patience: Patience):
        self._project = project
        self._say = say
        self._patience = patience
        self._crew = CrewConnection(UnixSocket(project), partial(as_operator, project))
        self._changed = asyncio.Event()
        self._crew.on_state = lambda _state: self._changed.set()

    async def run(self) -> None:
        """All acts in order; raises ``CrewtuiError`` if one does not come about."""
        async with asyncio.TaskGroup() as tasks:
            keeping = tasks.create_task(self._crew.keep())
            try:
                await self._acts()
            finally:
                keeping.cancel()

    async def _acts(self) -> None:
        await self._until("all four agents are ready", lambda s: _ready(s, *AGENTS))
        await self._send("planner", "begin", "Please begin: a parser with tests and docs.")
        await self._hold_and_approve()
        await self._duplicate()
        await self._retry_dead_letter()
        await self._until("the tests pass", lambda s: _arrived(s, "planner", "green"))
        await self._crash()
        await self._degrade_and_reset()
        await self._until("every message has arrived", _settled)
        await self._debate_and_vote()
        await self._build()
        await self._gate()
        await self._until("every message has arrived", _settled)

    async def _debate_and_vote(self) -> None:
        await self._request(StartPhases(idea=IDEA, rounds=ROUNDS, timebox_s=ROUND_S))
        for number in range(1, ROUNDS):
            await self._until(f"debate round {number} is over", _past_round(number))
        await self._until("the vote is tied", lambda s: _vote(s) is VoteState.TIED)
        await self._give_time("tie", lambda s: _vote(s) is not VoteState.TIED)
        for vote in self._crew.state.votes.values():
            if vote.state is VoteState.TIED:
                why = "small is beautiful"
                await self._request(BreakTie(vote=vote.id, option=vote.tied[0], reason=why))
        await self._until("the tie is broken", lambda s: _vote(s) is VoteState.DECIDED)

    async def _build(self) -> None:
        await self._until("six tasks are planned", lambda s: len(s.tasks) == TASKS)
        await self._until("the crew builds", lambda s: s.phase.phase is Phase.BUILD)
        await self._until(
            "a validation fails and goes back",
            lambda s: any(
                attempt.ending is Ending.FAILED_VALIDATION
                for task in s.tasks.values()
                for attempt in task.attempts
            ),
        )
        await self._until(
            "all is reviewed and merged",
            lambda s: all(task.state is TaskState.MERGED for task in s.tasks.values()),
        )

    async def _gate(self) -> None:
        await self._until("the gate's checks pass", lambda s: s.milestones["poc"].green)
        await self._give_time("gate", lambda s: s.milestones["poc"].approved)
        if not self._crew.state.milestones["poc"].approved:
            passed = DecideMilestone(milestone="poc", approve=True, reason="it counts")
            await self._request(passed)
        await self._until("the PoC is reached", lambda s: s.phase.phase is Phase.DONE)

    async def _hold_and_approve(self) -> None:
        await self._until("the coder asks", lambda s: _is(s, "coder", AgentState.ASKING))
        await self._send("coder", "style", "Please keep lines below 100 characters.")
        await self._until("a message is held", lambda s: bool(_held(s, "coder")))
        await self._give_time("question", lambda s: not _is(s, "coder", AgentState.ASKING))
        view = self._crew.state.agents["coder"]
        if view.state is AgentState.ASKING:
            assert view.approval is not None
            await self._request(DecideQuestion(approval=view.approval.id, role="approve"))
        await self._until("it arrives after the answer", lambda s: _arrived(s, "coder", "style"))

    async def _duplicate(self) -> None:
        for stamp in ("one", "two"):
            name = f"{stamp}__from-planner__to-tester__topic-reminder.md"
            await asyncio.to_thread(
                write_file, self._project.inbox("tester") / name, b"Remember the edge cases."
            )
        await self._until(
            "the second copy is a duplicate",
            lambda s: any(m.state is MessageState.DUPLICATE for m in s.messages.values()),
        )

    async def _retry_dead_letter(self) -> None:
        await self._until("a dead letter", lambda s: bool(dead_letters(s)))
        await self._give_time("letter", lambda s: not dead_letters(s))
        for letter in dead_letters(self._crew.state):
            await self._request(RedriveMessage(message=letter.id))
        await self._until("it is delivered after all", lambda s: _redriven(s) is not None)

    async def _crash(self) -> None:
        await self._send("coder", "segfault", "Try the input that gives a segfault.")
        await self._until("the coder crashed", lambda s: s.agents["coder"].restarts > 0)
        await self._until("and is back", lambda s: _ready(s, "coder"))

    async def _degrade_and_reset(self) -> None:
        await self._send("tester", "overheat", "Run everything at once until you overheat.")
        await self._until("the tester is degraded", lambda s: _is(s, "tester", AgentState.DEGRADED))
        await self._give_time("degraded", lambda s: not _is(s, "tester", AgentState.DEGRADED))
        if _is(self._crew.state, "tester", AgentState.DEGRADED):
            await self._request(ResetAgent(agent="tester"))
        await self._until("and was reset", lambda s: _ready(s, "tester"))

    async def _send(self, to: str, topic: str, body: str) -> None:
        await self._request(SendMessage(recipient=to, topic=topic, body=body))

    async def _request(self, asked: Request) -> None:
        try:
            await self._crew.request(asked)
        except Refused as error:
            self._say(f"({error.what})")  # a viewer was faster

    async def _give_time(self, what: str, done: Condition) -> None:
        """Leave the decision to a viewer for a while."""
        try:
            async with asyncio.timeout(self._patience(what)):
                await self._wait(done)
        except TimeoutError:
            pass

    async def _until(self, what: str, condition: Condition) -> None:
        try:
            async with asyncio.timeout(STEP_LIMIT_S):
                await self._wait(condition)
        except TimeoutError:
            raise CrewtuiError(f"the demo stopped: never saw that {what}") from None
        self._say(what)

    async def _wait(self, condition: Condition) -> None:
        while not (self._crew.up.is_set() and condition(self._crew.state)):
            self._changed.clear()
            await self._changed.wait()


def _past_round(number: int) -> Condition:
    return lambda state: any(debate.round > number for debate in state.debates.values())


def _vote(state: CrewState) -> VoteState | None:
    return next((vote.state for vote in reversed(state.votes.values())), None)


def _is(state: CrewState, agent: str, what: AgentState) -> bool:
    return state.agents[agent].state is what


def _ready(state: CrewState, *agents: str) -> bool:
    return all(name in state.agents and state.agents[name].state in READY for name in agents)


def _held(state: CrewState, agent: str) -> list[MessageView]:
    messages = state.messages.values()
    return [m for m in messages if m.recipient == agent and m.state is MessageState.HELD]


def _arrived(state: CrewState, agent: str, topic: str) -> bool:
    return any(
        m.recipient == agent and m.topic == topic and m.state is MessageState.DELIVERED
        for m in state.messages.values()
    )


def _redriven(state: CrewState) -> MessageView | None:
    found = (m for m in state.messages.values() if m.redrive_of)
    return next((m for m in found if m.state is MessageState.DELIVERED), None)


def _settled(state: CrewState) -> bool:
    waiting = (MessageState.QUEUED, MessageState.HELD, MessageState.PASTING)
    return not any(m.state in waiting for m in state.messages.values())
