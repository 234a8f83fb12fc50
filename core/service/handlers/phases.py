"""Phases and milestones."""

from crewtui.core.model.milestone import MilestoneView
from crewtui.core.model.phase import PhaseView
from crewtui.core.rpc.phases import (
    CheckMilestone,
    DecideMilestone,
    ListMilestones,
    PausePhases,
    ResumePhases,
    StartPhases,
)
from crewtui.core.service.port import Caller, CrewPort, Handlers, agents_named


async def milestones(
    crew: CrewPort, _caller: Caller, _request: ListMilestones
) -> list[MilestoneView]:
    """The milestones as the file has them now."""
    return list(await crew.workflow.milestones.load())


async def check(crew: CrewPort, _caller: Caller, request: CheckMilestone) -> MilestoneView | None:
    """Run a milestone's checks: now, or in the background."""
    if request.wait:
        return await crew.workflow.milestones.check(request.milestone)
    crew.workflow.begin_check(request.milestone)
    return None


async def decide(crew: CrewPort, caller: Caller, request: DecideMilestone) -> MilestoneView:
    """Let it pass, or send it back."""
    words = (request.milestone, request.approve, request.reason)
    return await crew.workflow.milestones.decide(*words, who=caller.actor)


async def start(crew: CrewPort, _caller: Caller, request: StartPhases) -> PhaseView:
    """Begin with an idea, and with those who are named, or all."""
    return await crew.workflow.phases.start(
        request.idea,
        request.rounds,
        request.timebox_s,
        agents_named(crew, request.participants),
        dict(request.personas),
    )


async def pause(crew: CrewPort, _caller: Caller, _request: PausePhases) -> PhaseView:
    """Hold."""
    view = await crew.workflow.phases.pause()
    crew.workflow.merges.paused = True
    return view


async def resume(crew: CrewPort, _caller: Caller, _request: ResumePhases) -> PhaseView:
    """Go on."""
    view = await crew.workflow.phases.resume()
    crew.workflow.merges.paused = False
    crew.workflow.merges.wake()
    return view


HANDLERS: Handlers = {
    ListMilestones: milestones,
    CheckMilestone: check,
    DecideMilestone: decide,
    StartPhases: start,
    PausePhases: pause,
    ResumePhases: resume,
}
