"""The demo's project: a throwaway folder with four simulated agents."""

import json
import shutil
import subprocess
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from crewtui.core.config.project import Project
from crewtui.core.model.ids import new_id

AGENTS = ("planner", "coder", "tester", "writer")

IDEA = "How do we build a word counter?"
MILESTONES = """\
[[milestones]]
id = "poc"
title = "PoC"
approval = true
checks = [
    { name = "decided", votes_decided = "all" },
    { name = "built", tasks_merged = "all" },
    { name = "documented", exists = "README.md" },
    { name = "tested", command = "python3 -m unittest discover -s tests", timeout = 30 },
    { name = "runs", command = "python3 -m words sample/text.txt", timeout = 30 },
]
"""


def make_demo_project() -> Project:
    """Write the demo's agents.toml and scripts into a new temporary folder."""
    root = Path(tempfile.mkdtemp(prefix="crewtui-demo-")).resolve()
    project = Project(root)
    project.prepare()
    scripts = root / "scripts"
    with as_file(files("crewtui.core.simulation") / "scripts") as source:
        shutil.copytree(source, scripts)
    _make_repository(root)
    (project.folder / "milestones.toml").write_text(MILESTONES)
    lines = ["# The demo crew: simulated agents, real processes in real tmux.", "[crew]"]
    lines += ['name = "demo"', f'tmux_socket = "crewtui-demo-{new_id()}"', "scan_s = 1", ""]
    for agent in AGENTS:
        command = ["crewtui-simulated-agent", str(scripts / f"{agent}.toml")]
        lines += ["[[agents]]", f'id = "{agent}"', f"command = {json.dumps(command)}"]
        limit = 2 if agent == "tester" else 5
        lines += [f"restart = {{ limit = {limit}, base_s = 0.8 }}", ""]
    project.config.write_text("\n".join(lines))
    return project


def _make_repository(root: Path) -> None:
    """A real git repository for the crew to work in."""
    (root / "README.md").write_text("# words\n")
    (root / ".gitignore").write_text("/.orchestrator/\n/scripts/\n/docs/\n__pycache__/\n")
    for words in (
        ("init", "--quiet", "--initial-branch=main"),
        ("config", "user.name", "demo"),
        ("config", "user.email", "demo@localhost"),
        ("add", "--all"),
        ("commit", "--quiet", "-m", "Begin"),
    ):
        subprocess.run(["git", "-C", str(root), *words], check=True)
