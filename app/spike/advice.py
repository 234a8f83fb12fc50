"""What the spike prints after its steps: what to put into agents.toml, an adapter to start from."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from crewtui.app.spike.proposal import agent_name, for_agents_toml, looks_like_a_cli, skeleton
from crewtui.app.spike.trial import Trial
from crewtui.core.agents.adapter import Adapter
from crewtui.core.agents.registry import load_adapters
from crewtui.core.config.project import Project
from crewtui.core.model.agent import AgentState
from crewtui.core.model.errors import CrewtuiError, Refused

_PLACES = frozenset({AgentState.UNKNOWN, AgentState.ASKING})
_ANY = frozenset({"generic", "lines"})


@dataclass(frozen=True, slots=True)
class Advice:
    """Lines for agents.toml, and an adapter's file; each empty where none is needed."""

    agents_toml: tuple[str, ...] = ()
    adapter: tuple[str, ...] = ()


def advise(trial: Trial, *, adapter: bool) -> Advice:
    """By what it rests at now; ``adapter`` asks for an adapter also where none seems needed."""
    if trial.adapter.name not in _ANY and not adapter:
        return Advice()
    try:
        found = trial.keep_screen()
    except CrewtuiError:
        return Advice()
    if "terminal" not in found:
        return Advice()
    facts, command = found["terminal"], trial.spec.command
    unknown = found["state"] in _PLACES and trial.adapter.name in _ANY
    lines = for_agents_toml(command, facts) if unknown else []
    needed = trial.adapter.name == "generic" and looks_like_a_cli(facts)
    begun: list[str] = []
    if adapter or needed:
        begun = skeleton(command, facts, trial.seen.screens, trial.words.tag)
    return Advice(tuple(lines), tuple(begun))


def save(project: Project, command: tuple[str, ...], text: str) -> Path:
    """Write an adapter into the project, never over another one; raises ``Refused``."""
    name = agent_name(command)
    folder = project.folder / "adapters"
    path = folder / f"{name}.toml"
    if path.exists() or name in load_adapters(project.folder):
        raise Refused(f"there is an adapter {name!r} already: nothing was written", "edit that one")
    try:
        Adapter.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise Refused(f"the adapter would not load: {error}", "copy it and mend it") from None
    folder.mkdir(exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Refused(f"{path} is there already: nothing was written", "edit that one") from None
    return path
