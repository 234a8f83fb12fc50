"""Who a command speaks for: the agent in whose pane it runs, else the operator."""

import json
import os
import time
from pathlib import Path
from typing import Any

from crewtui.core.client.call import TIMEOUT_S, call
from crewtui.core.config.project import Project
from crewtui.core.mail.post import write_file
from crewtui.core.model.errors import CrewtuiError, NoSupervisor
from crewtui.core.supervision.token import load_secret, operator_token

HANDED_IN = "handed in; the answer comes as a message"


def identity(project: Project) -> dict[str, str]:
    """What proves who asks; raises ``NoSupervisor`` where the project never ran."""
    if agent := os.environ.get("CREWTUI_AGENT"):
        return {"agent": agent, "token": os.environ.get("CREWTUI_TOKEN", "")}
    if not project.runtime.is_dir():
        raise NoSupervisor(f"no supervisor runs for {project.root}", "start one with: crewtui up")
    return {"token": operator_token(load_secret(project.runtime / "secret"))}


def ask(project: Project, method: str, /, timeout_s: float = TIMEOUT_S, **params: Any) -> Any:
    """The supervisor's answer to a request of the agent's or the operator's.

    A fenced agent reaches no socket: its request goes in as a file, and ``HANDED_IN`` is returned.
    """
    said = identity(project)
    try:
        return call(project, method, timeout_s, **{"as": said}, **params)
    except NoSupervisor:
        spool = os.environ.get("CREWTUI_SIGNALS")
        if not spool or "agent" not in said:
            raise
    facts = {
        "token": said["token"],
        "name": "request",
        "data": {"method": method, "params": params},
    }
    try:
        write_file(Path(spool) / f"{time.time_ns()}.json", json.dumps(facts).encode())
    except OSError as error:
        raise CrewtuiError(f"{spool}: {error.strerror}", "ask the operator") from None
    return HANDED_IN
