"""How states look: a glyph and a colour each, so that neither alone carries the meaning."""

from crewtui.core.model.agent import AgentState, AgentView
from crewtui.core.model.attention import NeedKind
from crewtui.core.model.message import MessageState

AGENT: dict[AgentState, tuple[str, str]] = {
    AgentState.IDLE: ("●", "$state-ok"),
    AgentState.BUSY: ("◐", "$state-busy"),
    AgentState.ASKING: ("?", "$state-ask"),
    AgentState.UNKNOWN: ("¿", "$state-ask"),
    AgentState.COVERED: ("▒", "$state-warn"),
    AgentState.STARTING: ("…", "$state-quiet"),
    AgentState.BACKOFF: ("↻", "$state-warn"),
    AgentState.ERROR: ("!", "$state-bad"),
    AgentState.LIMIT: ("¦", "$state-warn"),
    AgentState.LOGIN: ("¤", "$state-warn"),
    AgentState.DEGRADED: ("✗", "$state-bad"),
    AgentState.FAILED: ("✗", "$state-bad"),
    AgentState.EXITED: ("○", "$state-quiet"),
    AgentState.STOPPED: ("■", "$state-quiet"),
}
"""What each state of an agent looks like."""

WORDS: dict[AgentState, str] = {
    AgentState.IDLE: "ready",
    AgentState.ASKING: "asks",
    AgentState.UNKNOWN: "unknown prompt",
}
"""Where the word shown is not the state's name."""

MESSAGE: dict[MessageState, tuple[str, str]] = {
    MessageState.QUEUED: ("·", "$state-quiet"),
    MessageState.HELD: ("‖", "$state-warn"),
    MessageState.PASTING: ("›", "$state-busy"),
    MessageState.SUBMITTED: ("»", "$state-busy"),
    MessageState.IN_AGENT: ("⋯", "$state-busy"),
    MessageState.DELIVERED: ("✓", "$state-ok"),
    MessageState.DUPLICATE: ("=", "$state-quiet"),
    MessageState.SUPERSEDED: ("~", "$state-quiet"),
    MessageState.DEAD: ("†", "$state-bad"),
    MessageState.REDRIVEN: ("↺", "$state-quiet"),
    MessageState.PURGED: ("–", "$state-quiet"),
}
"""What each state of a message looks like."""

NEED: dict[NeedKind, tuple[str, str]] = {
    NeedKind.QUESTION: ("?", "$state-ask"),
    NeedKind.PLACE: ("¿", "$state-ask"),
    NeedKind.COVERED: ("▒", "$state-warn"),
    NeedKind.DEGRADED: ("✗", "$state-bad"),
    NeedKind.FAILED: ("✗", "$state-bad"),
    NeedKind.STUCK: ("!", "$state-bad"),
    NeedKind.DEAD_LETTER: ("†", "$state-bad"),
    NeedKind.TIE: ("=", "$state-ask"),
    NeedKind.TASK: ("▣", "$state-warn"),
    NeedKind.GATE: ("◇", "$state-ask"),
    NeedKind.MAIL: ("✉", "$state-busy"),
    NeedKind.HELD: ("‖", "$state-warn"),
    NeedKind.TROUBLE: ("!", "$state-bad"),
}
"""What each kind of need looks like."""


def word(state: AgentState) -> str:
    """The state as a person reads it."""
    return WORDS.get(state, state.value)


def until(view: AgentView, now: float) -> str:
    """When a limit ends or a failed turn is tried again, in words."""
    left = age(max(0.0, (view.ends_at or now) - now))
    return f"ends in {left}" if view.state is AgentState.LIMIT else f"again in {left}"


def age(seconds: float) -> str:
    """A duration in one unit: ``40s``, ``2m``, ``3h``, ``5d``."""
    whole = max(0, int(seconds))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if whole >= size:
            return f"{whole // size}{unit}"
    return f"{whole}s"
