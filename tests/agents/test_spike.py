"""``crewtui spike`` with a real CLI from a fresh home: all of it is proven."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crewtui.core.model.ids import new_id
from tests.agents.clis import CLIS, INSTALLED, Place
from tests.agents.model_server import ModelServer

pytestmark = [pytest.mark.agents, pytest.mark.xdist_group("claude")]
WORDS = {
    r"(touch crewtui-spike-proof-\w+)": ("run", r"\1"),
    r"count slowly": ("stream", "5"),
}


@pytest.fixture
def place() -> Iterator[Place]:
    """A fresh home, and a model that understands what the spike asks for."""
    model = ModelServer()
    model.understands = WORDS
    home = INSTALLED / "homes" / new_id()
    yield Place(home, model.url)
    model.close()
    shutil.rmtree(home, ignore_errors=True)


def test_claude_code_is_proven_in_every_step(place: Place, tmp_path: Path) -> None:
    cli = CLIS["claude"]
    if why := cli.install():
        pytest.skip(f"claude: {why}")
    words = [sys.executable, "-m", "crewtui", "spike", "--json", "--command", str(cli.path)]
    environment = os.environ | cli.environment(place)
    done = subprocess.run(
        words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    found = json.loads(done.stdout)
    steps = {step["name"]: step for step in found["steps"]}
    assert {step["outcome"] for step in found["steps"]} == {"ok"}, json.dumps(found, indent=1)
    assert "is trusted: yes" in "\n".join(steps["idle"]["evidence"])
    assert "confirmed by the program's own signal" in steps["message"]["evidence"]
    assert any(line.startswith("in agent") for line in steps["queued"]["evidence"])
    assert "crewtui-spike-proof" in "\n".join(steps["asking"]["evidence"])
    assert found["passed"]
