"""What happened to an agent, in a sentence for the event line: pure."""

from crewtui.core.model.agent import AgentView


def sentence(view: AgentView, event: str, line: str) -> str:
    """The event in words; ``line`` is what was seen on screen, if anything."""
    match event:
        case "agent.crashed":
            return f"{view.id} ended ({view.exit}), restart {view.restarts}/{view.restart_limit}"
        case "agent.degraded":
            return f"{view.id} is degraded after {view.restarts} restarts ({view.exit})"
        case "agent.asking":
            return f"{view.id} asks: {view.question or line}"
        case "agent.unknown":
            return f"{view.id} rests at a prompt that nobody has named: {line}"
        case "agent.covered":
            return f"{view.id}: {view.evidence.rule}" + (f": {line}" if line else "")
        case "agent.failed":
            return f"{view.id} did not start: {view.exit}"
        case _:
            what = event.removeprefix("agent.")
            return f"{view.id} {what}" + (f": {line}" if line else "")
