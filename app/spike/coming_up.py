"""The first step: the program comes up, and where one types is seen."""

import re
from typing import Any

from crewtui.app.spike.step import Step, failed, ok
from crewtui.app.spike.trial import OVER, Trial
from crewtui.core.model.agent import AgentState
from crewtui.core.model.approval import Role
from crewtui.core.model.errors import Refused
from crewtui.core.rpc.agents import DecideQuestion

STAYS_S = 2.5
"""A state that is not idle must last so long to be what the program comes up with, in seconds."""
HOLDS_S = 15.0
"""A program that has just come up may look away from its terminal for a while, in seconds."""
_TRUST = re.compile(r"(?i)\btrust\b")
_WAITS = frozenset({AgentState.ASKING, AgentState.UNKNOWN, AgentState.COVERED})
_LINES = 12
_TODO_HELD = "look at its pane, and at: crewtui agents explain"
_TODO = {
    AgentState.UNKNOWN: "say where one types: see the lines below",
    AgentState.COVERED: "see the lines below, and its screen above",
    AgentState.LOGIN: "log in by hand first, then try again",
    AgentState.LIMIT: "try again when its limit has ended",
    AgentState.DEGRADED: "mend what it says, then: crewtui reset",
}


def come_up(trial: Trial, name: str = "idle") -> Step:
    """Wait until it is idle; say by which rule, who reads its terminal and how."""
    trusted: list[str] = []
    while True:
        state = trial.until(lambda: _settled(trial)) or trial.seen.state
        if state != AgentState.ASKING or len(trusted) > 2 or not _trust(trial, trusted):
            break
    free = trial.until(lambda: _free(trial), HOLDS_S) if state == AgentState.IDLE else None
    found = free or trial.keep_screen()
    told = [*trusted, *how_it_stands(found)]
    if state == AgentState.IDLE and not found["holds"]:
        return ok(name, *told)
    trial.broken = f"it is {found['state']} ({found['rule']})"
    if state == AgentState.IDLE:
        return failed(name, *told, f"a message is held: {found['holds']}", todo=_TODO_HELD)
    return failed(name, *told, *foot(found), todo=_todo(trial, found))


def _free(trial: Trial) -> dict[str, Any] | None:
    """How it stands once nothing holds a message."""
    found = trial.keep_screen()
    return None if found["holds"] else found


def _settled(trial: Trial) -> str:
    """The state that it has come up with; empty while that is not known."""
    if trial.lasts(AgentState.IDLE, 0.0) or trial.seen.state in OVER:
        return trial.seen.state
    lasting = trial.clock() - trial.seen.since >= STAYS_S
    return trial.seen.state if trial.seen.state in _WAITS and lasting else ""


def _trust(trial: Trial, trusted: list[str]) -> bool:
    """Let a program of our own trust its own empty folder, if that is what it asks."""
    asked = trial.look()["approval"]
    if not (trial.own and asked and _TRUST.search(asked["shown"])):
        return False
    drawn = {"approval": asked["id"], "fingerprint": asked["fingerprint"]}
    try:
        trial.ask(DecideQuestion(role=Role.APPROVE, **drawn))
    except Refused:
        return False
    trusted.append("it asked whether its own, empty folder is trusted: yes")
    return True


def how_it_stands(found: dict[str, Any]) -> list[str]:
    """The rule, the composer, who reads and the modes, as evidence."""
    line = f": “{found['line']}”" if found["line"] else ""
    told = [f"{found['state']} by the rule “{found['rule']}”{line}"]
    if "terminal" not in found:
        return told
    if found["composer"]:
        top, end = found["composer"]
        told.append(f"composer seen in lines {top + 1} to {end} of its screen")
    facts = found["terminal"]
    known = {True: "yes", False: "no", None: "unknown"}
    readers = facts["readers"]
    reads = "unknown" if readers is None else ", ".join(readers) or "nobody"
    modes = [f"{name} {known[facts[name]]}" for name in ("cooked", "echo", "paste", "alternate")]
    told.append(f"read by {reads}; {', '.join(modes)}")
    if found["state"] in _WAITS and facts["line"].strip():
        told.append(f"rests at “{facts['line']}▏{facts['rest']}”")
    return told


def foot(found: dict[str, Any]) -> list[str]:
    """The last filled lines of its screen."""
    filled = [line for line in found.get("lines", ()) if line.strip()]
    return [f"screen: {line}" for line in filled[-_LINES:]]


def _todo(trial: Trial, found: dict[str, Any]) -> str:
    state = AgentState(found["state"])
    if state is AgentState.ASKING:
        if trial.own:
            return "make it an agent of your crew, answer it there, then: crewtui spike --agent"
        return "answer it in its pane, then try again: crewtui attach"
    if state in _TODO:
        return _TODO[state]
    return f"run {' '.join(trial.spec.command)} yourself and look at what it says"
