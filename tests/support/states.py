"""Crew states for tests: empty, usual, full, in trouble. Times are fixed."""

from crewtui.core.model.agent import AgentState, AgentView, Evidence
from crewtui.core.model.approval import ApprovalView, Choice, Role
from crewtui.core.model.crew_state import CrewState, SupervisorView, Trouble
from crewtui.core.model.event import Event
from crewtui.core.model.message import MessageState, MessageView
from crewtui.core.model.milestone import CheckView, MilestoneView
from crewtui.core.model.phase import Phase, PhaseView
from crewtui.core.model.task import (
    AttemptView,
    Ending,
    ReviewView,
    TaskState,
    TaskView,
    ValidationResult,
)
from crewtui.core.model.vote import Round, VoteState, VoteView

NOW = 1_771_588_800.0
"""The moment at which all tests of the screen look: 2026-02-20 12:00:00 UTC."""

HOSTILE = (
    "x [/nope]",
    "[@click=app.quit]quit[/]",
    '[link="x]y',
    "[#zzzzzz]x[/]",
    "\x1b]52;c;aGk=\x07",
    "\x9b31m\x1b[2J",
    "rm\u202etxt.exe",
)


def question(name: str, text: str) -> ApprovalView:
    """What an agent asks, with the three usual answers."""
    roles = {Role.APPROVE: "Yes", Role.ALWAYS: "Yes, and do not ask again", Role.DENY: "No"}
    choices = tuple(
        Choice(number=n, label=label, role=role, keys=(str(n),))
        for n, (role, label) in enumerate(roles.items(), 1)
    )
    facts = {"shown": f"Bash command\n\n{text}\n\nDo you want to proceed?", "fingerprint": "f"}
    return ApprovalView(
        id=f"ask-{name}", agent=name, text=text, choices=choices, since=NOW - 40, **facts
    )


def agent(name: str, state: AgentState, since: float = 120, **more: object) -> AgentView:
    """One agent as seen at ``NOW``."""
    base = {
        "id": name,
        "command": f"{name}-cli --flag",
        "state": state,
        "since": NOW - since,
        "started_at": NOW - 7200,
        "evidence": Evidence(rule="composer", line="ready for input"),
        "approval": question(name, str(more["question"])) if "question" in more else None,
    }
    return AgentView.model_validate({**base, **more})


def message(
    number: int, state: MessageState, sender: str = "coder", to: str = "tester", **more: object
) -> MessageView:
    """One message as seen at ``NOW``."""
    base = {
        "id": f"{number:08x}",
        "seq": number,
        "recipient": to,
        "sender": sender,
        "topic": f"topic {number}",
        "name": f"{number}.md",
        "size": 10,
        "state": state,
        "accepted_at": NOW - 30 * number,
        "changed_at": NOW - 20 * number,
        "preview": "a few words",
    }
    return MessageView.model_validate({**base, **more})


def crew(*agents: AgentView, **more: object) -> CrewState:
    """A state around these agents."""
    supervisor = SupervisorView(
        pid=1, started_at=NOW - 7200, version="0.1.0", tmux_socket="crewtest-none"
    )
    base = {
        "number": 10,
        "project": "myproject",
        "root": "/work/myproject",
        "supervisor": supervisor,
        "agents": {view.id: view for view in agents},
    }
    return CrewState.model_validate({**base, **more})


def empty() -> CrewState:
    """Nothing is configured yet."""
    return crew()


def usual() -> CrewState:
    """Four agents at work: one asks, one gave up."""
    messages = [
        message(1, MessageState.HELD, reason="agent asks; delivered after the answer"),
        message(2, MessageState.QUEUED, "reviewer", "coder"),
        message(3, MessageState.DELIVERED),
        message(4, MessageState.DUPLICATE, "reviewer"),
        message(5, MessageState.DEAD, "wild", "coder", reason="not_confirmed", attempts=3),
        message(6, MessageState.QUEUED, "tester", "human"),
    ]
    return crew(
        agent("coder", AgentState.BUSY, evidence=Evidence(rule="spinner", line="⠋ working…")),
        agent("tester", AgentState.ASKING, 40, question="run `make e2e`?"),
        agent("reviewer", AgentState.IDLE, 600),
        agent("wild", AgentState.DEGRADED, 300, restarts=5, exit="exit 1"),
        messages={m.id: m for m in messages},
        events=tuple(
            Event(id=n, at=NOW - 60 + n, kind="message.delivered", text=f"delivered {n}")
            for n in range(12)
        ),
        votes={
            "v1": VoteView(
                id="v1",
                title="which parser",
                options=("A", "B", "C"),
                titles={"A": "recursive descent", "B": "a parser generator", "C": "regular words"},
                first_choices={"A": 2, "B": 1, "C": 2},
                voters=("coder", "planner", "reviewer", "tester", "wild"),
                voted=("coder", "planner", "reviewer", "tester", "wild"),
                pairwise={
                    "A": {"B": 3, "C": 2},
                    "B": {"A": 2, "C": 2},
                    "C": {"A": 2, "B": 3},
                },
                rounds=(
                    Round(counts={"A": 2, "B": 1, "C": 2}, eliminated="B", lowest=("B",)),
                    Round(counts={"A": 2, "C": 2}, spent=1, eliminated="A", lowest=("A", "C")),
                ),
                method="irv",
                opened_at=NOW - 300,
                closed_at=NOW - 20,
                state=VoteState.TIED,
                tied=("A", "C"),
            )
        },
        milestones={
            "poc": MilestoneView(id="poc", title="PoC", position=0, approved=True),
            "mvp": MilestoneView(
                id="mvp",
                title="MVP",
                position=1,
                checks=(CheckView(name="a", passed=True), CheckView(name="b", passed=False)),
            ),
        },
    )


def at_work() -> CrewState:
    """The crew builds: tasks in every state, a milestone whose checks pass."""
    checks = (
        CheckView(name="built", what="merged: all tasks", passed=True, evidence="2 of 2 tasks"),
        CheckView(name="runs", what="runs make run", passed=True, evidence="exit 0, 0.2 s\nhello"),
    )
    milestone = MilestoneView(id="poc", title="PoC", position=0, checks=checks)
    titles = ("Read the file", "Cut it into words", "Count them", "Print a table", "Test it all")
    plain = [_plain_task(title, state) for title, state in zip(titles, TaskState, strict=False)]
    return usual().model_copy(
        update={
            "phase": PhaseView(phase=Phase.BUILD, milestone="poc", since=NOW - 60),
            "milestones": {"poc": milestone},
            "tasks": {
                **{task.id: task for task in plain},
                "gated": gated_task(),
            },
        }
    )


def _plain_task(title: str, state: TaskState) -> TaskView:
    agent = "" if state is TaskState.QUEUED else "coder"
    done = state in (TaskState.REVIEW, TaskState.MERGED)
    attempt = AttemptView(number=1, agent="coder", commit="c0ffee12", ending=Ending.COMPLETED)
    return TaskView(
        id=title.lower().split()[0],
        title=title,
        state=state,
        agent=agent,
        branch="coder/x" if agent else "",
        attempts=(attempt,) if done else (),
        reviews=(ReviewView(reviewer="tester", commit="c0ffee12", approved=True, text="good"),),
    )


def gated_task() -> TaskView:
    """A task whose changes a person must let pass."""
    attempt = AttemptView(
        number=1,
        agent="coder",
        commit="c0ffee12",
        ending=Ending.NEEDS_APPROVAL,
        reason="dependencies: pyproject.toml",
        validations=(ValidationResult(name="tests", passed=True, exit="exit 0"),),
    )
    return TaskView(
        id="gated",
        title="Add a dependency",
        state=TaskState.BLOCKED,
        agent="coder",
        branch="coder/gated",
        reason="dependencies: pyproject.toml",
        attempts=(attempt,),
        changed_at=NOW - 30,
    )


def full() -> CrewState:
    """Sixteen agents, long lists."""
    states = list(AgentState)
    agents = [agent(f"agent-{n}", states[n % len(states)], n * 37) for n in range(16)]
    kinds = (MessageState.HELD, MessageState.DEAD, MessageState.DELIVERED, MessageState.QUEUED)
    messages = [
        message(n, kinds[n % 4], "agent-1", f"agent-{n % 16}", reason="agent is busy")
        for n in range(1, 120)
    ]
    events = tuple(Event(id=n, at=NOW - 300 + n, kind="k", text=f"event {n}") for n in range(200))
    return crew(*agents, messages={m.id: m for m in messages}, events=events)


def trouble() -> CrewState:
    """The disk is full and tmux is gone."""
    troubles = {
        "ledger": Trouble(
            id="ledger",
            what="the ledger cannot be written: disk is full",
            todo="free space",
            since=NOW - 5,
        ),
        "tmux": Trouble(id="tmux", what="the tmux server is gone", since=NOW - 3),
    }
    return usual().model_copy(update={"troubles": troubles})


def hostile_vote(text: str) -> VoteView:
    """A tied vote whose every word comes from an agent."""
    options = (text, "b")
    return VoteView(
        id="v",
        title=text,
        options=options,
        titles={text: text},
        pairwise={text: {"b": 1}, "b": {text: 1}},
        state=VoteState.TIED,
        tied=options,
    )


def hostile_task(text: str) -> TaskView:
    """A blocked task whose every word comes from an agent."""
    attempt = AttemptView(
        number=1, agent="coder", ending=Ending.NEEDS_APPROVAL, reason=text, commit="c0ffee"
    )
    return TaskView(
        id="t",
        title=text,
        goal=text,
        acceptance=(text,),
        state=TaskState.BLOCKED,
        agent="coder",
        reason=text,
        attempts=(attempt,),
        reviews=(ReviewView(reviewer="tester", commit="c0ffee", approved=False, text=text),),
    )


def hostile() -> CrewState:
    """Every word from outside tries to be markup or a terminal sequence."""
    text = " ".join(HOSTILE)
    return crew(
        agent("coder", AgentState.ASKING, question=text, evidence=Evidence(rule=text, line=text)),
        agent("wild", AgentState.DEGRADED, exit=text, command=text),
        project=text,
        messages={
            m.id: m
            for m in (
                message(1, MessageState.HELD, reason=text, topic=text),
                message(2, MessageState.DEAD, reason=text, topic=text, sender=text),
                message(3, MessageState.QUEUED, to="human", topic=text, name=text),
            )
        },
        events=(Event(id=1, at=NOW, kind="k", text=text),),
        votes={"v": hostile_vote(text)},
        tasks={"t": hostile_task(text)},
        milestones={"m": MilestoneView(id="m", title=text, position=0)},
        troubles={"t": Trouble(id="t", what=text, todo=text, since=NOW)},
    )
