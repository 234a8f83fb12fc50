"""Write scopes and read fences, tried by a process that tries."""

import platform
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from crewtui.core.fence.kinds import Fence
from crewtui.core.fence.trial import works
from tests.support.crews import CAT, RealCrew

ENFORCED = ["bubblewrap", "landlock"]


@pytest.fixture(params=ENFORCED)
def fenced(request: pytest.FixtureRequest, crew: RealCrew) -> RealCrew:
    """A shell that may write ``src`` and not read ``tests``, and its peer."""
    if not works(Fence(request.param)):
        pytest.skip(f"{request.param} does not work here")
    root = crew.project.root
    (root / "tests").mkdir()
    (root / "tests" / "hidden.py").write_text("the answer is 42\n")
    (root / "notes.txt").write_text("readable\n")
    spec = {"allowed_write_dirs": ["src"], "denied_read_dirs": ["tests"]}
    crew.write(
        {"coder": {"command": ["bash", "--norc"], "runs_messages": True, **spec}, "peer": CAT},
        fence=request.param,
    )
    crew.up()
    crew.until_state("coder", "idle")
    return crew


def run(crew: RealCrew, command: str) -> str:
    """What a command prints inside the fence, its errors too."""
    out = crew.project.root / "src" / "out.txt"
    done = crew.project.root / "src" / "done"
    done.unlink(missing_ok=True)
    ended = ("delivered", "dead", "duplicate")
    crew.until(lambda: all(m["state"] in ended for m in crew.messages(recipient="coder")))
    crew.send("coder", f"{{ {command} ; }} > src/out.txt 2>&1; touch src/done")
    crew.until(done.exists)
    return out.read_text()


def test_a_write_inside_goes_through_and_one_outside_is_an_ordinary_error(
    fenced: RealCrew,
) -> None:
    said = run(fenced, "echo in > src/inside && cat src/inside; echo out > outside")
    assert said.startswith("in\n")
    assert "Permission denied" in said or "Read-only file system" in said
    assert not (fenced.project.root / "outside").exists()


def test_the_scope_holds_for_children_renames_and_links(fenced: RealCrew) -> None:
    command = (
        'python3 -c \'open("child", "w")\'; echo x > src/f; mv src/f moved; ln src/out.txt link; '
        "cp /etc/hostname etc; rm notes.txt"
    )
    run(fenced, command)
    left = {path.name for path in fenced.project.root.iterdir()}
    assert left == {".orchestrator", "src", "tests", "notes.txt"}


def test_what_may_not_be_read_cannot_be_read(fenced: RealCrew) -> None:
    said = run(fenced, "cat notes.txt; cat tests/hidden.py; python3 -c 'open(\"tests/hidden.py\")'")
    assert "readable" in said
    assert "the answer is 42" not in said


def test_the_agent_reaches_neither_tmux_nor_the_supervisor(fenced: RealCrew) -> None:
    proof = fenced.project.root / "by_tmux"
    said = run(fenced, f"tmux -L {fenced.socket} run-shell 'touch {proof}'; crewtui approvals")
    assert "no supervisor" in said or "Permission denied" in said or "denied" in said
    fenced.send("peer", "still here")
    fenced.until(lambda: fenced.messages(recipient="peer", state="delivered"))
    assert not proof.exists()


def test_the_agent_can_send_mail_and_has_a_folder_for_what_is_temporary(fenced: RealCrew) -> None:
    said = run(fenced, "crewtui send --to peer 'from inside'; mktemp; echo $?")
    assert said.rstrip().endswith("0"), said
    fenced.until(lambda: fenced.messages(recipient="peer", sender="coder", state="delivered"))


def test_a_read_fence_alone_leaves_writing_and_signalling_free(fenced: RealCrew) -> None:
    fence = fenced.project.config.read_text().partition('fence = "')[2].partition('"')[0]
    fenced.run("stop")
    spec = {"command": ["bash", "--norc"], "runs_messages": True, "denied_read_dirs": ["tests"]}
    fenced.write({"coder": spec, "peer": CAT}, fence=fence)
    fenced.up()
    fenced.until_state("coder", "idle")
    said = run(fenced, "cat tests/hidden.py; echo free > anywhere; crewtui send --to peer hello")
    assert "the answer is 42" not in said
    assert (fenced.project.root / "anywhere").read_text() == "free\n"
    fenced.until(lambda: fenced.messages(recipient="peer", state="delivered"))


def test_the_fence_is_shown(fenced: RealCrew) -> None:
    assert fenced.agent("coder")["fence"] == "full"
    assert fenced.agent("peer")["fence"] == "none"


def test_without_a_means_to_enforce_each_write_outside_is_reported(crew: RealCrew) -> None:
    spec = {"command": ["bash", "--norc"], "runs_messages": True, "allowed_write_dirs": ["src"]}
    crew.write({"coder": spec}, fence="audit")
    crew.up()
    crew.until_state("coder", "idle")
    crew.send("coder", "echo in > src/inside; echo out > outside")
    event = crew.until(lambda: crew.events("fence.written_outside"))[0]
    assert event["detail"]["path"] == "outside"
    crew.until(lambda: "write-scope" in crew.state()["troubles"])
    assert Path(crew.project.root / "src" / "inside").exists()


SOCKET_386 = r"""
#include <errno.h>
int socket(int family, int type, int protocol) {
    int made;
    __asm__ volatile("int $0x80" : "=a"(made) : "a"(359), "b"(family), "c"(type), "d"(protocol)
                     : "memory");
    if (made < 0) { errno = -made; return -1; }
    return made;
}
"""


def test_no_way_round_the_filter_leads_to_tmux(fenced: RealCrew) -> None:
    if shutil.which("gcc") is None or platform.machine() != "x86_64":
        pytest.skip("needs gcc on x86-64")
    root = fenced.project.root
    (root / "src" / "way.c").write_text(SOCKET_386)
    words = ["gcc", "-shared", "-fPIC", "-o", "src/way.so", "src/way.c"]
    subprocess.run(words, cwd=root, check=True)
    fake, proof = f"LD_PRELOAD={root}/src/way.so", root / "by_tmux"
    outside = ["env", fake, "tmux", "-L", fenced.socket, "run-shell", f"touch {proof}.outside"]
    subprocess.run(outside, check=False)
    assert Path(f"{proof}.outside").exists()  # the way is a way, where nothing is fenced
    run(fenced, f"{fake} tmux -L {fenced.socket} run-shell 'touch {proof}'")
    fenced.send("peer", "still here")
    fenced.until(lambda: fenced.messages(recipient="peer", state="delivered"))
    assert not proof.exists()


def test_a_file_moved_into_an_inbox_is_a_message_and_stays_one(fenced: RealCrew) -> None:
    inbox = fenced.project.inbox("peer")
    said = run(
        fenced,
        f"echo first > $TMPDIR/a && mv $TMPDIR/a {inbox}/one.md; echo second > $TMPDIR/b && "
        f"mv $TMPDIR/b {inbox}/two.md; rm -rf {fenced.project.processed}/*",
    )
    fenced.until(lambda: len(fenced.messages(recipient="peer", state="delivered")) == 2, 10)
    kept = {path.read_text() for path in fenced.project.processed.rglob("*.md")}
    assert {"first\n", "second\n"} <= kept, said


def test_no_agent_sees_what_the_supervisor_keeps(fenced: RealCrew) -> None:
    runtime = fenced.project.runtime
    said = run(
        fenced,
        f"cat {runtime}/secret {runtime}/ledger.db {runtime}/logs/*.jsonl "
        f"{runtime}/logs/transcripts/* {runtime}/launch/* | wc -c; cat notes.txt",
    )
    assert said.splitlines()[-2:] == ["0", "readable"]


def test_the_network_is_a_setting(fenced: RealCrew) -> None:
    fence = fenced.project.config.read_text().partition('fence = "')[2].partition('"')[0]
    fenced.run("stop")
    spec = {"command": ["bash", "--norc"], "runs_messages": True, "allowed_write_dirs": ["src"]}
    spec["network"] = "none"
    fenced.write({"coder": spec}, fence=fence)
    fenced.up()
    fenced.until_state("coder", "idle")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said = run(fenced, f"(echo > /dev/tcp/127.0.0.1/{port}) && echo reached")
    assert "reached" not in said


def test_the_whole_project_as_a_scope_is_neither_its_git_nor_its_crew(fenced: RealCrew) -> None:
    root = fenced.project.root
    fence = fenced.project.config.read_text().partition('fence = "')[2].partition('"')[0]
    fenced.run("stop")
    (root / "lib").mkdir()
    spec = {"command": ["bash", "--norc"], "runs_messages": True, "allowed_write_dirs": ["."]}
    fenced.write({"coder": spec, "peer": CAT}, fence=fence)
    before = fenced.project.config.read_text()
    fenced.up()
    fenced.until_state("coder", "idle")
    said = run(
        fenced,
        "echo x > lib/inside; echo x > top; echo x >> .orchestrator/agents.toml; git init -q; "
        "echo x > .git/config; mv .orchestrator away; rm -rf .git; "
        "cat .orchestrator/runtime/secret; crewtui send --to peer hello",
    )
    fenced.until(lambda: fenced.messages(recipient="peer", state="delivered"))
    assert (root / "lib" / "inside").exists()
    assert (root / "top").exists() == (fence == "bubblewrap")  # Landlock grants what was there
    assert fenced.project.config.read_text() == before, said
    assert list((root / ".git").iterdir()) == []
