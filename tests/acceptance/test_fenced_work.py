"""A fenced agent in the crew's protocol: requests by file, commits in its worktree, never main."""

from pathlib import Path

import pytest

from crewtui.core.fence.kinds import Fence
from crewtui.core.fence.trial import works
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
    spec = {"command": ["bash", "--norc"], "allowed_write_dirs": ["src"]}
    peers = {name: sim(script) for name in ("b", "c")}
    crew.write({"coder": spec, **peers}, fence=request.param)
    crew.up()
    for name in ("coder", "b", "c"):
        crew.until_state(name, "idle")
    return Workers(crew, repository)


def test_a_fenced_agent_votes_by_file_and_is_answered_by_message(fenced: Workers) -> None:
    fenced.operator("vote.open", title="t", options=["A", "B"])
    said = run(fenced.crew, "crewtui vote cast B A")
    assert "the answer comes as a message" in said
    fenced.crew.until(lambda: fenced.crew.state()["votes"]["v1"]["voted"] == ["coder"])
    fenced.crew.until(lambda: fenced.told("coder", "done: vote.cast"))
    run(fenced.crew, "crewtui vote cast X")
    fenced.crew.until(lambda: fenced.told("coder", "refused: vote.cast"))


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
        "git update-ref refs/heads/main HEAD; git branch -f main HEAD; "
        "echo '[core]' >> ../../../../.git/config; echo x > ../../../../.git/hooks/pre-commit; "
        "cd -",
    )
    assert fenced.repository.git("rev-parse", "coder/parser") != before, said
    assert fenced.repository.git("rev-parse", "main") == before
    run(fenced.crew, "crewtui task submit parser")
    fenced.crew.until(lambda: fenced.task("parser")["attempts"])
    assert fenced.result("parser")["ending"] == "completed"
    assert not outside.exists()
