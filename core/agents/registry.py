"""Which adapter serves which agent: the project's, then the user's, then crewtui's own."""

import os
import tomllib
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from crewtui.core.agents.adapter import Adapter
from crewtui.core.agents.shells import SHELLS, at_prompt, bare_command
from crewtui.core.config.crew import AgentSpec
from crewtui.core.model.errors import ConfigError


def load_adapters(project_folder: Path | None = None) -> dict[str, Adapter]:
    """All adapters by name, overridden by the user's and the project's; raises ``ConfigError``."""
    sources = {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in files("crewtui.core.agents").joinpath("adapters").iterdir()
        if entry.name.endswith(".toml")
    }
    found: dict[str, Adapter] = {}
    for name, text in sorted(sources.items()):
        adapter = _parsed(text, name, found)
        found[adapter.name] = adapter
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    folders = [config / "crewtui" / "adapters"]
    if project_folder is not None:
        folders.append(project_folder / "adapters")
    for folder in folders:
        for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
            adapter = _parsed(path.read_text(encoding="utf-8"), str(path), found)
            found[adapter.name] = adapter
    return found


def _parsed(text: str, name: str, known: dict[str, Adapter]) -> Adapter:
    """An adapter file; one with a known name needs to say only what differs."""
    try:
        data = tomllib.loads(text)
        base = known.get(str(data.get("name", "")))
        merged = {**base.model_dump(), **data} if base is not None else data
        return Adapter.model_validate(merged)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name}: {error}", "this is not valid TOML; mend that line") from None
    except ValidationError as error:
        said = "; ".join(
            f"{'.'.join(str(part) for part in p['loc'])}: expected {p['msg']}"
            for p in error.errors()
        )
        raise ConfigError(f"{name}: {said}", "mend the adapter file") from None


def adapter_for(agent: AgentSpec, adapters: dict[str, Adapter]) -> Adapter:
    """The adapter that the agent names, or that serves its program, else ``generic``.

    Whether messages run as commands is the agent's own word, so it is put in here.
    """
    found = _named_or_serving(agent, adapters)
    return found.model_copy(update={"runs_messages": True}) if agent.runs_messages else found


def _named_or_serving(agent: AgentSpec, adapters: dict[str, Adapter]) -> Adapter:
    if agent.adapter is not None:
        if agent.adapter not in adapters:
            known = ", ".join(sorted(adapters))
            raise ConfigError(f"{agent.id}: no adapter {agent.adapter!r}", f"known: {known}")
        return adapters[agent.adapter]
    for adapter in adapters.values():
        if _program(agent, adapter) in adapter.programs and (
            at_prompt(agent.command)
            if adapter.at_prompt
            else not set(adapter.unless) & set(agent.command)
        ):
            return adapter
    return adapters["generic"]


def _program(agent: AgentSpec, adapter: Adapter) -> str:
    """The program that the adapter would serve; a shell's may stand behind ``env`` and such."""
    words = bare_command(agent.command) if adapter.at_prompt else agent.command
    return Path(words[0]).name if words else ""


def why_adapter(agent: AgentSpec, adapters: dict[str, Adapter]) -> str:
    """Why that adapter serves the agent, in words."""
    if agent.adapter is not None:
        return "named in agents.toml"
    serving = adapter_for(agent, adapters)
    program = _program(agent, serving)
    if program in serving.programs:
        return f"serves the program {program}"
    shell = Path((bare_command(agent.command) or ("",))[0]).name
    if shell in SHELLS:
        return f"the command starts {shell}, but has it run something: no prompt to talk to"
    return f"no adapter serves the program {program}; name one with adapter = in agents.toml"


def what_runs(adapter: Adapter) -> str:
    """Whether messages to such an agent run as commands, in words; empty for no shell."""
    if not adapter.at_prompt:
        return ""
    return "messages run as commands" if adapter.runs_messages else "messages are comments"
