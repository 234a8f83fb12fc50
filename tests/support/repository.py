"""Real git repositories for tests."""

import subprocess
from pathlib import Path


class Repository:
    """A repository with one commit on main."""

    def __init__(self, root: Path):
        self.root = root
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "tester")
        self.git("config", "user.email", "tester@localhost")
        (root / ".gitignore").write_text("/.orchestrator/\n/docs/\n__pycache__/\n")
        self.commit("start", {"README.md": "hello\n"})

    def git(self, *words: str, cwd: Path | None = None) -> str:
        """What git prints; the test fails if git does."""
        done = subprocess.run(
            ["git", *words], cwd=cwd or self.root, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, message: str, files: dict[str, str], cwd: Path | None = None) -> str:
        """Write the files and commit everything; returns the commit."""
        for name, text in files.items():
            path = (cwd or self.root) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "-A", cwd=cwd)
        self.git("commit", "-q", "-m", message, cwd=cwd)
        return self.git("rev-parse", "HEAD", cwd=cwd)
