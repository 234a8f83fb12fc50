"""``crewtui fence test`` in a project of its own, as this user or as an ordinary one."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
TRIAL = (
    "import sys; from crewtui.core.fence.trial import *; sys.exit(not works(Fence(sys.argv[1])))"
)
CREW = """
[crew]
fence = "{fence}"
[[agents]]
id = "fenced"
command = "cat"
adapter = "claude"
allowed_write_dirs = ["src"]
denied_read_dirs = ["hidden"]
network = "none"
[[agents]]
id = "free"
command = "cat"
network = "none"
"""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who runs crewtui; ``uid`` is none for this test's own user."""

    uid: int | None
    python: str
    home: Path

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """A program of theirs in their folder."""
        env = {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8"}
        paths = (str(ROOT / "src"), sysconfig.get_path("purelib"))
        env |= {"PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            words,
            cwd=self.home,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            user=self.uid,
            group=self.uid,
            extra_groups=None if self.uid is None else [],
        )

    def works(self, fence: str) -> bool:
        """Whether the means works for them here."""
        return self.run(self.python, "-c", TRIAL, fence).returncode == 0

    def tried(self, agent: str, fence: str) -> dict[str, str]:
        """What came of each escape."""
        config = self.home / ".orchestrator" / "agents.toml"
        config.write_text(CREW.format(fence=fence))
        words = ("-m", "crewtui", "fence", "test", agent, "--json")
        done = self.run(self.python, *words)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        assert rows, done.stderr
        assert (done.returncode == 0) == all(row["good"] for row in rows), done.stderr
        return {row["name"]: row["result"] for row in rows}


@contextmanager
def this_user() -> Iterator[User]:
    """Whoever runs the tests."""
    yield from _made(None, sys.executable)


@contextmanager
def ordinary_user() -> Iterator[User | None]:
    """A user without powers; none where nobody can become one, or it could run no Python."""
    python = _python_of_others() if os.geteuid() == 0 else None
    if os.geteuid() and os.getuid():
        yield from _made(None, sys.executable)
    elif python is None:
        yield None
    else:
        yield from _made(NOBODY, python)


def _made(uid: int | None, python: str) -> Iterator[User]:
    home = Path(tempfile.mkdtemp(prefix="crewtui-fence-"))
    try:
        for name in ("src", "hidden", ".orchestrator"):
            (home / name).mkdir()
        for path in (home, *home.iterdir()):
            os.chown(path, -1 if uid is None else uid, -1 if uid is None else uid)
        user = User(uid, python, home)
        assert user.run("git", "init", "-q", "-b", "main").returncode == 0
        yield user
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _python_of_others() -> str | None:
    """A Python like this one that an ordinary user may start."""
    for python in (sys.executable, shutil.which("python3", path="/usr/local/bin:/usr/bin")):
        user = User(NOBODY, python or "", Path("/"))
        try:
            if python and user.run(python, "-c", "import crewtui.core.config.crew").returncode == 0:
                return python
        except OSError:
            continue
    return None
