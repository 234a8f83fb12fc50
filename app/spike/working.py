"""Steps while the program works: that this is seen, and what becomes of a message meanwhile."""

from collections.abc import Iterator
from typing import Any

from crewtui.app.spike.arriving import ended, how_it_came, not_delivered
from crewtui.app.spike.coming_up import foot
from crewtui.app.spike.step import Step, failed, not_proven, ok
from crewtui.app.spike.trial import Trial
from crewtui.core.agents.adapter import Adapter
from crewtui.core.model.agent import AgentState

LASTS_S = 0.3
"""So long it must be busy for that to be its own work, in seconds."""
BEGINS_S = 6.0
"""An agent that is not seen to work for so long after a message does not, in seconds."""


def work(trial: Trial) -> Iterator[Step]:
    """Give it something that takes a while, and write to it meanwhile."""
    trial.send("busy", trial.words.busy())
    busy = bool(trial.until(lambda: _works(trial) or _is_over(trial))) and _works(trial)
    if not busy:
        yield from _not_seen(trial)
        return
    found = trial.keep_screen()
    line = f": “{found['line']}”" if found["line"] else ""
    yield ok("busy", f"busy by the rule “{found['rule']}”{line}")
    yield _write_meanwhile(trial)


def _works(trial: Trial) -> bool:
    return trial.lasts(AgentState.BUSY, LASTS_S)


def _is_over(trial: Trial) -> bool:
    """Whether it has the message and has been idle since for so long that no turn follows."""
    message = ended(trial, "busy")
    return message is not None and trial.lasts(AgentState.IDLE, BEGINS_S)


def _not_seen(trial: Trial) -> Iterator[Step]:
    message = trial.message("busy")
    queued = not_proven("queued", "it was not seen to work")
    if message is None or message["state"] != "delivered":
        yield not_delivered(trial, "busy", message)
        yield queued
        return
    if knows := knows_busy(trial.adapter):
        told = f"it took the message, and {', '.join(knows)} did not show for {LASTS_S} s"
        more = "if it did work, its adapter does not fit this version: see its screen"
        yield not_proven("busy", told, more, *foot(trial.keep_screen()))
    else:
        yield not_proven("busy", f"its adapter {trial.adapter.name} knows no such screen")
    yield queued


def knows_busy(adapter: Adapter) -> list[str]:
    """The rules and signals by which an adapter knows that its program works."""
    cues = [f"“{cue.name}”" for cue in adapter.cues if cue.state is AgentState.BUSY]
    busy = (name for name, rule in adapter.signals.items() if rule.state is AgentState.BUSY)
    return [*cues, *(f"signal {name}" for name in busy)]


def _write_meanwhile(trial: Trial) -> Step:
    """A message while it works: held or in the program's own queue, delivered after the turn."""
    trial.send("queued", trial.words.queued())
    waits = trial.until(lambda: _waiting(trial) or ended(trial, "queued"))
    worked = trial.seen.state == AgentState.BUSY
    if waits is not None and not ended(trial, "queued"):
        trial.keep_screen()
    trial.until(lambda: ended(trial, "queued"))
    message = trial.message("queued")
    if message is None or message["state"] != "delivered":
        return not_delivered(trial, "queued", message)
    told = _how_it_waited(trial, message["id"])
    if not told:
        if worked and not trial.adapter.input_while_busy:
            todo = "its adapter says that nothing is typed while it works: see agents explain"
            return failed("queued", "it was typed in while the program worked", todo=todo)
        return not_proven("queued", "the turn had ended before it", *how_it_came(trial, "queued"))
    return ok("queued", *told, *how_it_came(trial, "queued"))


def _waiting(trial: Trial) -> dict[str, Any] | None:
    trial.look()
    message = trial.message("queued")
    return message if message and message["state"] in ("held", "in agent", "submitted") else None


def _how_it_waited(trial: Trial, message: str) -> list[str]:
    """Where it waited, first to last."""
    told = []
    for kind, word in (
        ("message.held", "held"),
        ("message.in_agent", "in agent"),
        ("message.submitted", "typed, not taken yet"),
    ):
        told += [f"{word}: {event['detail']['reason']}" for event in trial.events(kind, message)]
    return told
