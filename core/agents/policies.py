"""Whether an agent's policies hold: they see what its program asks, or what its hook announces."""

from crewtui.core.agents.adapter import Adapter
from crewtui.core.config.crew import AgentSpec

HOLD = "hold"


def policies_of(spec: AgentSpec, adapter: Adapter) -> str:
    """``hold``, or how far they do not; empty if the agent has none."""
    if not spec.approve and not spec.deny:
        return ""
    if adapter.policy is not None and spec.signals:
        return HOLD
    found = adapter.unasked.search(" ".join(spec.command)) if adapter.unasked else None
    if found:
        return f"do not hold: with {found.group().strip()} it asks nothing"
    return "hold only where it asks, for denying: it has no hook that crewtui answers"
