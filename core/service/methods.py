"""What clients may ask of the supervisor: one small function a method."""

import asyncio
from typing import Any

from crewtui.core.ledger.store import event_of
from crewtui.core.model.agent import RUNNING, AgentState
from crewtui.core.model.approval import Role
from crewtui.core.model.errors import Refused
from crewtui.core.model.ids import HUMAN
from crewtui.core.model.message import MessageState
from crewtui.core.service.explain import explain
from crewtui.core.service.requests import REQUESTS, answer
from crewtui.core.service.session import Method, Session
from crewtui.core.supervision.runner import Runner
from crewtui.core.tmux.paste import leave_copy_mode, paste, press, type_text

Params = dict[str, Any]


async def subscribe(session: Session, _params: Params) -> Any:
    """A snapshot, and then every change."""
    return session.subscribe()


async def status(session: Session, _params: Params) -> Any:
    """A snapshot alone."""
    return session.crew.feed.state.model_dump(mode="json")


async def panes_show(session: Session, params: Params) -> Any:
    """Which agents' panes the client shows, and how large."""
    crew = session.crew
    sizes = {name: size for name, size in params["agents"].items() if name in crew.runners}
    session.show(set(sizes))
    crew.show(session.all_visible())
    for name, size in sizes.items():
        runner = crew.runners[name]
        if size and runner.pane is not None and crew.stage.sizes.get(name) != tuple(size):
            await crew.stage.resize(runner.spec, runner.pane, int(size[0]), int(size[1]))
        elif size:
            crew.stage.sizes[name] = (int(size[0]), int(size[1]))
    return None


async def pane_history(session: Session, params: Params) -> Any:
    """Lines of a pane with its scrollback, newest last."""
    runner = _with_pane(session, params)
    assert runner.pane is not None
    lines = min(int(params.get("lines", 2000)), 10000)
    ask = ("capture-pane", "-p", "-e", "-S", f"-{lines}", "-t", runner.pane.id)
    return (await session.crew.link.run([ask]))[0].lines


async def pane_keys(session: Session, params: Params) -> Any:
    """Keys that a person pressed in an agent's pane, by their tmux names."""
    runner = _with_pane(session, params)
    assert runner.pane is not None
    runner.person_typed = True
    await leave_copy_mode(session.crew.link, runner.pane.id)
    return await press(session.crew.link, runner.pane.id, *[str(key) for key in params["keys"]])


async def pane_text(session: Session, params: Params) -> Any:
    """Text that a person typed or pasted into an agent's pane."""
    runner = _with_pane(session, params)
    assert runner.pane is not None
    runner.person_typed = True
    await leave_copy_mode(session.crew.link, runner.pane.id)
    if params.get("paste"):
        await paste(session.crew.link, runner.pane.id, str(params["text"]))
        return True
    return await type_text(session.crew.link, runner.pane.id, str(params["text"]))


async def agent_start(session: Session, params: Params) -> Any:
    """Start an agent that does not run."""
    runner = session.crew.runner(params["agent"])
    if runner.view.state in RUNNING:
        raise Refused(f"{runner.spec.id} runs already", "restart it instead")
    if runner.view.state is AgentState.DEGRADED:
        raise Refused(f"{runner.spec.id} is degraded", f"crewtui reset {runner.spec.id}")
    runner.start()
    return f"{runner.spec.id} starts"


async def agent_stop(session: Session, params: Params) -> Any:
    """End an agent and leave it stopped; says what was ended."""
    runner = session.crew.runner(params["agent"])
    name, before = runner.spec.id, runner.view.state
    pid = await runner.stop()
    if pid is not None:
        return f"{name} is stopped: its process {pid} was ended"
    if before in (AgentState.STARTING, AgentState.BACKOFF):
        return f"{name} is stopped: it was about to start, and does not"
    return f"{name} did not run; it stays stopped"


async def agent_restart(session: Session, params: Params) -> Any:
    """End an agent and start it anew; says what was ended."""
    runner = session.crew.runner(params["agent"])
    name, before = runner.spec.id, runner.view.state
    pid = await runner.restart()
    if pid is not None:
        return f"{name} starts anew: its process {pid} was ended"
    if before is AgentState.STARTING:
        return f"{name} was starting already"
    return f"{name} did not run; it starts now"


async def agent_reset(session: Session, params: Params) -> Any:
    """Clear an agent's count of restarts; a degraded one starts again. Says which of the two."""
    runner = session.crew.runner(params["agent"])
    runs = runner.view.state in RUNNING
    await runner.reset()
    what = "its failures and restarts are forgotten, it runs on" if runs else "it starts again"
    return f"{runner.spec.id} was reset: {what}"


async def agent_explain(session: Session, params: Params) -> Any:
    """Why an agent is believed to be in its state, from its screen now."""
    runner = session.crew.runner(params["agent"])
    screen = await session.crew.stage.screen(runner.pane) if runner.pane is not None else None
    return explain(runner, screen, await runner.sight.facts())


async def approvals_list(session: Session, _params: Params) -> Any:
    """All open questions."""
    return [view.model_dump(mode="json") for view in session.crew.approvals.open()]


async def approval_decide(session: Session, params: Params) -> Any:
    """A person's decision on an agent's question, refused if it is another one now.

    ``fingerprint``, if given, is that of the question as it was drawn.
    """
    number = params.get("number")
    return await session.crew.approvals.decide(
        str(params["approval"]),
        Role(params.get("role", Role.OTHER)),
        number=int(number) if number is not None else None,
        message=str(params.get("message", "")),
        drawn=str(params["fingerprint"]) if "fingerprint" in params else None,
    )


async def signal(session: Session, params: Params) -> Any:
    """What an agent's program says of itself through its hooks."""
    words = (str(params["agent"]), str(params["token"]), str(params["name"]))
    await session.crew.signals.take(*words, params.get("data"))
    return None


async def message_send(session: Session, params: Params) -> Any:
    """Write a message as the operator."""
    words = (params["recipient"], params.get("topic", ""), params["body"])
    return await session.crew.mail.send(HUMAN, *words)


async def message_show(session: Session, params: Params) -> Any:
    """Everything known of a message."""
    return await session.crew.mail.details(params["message"])


async def message_redrive(session: Session, params: Params) -> Any:
    """Send a message again: as it was, edited, or to another agent."""
    mail = session.crew.mail
    return await mail.redrive(params["message"], params.get("recipient"), params.get("body"))


async def message_read(session: Session, params: Params) -> Any:
    """The operator has read a message to them."""
    kind, text = "message.read", "read by the operator"
    await session.crew.mail.finish(params["message"], MessageState.DELIVERED, kind, text)
    return None


async def message_purge(session: Session, params: Params) -> Any:
    """Give a dead letter up; its file stays in the folder of purged ones."""
    kind, text = "message.purged", "purged by the operator"
    await session.crew.mail.finish(params["message"], MessageState.PURGED, kind, text)
    return None


async def events(session: Session, params: Params) -> Any:
    """Events after an id, or the newest ones."""
    ledger = session.crew.ledger
    limit = min(int(params.get("limit", 100)), 5000)
    if "after" in params:
        rows = list(await ledger.rows("events_after", int(params["after"]), limit))
    else:
        rows = list(reversed(list(await ledger.rows("last_events", limit))))
    return [event_of(row).model_dump() for row in rows]


async def stop(session: Session, params: Params) -> Any:
    """End the supervisor, and the agents unless they are to be kept."""
    session.on_stop(bool(params.get("keep_agents", False)))
    await asyncio.sleep(0)
    return None


def _with_pane(session: Session, params: Params) -> Runner:
    runner = session.crew.runner(params["agent"])
    if runner.pane is None:
        raise Refused(f"{runner.spec.id} has no pane", f"crewtui restart {runner.spec.id}")
    return runner


def _request(name: str) -> Method:
    """A request of the crew's protocol, once it is known who asks."""

    async def ask(session: Session, params: Params) -> Any:
        actor = session.crew.doorkeeper.actor(params.pop("as", None))
        return await answer(session.crew, actor, name, params)

    return ask


METHODS: dict[str, Method] = {
    **{name: _request(name) for name in REQUESTS},
    "subscribe": subscribe,
    "status": status,
    "panes.show": panes_show,
    "pane.history": pane_history,
    "pane.keys": pane_keys,
    "pane.text": pane_text,
    "agent.start": agent_start,
    "agent.stop": agent_stop,
    "agent.restart": agent_restart,
    "agent.reset": agent_reset,
    "agent.explain": agent_explain,
    "approvals": approvals_list,
    "approval.decide": approval_decide,
    "signal": signal,
    "message.send": message_send,
    "message.show": message_show,
    "message.redrive": message_redrive,
    "message.read": message_read,
    "message.purge": message_purge,
    "events": events,
    "stop": stop,
}
