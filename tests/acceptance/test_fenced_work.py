"""A fenced agent in the crew's protocol: requests by file, commits in its worktree, never main."""

import json
from pathlib import Path

import pytest

from crewtui.core.fence.kinds import Fence
from crewtui.core.fence.trial import works
from crewtui.core.rpc import wire
from tests.acceptance.test_fences import run
from tests.support.crews import RealCrew, sim
from tests.support.repository import Repository
from tests.support.workers import Workers


@pytest.fixture(params=["bubblewrap", "landlock"])
def fenced(
    request: pytest.FixtureRequest, crew: RealCrew, repository: Repository, script: Path
) -> Workers:
    """A shell that may write ``src``, and two peers."""
    if not works(Fence(request.param)):
        pytest.skip(f"{request.param} does not work here")
    spec = {"command": ["bash", "--norc"], "runs_messages": True, "allowed_write_dirs": ["src"]}
    peers = {name: sim(script) for name in ("b", "c")}
    crew.write({"coder": spec, **peers}, fence=request.param)
    crew.up()
    for name in ("coder", "b", "c"):
        crew.until_state(name, "idle")
    return Workers(crew, repository)


def test_a_fenced_agent_votes_by_file_and_is_answered_at_once(fenced: Workers) -> None:
    fenced.operator("vote.open", title="t", options=["A", "B"])
    said = run(fenced.crew, "crewtui vote cast B A; echo code $?; crewtui vote list")
    assert "code 0" in said
    assert "v1" in said
    assert fenced.crew.state()["votes"]["v1"]["voted"] == ["coder"]
    said = run(fenced.crew, "crewtui vote cast X; echo code $?; crewtui task assign t b; echo $?")
    assert "code 4" in said
    assert "only the operator may do that" in said


def test_an_answer_that_nobody_waits_for_any_more_comes_as_a_message(fenced: Workers) -> None:
    fenced.operator("vote.open", title="t", options=["A", "B"])
    data = {"method": "vote.cast", "params": {"ranking": ["B", "A"]}, "reply": "ab" * 8, "until": 1}
    data |= wire.Peer().facts
    facts = {"token": fenced.token("coder"), "name": "request", "data": data}
    (fenced.crew.project.root / "src" / "facts").write_text(json.dumps(facts))
    run(fenced.crew, "cp src/facts $TMPDIR/facts && mv $TMPDIR/facts $CREWTUI_SIGNALS/1.json")
    fenced.crew.until(lambda: fenced.told("coder", "done: vote.cast"))


def test_a_fenced_agent_reviews_what_another_one_did(fenced: Workers) -> None:
    folder = fenced.claimed("b", "parser", validations=[])
    fenced.commit(folder, "work.py", "print('from b')\n")
    fenced.submit("b", "parser")
    said = run(
        fenced.crew,
        "crewtui task list; crewtui review list; crewtui task diff parser; "
        "crewtui review approve parser -m good; echo code $?",
    )
    assert "+print('from b')" in said
    assert "code 0" in said
    assert fenced.task("parser")["reviews"][0]["reviewer"] == "coder"


def test_a_fenced_agent_works_in_its_worktree_and_cannot_move_main(fenced: Workers) -> None:
    check = {"name": "writes", "command": ["sh", "-c", "echo x > built && ! echo x > $OUT"]}
    outside = fenced.crew.project.root / "outside"
    check["command"] = ["sh", "-c", f"echo x > built; echo x > {outside}; cat work.py"]
    fenced.add("parser", validations=[check])
    fenced.operator("task.assign", task="parser", to="coder")
    folder = fenced.task("parser")["worktree"]
    before = fenced.repository.git("rev-parse", "main")
    said = run(
        fenced.crew,
        f"cd {folder} && echo 'x = 1' > work.py && git add -A && git commit -m work; "
        "git update-ref refs/heads/main HEAD; git push origin HEAD:main; "
        "echo '[core]' >> ../../../../.git/config; echo x > ../../../../.git/hooks/pre-commit; "
        "cd -",
    )
    run(fenced.crew, "crewtui task submit parser")
    fenced.crew.until(lambda: fenced.task("parser")["attempts"])
    assert fenced.result("parser")["ending"] == "completed", said
    assert fenced.repository.git("rev-parse", "coder/parser") != before
    assert fenced.repository.git("rev-parse", "main") == before
    assert not outside.exists()


def test_fenced_work_is_merged_and_the_next_task_begins_with_it(fenced: Workers) -> None:
    fenced.add("parser", validations=[])
    fenced.operator("task.assign", task="parser", to="coder")
    folder = fenced.task("parser")["worktree"]
    run(fenced.crew, f"cd {folder} && echo 1 > one && git add -A && git commit -qm one; cd -")
    run(fenced.crew, "crewtui task submit parser")
    fenced.crew.until(lambda: fenced.task("parser")["state"] == "review")
    for reviewer in ("b", "c"):
        fenced.as_(reviewer, "review.add", task="parser", approve=True, text="good")
    fenced.crew.until(lambda: fenced.task("parser")["state"] == "merged")
    fenced.add("lexer", validations=[])
    fenced.operator("task.assign", task="lexer", to="coder")
    second = fenced.task("lexer")["worktree"]
    assert (Path(second) / "one").read_text() == "1\n"
    fenced.repository.commit("a person's own", {"two": "2\n"})
    said = run(fenced.crew, f"cd {second} && git fetch origin && git merge origin/main; ls; cd -")
    assert "two" in said.split()


TRAP = """
mkdir -p nested && cd nested && git init -q -b main . && echo a > a && git add a
git -c user.name=x -c user.email=x@x commit -qm a
git config filter.x.clean "touch {proof}; env > {leak}; cat"
echo 'a filter=x' > .git/info/attributes
cd .. && git add -A && git commit -qm nested && touch -d '2001-01-01' nested/a
"""


def test_a_repository_planted_in_the_worktree_runs_nothing_outside_and_waits_for_a_person(
    fenced: Workers,
) -> None:
    root = fenced.crew.project.root
    fenced.add("parser", validations=[])
    fenced.operator("task.assign", task="parser", to="coder")
    folder = fenced.task("parser")["worktree"]
    trap = TRAP.format(proof=root / "ran", leak=root / "src" / "leak")
    (root / "src" / "trap.sh").write_text(trap)
    run(fenced.crew, f"cd {folder} && sh {root}/src/trap.sh; cd -")
    run(fenced.crew, "crewtui task submit parser")
    fenced.crew.until(lambda: fenced.task("parser")["attempts"])
    result = fenced.result("parser")
    assert result["ending"] == "needs_approval"
    assert "a repository in the repository: nested" in fenced.task("parser")["reason"]
    assert not (root / "ran").exists()
    assert not (root / "src" / "leak").exists()


def test_filters_of_the_worktree_itself_run_in_the_fence_without_the_supervisors_environment(
    fenced: Workers,
) -> None:
    root = fenced.crew.project.root
    fenced.add("parser", validations=[])
    fenced.operator("task.assign", task="parser", to="coder")
    folder = fenced.task("parser")["worktree"]
    script = f"touch {root}/ran; env > {root}/src/leak; cat"
    (root / "src" / "filter.sh").write_text(script)
    run(
        fenced.crew,
        f"cd {folder} && echo 1 > one && git add -A && git commit -qm one && "
        f"git config filter.x.clean 'sh {root}/src/filter.sh' && "
        "echo '* filter=x' > .git/info/attributes; git config core.fsmonitor "
        f"'sh {root}/src/filter.sh'; touch -d 2001-01-01 one; rm -f {root}/src/leak; cd -",
    )
    run(fenced.crew, "crewtui task submit parser")
    fenced.crew.until(lambda: fenced.task("parser")["attempts"])
    fenced.result("parser")
    assert not (root / "ran").exists()
    leak = root / "src" / "leak"
    assert not leak.exists() or "TMUX" not in leak.read_text()


def test_unsaved_work_of_a_fenced_agent_is_seen_by_a_git_in_its_fence(fenced: Workers) -> None:
    fenced.add("parser", validations=[])
    fenced.operator("task.assign", task="parser", to="coder")
    folder = fenced.task("parser")["worktree"]
    run(fenced.crew, f"cd {folder} && echo 1 > one; cd -")
    fenced.operator("task.release", task="parser")
    assert "kept: worktree and branch coder/parser: 1 files" in fenced.crew.run("clean").stdout
    run(fenced.crew, f"rm {folder}/one")
    done = fenced.crew.run("clean", "--yes")
    assert "removed: worktree and branch coder/parser" in done.stdout, done.stderr
    assert not Path(folder).exists()


def test_a_milestones_command_runs_what_agents_wrote_and_so_in_a_fence(fenced: Workers) -> None:
    project = fenced.crew.project
    trap = (
        f"echo x > {project.folder}/out; cat {project.runtime}/secret > src/got; echo ran > src/a"
    )
    command = json.dumps(["sh", "-c", "sh src/check.sh; true"])
    (project.root / "src" / "check.sh").write_text(trap)
    (project.folder / "milestones.toml").write_text(
        f'[[milestones]]\nid = "poc"\ntitle = "PoC"\n'
        f'checks = [{{name = "c", command = {command}}}]\n'
    )
    fenced.crew.run("milestone", "check", "poc")
    fenced.crew.until((project.root / "src" / "a").exists)
    assert not (project.folder / "out").exists()
    assert (project.root / "src" / "got").read_bytes() == b""


def test_what_a_fenced_agent_has_an_unfenced_one_validate_runs_in_a_fence(fenced: Workers) -> None:
    project = fenced.crew.project
    trap = f"touch {project.root}/out {project.folder}/out; touch ran; cat {project.runtime}/secret"
    check = {"name": "v", "command": ["sh", "-c", trap]}
    table = {"id": "trap", "title": "t", "validations": [check]}
    fenced.as_("coder", "task.add", tasks=[table])
    fenced.operator("task.assign", task="trap", to="b")
    folder = Path(fenced.task("trap")["worktree"])
    fenced.commit(folder, ".gitignore", "ran\n")
    result = fenced.submit("b", "trap")
    assert result["ending"] == "failed_validation"  # the secret cannot be read
    assert (folder / "ran").exists()
    assert not (project.root / "out").exists()
    assert not (project.folder / "out").exists()


def test_the_users_own_git_works_on_the_repository_beside_a_crew_at_work(fenced: Workers) -> None:
    folder = fenced.claimed("coder", "parser", validations=[])
    said = run(
        fenced.crew,
        f"(cd {folder} && echo 'print(1)' > work.py && git add -A && git commit -qm work); "
        "crewtui task submit parser; echo code $?",
    )
    assert "code 0" in said
    other = fenced.claimed("b", "lexer", validations=[])
    fenced.commit(other, "lexer.py", "print(2)\n")
    fenced.submit("b", "lexer")
    before = fenced.repository.git("log", "--all", "--format=%H")
    for words in (
        ["status"], ["worktree", "list"], ["log", "--all"], ["fsck", "--full", "--strict"],
        ["gc", "--prune=now"], ["repack", "-ad"], ["worktree", "prune"], ["fsck", "--full"],
    ):  # fmt: skip
        fenced.repository.git(*words)
    assert fenced.repository.git("log", "--all", "--format=%H") == before
    said = run(fenced.crew, f"(cd {folder} && git fsck --full && git log --oneline); echo code $?")
    assert "code 0" in said
    fenced.as_("b", "review.add", task="parser", approve=True)
    fenced.operator("review.add", task="parser", approve=True)
    fenced.crew.until(lambda: fenced.task("parser")["state"] == "merged")
    fenced.repository.git("fsck", "--full")
