"""One request to the supervisor and its answer, without asyncio: for short commands.

Imports nothing heavy: ``crewtui status`` is called by agents all day.
"""

import socket
from typing import Any

from crewtui.core.config.project import Project
from crewtui.core.model import wire
from crewtui.core.model.errors import CrewtuiError, NoSupervisor, Refused

TIMEOUT_S = 30.0


def call(project: Project, method: str, /, timeout_s: float = TIMEOUT_S, **params: Any) -> Any:
    """The supervisor's answer within so many seconds.

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
        try:
            connection.sendall(wire.request(1, method, params))
            with connection.makefile("rb") as file:
                line = file.readline(wire.MAX_LINE)
        except TimeoutError:
            raise _silent(project, timeout_s) from None
        except OSError as error:
            raise CrewtuiError(f"the supervisor did not answer: {error}") from None
    if not line.endswith(b"\n"):  # it ended while it answered
        raise CrewtuiError("the supervisor closed the connection", "see: crewtui status")
    return result_of(wire.decode(line))


def _gone(project: Project) -> NoSupervisor:
    """Nobody answers: perhaps because the supervisor died."""
    from crewtui.core.config.death import last_death

    death = last_death(project)
    why = f": {death.said}" if death is not None and not death.again else ""
    return NoSupervisor(f"no supervisor runs for {project.root}{why}", "start one with: crewtui up")


def _silent(project: Project, timeout_s: float) -> CrewtuiError:
    """It is there and says nothing: stopped by somebody, or busy beyond measure."""
    from crewtui.core.config.lock import holder, process_state

    pid = holder(project)
    if process_state(pid) in ("T", "t"):
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
