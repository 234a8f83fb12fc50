"""One request to the supervisor and its answer, without asyncio: for short commands.

Imports nothing heavy: ``crewtui status`` is called by agents all day.
"""

import socket
from collections.abc import Mapping
from typing import Any, BinaryIO

from crewtui.core.config.lock import STOPPED, holder, process_state
from crewtui.core.config.project import Project
from crewtui.core.model.errors import CrewtuiError, NoSupervisor, Refused
from crewtui.core.rpc import wire
from crewtui.core.rpc.request import Request

TIMEOUT_S = 30.0
ALWAYS = "stop"
"""The request that is understood in every protocol: how else would an old supervisor end?"""


def call(
    project: Project,
    asked: Request,
    timeout_s: float = TIMEOUT_S,
    said: Mapping[str, str] | None = None,
) -> Any:
    """The supervisor's answer within so many seconds; ``said`` proves who asks.

    Raises ``NoSupervisor``, ``Refused`` or ``CrewtuiError``.
    """
    try:
        connection = socket.socket(socket.AF_UNIX)  # a fence may refuse even this
    except OSError:
        raise _gone(project) from None
    with connection:
        connection.settimeout(timeout_s)
        try:
            connection.connect(str(project.socket))
        except TimeoutError:
            raise _silent(project, timeout_s) from None
        except OSError:
            raise _gone(project) from None
        if process_state(holder(project)) == STOPPED:  # it would take the request and say nothing
            raise _silent(project, timeout_s)
        try:
            connection.sendall(wire.hello() + wire.request(1, asked, said))
            with connection.makefile("rb") as file:
                greeting = _message(file)
                if asked.NAME != ALWAYS:
                    understood(greeting)
                return result_of(_message(file))
        except TimeoutError:
            raise _silent(project, timeout_s) from None
        except OSError as error:
            raise CrewtuiError(f"the supervisor did not answer: {error}") from None


def _message(file: BinaryIO) -> dict[str, Any]:
    line = file.readline(wire.MAX_LINE)
    if not line.endswith(b"\n"):  # it ended while it answered
        raise CrewtuiError("the supervisor closed the connection", "see: crewtui status")
    return wire.decode(line)


def understood(greeting: dict[str, Any]) -> None:
    """Raise what is wrong if the supervisor speaks another protocol."""
    error = greeting.get("error")
    facts = greeting.get("result") if error is None else (error.get("data") or {})
    other = wire.differ(wire.Peer(), wire.peer_of(facts))
    if other is not None:
        raise CrewtuiError(*other)


def _gone(project: Project) -> NoSupervisor:
    """Nobody answers: perhaps because the supervisor died."""
    from crewtui.core.config.death import last_death

    death = last_death(project)
    why = f": {death.said}" if death is not None and not death.again else ""
    return NoSupervisor(f"no supervisor runs for {project.root}{why}", "start one with: crewtui up")


def _silent(project: Project, timeout_s: float) -> CrewtuiError:
    """It is there and says nothing: stopped by somebody, or busy beyond measure."""
    pid = holder(project)
    if process_state(pid) == STOPPED:
        return CrewtuiError(
            f"the supervisor (process {pid}) is stopped, so nothing is delivered",
            f"let it go on with: kill -CONT {pid}",
        )
    return CrewtuiError(
        f"the supervisor (process {pid or 'unknown'}) did not answer within {timeout_s:g} s",
        f"its words: {project.supervisor_log}; end it with: kill {pid or 'PID'}, then: crewtui up",
    )


def result_of(message: dict[str, Any]) -> Any:
    """The result in an answer; raises what a refusal says."""
    error = message.get("error")
    if error is None:
        return message.get("result")
    data = error.get("data") or {}
    kind = Refused if data.get("exit_code") == Refused.exit_code else CrewtuiError
    raise kind(error["message"], data.get("todo", ""))
