"""What an unknown program shows while it works and while it asks: for an adapter to start from.

It is typed to by its keys, as a person would, in a crew of its own alone, at the composer that was
named for it. No message is sent meanwhile.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress

from crewtui.app.spike.proposal import bare, fresh_lines, looks_like_a_cli
from crewtui.app.spike.step import Step, not_proven, ok
from crewtui.app.spike.trial import Trial
from crewtui.core.model.ids import new_id
from crewtui.core.rpc.agents import ExplainAgent
from crewtui.core.rpc.panes import PressKeys, TypeText

NAME = "screens"
WATCH_S = 8.0
"""So long it is watched after each request, in seconds."""
GAP_S = 0.3
SHOWS_S = 2.0
"""So long what was typed may take to show, in seconds."""


def watch(trial: Trial) -> Iterator[Step]:
    """Keep the screens of a program that no adapter knows; nothing for any other one."""
    if not (trial.own and trial.adapter.name == "generic" and trial.spec.composer):
        return
    found = trial.keep_screen()
    facts = found["terminal"]
    if not (looks_like_a_cli(facts) or (facts["cooked"] is False and facts["paste"])):
        return
    trial.seen.screens["quiet"] = list(found["lines"])
    proof = f"crewtui-spike-proof-{new_id(3)}"
    worked = _watched(trial, trial.words.busy())
    asked = _watched(trial, trial.words.asking(proof))
    ran = os.path.lexists(trial.folder / proof)
    with suppress(OSError):
        (trial.folder / proof).unlink()
    busy, asking = passing(worked), [] if ran or not asked else asked[-1]
    trial.seen.screens |= {"busy": busy, "asking": list(asking)}
    told = [
        *_said("while it worked", busy, trial),
        *_said("at rest after a request to run a command", asking, trial),
    ]
    if ran:
        told.append("it ran a command without asking")
    trial.restart()
    yield ok(NAME, *told) if told else not_proven(NAME, "nothing new was seen on its screen")


def _watched(trial: Trial, text: str) -> list[list[str]]:
    """The screens after a request, first to last; none if it was not ready for one."""
    if not trial.restart():
        return []
    flat = " ".join(text.split())
    trial.ask(TypeText(agent=trial.agent, text=flat, paste=True))
    trial.until(lambda: trial.words.tag in "".join(_screen(trial)), SHOWS_S)
    trial.ask(PressKeys(agent=trial.agent, keys=("Enter",)))
    seen: list[list[str]] = []
    until = trial.clock() + WATCH_S
    while trial.clock() < until:
        trial.until(lambda: False, GAP_S)
        seen.append(_screen(trial))
    return seen


def _screen(trial: Trial) -> list[str]:
    return list(trial.ask(ExplainAgent(agent=trial.agent)).get("lines", ()))


def passing(screens: Sequence[Sequence[str]]) -> list[str]:
    """Lines that stood on a screen for a while and do not stand on the last one."""
    if not screens:
        return []
    last = {bare(line) for line in screens[-1]}
    found: dict[str, str] = {}
    for screen in screens:
        for line in screen:
            if bare(line) not in last:
                found.setdefault(bare(line), line)
    return list(found.values())


def _said(when: str, lines: Sequence[str], trial: Trial) -> list[str]:
    quiet = {bare(line) for line in trial.seen.screens["quiet"]}
    return [f"{when}: {line.strip()}" for line in fresh_lines(lines, quiet, trial.words.tag)]
