"""One step of the demo that must have held, and how events are found for it."""

from dataclasses import asdict, dataclass
from typing import Any

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


def lines(found: Events) -> list[str]:
    """Events as evidence."""
    return [f"#{event['id']} {event['kind']}: {event['text']}" for event in found]


def of_kind(events: Events, kind: str, agent: str = "") -> Events:
    """The events of a kind, of one agent if it is named."""
    return [e for e in events if e["kind"] == kind and agent in ("", e["agent"])]
