"""Make a project's ``.orchestrator/`` from a template; nothing that exists is overwritten."""

from importlib.resources import files
from pathlib import Path

import tomlkit

from crewtui.core.config.load import parse_crew
from crewtui.core.config.project import Project
from crewtui.core.model.errors import ConfigError

DEFAULT_TEMPLATE = "trio"


def templates() -> dict[str, str]:
    """The templates by name, each with its first comment line as its description."""
    found = {}
    for entry in sorted(files("crewtui.core.config").joinpath("templates").iterdir(), key=str):
        if entry.name.endswith(".toml"):
            first = entry.read_text(encoding="utf-8").splitlines()[0]
            found[entry.name.removesuffix(".toml")] = first.lstrip("# ")
    return found


def scaffold(project: Project, template: str = DEFAULT_TEMPLATE) -> list[Path]:
    """Write the template's files that are not there yet, and say which; raises ``ConfigError``."""
    if template not in templates():
        known = ", ".join(templates())
        raise ConfigError(f"no template {template!r}", f"choose one of: {known}")
    text = (
        files("crewtui.core.config")
        .joinpath("templates", f"{template}.toml")
        .read_text(encoding="utf-8")
    )
    document = tomlkit.parse(text)
    prompts = document.pop("prompts").unwrap()
    crew = parse_crew(document.as_string())
    project.prepare()
    wanted = {project.config: document.as_string()}
    for name, prompt in prompts.items():
        wanted[project.folder / "prompts" / f"{name}.md"] = prompt
    milestones = files("crewtui.core.config").joinpath("first_milestones.toml")
    wanted[project.folder / "milestones.toml"] = milestones.read_text(encoding="utf-8")
    wanted[project.folder / ".gitignore"] = "runtime/\nmessages/\nworktrees/\n"
    for agent in (*(a.id for a in crew.agents), "human", "all"):
        project.inbox(agent).mkdir(exist_ok=True)
    return [path for path, content in wanted.items() if _write_new(path, content)]


def _write_new(path: Path, content: str) -> bool:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError:
        return False
    return True
