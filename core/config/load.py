"""Read ``agents.toml``; what is wrong in it is said with line, key and what was expected."""

import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from crewtui.core.config.crew import AgentSpec, CrewConfig, CrewTable, WorkerGroup
from crewtui.core.model.errors import ConfigError

_HEADER = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_.-]+)\s*\]\]?")


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    crew: CrewTable = CrewTable()
    agents: tuple[AgentSpec, ...] = ()
    worker_groups: tuple[WorkerGroup, ...] = ()


def load_crew(path: Path) -> CrewConfig:
    """The crew that the file describes; raises ``ConfigError``."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file", "make one with: crewtui init") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}", "mend the file") from None
    return parse_crew(text, str(path))


def parse_crew(text: str, name: str = "agents.toml") -> CrewConfig:
    """The crew that the text describes; ``name`` is the file named in errors."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"at line (\d+)", str(error))
        line = at.group(1) if at else str(len(text.splitlines()))
        what = f"{name}:{line}: {error}"
        raise ConfigError(what, "this is not valid TOML; mend that line") from None
    try:
        file = _File.model_validate(data)
    except ValidationError as error:
        raise ConfigError(_said(error, text, name), "mend the file and try again") from None
    shared = file.crew
    agents = tuple(
        agent.model_copy(
            update={
                "approve": tuple(dict.fromkeys((*shared.approve, *agent.approve))),
                "deny": tuple(dict.fromkeys((*shared.deny, *agent.deny))),
            }
        )
        for agent in _instances(file, text, name)
    )
    return CrewConfig(crew=shared, agents=agents)


def _said(error: ValidationError, text: str, name: str) -> str:
    lines = []
    for problem in error.errors():
        loc = problem["loc"]
        wanted = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            wanted = "no such key; known keys are in the README"
        elif problem["type"] == "missing":
            wanted = "required, but missing"
        keys = ".".join(str(part) for part in loc)
        lines.append(f"{name}:{line_of(text, loc)}: {keys}: expected {wanted}")
    return "\n".join(lines)


def line_of(text: str, loc: tuple[Any, ...]) -> int:
    """The line, from 1, where the key stands; the table's header if the key is not there."""
    table = str(loc[0]) if loc else ""
    index = loc[1] if len(loc) > 1 and isinstance(loc[1], int) else 0
    keys = [str(part) for part in loc[1:] if isinstance(part, str)]
    seen, inside, header = -1, False, 1
    for number, line in enumerate(text.splitlines(), start=1):
        found = _HEADER.match(line)
        if found:
            same = found.group(1) == table
            seen += same
            inside = same and seen == index
            header = number if inside else header
        elif (not keys and re.match(rf"\s*{re.escape(table)}\s*=", line)) or (
            inside and keys and re.match(rf"\s*{re.escape(keys[0])}\s*[=.]", line)
        ):
            return number
    return header


def _instances(file: _File, text: str, name: str) -> tuple[AgentSpec, ...]:
    by_id = {agent.id: agent for agent in file.agents}
    if len(by_id) < len(file.agents):
        twice = next(
            a.id for i, a in enumerate(file.agents) if a.id in {b.id for b in file.agents[:i]}
        )
        raise ConfigError(f"{name}: two agents are called {twice!r}", "give each an id of its own")
    grouped: dict[str, list[AgentSpec]] = {}
    for index, group in enumerate(file.worker_groups):
        line = line_of(text, ("worker_groups", index, "agents"))
        for member in group.agents:
            if member not in by_id or member in grouped:
                what = "no such agent" if member not in by_id else "already in another group"
                raise ConfigError(
                    f"{name}:{line}: worker_groups.{index}.agents: {member!r}: {what}",
                    f"known agents: {', '.join(by_id)}",
                )
            grouped[member] = _members(by_id[member], group)
    found = tuple(spec for agent in file.agents for spec in grouped.get(agent.id, [agent]))
    if len({agent.id for agent in found}) < len(found):
        raise ConfigError(f"{name}: a numbered instance has another agent's id", "rename one")
    return found


def _members(agent: AgentSpec, group: WorkerGroup) -> list[AgentSpec]:
    shared = {"group": group.id, "layout": group.layout}
    if group.count is None:
        return [agent.model_copy(update=shared)]
    return [
        AgentSpec.model_validate(
            agent.model_dump()
            | shared
            | {"id": f"{agent.id}-{i}", "instance_index": i, "group_count": group.count}
        )
        for i in range(1, group.count + 1)
    ]
