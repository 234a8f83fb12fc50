"""What the ledger knows, as the beginning of the crew's state."""

import json
from typing import Any

from crewtui.core.ledger.store import Ledger, event_of, view_of
from crewtui.core.model.crew_state import RECENT_EVENTS, RECENT_MESSAGES
from crewtui.core.model.protocol import CheckView, MilestoneView, VoteView

WAITING_LIMIT = 2000


async def recall_state(ledger: Ledger) -> dict[str, Any]:
    """The parts of ``CrewState`` that outlive a supervisor."""
    events = [event_of(row) for row in await ledger.rows("last_events", RECENT_EVENTS)]
    messages = [view_of(row) for row in await ledger.rows("snapshot_waiting", WAITING_LIMIT)]
    messages += [view_of(row) for row in await ledger.rows("snapshot_finished", RECENT_MESSAGES)]
    votes = [await _vote(ledger, row) for row in await ledger.rows("votes")]
    milestones = [await _milestone(ledger, row) for row in await ledger.rows("milestones")]
    return {
        "events": tuple(reversed(events)),
        "messages": {m.id: m for m in sorted(messages, key=lambda m: m.seq)},
        "votes": {vote.id: vote for vote in votes},
        "milestones": {milestone.id: milestone for milestone in milestones},
    }


async def _vote(ledger: Ledger, row: Any) -> VoteView:
    options = tuple(json.loads(row["options"]))
    first = dict.fromkeys(options, 0)
    ballots = list(await ledger.rows("ballots", row["id"]))
    for ballot in ballots:
        ranking = json.loads(ballot["ranking"])
        if ranking and ranking[0] in first:
            first[ranking[0]] += 1
    return VoteView(
        id=row["id"],
        title=row["title"],
        options=options,
        first_choices=first,
        voters=len(ballots),
        state=row["state"],
        tied=tuple(json.loads(row["tied"])),
        winner=row["winner"],
    )


async def _milestone(ledger: Ledger, row: Any) -> MilestoneView:
    checks = tuple(
        CheckView(
            name=check["name"],
            passed=None if check["passed"] is None else bool(check["passed"]),
            evidence=check["evidence"],
        )
        for check in await ledger.rows("milestone_checks", row["id"])
    )
    return MilestoneView(
        id=row["id"],
        title=row["title"],
        position=row["position"],
        approved=bool(row["approved"]),
        checks=checks,
    )
