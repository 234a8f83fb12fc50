"""What the demo must have shown of the crew's work, from idea to a program that runs."""

import subprocess
import sys
from typing import Any

from crewtui.app.demo.check import Check, Events, lines, of_kind
from crewtui.core.config.project import Project
from crewtui.core.model.crew_state import CrewState

ROUNDS = 4
TASKS = 6


def work_checks(project: Project, events: Events, status: dict[str, Any]) -> list[Check]:
    """Every check of the second half of the demo."""
    state = CrewState.model_validate(status)
    return [
        _debate(project, events),
        _vote(project, state, events),
        _planned(events),
        _failed_first(events),
        _reviewed(state),
        _merged(project, state),
        _gate(state, events),
        _runs(project),
    ]


def _debate(project: Project, events: Events) -> Check:
    closed = of_kind(events, "debate.round_closed")
    texts = sorted((project.root / "docs" / "debate").glob("round-*/agent-*.md"))
    passed = len(closed) == ROUNDS and len(texts) == ROUNDS * 4
    return Check("debated_four_rounds", passed, [*lines(closed), f"{len(texts)} texts written"])


def _vote(project: Project, state: CrewState, events: Events) -> Check:
    broken = of_kind(events, "vote.broken")
    written = (project.root / "docs" / "debate" / "vote-results.md").is_file()
    vote = next(iter(state.votes.values()), None)
    passed = bool(broken) and written and vote is not None and len(vote.tied) == 2
    return Check("tie_broken_with_a_reason", passed, lines(broken))


def _planned(events: Events) -> Check:
    added = of_kind(events, "task.added")
    return Check("six_tasks_planned", len(added) == TASKS, lines(added))


def _failed_first(events: Events) -> Check:
    ended = of_kind(events, "task.attempt_ended")
    failed = [e for e in ended if e["detail"].get("ending") == "failed_validation"]
    names = {e["detail"]["task"] for e in failed}
    done = [e for e in ended if e["detail"].get("ending") == "completed"]
    good = [e for e in done if e["detail"]["task"] in names]
    return Check("failed_validation_then_mended", bool(good), lines([*failed[:1], *good[:1]]))


def _reviewed(state: CrewState) -> Check:
    found = [f"{task.id}: {', '.join(task.approvals)}" for task in state.tasks.values()]
    passed = all(len(task.approvals) >= 2 for task in state.tasks.values())
    return Check("each_approved_by_two_others", passed and len(found) == TASKS, found)


def _merged(project: Project, state: CrewState) -> Check:
    words = ["git", "-C", str(project.root), "log", "--merges", "--format=%h %s", "main"]
    said = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    merges = said.strip().splitlines()
    passed = len(merges) == TASKS and all(task.merged for task in state.tasks.values())
    return Check("merged_into_main_in_git", passed, merges)


def _gate(state: CrewState, events: Events) -> Check:
    entered = [e["detail"]["phase"] for e in of_kind(events, "phase.entered")]
    wanted = ["debate", "vote", "plan", "assignment", "build", "milestone", "done"]
    poc = state.milestones.get("poc")
    through = [phase for phase in entered if phase in wanted]
    passed = poc is not None and poc.approved and set(wanted) <= set(through)
    evidence = [" -> ".join(entered), *lines(of_kind(events, "milestone.approved"))]
    return Check("passed_the_poc_gate", passed, evidence)


def _runs(project: Project) -> Check:
    words = [sys.executable, "-m", "words", "sample/text.txt"]
    try:
        done = subprocess.run(
            words, cwd=project.root, capture_output=True, text=True, check=False, timeout=30
        )
    except subprocess.TimeoutExpired:
        return Check("the_program_runs", False, ["no end"])
    said = (done.stdout or done.stderr).strip().splitlines()
    return Check("the_program_runs", done.returncode == 0 and "crew" in done.stdout, said)
