"""The startup prompt of an agent, with its variables filled in."""

from pathlib import Path

from crewtui.core.config.crew import AgentSpec, CrewConfig
from crewtui.core.config.project import Project
from crewtui.core.model.errors import ConfigError


def startup_prompt(project: Project, crew: CrewConfig, agent: AgentSpec) -> str | None:
    """The text of the agent's ``prompt_file``; raises ``ConfigError`` if it cannot be read."""
    if agent.prompt_file is None:
        return None
    path = (project.folder / agent.prompt_file).resolve()
    if not path.is_file() and (project.root / agent.prompt_file).is_file():
        path = (project.root / agent.prompt_file).resolve()
    if not path.is_relative_to(project.root):
        raise ConfigError(
            f"{agent.id}: prompt_file {agent.prompt_file} is outside the project",
            "put it under .orchestrator/prompts/",
        )
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{agent.id}: prompt_file {path}: {error}", "make the file or remove the key"
        ) from None
    for name, value in prompt_variables(project, crew, agent).items():
        text = text.replace("{{" + name + "}}", value)
    return text


def prompt_variables(project: Project, crew: CrewConfig, agent: AgentSpec) -> dict[str, str]:
    """The variables a prompt may name."""
    peers = [other for other in crew.agents if other.id != agent.id]
    workers = [other.id for other in crew.agents if other.group]
    return {
        "project_root": str(project.root),
        "messages_dir": str(project.messages),
        "agent_id": agent.id,
        "instance_suffix": f"-{agent.instance_index}" if agent.instance_index else "",
        "peer_inboxes": _inboxes(project, [other.id for other in peers]),
        "peer_ids": ", ".join(other.id for other in peers),
        "instance_index": str(agent.instance_index),
        "group_count": str(agent.group_count),
        "worker_inboxes": _inboxes(project, workers),
    }


def _inboxes(project: Project, ids: list[str]) -> str:
    return "\n".join(f"- {name}: {Path(project.inbox(name))}" for name in ids)
