"""Milestones: the file, and each kind of check with its evidence."""

from pathlib import Path

import pytest

from crewtui.core.config.project import Project
from crewtui.core.model.errors import ConfigError
from crewtui.core.model.milestone import CheckView, MilestoneView
from crewtui.core.model.task import TaskState, TaskView
from crewtui.core.model.vote import VoteState, VoteView
from crewtui.core.work.gates import CheckTable, Facts, check, load_milestones, merged_view
from crewtui.core.work.worktrees import as_it_is

FILE = """
[[milestones]]
id = "poc"
title = "PoC"
checks = [
  { name = "there", exists = "README.md" },
  { name = "runs", command = "python3 -c 'print(1)'" },
]
[[milestones]]
id = "mvp"
title = "MVP"
approval = false
checks = [{ name = "built", tasks_merged = ["a"] }]
"""


def facts(**states: TaskState) -> Facts:
    tasks = tuple(
        TaskView(id=name, title=name, state=state, milestone="poc" if name != "other" else "mvp")
        for name, state in states.items()
    )
    votes = (
        VoteView(id="v1", title="t", options=("A",), state=VoteState.DECIDED, winner="A"),
        VoteView(id="v2", title="t", options=("A",), state=VoteState.TIED),
    )
    return Facts(tasks, votes)


def test_the_file_is_read_in_order(tmp_path: Path) -> None:
    path = tmp_path / "milestones.toml"
    path.write_text(FILE)
    poc, mvp = load_milestones(path)
    assert [c.what for c in poc.checks] == ["README.md exists", "runs python3 -c 'print(1)'"]
    assert (poc.approval, mvp.approval) == (True, False)
    assert load_milestones(tmp_path / "none.toml") == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[milestones]]", "id"),
        (FILE + FILE, "once"),
        (FILE.replace("exists", "exist"), "checks"),
        (FILE.replace('"README.md"', '"../x"'), "inside the project"),
        (FILE.replace(', exists = "README.md"', ""), "one of"),
        ("milestones = 3", "milestones"),
    ],
)
def test_a_wrong_file_says_where(text: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "milestones.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=why):
        load_milestones(path)


async def made(project: Project, found: Facts, **kind: object) -> CheckView:
    table = CheckTable.model_validate({"name": "c", **kind})
    return await check(project, "poc", table, found, as_it_is)


async def test_a_file_exists_or_is_missing(project: Project) -> None:
    there = await made(project, facts(), exists="README.md")
    missing = await made(project, facts(), exists="nothing.md")
    assert (there.passed, missing.passed) == (True, False)
    assert missing.evidence == "nothing.md is missing"


async def test_a_command_passes_by_its_exit_code_and_shows_what_it_said(project: Project) -> None:
    good = await made(project, facts(), command=["python3", "-c", "print('fine')"])
    bad = await made(project, facts(), command=["python3", "-c", "raise SystemExit('broken')"])
    assert good.passed
    assert "fine" in good.evidence
    assert not bad.passed
    assert "broken" in bad.evidence


async def test_all_tasks_of_the_milestone_count_and_no_others(project: Project) -> None:
    merged = facts(a=TaskState.MERGED, other=TaskState.QUEUED)
    assert (await made(project, merged, tasks_merged="all")).passed
    half = facts(a=TaskState.MERGED, b=TaskState.REVIEW)
    found = await made(project, half, tasks_merged="all")
    assert not found.passed
    assert found.evidence == "1 of 2 tasks; not: b"
    assert (await made(project, half, tasks_merged=["a"])).passed


async def test_no_task_at_all_is_not_all_tasks(project: Project) -> None:
    assert not (await made(project, facts(), tasks_merged="all")).passed


async def test_votes_must_be_decided(project: Project) -> None:
    assert (await made(project, facts(), votes_decided=["v1"])).passed
    assert not (await made(project, facts(), votes_decided="all")).passed
    assert not (await made(project, facts(), votes_decided=["v9"])).passed


def test_evidence_of_a_check_that_changed_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "milestones.toml"
    path.write_text(FILE)
    table = load_milestones(path)[0]
    known = (
        CheckView(name="there", what="README.md exists", passed=True),
        CheckView(name="runs", what="runs something else", passed=True),
    )
    old = MilestoneView(id="poc", title="old", position=3, checks=known)
    new = merged_view(table, 0, old)
    assert [c.passed for c in new.checks] == [True, None]
    assert (new.title, new.position) == ("PoC", 0)
