"""An agent itself, and what it asks."""

from typing import Any

from crewtui.core.model.agent import RUNNING, AgentState
from crewtui.core.model.approval import ApprovalView, Role
from crewtui.core.model.errors import Refused
from crewtui.core.rpc.agents import (
    DecideQuestion,
    ExplainAgent,
    ListQuestions,
    ResetAgent,
    RestartAgent,
    StartAgent,
    StopAgent,
)
from crewtui.core.service.explain import explain
from crewtui.core.service.port import Caller, CrewPort, Handlers


async def start(crew: CrewPort, caller: Caller, request: StartAgent) -> str:
    """Start an agent; raises ``Refused`` for one that runs or is degraded."""
    runner = crew.runner(request.agent)
    if runner.view.state in RUNNING:
        raise Refused(f"{runner.spec.id} runs already", "restart it instead")
    if runner.view.state is AgentState.DEGRADED:
        raise Refused(f"{runner.spec.id} is degraded", f"crewtui reset {runner.spec.id}")
    await _decided(crew, caller, request)
    runner.start()
    return f"{runner.spec.id} starts"


async def stop(crew: CrewPort, caller: Caller, request: StopAgent) -> str:
    """End an agent and leave it stopped; says what was ended."""
    runner = crew.runner(request.agent)
    await _decided(crew, caller, request)
    name, before = runner.spec.id, runner.view.state
    pid = await runner.stop()
    if pid is not None:
        return f"{name} is stopped: its process {pid} was ended"
    if before in (AgentState.STARTING, AgentState.BACKOFF):
        return f"{name} is stopped: it was about to start, and does not"
    return f"{name} did not run; it stays stopped"


async def restart(crew: CrewPort, caller: Caller, request: RestartAgent) -> str:
    """End an agent and start it anew; says what was ended."""
    runner = crew.runner(request.agent)
    await _decided(crew, caller, request)
    name, before = runner.spec.id, runner.view.state
    pid = await runner.restart()
    if pid is not None:
        return f"{name} starts anew: its process {pid} was ended"
    if before is AgentState.STARTING:
        return f"{name} was starting already"
    return f"{name} did not run; it starts now"


async def reset(crew: CrewPort, caller: Caller, request: ResetAgent) -> str:
    """Clear an agent's count of restarts; a degraded one starts again. Says which of the two."""
    runner = crew.runner(request.agent)
    await _decided(crew, caller, request)
    runs = runner.view.state in RUNNING
    await runner.reset()
    what = "its failures and restarts are forgotten, it runs on" if runs else "it starts again"
    return f"{runner.spec.id} was reset: {what}"


async def explain_agent(crew: CrewPort, _caller: Caller, request: ExplainAgent) -> dict[str, Any]:
    """Why an agent is believed to be in its state, from its screen now."""
    runner = crew.runner(request.agent)
    screen = await crew.stage.screen(runner.pane) if runner.pane is not None else None
    return explain(runner, screen, await runner.sight.facts())


async def questions(crew: CrewPort, _caller: Caller, _request: ListQuestions) -> list[ApprovalView]:
    """All open questions."""
    return crew.approvals.open()


async def decide(crew: CrewPort, caller: Caller, request: DecideQuestion) -> str:
    """A person's decision on a question; raises ``Refused`` if it is another one now."""
    if request.role not in set(Role):
        raise Refused(f"role: {request.role!r} is none", f"one of: {', '.join(Role)}")
    return await crew.approvals.decide(
        request.approval,
        Role(request.role),
        number=request.number,
        message=request.message,
        who=caller.actor,
        drawn=request.fingerprint,
    )


async def _decided(
    crew: CrewPort, caller: Caller, request: StartAgent | StopAgent | RestartAgent | ResetAgent
) -> None:
    """Who decided so is written before it is done."""
    verb = request.NAME.removeprefix("agent.")
    text = f"{caller.actor} asks: {verb} {request.agent}"
    await crew.ledger.event("agent.asked", agent=request.agent, text=text, who=caller.actor)


HANDLERS: Handlers = {
    StartAgent: start,
    StopAgent: stop,
    RestartAgent: restart,
    ResetAgent: reset,
    ExplainAgent: explain_agent,
    ListQuestions: questions,
    DecideQuestion: decide,
}
