"""Who a command speaks for: the agent in whose pane it runs, else the operator."""

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from crewtui.core.client.call import TIMEOUT_S, call, result_of
from crewtui.core.config.project import Project
from crewtui.core.mail.post import write_file
from crewtui.core.model.errors import CrewtuiError, NoSupervisor
from crewtui.core.model.ids import new_id
from crewtui.core.rpc import wire
from crewtui.core.rpc.request import Request
from crewtui.core.rpc.status import Status
from crewtui.core.rpc.token import operator_token, read_secret
from crewtui.core.rpc.watching import View

HANDED_IN = "handed in; the answer comes as a message"
WAIT_S, MARGIN_S, LOOK_S = 30.0, 1.0, 0.02
"""How long an answer is waited for, when the supervisor stops counting on that, how often it is
looked for."""


def who_asks(project: Project) -> dict[str, str]:
    """What proves who asks; nothing where no supervisor has made the project's secret yet."""
    if agent := os.environ.get("CREWTUI_AGENT"):
        return {"agent": agent, "token": os.environ.get("CREWTUI_TOKEN", "")}
    return as_operator(project)


def as_operator(project: Project) -> dict[str, str]:
    """What proves that the operator asks, wherever this runs."""
    secret = read_secret(project.runtime / "secret")
    return {"token": operator_token(secret)} if secret is not None else {}


def ask(project: Project, asked: Request, timeout_s: float = TIMEOUT_S) -> Any:
    """The supervisor's answer to a request of the agent's or the operator's.

    A fenced agent reaches no socket: request and answer are files. ``HANDED_IN`` is returned if
    no answer comes in time; it comes as a message then. Raises as ``call`` does.
    """
    said = who_asks(project)
    try:
        return call(project, asked, timeout_s, said)
    except NoSupervisor:
        if not os.environ.get("CREWTUI_SIGNALS") or "agent" not in said:
            raise
    return _by_file(said["token"], asked, timeout_s)


def look(project: Project) -> Any:
    """What is known of the crew's work: its tasks, votes and debates; raises like ``ask``."""
    try:
        return call(project, Status())
    except NoSupervisor:
        if not os.environ.get("CREWTUI_SIGNALS") or "CREWTUI_AGENT" not in os.environ:
            raise
    return learn(project, View())


def learn(project: Project, asked: Request) -> Any:
    """What a request tells; an answer that comes later would be of no use. Raises like ``ask``."""
    found = ask(project, asked)
    if found == HANDED_IN:
        raise CrewtuiError("the supervisor does not answer", "try again later")
    return found


def _by_file(token: str, request: Request, timeout_s: float) -> Any:
    """Hand the request in as a file and wait for the answer's; ``HANDED_IN`` if none comes."""
    spool, answers = os.environ["CREWTUI_SIGNALS"], os.environ.get("CREWTUI_ANSWERS", "")
    reply, wait_s = new_id(8), min(timeout_s, WAIT_S) if answers else 0.0
    asked = {"method": request.NAME, "params": request.params, "reply": reply, **wire.Peer().facts}
    until = time.time() + wait_s - MARGIN_S  # noqa: TID251 - compared with the supervisor's clock
    facts = {"token": token, "name": "request", "data": {**asked, "until": until}}
    try:
        write_file(Path(spool) / f"{time.time_ns()}.json", json.dumps(facts).encode())
    except OSError as error:
        raise CrewtuiError(f"{spool}: {error.strerror}", "ask the operator") from None
    path, deadline = Path(answers) / f"{reply}.json", time.monotonic() + wait_s
    while time.monotonic() < deadline:
        with suppress(FileNotFoundError):
            return result_of(wire.decode(path.read_bytes()))
        time.sleep(LOOK_S)
    return HANDED_IN
