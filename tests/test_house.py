"""The house itself: links, import walls, what the wheel installs, sizes."""

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.agents.report import written

ROOT = Path(__file__).parent.parent
HEAVY = ("textual", "pydantic", "aiosqlite", "libtmux", "asyncio", "hashlib")
"""What a command that agents call all day must not load."""
FOLDERS = ("app", "core", "widgets", "themes")


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_folder_is_linked_into_the_package(folder: str) -> None:
    link = ROOT / "src" / "crewtui" / folder
    assert link.is_symlink()
    assert link.resolve() == ROOT / folder


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("crewtui.core.service.supervisor", ("textual", "rich")),
        ("crewtui.core.client.connection", ("textual", "rich", "libtmux", "aiosqlite")),
        ("crewtui.app.dashboard", ("libtmux", "aiosqlite", "crewtui.core.service")),
        ("crewtui.core.rpc.requests", ("pydantic", "asyncio", "crewtui.core.model")),
        ("crewtui.app.commands.send", HEAVY),
        ("crewtui.app.commands.status", HEAVY),
    ],
)
def test_a_module_does_not_pull_in_what_lies_behind_a_wall(
    module: str, forbidden: tuple[str, ...]
) -> None:
    code = f"import sys, {module}; print([m for m in {forbidden!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_import_contracts_hold() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_wheel_installs_only_crewtui_with_stylesheets_and_adapters(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"crewtui", "crewtui-0.1.0.dist-info"}
    for wanted in (
        "crewtui/themes/crewtui.tcss",
        "crewtui/themes/dark.toml",
        "crewtui/core/agents/adapters/generic.toml",
        "crewtui/core/ledger/queries.sql",
        "crewtui/core/ledger/migrations/0001_first.sql",
        "crewtui/core/config/templates/trio.toml",
        "crewtui/core/simulation/scripts/echo.toml",
        "crewtui/py.typed",
    ):
        assert wanted in names


def _sources() -> list[Path]:
    return [path for folder in ("app", "core", "widgets") for path in (ROOT / folder).rglob("*.py")]


def test_no_module_is_longer_than_400_lines() -> None:
    long = {str(p): n for p in _sources() if (n := len(p.read_text().splitlines())) > 400}
    assert long == {}


def test_no_function_is_longer_than_60_lines() -> None:
    long = []
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno
                if length > 60:
                    long.append(f"{path.name}:{node.name} {length}")
    assert long == []


def test_the_readmes_table_of_agents_is_the_one_that_the_tests_found() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert written(readme) == readme, "run: make test-agents"
