"""Tasks in worktrees: claimed once, validated, gated, never run twice."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crewtui.core.model.errors import CrewtuiError, Refused
from tests.support.crews import CAT
from tests.support.workers import Workers


def cli(workers: Workers, agent: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """A command as it runs in an agent's pane."""
    said = {"CREWTUI_AGENT": agent, "CREWTUI_TOKEN": workers.token(agent)} if agent else {}
    return subprocess.run(
        [sys.executable, "-m", "crewtui", *words],
        cwd=workers.crew.project.root,
        env=os.environ | said,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_claim_makes_worktree_and_branch_and_tells_the_agent(workers: Workers) -> None:
    folder = workers.claimed("a", "parser", goal="Parse it all.", acceptance=["it parses"])
    assert workers.repository.git("branch", "--show-current", cwd=folder) == "a/parser"
    workers.crew.until(lambda: workers.told("a", "Parse it all."))
    assert workers.told("a", str(folder))
    assert workers.task("parser")["state"] == "claimed"
    assert workers.repository.git("status", "--porcelain") == ""


def test_an_agents_worktree_prompt_comes_with_each_task(workers: Workers) -> None:
    folder = workers.crew.project.folder
    (folder / "work.md").write_text("{{agent_id}}, commit often.")
    config = workers.crew.project.config
    config.write_text(config.read_text() + 'worktree_prompt_file = "work.md"\n')  # of the last, c
    workers.again()
    workers.claimed("c", "parser")
    workers.crew.until(lambda: workers.told("c", "c, commit often."))


def test_of_two_claims_at_once_one_gets_it(workers: Workers) -> None:
    for number in range(5):
        workers.add(f"t{number}")
        with ThreadPoolExecutor() as pool:
            tries = [pool.submit(workers.as_, n, "task.claim", task=f"t{number}") for n in "abc"]
        failed = [one.exception() for one in tries if one.exception() is not None]
        assert len(failed) == 2
        assert all(isinstance(error, Refused) and "claimed by" in error.what for error in failed)
        holder = workers.task(f"t{number}")["agent"]
        where = f"refs/heads/*/t{number}"
        found = workers.repository.git("for-each-ref", "--format=%(refname)", where)
        assert found == f"refs/heads/{holder}/t{number}"


def test_a_task_that_depends_on_another_waits_for_its_merge(workers: Workers) -> None:
    workers.add("first")
    workers.add("second", depends_on=["first"])
    with pytest.raises(Refused, match="waits for first"):
        workers.as_("a", "task.claim", task="second")
    with pytest.raises(Refused, match="depends on"):
        workers.add("third", depends_on=["nothing"])


def test_bids_are_kept_and_the_operator_assigns(workers: Workers) -> None:
    workers.add("parser")
    workers.as_("b", "task.bid", task="parser", reason="I wrote the lexer")
    assert workers.task("parser")["bids"] == [{"agent": "b", "reason": "I wrote the lexer"}]
    with pytest.raises(Refused, match="only the operator"):
        workers.as_("b", "task.assign", task="parser", to="b")
    workers.operator("task.assign", task="parser", to="b")
    assert workers.task("parser")["agent"] == "b"


def test_released_work_stays_on_its_branch(workers: Workers) -> None:
    folder = workers.claimed("a", "parser")
    commit = workers.commit(folder)
    with pytest.raises(Refused, match="not yours"):
        workers.as_("b", "task.release", task="parser")
    workers.as_("a", "task.release", task="parser")
    assert workers.task("parser")["state"] == "queued"
    assert workers.repository.git("rev-parse", "a/parser") == commit
    workers.as_("b", "task.claim", task="parser")
    assert workers.task("parser")["branch"] == "b/parser"


def test_a_submission_that_passes_asks_the_others_for_review(workers: Workers) -> None:
    folder = workers.claimed("a", "parser")
    commit = workers.commit(folder)
    found = workers.submit("a", "parser")
    assert (found["ending"], found["exit_code"]) == ("completed", 0)
    task = workers.task("parser")
    assert (task["state"], task["attempts"][0]["commit"]) == ("review", commit)
    workers.crew.until(lambda: workers.told("b", "Please review task parser by a"))
    workers.crew.until(lambda: workers.told("c", "Please review task parser by a"))
    assert not workers.told("a", "Please review")


def test_artifacts_have_the_bytes_and_the_sum_of_every_changed_file(workers: Workers) -> None:
    folder = workers.claimed("a", "parser")
    binary = bytes(range(256)) * 10
    (folder / "data.bin").write_bytes(binary)
    workers.commit(folder)
    workers.submit("a", "parser")
    listed = {e["name"]: e for e in workers.operator("task.artifacts", task="parser")}
    assert listed["files/data.bin"]["sha256"] == hashlib.sha256(binary).hexdigest()
    kept = workers.crew.project.runtime / "artifacts/parser/1"
    assert (kept / "files/data.bin").read_bytes() == binary
    assert "print('good')" in (kept / "changes.patch").read_text()
    assert (kept / "logs/passes.log").read_text() == "good\n"
    everything = (workers.crew.project.runtime / "artifacts").rglob("*")
    assert all(path.lstat().st_mode & 0o077 == 0 for path in everything)
    with pytest.raises(Refused, match="no artifact"):
        workers.operator("task.artifacts", task="parser", name="../../secret")


@pytest.mark.parametrize(
    ("text", "facts", "ending", "code", "state"),
    [
        ("raise SystemExit(1)", {}, "failed_validation", 12, "in_progress"),
        ("import time; time.sleep(99)", {"timeout": 1.0}, "timeout", 15, "in_progress"),
        ("raise SystemExit(1)", {"optional": True}, "completed_with_warnings", 11, "review"),
    ],
)
def test_each_ending_has_its_code_and_says_what_to_do(
    text: str, facts: dict[str, object], ending: str, code: int, state: str, workers: Workers
) -> None:
    check = {"name": "passes", "command": ["python3", "work.py"], **facts}
    folder = workers.claimed("a", "parser", validations=[check])
    workers.commit(folder, text=text)
    done = cli(workers, "a", "task", "submit", "parser")
    assert done.returncode == code, done.stderr
    assert ending.replace("_", " ") in done.stdout
    assert "->" in done.stdout
    assert workers.task("parser")["state"] == state
    workers.crew.until(lambda: workers.told("a", "To do:"))
    assert cli(workers, "", "task", "result", "parser").returncode == code


@pytest.mark.parametrize(
    ("prepare", "why"),
    [
        (lambda w, f: None, "nothing is committed"),
        (lambda w, f: (f / "new.py").write_text("x"), "not committed: new.py"),
        (lambda w, f: w.repository.git("switch", "-q", "-c", "other", cwd=f), "is on other"),
    ],
)
def test_what_is_not_committed_on_the_branch_is_not_submitted(
    prepare: object, why: str, workers: Workers
) -> None:
    folder = workers.claimed("a", "parser")
    prepare(workers, folder)  # type: ignore[operator]
    with pytest.raises(Refused, match=why):
        workers.as_("a", "task.submit", task="parser")
    assert workers.task("parser")["attempts"] == []


def test_changes_that_a_policy_gates_wait_for_the_person(workers: Workers) -> None:
    folder = workers.claimed("a", "parser", allowed_paths=["work.py"])
    workers.commit(folder, "pyproject.toml", "[project]\n")
    workers.commit(folder)
    found = workers.submit("a", "parser")
    assert (found["ending"], found["exit_code"]) == ("needs_approval", 17)
    task = workers.task("parser")
    assert (task["state"], "pyproject.toml" in task["reason"]) == ("blocked", True)
    with pytest.raises(Refused, match="only the operator"):
        workers.as_("a", "task.decide", task="parser", approve=True)
    workers.operator("task.decide", task="parser", approve=False, reason="no new dependencies")
    assert workers.task("parser")["state"] == "in_progress"
    workers.crew.until(lambda: workers.told("a", "no new dependencies"))
    workers.submit("a", "parser")
    workers.operator("task.decide", task="parser", approve=True)
    assert workers.task("parser")["state"] == "review"
    workers.crew.until(lambda: workers.told("b", "Please review"))


def test_an_agent_cannot_change_its_own_validations(workers: Workers) -> None:
    folder = workers.claimed("a", "parser")
    workers.commit(folder, text="raise SystemExit(1)")
    table = {"id": "parser", "title": "easier", "validations": []}
    with pytest.raises(Refused, match="there is a task"):
        workers.as_("a", "task.add", tasks=[table])
    assert workers.submit("a", "parser")["ending"] == "failed_validation"


def test_a_cancelled_attempt_ends_with_its_processes(workers: Workers) -> None:
    check = {"name": "long", "command": ["python3", "work.py"], "timeout": 60.0}
    folder = workers.claimed("a", "parser", validations=[check])
    code = "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(60)\n"
    workers.commit(folder, text=code)
    workers.as_("a", "task.submit", task="parser")
    pid = workers.crew.until(lambda: (folder / "pid").exists() and (folder / "pid").read_text())
    workers.operator("task.cancel", task="parser", reason="not needed")
    assert workers.result("parser")["ending"] == "cancelled"
    assert workers.task("parser")["state"] == "blocked"
    workers.crew.until(lambda: not Path(f"/proc/{pid}").exists())
    workers.operator("task.retry", task="parser")
    assert workers.task("parser")["state"] == "in_progress"


def test_an_attempt_that_a_crash_cut_off_needs_a_person_and_never_runs_again(
    workers: Workers,
) -> None:
    check = {"name": "long", "command": ["python3", "work.py"], "timeout": 60.0}
    folder = workers.claimed("a", "parser", validations=[check])
    code = "import os, time\nopen('runs', 'a').write(f'{os.getpid()}\\n')\ntime.sleep(60)\n"
    workers.commit(folder, text=code)
    (folder / ".git").read_text()
    workers.as_("a", "task.submit", task="parser")
    runs = folder / "runs"
    workers.crew.until(lambda: runs.exists() and runs.read_text())
    workers.crew.kill_supervisor()
    workers.crew.up()
    task = workers.task("parser")
    assert (task["state"], task["attempts"][0]["ending"]) == ("blocked", "needs_manual_attention")
    assert "the supervisor ended during attempt 1" in task["reason"]
    pid = runs.read_text().strip()
    workers.crew.until(lambda: not Path(f"/proc/{pid}").exists())
    done = workers.crew.run("recover")
    assert "parser  needs manual attention" in done.stdout
    assert runs.read_text().count("\n") == 1
    assert workers.crew.run("recover", "parser", "--retry").returncode == 0
    runs.unlink()
    workers.commit(folder)
    assert workers.submit("a", "parser")["ending"] == "completed"
    assert [a["number"] for a in workers.task("parser")["attempts"]] == [1, 2]


def test_an_agent_that_is_given_up_leaves_its_task_blocked(workers: Workers) -> None:
    workers.crew.run("stop")
    spec = {"command": ["sh", "-c", "sleep 1; exit 1"], "restart": {"limit": 0}, "adapter": "shell"}
    workers.crew.write({"a": spec, "b": CAT, "c": CAT})
    workers.crew.up()
    workers.add("parser")
    workers.operator("task.assign", task="parser", to="a")
    workers.crew.until(lambda: workers.task("parser")["state"] == "blocked")
    assert workers.result("parser")["exit_code"] == 13


@pytest.mark.parametrize("name", ["../x", "-x", "a b", "a\nb", "--upload-pack=x", "x.lock", ""])
def test_hostile_task_names_are_refused_everywhere(name: str, workers: Workers) -> None:
    for request, more in (
        ("task.add", {"tasks": [{"id": name, "title": "t"}]}),
        ("task.assign", {"task": name, "to": "a"}),
        ("task.submit", {"task": name}),
        ("task.artifacts", {"task": name}),
        ("task.diff", {"task": name}),
        ("review.add", {"task": name, "approve": True}),
        ("milestone.check", {"milestone": name}),
    ):
        with pytest.raises(CrewtuiError):
            workers.operator(request, **more)
    assert workers.crew.state()["tasks"] == {}


def test_tasks_are_added_from_options_and_files_and_shown(workers: Workers) -> None:
    done = workers.crew.run("task", "add", "parser", "--title", "Parse", "--validate", "true")
    assert done.stdout == "added parser: Parse\n"
    file = workers.crew.project.root / "more.yaml"
    file.write_text("- {id: lexer, title: Lex}\n- {id: printer, title: Print}\n")
    assert workers.crew.run("task", "add", "--file", str(file)).returncode == 0
    assert workers.crew.run("task", "list").stdout.count("queued") == 3
    shown = json.loads(workers.crew.run("task", "show", "parser", "--json").stdout)
    assert shown["validations"][0]["command"] == ["true"]
    done = workers.crew.run("task", "add", "parser", "--title", "again")
    assert (done.returncode, "there is a task" in done.stderr) == (4, True)
    done = workers.crew.run("task", "add", "../x", "--title", "again")
    assert (done.returncode, "an id of" in done.stderr) == (2, True)


def test_clean_says_what_it_would_remove_and_keeps_what_would_be_lost(workers: Workers) -> None:
    folder = workers.claimed("a", "parser")
    workers.commit(folder)
    workers.as_("a", "task.release", task="parser")
    said = workers.crew.run("clean", "--yes").stdout
    assert "kept: worktree and branch a/parser: it has commits that are not in main" in said
    assert folder.is_dir()
    assert "would remove" in workers.crew.run("clean", "--force").stdout
    assert folder.is_dir()
    assert "removed" in workers.crew.run("clean", "--force", "--yes").stdout
    assert not folder.exists()
    assert workers.repository.git("branch", "--list", "a/*") == ""


def test_a_claim_that_was_cut_off_before_its_worktree_is_taken_back(workers: Workers) -> None:
    workers.add("parser")
    workers.crew.kill_supervisor()
    with sqlite3.connect(workers.crew.project.ledger) as ledger:
        query = "SELECT value FROM records WHERE kind = 'task' AND id = 'parser'"
        task = json.loads(ledger.execute(query).fetchone()[0])
        claimed = task | {"state": "claimed", "agent": "a", "branch": "a/parser"}
        ledger.execute("UPDATE records SET value = ? WHERE id = 'parser'", (json.dumps(claimed),))
    workers.crew.up()
    assert workers.task("parser")["state"] == "queued"
    assert "before the worktree" in workers.task("parser")["reason"]
