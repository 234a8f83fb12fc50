"""The step with a question: it is seen with its choices, and no message answers it."""

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from crewtui.app.spike.arriving import ended, not_delivered
from crewtui.app.spike.coming_up import STAYS_S, foot
from crewtui.app.spike.step import Step, failed, not_proven, ok
from crewtui.app.spike.trial import Trial
from crewtui.app.spike.working import BEGINS_S
from crewtui.core.model.agent import AgentState
from crewtui.core.model.approval import Role
from crewtui.core.model.errors import CrewtuiError, Refused
from crewtui.core.model.ids import new_id
from crewtui.core.rpc.agents import DecideQuestion

NAME = "asking"
DENIALS = 5
"""So often a program that asks again is denied again."""
DOES_NOT = "does not ask: policies do not hold"
_COVERED = frozenset({AgentState.COVERED, AgentState.UNKNOWN})


def be_asked(trial: Trial) -> Step:
    """Have it ask for something harmless, write to it meanwhile, then deny."""
    if trial.adapter.at_prompt:
        return not_proven(NAME, f"a shell {DOES_NOT}")
    proof = f"crewtui-spike-proof-{new_id(3)}"
    path = trial.folder / proof
    try:
        return _ask(trial, proof, path)
    finally:
        _leave_no_question(trial)
        with suppress(OSError):
            path.unlink()


def _ask(trial: Trial, proof: str, path: Path) -> Step:
    trial.send("asking", trial.words.asking(proof))
    trial.until(lambda: _asked(trial) or _rests_elsewhere(trial) or _is_over(trial, path))
    if asked := _asked(trial):
        return _while_it_asks(trial, asked, path)
    if os.path.lexists(path):
        told = "it ran the command at once" + _policy(trial)
        return not_proven(NAME, told, DOES_NOT + " for such a command")
    message = trial.message("asking")
    if message is None or message["state"] != "delivered":
        return not_delivered(trial, NAME, message)
    if _rests_elsewhere(trial):
        return _unknown_question(trial)
    if decided := _policy(trial):
        return not_proven(NAME, f"the question was answered{decided}")
    return not_proven(NAME, f"it did not ask and did not run it: {DOES_NOT} as far as is seen")


def _asked(trial: Trial) -> dict[str, Any] | None:
    """Its question, once it stands on screen."""
    view = trial.look()
    asked = view["approval"]
    whole = asked and asked["fingerprint"] and asked["source"] != "place"
    return dict(asked) if whole and view["state"] == AgentState.ASKING else None


def _rests_elsewhere(trial: Trial) -> bool:
    return any(trial.lasts(state, STAYS_S) for state in _COVERED)


def _is_over(trial: Trial, path: Path) -> bool:
    """Whether its turn is over, or the command has run."""
    done = ended(trial, "asking") is not None and trial.lasts(AgentState.IDLE, BEGINS_S)
    return done or os.path.lexists(path)


def _policy(trial: Trial) -> str:
    """Who answered, if that was a policy."""
    decided = [event["detail"]["who"] for event in trial.events("approval.decided")]
    found = [who for who in decided if str(who).startswith("policy")]
    return f" by your {found[-1]}" if found else ""


def _while_it_asks(trial: Trial, asked: dict[str, Any], path: Path) -> Step:
    """A message meanwhile is held and not typed; the denial holds; then it is delivered."""
    found = trial.keep_screen()
    choices = ", ".join(f"{choice['number']} {choice['label']}" for choice in asked["choices"])
    told = [
        f"asking by the rule “{found['rule']}”: {asked['text']}",
        f"its choices: {choices or 'none known; it is answered in its pane'}",
        f"seen by {asked['source']}",
    ]
    held = _held_meanwhile(trial)
    if held is None or os.path.lexists(path):
        why = "a message was typed while it asked" if held is None else "it ran before an answer"
        return failed(NAME, *told, why, todo="keep this transcript and report it: it must not be")
    told.append(f"a message meanwhile: {held}; nothing was typed")
    if trouble := _deny(trial):
        trial.broken = "" if trial.own and trial.restart() else "its question still stands"
        return failed(NAME, *told, trouble, todo="answer it in its pane: crewtui attach")
    if os.path.lexists(path):
        return failed(NAME, *told, "denied, and it ran all the same", todo="do not rely on deny")
    trial.until(lambda: ended(trial, "unrelated"))
    message = trial.message("unrelated")
    if message is None or message["state"] != "delivered":
        return not_delivered(trial, NAME, message)
    return ok(NAME, *told, "denied; it did not run, and the message was delivered after that")


def _held_meanwhile(trial: Trial) -> str | None:
    """Why a message waits while it asks; none if it was typed, or the question went away."""
    before = trial.look()["approval"]
    trial.send("unrelated", trial.words.unrelated())
    trial.until(lambda: ended(trial, "unrelated") or _state_of(trial, "unrelated") == "held")
    message = trial.message("unrelated")
    typed = message is None or trial.events("message.pasting", message["id"])
    now = trial.look()["approval"]
    same = bool(before and now and before["fingerprint"] == now["fingerprint"])
    if typed or not same or message is None or message["state"] != "held":
        return None
    shown = "".join(trial.keep_screen().get("lines", ()))
    return (
        None if _letters(f"#{message['id']}") in _letters(shown) else f"held: {message['reason']}"
    )


def _letters(text: str) -> str:
    return re.sub(r"\W", "", text)


def _state_of(trial: Trial, what: str) -> str:
    message = trial.message(what)
    return str(message["state"]) if message else ""


def _deny(trial: Trial) -> str:
    """Deny until it asks no more; empty, or why that failed."""
    trouble = ""
    for _ in range(DENIALS):
        asked = _asked(trial)
        if asked is None:
            return ""
        drawn = {"approval": asked["id"], "fingerprint": asked["fingerprint"]}
        try:
            trial.ask(DecideQuestion(role=Role.DENY, **drawn))
            trouble = "it goes on asking"
        except Refused as refused:
            trouble = f"it could not be denied: {refused.what}"
        trial.until(lambda: trial.look()["state"] != AgentState.ASKING, 2.0)
    return trouble if _asked(trial) else ""


def _unknown_question(trial: Trial) -> Step:
    """It rests at something that no rule knows: held, but nobody can answer it from here."""
    found = trial.keep_screen()
    trial.send("unrelated", trial.words.unrelated())
    held = trial.until(lambda: _state_of(trial, "unrelated") == "held")
    told = [f"it rests at what no rule knows: {found['state']}, “{found['line']}”"]
    told.append("a message meanwhile is held" if held else "a message meanwhile was not held")
    trial.broken = "it rests at what no rule knows"
    if trial.own and trial.restart():
        trial.broken = ""
    todo = "its question needs a rule in an adapter; answer it in its pane: crewtui attach"
    return failed(NAME, *told, *foot(found), todo=todo)


def _leave_no_question(trial: Trial) -> None:
    """Deny what it asks, however the step ended: it was at rest, so it asks because of us."""
    with suppress(CrewtuiError):
        asked = _asked(trial)
        if asked is not None:
            drawn = {"approval": asked["id"], "fingerprint": asked["fingerprint"]}
            trial.ask(DecideQuestion(role=Role.DENY, **drawn))
