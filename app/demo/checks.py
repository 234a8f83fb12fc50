"""What the demo must have shown, each with its evidence from the ledger."""

from dataclasses import asdict, dataclass
from typing import Any

from crewtui.app.demo.project import AGENTS

Events = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Check:
    """One step of the demo: whether it held, and the events that show it."""

    name: str
    passed: bool
    evidence: list[str]

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self)


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


def _lines(found: Events) -> list[str]:
    return [f"#{event['id']} {event['kind']}: {event['text']}" for event in found]


def _of(events: Events, kind: str, agent: str = "") -> Events:
    return [e for e in events if e["kind"] == kind and agent in ("", e["agent"])]


def _one(events: Events, name: str, kind: str) -> Check:
    found = _of(events, kind)
    return Check(name, bool(found), _lines(found[:2]))


def _started(events: Events) -> Check:
    first = [next(iter(_of(events, "agent.ready", agent)), None) for agent in AGENTS]
    found = [event for event in first if event is not None]
    return Check("four_agents_started", len(found) == len(AGENTS), _lines(found))


def _between_all(events: Events) -> Check:
    found = [e for e in _of(events, "message.delivered") if e["detail"]["sender"] in AGENTS]
    senders = {e["detail"]["sender"] for e in found}
    recipients = {e["agent"] for e in found}
    passed = senders >= set(AGENTS) and recipients >= set(AGENTS)
    return Check("messages_between_all_four", passed, _lines(found))


def _crash(events: Events) -> Check:
    crashed = _of(events, "agent.crashed", "coder")
    back = [
        e for e in _of(events, "agent.ready", "coder") if crashed and e["id"] > crashed[0]["id"]
    ]
    return Check("crash_restarted_with_backoff", bool(back), _lines(crashed[:1] + back[:1]))


def _degraded_and_reset(events: Events) -> Check:
    degraded = _of(events, "agent.degraded")
    name = degraded[0]["agent"] if degraded else "none"
    reset = [e for e in _of(events, "agent.reset", name) if e["id"] > degraded[0]["id"]]
    back = [e for e in _of(events, "agent.ready", name) if reset and e["id"] > reset[0]["id"]]
    return Check("degraded_and_reset", bool(back), _lines(degraded[:1] + reset[:1] + back[:1]))


def _dead_letter_retried(events: Events) -> Check:
    dead = _of(events, "message.dead")
    again = [e for e in _of(events, "message.delivered") if e["detail"].get("redrive_of")]
    ids = {e["message"] for e in dead}
    back = [e for e in again if e["detail"]["redrive_of"] in ids]
    return Check("dead_letter_retried_into_delivery", bool(back), _lines(dead[:1] + back[:1]))


def _held_while_asking(events: Events) -> Check:
    for held in _of(events, "message.held"):
        if "asks" not in held["detail"]["reason"]:
            continue
        later = [e for e in events if e["id"] > held["id"]]
        answered = _of(later, "agent.answered", held["agent"]) or _of(
            later, "agent.decision", held["agent"]
        )
        arrived = [e for e in _of(later, "message.delivered") if e["message"] == held["message"]]
        if answered and arrived and arrived[0]["id"] > answered[0]["id"]:
            found = [held, answered[0], arrived[0]]
            return Check("held_while_asking_then_delivered", True, _lines(found))
    return Check("held_while_asking_then_delivered", False, [])


def _nothing_lost(messages: list[dict[str, Any]]) -> Check:
    open_ = [m for m in messages if m["state"] in ("queued", "held", "pasting", "dead")]
    counts: dict[str, int] = {}
    for message in messages:
        counts[message["state"]] = counts.get(message["state"], 0) + 1
    evidence = [f"{count} {state}" for state, count in sorted(counts.items())]
    evidence += [f"still open: {m['id']} {m['state']} {m['reason']}" for m in open_]
    return Check("nothing_lost", bool(messages) and not open_, evidence)
