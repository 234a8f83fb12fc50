"""Requests of the crew's protocol: who may make each, and what it does.

The same table serves the socket and the files of fenced agents; by then it is known who asks.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from typing import Protocol as TypingProtocol

from crewtui.core.config.project import Project
from crewtui.core.ledger.feed import ChangeFeed
from crewtui.core.model.errors import Refused
from crewtui.core.model.ids import OPERATOR
from crewtui.core.model.task import EXIT_CODES, TODO, Ending, TaskView
from crewtui.core.supervision.runner import Runner
from crewtui.core.work.artifacts import listed, read_artifact
from crewtui.core.work.taskfile import checked
from crewtui.core.workflow.workflow import Workflow

Params = dict[str, Any]
PUBLIC = ("tasks", "votes", "debates", "milestones")
MOST_TEXT = 64 * 1024
MOST_REVIEW = 4000
"""A review keeps so many characters: it is part of every snapshot."""


class Desk(TypingProtocol):
    """The crew, as far as requests need it."""

    project: Project
    workflow: Workflow
    runners: dict[str, Runner]
    feed: ChangeFeed

    def runner(self, agent: str) -> Runner:
        """The agent's runner; raises ``Refused`` if there is none."""
        ...


Request = Callable[[Desk, str, Params], Awaitable[Any]]


async def answer(crew: Desk, actor: str, name: str, params: Params) -> Any:
    """Do what is asked; raises ``Refused`` if this actor may not, or for a reason of its own."""
    if name not in REQUESTS:
        raise Refused(f"no request {name!r}")
    operators_only, request = REQUESTS[name]
    if operators_only and actor != OPERATOR:
        raise Refused(
            f"only the operator may do that ({name})", "ask them: crewtui send --to human"
        )
    found = await request(crew, actor, params)
    crew.workflow.scheduler.wake()
    return found.model_dump(mode="json") if hasattr(found, "model_dump") else found


async def debate_start(crew: Desk, _actor: str, params: Params) -> Any:
    """Open a debate."""
    return await crew.workflow.debates.start(
        _text(params, "prompt"),
        int(params.get("rounds", 4)),
        float(params.get("timebox_s", 600)),
        _agents(crew, params, "participants"),
        {str(k): str(v) for k, v in dict(params.get("personas") or {}).items()},
    )


async def debate_submit(crew: Desk, actor: str, params: Params) -> Any:
    """A participant's text for the open round."""
    return await crew.workflow.debates.submit(
        actor, str(params["text"]), str(params.get("debate", ""))
    )


async def debate_extend(crew: Desk, _actor: str, params: Params) -> Any:
    """More time for the round."""
    seconds = float(params["seconds"])
    return await crew.workflow.debates.extend(str(params.get("debate", "")), seconds)


async def debate_close(crew: Desk, _actor: str, params: Params) -> Any:
    """End the debate now."""
    return await crew.workflow.debates.close(str(params.get("debate", "")))


async def debate_cancel(crew: Desk, _actor: str, params: Params) -> Any:
    """End it without a vote."""
    return await crew.workflow.debates.cancel(str(params.get("debate", "")))


async def vote_open(crew: Desk, _actor: str, params: Params) -> Any:
    """Open a vote on options named by hand."""
    timebox = params.get("timebox_s")
    return await crew.workflow.votes.open(
        _text(params, "title"),
        tuple(str(option) for option in params["options"]),
        _agents(crew, params, "voters"),
        float(timebox) if timebox is not None else None,
    )


async def vote_cast(crew: Desk, actor: str, params: Params) -> Any:
    """An agent's ballot."""
    ranking = tuple(str(option) for option in params["ranking"])
    return await crew.workflow.votes.cast(actor, ranking, str(params.get("vote", "")))


async def vote_close(crew: Desk, _actor: str, params: Params) -> Any:
    """Close and count."""
    return await crew.workflow.votes.close(str(params.get("vote", "")))


async def vote_break(crew: Desk, _actor: str, params: Params) -> Any:
    """A person breaks a tie."""
    words = (str(params["vote"]), str(params["option"]), str(params.get("reason", "")))
    return await crew.workflow.votes.decide(*words)


async def vote_undo(crew: Desk, _actor: str, params: Params) -> Any:
    """And takes it back."""
    return await crew.workflow.votes.undo(str(params["vote"]))


async def task_add(crew: Desk, actor: str, params: Params) -> Any:
    """Add tasks."""
    tables = [checked(table, "task") for table in params["tasks"]]
    return [t.model_dump(mode="json") for t in await crew.workflow.tasks.add(tables, actor)]


async def task_planned(crew: Desk, actor: str, _params: Params) -> Any:
    """The plan is whole."""
    return await crew.workflow.phases.plan_done(actor)


async def task_bid(crew: Desk, actor: str, params: Params) -> Any:
    """Offer to take a task."""
    return await crew.workflow.tasks.bid(actor, str(params["task"]), str(params.get("reason", "")))


async def task_claim(crew: Desk, actor: str, params: Params) -> Any:
    """Take a task."""
    if actor == OPERATOR:
        raise Refused("a claim is an agent's", "assign it: crewtui task assign ID AGENT")
    return await crew.workflow.tasks.claim(actor, str(params["task"]))


async def task_assign(crew: Desk, actor: str, params: Params) -> Any:
    """Give a task to an agent."""
    return await crew.workflow.tasks.claim(str(params["to"]), str(params["task"]), by=actor)


async def task_release(crew: Desk, actor: str, params: Params) -> Any:
    """Put a task back."""
    return await crew.workflow.tasks.release(actor, str(params["task"]))


async def task_start(crew: Desk, actor: str, params: Params) -> Any:
    """Begin to work on it."""
    return await crew.workflow.tasks.start(actor, str(params["task"]))


async def task_submit(crew: Desk, actor: str, params: Params) -> Any:
    """Begin an attempt."""
    return _told(await crew.workflow.attempts.submit(actor, str(params["task"])))


async def task_result(crew: Desk, _actor: str, params: Params) -> Any:
    """How the newest attempt ended; waits for its end for a while."""
    wait = min(25.0, float(params.get("wait_s", 0)))
    return _told(await crew.workflow.attempts.result(str(params["task"]), wait))


async def task_cancel(crew: Desk, actor: str, params: Params) -> Any:
    """Stop a task."""
    id_ = str(params["task"])
    task = await crew.workflow.tasks.cancel(actor, id_, str(params.get("reason", "")))
    crew.workflow.attempts.stop(id_)
    return task


async def task_retry(crew: Desk, _actor: str, params: Params) -> Any:
    """Go on with a blocked task."""
    task = await crew.workflow.tasks.retry(str(params["task"]))
    crew.workflow.merges.wake()
    return task


async def task_decide(crew: Desk, _actor: str, params: Params) -> Any:
    """Approve gated changes, or send them back."""
    reason = str(params.get("reason", ""))
    return await crew.workflow.attempts.decide(str(params["task"]), bool(params["approve"]), reason)


async def task_artifacts(crew: Desk, _actor: str, params: Params) -> Any:
    """What the newest attempt left, or one of its texts."""
    task = await crew.workflow.tasks.read(str(params["task"]))
    if task.attempt is None:
        raise Refused(f"task {task.id} has nothing submitted yet")
    number = int(params.get("attempt") or task.attempt.number)
    if "name" in params:
        return read_artifact(crew.project, task.id, number, str(params["name"]))
    return listed(crew.project, task.id, number)


async def task_diff(crew: Desk, _actor: str, params: Params) -> Any:
    """What is reviewed: the difference, with the reviews."""
    return await crew.workflow.merges.diff(str(params["task"]))


async def review_add(crew: Desk, actor: str, params: Params) -> Any:
    """A review of the commit that waits."""
    text = str(params.get("text", ""))[:MOST_REVIEW]
    return await crew.workflow.merges.review(
        actor, str(params["task"]), bool(params["approve"]), text
    )


async def milestone_list(crew: Desk, _actor: str, _params: Params) -> Any:
    """The milestones as the file has them now."""
    return [view.model_dump(mode="json") for view in await crew.workflow.milestones.load()]


async def milestone_check(crew: Desk, _actor: str, params: Params) -> Any:
    """Run a milestone's checks: now, or in the background."""
    id_ = str(params["milestone"])
    if params.get("wait", True):
        return await crew.workflow.milestones.check(id_)
    crew.workflow.begin_check(id_)
    return None


async def milestone_decide(crew: Desk, _actor: str, params: Params) -> Any:
    """Let it pass, or send it back."""
    words = (str(params["milestone"]), bool(params["approve"]), str(params.get("reason", "")))
    return await crew.workflow.milestones.decide(*words)


async def phase_start(crew: Desk, _actor: str, params: Params) -> Any:
    """Begin with an idea."""
    return await crew.workflow.phases.start(
        _text(params, "idea"),
        int(params.get("rounds", 4)),
        float(params.get("timebox_s", 600)),
        _agents(crew, params, "participants"),
        {str(k): str(v) for k, v in dict(params.get("personas") or {}).items()},
    )


async def phase_pause(crew: Desk, _actor: str, _params: Params) -> Any:
    """Hold."""
    view = await crew.workflow.phases.pause()
    crew.workflow.merges.paused = True
    return view


async def phase_resume(crew: Desk, _actor: str, _params: Params) -> Any:
    """Go on."""
    view = await crew.workflow.phases.resume()
    crew.workflow.merges.paused = False
    crew.workflow.merges.wake()
    return view


def _told(task: TaskView) -> Params:
    """A task with what its newest attempt means for scripts and people."""
    ending = task.attempt.ending if task.attempt is not None else Ending.RUNNING
    todo = TODO[ending].format(task=task.id, agent=task.agent)
    return {
        "task": task.model_dump(mode="json"),
        "ending": ending,
        "exit_code": EXIT_CODES[ending],
        "todo": todo,
    }


def _text(params: Params, name: str) -> str:
    text = str(params[name])
    if len(text.encode("utf-8", "replace")) > MOST_TEXT:
        raise Refused(f"the {name} has more than {MOST_TEXT} bytes", "put it in a file and name it")
    return text


def _agents(crew: Desk, params: Params, name: str) -> tuple[str, ...]:
    """The agents that are named, or all of the crew."""
    named = tuple(str(agent) for agent in params.get(name) or crew.runners)
    for agent in named:
        crew.runner(agent)
    return named


async def crew_view(crew: Desk, _actor: str, _params: Params) -> Any:
    """What everybody may know of the crew's work, for those who reach no socket."""
    return crew.feed.state.model_dump(mode="json", include=set(PUBLIC))


REQUESTS: dict[str, tuple[bool, Request]] = {
    "debate.start": (True, debate_start),
    "debate.submit": (False, debate_submit),
    "debate.extend": (True, debate_extend),
    "debate.close": (True, debate_close),
    "debate.cancel": (True, debate_cancel),
    "vote.open": (True, vote_open),
    "vote.cast": (False, vote_cast),
    "vote.close": (True, vote_close),
    "vote.break": (True, vote_break),
    "vote.undo": (True, vote_undo),
    "task.add": (False, task_add),
    "task.planned": (False, task_planned),
    "task.bid": (False, task_bid),
    "task.claim": (False, task_claim),
    "task.assign": (True, task_assign),
    "task.release": (False, task_release),
    "task.start": (False, task_start),
    "task.submit": (False, task_submit),
    "task.result": (False, task_result),
    "task.cancel": (False, task_cancel),
    "task.retry": (True, task_retry),
    "task.decide": (True, task_decide),
    "task.artifacts": (False, task_artifacts),
    "task.diff": (False, task_diff),
    "review.add": (False, review_add),
    "milestone.list": (False, milestone_list),
    "milestone.check": (False, milestone_check),
    "milestone.decide": (True, milestone_decide),
    "phase.start": (True, phase_start),
    "phase.pause": (True, phase_pause),
    "phase.resume": (True, phase_resume),
    "crew.view": (False, crew_view),
}
"""Each request, and whether only the operator may make it."""
