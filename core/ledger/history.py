"""What the ledger knows, as the beginning of the crew's state."""

from typing import Any

from crewtui.core.ledger.store import Ledger, R, event_of, view_of
from crewtui.core.model.crew_state import RECENT_EVENTS, RECENT_MESSAGES
from crewtui.core.model.debate import DebateView
from crewtui.core.model.milestone import MilestoneView
from crewtui.core.model.phase import PhaseView
from crewtui.core.model.task import TaskView
from crewtui.core.model.vote import VoteView

WAITING_LIMIT = 2000


async def recall_state(ledger: Ledger) -> dict[str, Any]:
    """The parts of ``CrewState`` that outlive a supervisor."""
    events = [event_of(row) for row in await ledger.rows("last_events", RECENT_EVENTS)]
    messages = [view_of(row) for row in await ledger.rows("snapshot_waiting", WAITING_LIMIT)]
    messages += [view_of(row) for row in await ledger.rows("snapshot_finished", RECENT_MESSAGES)]
    phases = await _all(ledger, PhaseView)
    return {
        "events": tuple(reversed(events)),
        "messages": {m.id: m for m in sorted(messages, key=lambda m: m.seq)},
        "debates": await _all(ledger, DebateView),
        "votes": await _all(ledger, VoteView),
        "tasks": await _all(ledger, TaskView),
        "milestones": await _all(ledger, MilestoneView),
        "phase": phases.get("phase", PhaseView()),
    }


async def _all(ledger: Ledger, model: type[R]) -> dict[str, R]:
    return {record.id: record for record in await ledger.records(model)}
