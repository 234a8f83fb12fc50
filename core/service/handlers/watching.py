"""The crew as a whole: its state, its events, its end; signals."""

import asyncio
from typing import Any

from crewtui.core.ledger.store import event_of
from crewtui.core.model.errors import Refused
from crewtui.core.model.event import Event
from crewtui.core.rpc.status import Status
from crewtui.core.rpc.watching import Events, Signal, Stop, Subscribe, View
from crewtui.core.service.port import Caller, CrewPort, Handlers

PUBLIC = {"tasks", "votes", "debates", "milestones"}
MOST_EVENTS = 5000


async def status(crew: CrewPort, _caller: Caller, _request: Status) -> dict[str, Any]:
    """A snapshot alone."""
    return crew.feed.state.model_dump(mode="json")


async def subscribe(_crew: CrewPort, caller: Caller, _request: Subscribe) -> dict[str, Any]:
    """A snapshot, and then every change."""
    return caller.client.subscribe()


async def events(crew: CrewPort, _caller: Caller, request: Events) -> list[Event]:
    """Events after an id, or the newest ones."""
    limit = min(request.limit, MOST_EVENTS)
    if request.after is not None:
        rows = list(await crew.ledger.rows("events_after", request.after, limit))
    else:
        rows = list(reversed(list(await crew.ledger.rows("last_events", limit))))
    return [event_of(row) for row in rows]


async def view(crew: CrewPort, _caller: Caller, _request: View) -> dict[str, Any]:
    """What everybody may know of the crew's work, for those who reach no socket."""
    return crew.feed.state.model_dump(mode="json", include=PUBLIC)


async def stop(_crew: CrewPort, caller: Caller, request: Stop) -> None:
    """End the supervisor, and the agents unless they are to be kept."""
    caller.client.on_stop(request.keep_agents)
    await asyncio.sleep(0)


async def signal(crew: CrewPort, caller: Caller, request: Signal) -> None:
    """What an agent's program says of itself; raises ``Refused`` for the operator."""
    if caller.is_operator:
        raise Refused("only an agent's own program signals")
    await crew.signals.take(caller.actor, request.name, request.data)


HANDLERS: Handlers = {
    Status: status,
    Subscribe: subscribe,
    Events: events,
    View: view,
    Stop: stop,
    Signal: signal,
}
