"""Whether a message may be typed now, and if not, why it waits: pure."""

from crewtui.core.agents.adapter import Adapter
from crewtui.core.agents.status import NO_CUE, Reading
from crewtui.core.model.agent import AgentState

_BY_STATE = {
    AgentState.STOPPED: "agent is stopped; start it to deliver",
    AgentState.STARTING: "agent is starting; delivered when it is ready",
    AgentState.ASKING: "agent asks; delivered after the answer",
    AgentState.UNKNOWN: "unknown prompt; delivered when you have said that one types there",
    AgentState.COVERED: "something covers the place where one types; delivered when it is gone",
    AgentState.ERROR: "agent shows an error; delivered when it tries again",
    AgentState.LIMIT: "agent is at its limit; delivered when that ends",
    AgentState.LOGIN: "agent needs a login; delivered after it, in its pane",
    AgentState.BACKOFF: "agent restarts soon; delivered when it is ready",
    AgentState.DEGRADED: "agent is degraded; reset it to deliver",
    AgentState.EXITED: "agent has exited; start it to deliver",
    AgentState.FAILED: "agent did not start",
}
_SAYS_WHY = frozenset({AgentState.UNKNOWN, AgentState.COVERED, AgentState.ASKING})


def hold_by_state(state: AgentState) -> str | None:
    """Why a message waits as long as the agent's process is in this state."""
    return _BY_STATE.get(state)


def hold_by_screen(adapter: Adapter, reading: Reading) -> str | None:
    """Why a message waits with this screen; none if it may be typed."""
    if reading.state is AgentState.BUSY and not adapter.input_while_busy:
        return f"agent is busy{_fact(reading)}; delivered when it is ready"
    over = reading.failed and reading.composer  # how long it rests is the fix loop's to say
    if not over and (reason := _BY_STATE.get(reading.state)):
        return reason if reading.state not in _SAYS_WHY else _said(reason, reading)
    if reading.draft:
        return "a person has typed into the composer; delivered when it is empty"
    if not reading.composer and not adapter.input_while_busy:
        return "no composer on screen; delivered when it is back"
    return None


def _fact(reading: Reading) -> str:
    """What the kernel says of a busy program, if it was that which said so."""
    return f": {reading.evidence.rule}" if reading.rests is not None else ""


def _said(reason: str, reading: Reading) -> str:
    """The reason with the rule behind it, where the terminal was looked at."""
    if reading.rests is None or reading.evidence.rule == NO_CUE:
        return reason
    line = f" “{reading.evidence.line}”" if reading.evidence.line else ""
    return f"{reason} ({reading.evidence.rule}{line})"
