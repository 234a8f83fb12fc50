"""Steps that prove delivery: one message, ten, a long one, odd letters."""

from typing import Any

from crewtui.app.spike.step import Step, failed, not_proven, ok
from crewtui.app.spike.trial import Trial
from crewtui.app.spike.words import COUNT
from crewtui.core.model.message import DeadReason

CONFIRMS_S = 3.0
"""So long a program's own signal may follow what its screen shows, in seconds."""
CONFIRMED = "confirmed"
_ENDED = frozenset({"delivered", "dead", "duplicate", "superseded", "purged", "redriven"})


def deliver(trial: Trial, name: str, what: str, body: str) -> Step:
    """Send one message and see that it arrives, and by which evidence."""
    trial.send(what, body)
    trial.until(lambda: ended(trial, what))
    message = trial.message(what)
    if message is not None and message["state"] == "delivered":
        return ok(name, *how_it_came(trial, what))
    return not_delivered(trial, name, message)


def ended(trial: Trial, what: str) -> dict[str, Any] | None:
    """The message once nothing more happens to it."""
    trial.look()
    message = trial.message(what)
    return message if message is not None and message["state"] in _ENDED else None


def how_it_came(trial: Trial, what: str) -> list[str]:
    """By which evidence a message is called delivered: screen, terminal, its own signal."""
    message = trial.message(what)
    assert message is not None
    signals = any(rule.prompt for rule in trial.adapter.signals.values()) and trial.spec.signals
    if signals:
        trial.until(lambda: _is_confirmed(trial, message["id"]), CONFIRMS_S)
    by = [e["detail"]["evidence"] for e in trial.events("message.delivered", message["id"])]
    told = [f"delivered after {message['changed_at'] - message['accepted_at']:.2f} s: {by[-1]}"]
    if _is_confirmed(trial, message["id"]):
        told.append("confirmed by the program's own signal")
    elif signals and "signal" not in by[-1]:
        told.append("by its screen alone: its own signal did not come")
    typed = trial.events("message.pasting", message["id"])
    if any(event["detail"]["joined"] for event in typed):
        told.append("its lines were joined: the program takes no pastes in brackets")
    if len(typed) > 1:
        told.append(f"it took {len(typed)} tries")
    return told


def _is_confirmed(trial: Trial, message: str) -> bool:
    return bool(trial.events("message.confirmed", message))


def not_delivered(trial: Trial, name: str, message: dict[str, Any] | None) -> Step:
    """What became of a message that did not arrive; it is given up."""
    if message is None:
        return failed(name, "the message was not accepted", todo="see: crewtui doctor")
    dead = trial.events("message.dead", message["id"])
    why = dead[-1]["detail"]["evidence"] if dead else message["reason"]
    trial.purge(message)
    told = f"{message['state']}: {why or message['reason']}"
    if message["reason"] == DeadReason.NOT_TYPABLE:
        return not_proven(name, told, "such a message is a dead letter, it is not lost")
    view = trial.look()
    told_too = f"the agent is {view['state']} ({view['evidence']['rule']})"
    if message["state"] not in _ENDED:
        told = f"not within {trial.limit_s:.0f} s; {told}"
    return failed(name, told, told_too, todo="look at it: crewtui agents explain")


def greet(trial: Trial) -> Step:
    """A message while it is idle."""
    return deliver(trial, "message", "hello", trial.words.hello())


def long_text(trial: Trial) -> Step:
    """A message of many lines, whole as far as the program says."""
    return deliver(trial, "long text", "long", trial.words.long())


def odd_text(trial: Trial) -> Step:
    """Letters that terminals draw, join and reorder in ways of their own."""
    return deliver(trial, "odd text", "odd", trial.words.odd())


def half(trial: Trial, begin: int) -> Step:
    """Half of ten messages, of one line and of three, sent at once."""
    end = begin + COUNT // 2
    name = f"messages {begin + 1} to {end}"
    for number in range(begin, end):
        trial.send(f"number-{number}", trial.words.numbered(number))
    numbers = [f"number-{number}" for number in range(end)]
    trial.until(lambda: all(ended(trial, what) for what in numbers))
    arrived = [m for what in numbers if (m := trial.message(what)) and m["state"] == "delivered"]
    told = f"{len(arrived)} of {end} arrived"
    if len(arrived) == end:
        took = [m["changed_at"] - m["accepted_at"] for m in arrived[begin:]]
        return ok(name, told, f"the slowest after {max(took):.2f} s")
    left = [trial.message(what) for what in numbers]
    for_each = [f"{m['topic']}: {m['state']} {m['reason']}" for m in left if m]
    missing = [line for line in for_each if ": delivered " not in line]
    return failed(name, told, *missing, todo="look at it: crewtui agents explain, crewtui dead")
