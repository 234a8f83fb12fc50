"""Milestones and phases in a running crew: from an idea to the gate."""

import time
from pathlib import Path

import pytest

from crewtui.core.model.errors import Refused
from tests.support.workers import Workers

MILESTONES = """
[[milestones]]
id = "poc"
title = "PoC"
checks = [
  { name = "built", tasks_merged = "all" },
  { name = "runs", command = "python3 work.py" },
]
"""


@pytest.fixture
def gated(workers: Workers) -> Workers:
    """The crew has one milestone."""
    (workers.crew.project.folder / "milestones.toml").write_text(MILESTONES)
    return workers


def milestone(workers: Workers) -> dict[str, object]:
    return dict(workers.crew.state()["milestones"]["poc"])


def phase(workers: Workers) -> str:
    return str(workers.crew.state()["phase"]["phase"])


def test_a_gate_opens_only_when_every_check_passes_and_a_person_says_so(gated: Workers) -> None:
    found = gated.operator("milestone.check", milestone="poc")
    assert [check["passed"] for check in found["checks"]] == [False, False]
    with pytest.raises(Refused, match="not passed: built, runs"):
        gated.operator("milestone.decide", milestone="poc", approve=True)
    gated.merged("a", "parser")
    found = gated.operator("milestone.check", milestone="poc")
    assert "good" in found["checks"][1]["evidence"]
    with pytest.raises(Refused, match="only the operator"):
        gated.as_("a", "milestone.decide", milestone="poc", approve=True)
    gated.operator("milestone.decide", milestone="poc", approve=True, reason="it runs")
    assert (milestone(gated)["approved"], milestone(gated)["reason"]) == (True, "it runs")


def test_a_milestone_goes_back_only_with_a_reason(gated: Workers) -> None:
    gated.operator("milestone.check", milestone="poc")
    with pytest.raises(Refused, match="with a reason"):
        gated.operator("milestone.decide", milestone="poc", approve=False)
    gated.operator("milestone.decide", milestone="poc", approve=False, reason="too slow")
    assert milestone(gated)["reason"] == "too slow"


def test_without_approval_a_green_milestone_passes_by_itself(gated: Workers) -> None:
    text = MILESTONES.replace('title = "PoC"', 'title = "PoC"\napproval = false')
    (gated.crew.project.folder / "milestones.toml").write_text(text)
    gated.merged("a", "parser")
    assert gated.operator("milestone.check", milestone="poc")["approved"]


def test_the_command_shows_evidence_and_ends_with_1_for_a_red_gate(gated: Workers) -> None:
    done = gated.crew.run("milestone", "check", "poc")
    assert done.returncode == 1
    assert "FAIL runs: runs python3 work.py" in done.stdout
    assert "0 of 0 tasks" in done.stdout


def test_the_phases_run_from_the_idea_to_the_end(gated: Workers) -> None:
    gated.operator("phase.start", idea="What now?", rounds=1, timebox_s=60)
    assert phase(gated) == "debate"
    for name in "abc":
        gated.as_(name, "debate.submit", text=f"# {name}'s way")
    gated.crew.until(lambda: phase(gated) == "vote")
    for name in "abc":
        gated.as_(name, "vote.cast", ranking=["B"])
    gated.crew.until(lambda: phase(gated) == "plan")
    assert gated.crew.state()["phase"]["planner"] == "b"
    gated.crew.until(lambda: gated.told("b", "You plan the work"))
    with pytest.raises(Refused, match="b plans"):
        gated.as_("a", "task.planned")
    with pytest.raises(Refused, match="no tasks"):
        gated.as_("b", "task.planned")
    tables = [{"id": n, "title": n, "milestone": "poc"} for n in ("one", "two")]
    gated.as_("b", "task.add", tasks=tables)
    gated.as_("b", "task.planned")
    gated.crew.until(lambda: phase(gated) == "assignment")
    gated.as_("c", "task.bid", task="one", reason="mine")
    gated.as_("a", "task.bid", task="two", reason="mine")
    gated.crew.until(lambda: gated.task("one")["worktree"] and gated.task("two")["worktree"])
    assert (gated.task("one")["agent"], gated.task("two")["agent"]) == ("c", "a")
    assert phase(gated) == "build"
    for agent, id_ in (("c", "one"), ("a", "two")):
        name = "work.py" if id_ == "one" else "two.py"
        gated.commit(Path(gated.task(id_)["worktree"]), name)
        gated.submit(agent, id_)
    gated.crew.until(lambda: phase(gated) == "review")
    for agent, id_ in (("c", "one"), ("a", "two")):
        gated.approve(agent, id_)
    gated.crew.until(lambda: phase(gated) == "milestone")
    gated.crew.until(lambda: all(c["passed"] for c in milestone(gated)["checks"]))  # type: ignore[attr-defined]
    gated.operator("milestone.decide", milestone="poc", approve=True)
    gated.crew.until(lambda: phase(gated) == "done")
    entered = [event["detail"]["phase"] for event in gated.crew.events("phase.entered")]
    wanted = ["debate", "vote", "plan", "assignment", "build", "review", "milestone", "done"]
    assert entered == wanted
    left = [event["detail"]["phase"] for event in gated.crew.events("phase.left")]
    assert left == wanted[:-1]


def test_a_pause_holds_the_clock_and_a_resume_moves_every_deadline(gated: Workers) -> None:
    gated.operator("phase.start", idea="What now?", rounds=2, timebox_s=1.5)
    gated.operator("phase.pause")
    before = next(iter(gated.crew.state()["debates"].values()))
    gated.crew.until(lambda: time.time() > before["closes_at"] + 0.5)
    assert next(iter(gated.crew.state()["debates"].values()))["round"] == 1
    gated.operator("phase.resume")
    after = next(iter(gated.crew.state()["debates"].values()))
    assert after["closes_at"] > before["closes_at"] + 0.5
    gated.crew.until(lambda: next(iter(gated.crew.state()["debates"].values()))["round"] == 2)


def test_start_with_an_agents_name_starts_that_agent(gated: Workers) -> None:
    gated.crew.until_state("a", "idle")
    gated.crew.call("agent.stop", agent="a")
    gated.crew.until_state("a", "stopped")
    assert gated.crew.run("start", "a").stdout == "a starts\n"
    gated.crew.until_state("a", "idle")
    done = gated.crew.run("start", "Build a parser", "--rounds", "1", "--timebox", "5m")
    assert "debate begins" in done.stdout
    assert phase(gated) == "debate"


TWO = """
[[milestones]]
id = "poc"
title = "poc"
checks = [{ name = "there", exists = "poc.txt" }]
[[milestones]]
id = "mvp"
title = "mvp"
approval = false
checks = [{ name = "there", exists = "mvp.txt" }]
"""


def test_no_milestone_passes_before_the_one_above_it_and_one_that_turns_red_has_regressed(
    workers: Workers,
) -> None:
    root = workers.crew.project.root
    (workers.crew.project.folder / "milestones.toml").write_text(TWO)
    (root / "mvp.txt").touch()
    assert workers.operator("milestone.check", milestone="mvp")["approved"] is False, "by itself"
    with pytest.raises(Refused, match="comes after poc, which has not passed"):
        workers.operator("milestone.decide", milestone="mvp", approve=True)
    (root / "poc.txt").touch()
    workers.operator("milestone.check", milestone="poc")
    workers.operator("milestone.decide", milestone="poc", approve=True)
    (root / "poc.txt").unlink()
    workers.operator("milestone.check", milestone="poc")
    workers.crew.until(lambda: workers.crew.events("milestone.regressed"))
    assert "regressed" in workers.crew.run("milestone", "list").stdout
    with pytest.raises(Refused, match="comes after poc, which passes no more"):
        workers.operator("milestone.decide", milestone="mvp", approve=True)
    (root / "poc.txt").touch()
    workers.operator("milestone.check", milestone="poc")
    assert workers.operator("milestone.check", milestone="mvp")["approved"] is True
