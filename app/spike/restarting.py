"""The step with a crash: the program is killed and comes back."""

import os
import signal
from dataclasses import replace

from crewtui.app.spike.coming_up import come_up
from crewtui.app.spike.step import Outcome, Step, failed, not_proven
from crewtui.app.spike.trial import Trial
from crewtui.core.model.agent import AgentState
from crewtui.core.model.errors import CrewtuiError
from crewtui.core.rpc.agents import RestartAgent

NAME = "restart"


def crash(trial: Trial) -> Step:
    """End it with SIGKILL and see that it comes back and is idle."""
    before = trial.look()
    old, began = before["pid"], trial.clock()
    if before["restarts"] >= before["restart_limit"]:
        return not_proven(NAME, "its restarts are used up; clear them: crewtui reset")
    try:
        how = _end(trial, old)
    except (OSError, CrewtuiError) as error:
        return failed(NAME, f"it could not be ended: {error}", todo="see: crewtui doctor")
    trial.until(lambda: _is_back(trial, old) or _is_given_up(trial), despite=True)
    back = _is_back(trial, old)
    if not back:
        trial.broken = f"it is {trial.seen.state} after its crash"
        todo = "look at it: crewtui agents explain, crewtui events"
        return failed(NAME, how, f"it did not come back: {trial.seen.state}", todo=todo)
    step = come_up(trial, NAME)
    ready = f"idle again after {trial.clock() - began:.1f} s, as process {trial.look()['pid']}"
    told = (how, ready) if step.outcome is Outcome.OK else (how,)
    return replace(step, evidence=(*told, *step.evidence))


def _end(trial: Trial, pid: int | None) -> str:
    if trial.spec.restart.policy == "never" or pid is None:
        trial.ask(RestartAgent(agent=trial.agent))
        return "it is not restarted after a crash (restart = never): ended by crewtui restart"
    os.kill(pid, signal.SIGKILL)
    return f"its process {pid} was killed"


def _is_back(trial: Trial, old: int | None) -> bool:
    view = trial.look()
    return view["pid"] is not None and view["pid"] != old


def _is_given_up(trial: Trial) -> bool:
    return trial.look()["state"] in (AgentState.DEGRADED, AgentState.FAILED)
