"""Fixtures for all tests."""

import os
import signal
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from tests.support.crews import RealCrew

for _name in ("CREWTUI_PROJECT", "CREWTUI_AGENT", "TMUX", "TMUX_PANE"):
    os.environ.pop(_name, None)
os.environ["PATH"] = f"{Path(os.sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # type: ignore[attr-defined]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # run in the background of a script
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the user's own configuration; all see the same clock zone."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[RealCrew]:
    """A real crew, ended even if the test fails."""
    root = tmp_path / "proj"
    root.mkdir()
    found = RealCrew(root)
    yield found
    found.close()


@pytest.fixture
def script() -> Path:
    """The script of a simulated agent that takes every message."""
    return Path(str(files("crewtui.core.simulation") / "scripts" / "echo.toml"))
