"""Opening a ledger that another program holds."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from crewtui.core.ledger.opening import open_patiently
from crewtui.core.model.errors import LedgerError

HOLD = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("PRAGMA locking_mode = EXCLUSIVE")
held.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


def test_who_holds_a_locked_ledger_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    assert open_patiently(path, "now") is None
    words = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(LedgerError, match=f"locked by process {other.pid} "):
            open_patiently(path, "now", patience_s=0.3)
        assert not list(tmp_path.glob("*.bad-*")), "a locked ledger is not a damaged one"


def test_a_ledger_that_is_free_after_a_moment_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    open_patiently(path, "now")
    held = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    held.execute("PRAGMA locking_mode = EXCLUSIVE")
    held.execute("BEGIN EXCLUSIVE")
    assert open_patiently(path, "now", pause=lambda _s: held.close()) is None
    assert os.access(path, os.W_OK)
