"""Gates: which changes a person must see before others review them."""

import pytest

from crewtui.core.model.task import TaskPolicy, TaskView
from crewtui.core.work.changes import Change, gates


def task(**facts: object) -> TaskView:
    return TaskView.model_validate({"id": "t", "title": "t", **facts})


def changed(*paths: str) -> list[Change]:
    return [Change("M", path) for path in paths]


def test_plain_changes_need_nobody() -> None:
    assert gates(task(allowed_paths=["src/", "*.md"]), changed("src/a/b.py", "README.md")) == []


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("pyproject.toml", "dependencies"),
        ("web/package.json", "dependencies"),
        ("requirements-dev.txt", "dependencies"),
        ("app/migrations/0002_x.py", "migration"),
        (".claude/settings.json", "runs by itself"),
        (".envrc", "runs by itself"),
        (".gitattributes", "runs by itself"),
        (".orchestrator/agents.toml", "runs by itself"),
        (".github/workflows/ci.yml", "runs by itself"),
    ],
)
def test_dependencies_migrations_and_what_runs_by_itself_need_a_person(path: str, why: str) -> None:
    assert why in gates(task(), changed(path))[0]


def test_too_many_files_forbidden_paths_and_paths_outside_need_a_person() -> None:
    policy = TaskPolicy(max_files=1, forbidden=("secrets/*",))
    found = gates(task(policy=policy, allowed_paths=["src"]), changed("src/a", "secrets/key"))
    assert any("2 files" in why for why in found)
    assert any("forbidden path: secrets/key" in why for why in found)
    assert any("outside of the allowed paths: secrets/key" in why for why in found)


def test_a_folder_does_not_allow_another_one_with_a_longer_name() -> None:
    assert gates(task(allowed_paths=["src"]), changed("src2/a.py")) != []


def test_a_policy_may_let_dependencies_pass() -> None:
    assert gates(task(policy=TaskPolicy(dependencies=False)), changed("go.mod")) == []
