"""The startup prompt of an agent, with its variables filled in."""

from pathlib import Path

from crewtui.core.config.crew import AgentSpec, CrewConfig
from crewtui.core.config.project import Project
from crewtui.core.model.errors import ConfigError


def startup_prompt(project: Project, crew: CrewConfig, agent: AgentSpec) -> str | None:
    """The text of the agent's ``prompt_file``; raises ``ConfigError`` if it cannot be read."""
    return _filled(project, crew, agent, "prompt_file", agent.prompt_file)


def worktree_prompt(project: Project, crew: CrewConfig, agent: AgentSpec) -> str | None:
    """The text of its ``worktree_prompt_file``: what it is told with each task."""
    return _filled(project, crew, agent, "worktree_prompt_file", agent.worktree_prompt_file)


def _filled(
    project: Project, crew: CrewConfig, agent: AgentSpec, key: str, name: str | None
) -> str | None:
    if name is None:
        return None
    path = (project.folder / name).resolve()
    if not path.is_file() and (project.root / name).is_file():
        path = (project.root / name).resolve()
    if not path.is_relative_to(project.root):
        raise ConfigError(
            f"{agent.id}: {key} {name} is outside the project",
            "put it under .orchestrator/prompts/",
        )
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{agent.id}: {key} {path}: {error}", "make the file or remove the key"
        ) from None
    for variable, value in prompt_variables(project, crew, agent).items():
        text = text.replace("{{" + variable + "}}", value)
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
