"""Debates and votes."""

from crewtui.core.model.debate import DebateView
from crewtui.core.model.vote import VoteView
from crewtui.core.rpc.deciding import (
    BreakTie,
    CancelDebate,
    CastBallot,
    CloseDebate,
    CloseVote,
    ExtendDebate,
    OpenVote,
    StartDebate,
    SubmitText,
    UndoTieBreak,
)
from crewtui.core.service.port import Caller, CrewPort, Handlers, agents_named


async def start(crew: CrewPort, _caller: Caller, request: StartDebate) -> DebateView:
    """Open a debate of those who are named, or of all."""
    return await crew.workflow.debates.start(
        request.prompt,
        request.rounds,
        request.timebox_s,
        agents_named(crew, request.participants),
        dict(request.personas),
    )


async def submit(crew: CrewPort, caller: Caller, request: SubmitText) -> DebateView:
    """A participant's text for the open round."""
    return await crew.workflow.debates.submit(caller.actor, request.text, request.debate)


async def extend(crew: CrewPort, _caller: Caller, request: ExtendDebate) -> DebateView:
    """More time for the round."""
    return await crew.workflow.debates.extend(request.debate, request.seconds)


async def close(crew: CrewPort, _caller: Caller, request: CloseDebate) -> DebateView:
    """End the debate now."""
    return await crew.workflow.debates.close(request.debate)


async def cancel(crew: CrewPort, _caller: Caller, request: CancelDebate) -> DebateView:
    """End it without a vote."""
    return await crew.workflow.debates.cancel(request.debate)


async def open_vote(crew: CrewPort, _caller: Caller, request: OpenVote) -> VoteView:
    """Open a vote of those who are named, or of all."""
    voters = agents_named(crew, request.voters)
    words = (request.title, request.options, voters, request.timebox_s)
    return await crew.workflow.votes.open(*words)


async def cast(crew: CrewPort, caller: Caller, request: CastBallot) -> VoteView:
    """An agent's ballot."""
    return await crew.workflow.votes.cast(caller.actor, request.ranking, request.vote)


async def close_vote(crew: CrewPort, _caller: Caller, request: CloseVote) -> VoteView:
    """Close and count."""
    return await crew.workflow.votes.close(request.vote)


async def break_tie(crew: CrewPort, _caller: Caller, request: BreakTie) -> VoteView:
    """A person breaks a tie."""
    return await crew.workflow.votes.decide(request.vote, request.option, request.reason)


async def undo(crew: CrewPort, _caller: Caller, request: UndoTieBreak) -> VoteView:
    """And takes it back."""
    return await crew.workflow.votes.undo(request.vote)


HANDLERS: Handlers = {
    StartDebate: start,
    SubmitText: submit,
    ExtendDebate: extend,
    CloseDebate: close,
    CancelDebate: cancel,
    OpenVote: open_vote,
    CastBallot: cast,
    CloseVote: close_vote,
    BreakTie: break_tie,
    UndoTieBreak: undo,
}
