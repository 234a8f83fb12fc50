"""Whether an agent's policies hold: they see what its program asks, or what its hook announces."""

import os
from pathlib import Path

from crewtui.core.agents.adapter import Adapter, Wiring
from crewtui.core.config.crew import AgentSpec

HOLD = "hold"


def is_wired(spec: AgentSpec, wiring: Wiring) -> bool:
    """Whether the program's own hooks may be added at its start."""
    own = {**os.environ, **spec.env}
    hidden = any(Path(path).exists() for path in wiring.unless_there)
    return spec.signals and not hidden and not set(wiring.environment) & set(own)


def policies_of(spec: AgentSpec, adapter: Adapter) -> str:
    """``hold``, or how far they do not; empty if the agent has none."""
    if not spec.approve and not spec.deny:
        return ""
    if adapter.policy is not None and is_wired(spec, adapter.wiring):
        return adapter.policy.holds
    found = adapter.unasked.search(" ".join(spec.command)) if adapter.unasked else None
    if found:
        return f"do not hold: with {found.group().strip()} it asks nothing"
    return "hold only where it asks, for denying: it has no hook that crewtui answers"
