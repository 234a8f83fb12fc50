"""What the demo must have shown, each with its evidence from the ledger."""

from typing import Any

from crewtui.app.demo.check import Check, Events, lines, of_kind
from crewtui.app.demo.project import AGENTS


def run_checks(events: Events, messages: list[dict[str, Any]]) -> list[Check]:
    """Every check over the whole record."""
    return [
        _started(events),
        _between_all(events),
        _crash(events),
        _degraded_and_reset(events),
        _one(events, "duplicate_kept_once", "message.duplicate"),
        _dead_letter_retried(events),
        _held_while_asking(events),
        _nothing_lost(messages),
    ]


def _one(events: Events, name: str, kind: str) -> Check:
    found = of_kind(events, kind)
    return Check(name, bool(found), lines(found[:2]))


def _started(events: Events) -> Check:
    first = [next(iter(of_kind(events, "agent.ready", agent)), None) for agent in AGENTS]
    found = [event for event in first if event is not None]
    return Check("four_agents_started", len(found) == len(AGENTS), lines(found))


def _between_all(events: Events) -> Check:
    found = [e for e in of_kind(events, "message.delivered") if e["detail"]["sender"] in AGENTS]
    senders = {e["detail"]["sender"] for e in found}
    recipients = {e["agent"] for e in found}
    passed = senders >= set(AGENTS) and recipients >= set(AGENTS)
    return Check("messages_between_all_four", passed, lines(found))


def _crash(events: Events) -> Check:
    crashed = of_kind(events, "agent.crashed", "coder")
    back = [
        e for e in of_kind(events, "agent.ready", "coder") if crashed and e["id"] > crashed[0]["id"]
    ]
    return Check("crash_restarted_with_backoff", bool(back), lines(crashed[:1] + back[:1]))


def _degraded_and_reset(events: Events) -> Check:
    degraded = of_kind(events, "agent.degraded")
    name = degraded[0]["agent"] if degraded else "none"
    reset = [e for e in of_kind(events, "agent.reset", name) if e["id"] > degraded[0]["id"]]
    back = [e for e in of_kind(events, "agent.ready", name) if reset and e["id"] > reset[0]["id"]]
    return Check("degraded_and_reset", bool(back), lines(degraded[:1] + reset[:1] + back[:1]))


def _dead_letter_retried(events: Events) -> Check:
    dead = of_kind(events, "message.dead")
    again = [e for e in of_kind(events, "message.delivered") if e["detail"].get("redrive_of")]
    ids = {e["message"] for e in dead}
    back = [e for e in again if e["detail"]["redrive_of"] in ids]
    return Check("dead_letter_retried_into_delivery", bool(back), lines(dead[:1] + back[:1]))


def _held_while_asking(events: Events) -> Check:
    for held in of_kind(events, "message.held"):
        if "asks" not in held["detail"]["reason"]:
            continue
        later = [e for e in events if e["id"] > held["id"]]
        answered = of_kind(later, "agent.answered", held["agent"]) or of_kind(
            later, "agent.decision", held["agent"]
        )
        arrived = [
            e for e in of_kind(later, "message.delivered") if e["message"] == held["message"]
        ]
        if answered and arrived and arrived[0]["id"] > answered[0]["id"]:
            found = [held, answered[0], arrived[0]]
            return Check("held_while_asking_then_delivered", True, lines(found))
    return Check("held_while_asking_then_delivered", False, [])


def _nothing_lost(messages: list[dict[str, Any]]) -> Check:
    open_ = [m for m in messages if m["state"] in ("queued", "held", "pasting", "dead")]
    counts: dict[str, int] = {}
    for message in messages:
        counts[message["state"]] = counts.get(message["state"], 0) + 1
    evidence = [f"{count} {state}" for state, count in sorted(counts.items())]
    evidence += [f"still open: {m['id']} {m['state']} {m['reason']}" for m in open_]
    return Check("nothing_lost", bool(messages) and not open_, evidence)
