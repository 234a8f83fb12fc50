"""From change to state."""

from crewtui.core.model.agent import AgentState, AgentView
from crewtui.core.model.attention import NeedKind, needs
from crewtui.core.model.crew_state import RECENT_EVENTS, Change, CrewState, reduce
from crewtui.core.model.message import MessageState, MessageView


def message(id_: str, state: MessageState, seq: int = 1, recipient: str = "a") -> MessageView:
    return MessageView(
        id=id_,
        seq=seq,
        recipient=recipient,
        sender="b",
        topic="t",
        name="n.md",
        size=1,
        state=state,
        accepted_at=0,
        changed_at=float(seq),
    )


def test_a_change_replaces_the_agent_and_keeps_the_others() -> None:
    state = CrewState(agents={"b": AgentView(id="b", command="cat")})
    view = AgentView(id="a", command="cat", state=AgentState.BUSY)
    after = reduce(state, Change(number=7, kind="agent", value=view.model_dump(mode="json")))
    assert after.number == 7
    assert after.agents["a"].state is AgentState.BUSY
    assert "b" in after.agents
    assert state.agents.keys() == {"b"}


def test_only_the_newest_events_are_kept() -> None:
    state = CrewState()
    for number in range(RECENT_EVENTS + 5):
        value = {"id": number, "at": 0.0, "kind": "k"}
        state = reduce(state, Change(number=number + 1, kind="event", value=value))
    assert len(state.events) == RECENT_EVENTS
    assert state.events[-1].id == RECENT_EVENTS + 4


def test_waiting_and_dead_messages_are_never_trimmed() -> None:
    state = CrewState()
    kept = message("dead", MessageState.DEAD)
    state = reduce(state, Change(number=1, kind="message", value=kept.model_dump(mode="json")))
    for number in range(2, 800):
        done = message(f"m{number}", MessageState.DELIVERED, number)
        change = Change(number=number, kind="message", value=done.model_dump(mode="json"))
        state = reduce(state, change)
    assert "dead" in state.messages
    assert len(state.messages) < 700


def test_what_needs_a_person_is_found_newest_first() -> None:
    asking = AgentView(id="a", command="x", state=AgentState.ASKING, question="run it?", since=5)
    state = CrewState(
        agents={"a": asking},
        messages={
            "1": message("1", MessageState.DEAD, 3),
            "2": message("2", MessageState.QUEUED, 1, recipient="human"),
        },
    )
    kinds = [need.kind for need in needs(state, now=10.0)]
    assert kinds == [NeedKind.QUESTION, NeedKind.DEAD_LETTER, NeedKind.MAIL]
