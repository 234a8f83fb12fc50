"""Real CLIs from a fresh home and an untrusted folder: what a new user meets is asked."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from crewtui.core.model.errors import Refused
from crewtui.core.model.ids import new_id
from tests.agents.clis import CLIS, INSTALLED, Cli, Place
from tests.agents.crews import RealAgent

pytestmark = pytest.mark.agents
FORGOTTEN = {"claude": (".claude.json",), "codex": (), "gemini": (".gemini/settings.json",)}
GROUPED = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in FORGOTTEN]


def as_if_new(cli: Cli) -> Cli:
    """The CLI with nothing skipped: no trust, no theme, no login remembered."""

    def settle(place: Place) -> dict[str, str]:
        environment = cli.settle(place)
        for name in FORGOTTEN[cli.adapter]:
            (place.home / name).unlink()
        if cli.adapter == "claude":
            servers = {name: {"command": "true"} for name in ("alpha", "beta")}
            (place.project / ".mcp.json").write_text(json.dumps({"mcpServers": servers}))
        if cli.adapter == "codex":
            config = place.home / ".codex" / "config.toml"
            config.write_text(config.read_text().partition("[projects.")[0])
        return environment

    return replace(cli, settle=settle)


def yes(agent: RealAgent) -> str:
    """Answer what it asks now so that it goes on; empty if the dialog changed meanwhile."""
    asked = agent.until_asked()
    roles = {choice["role"] for choice in asked["choices"]}
    wanted = {"role": "approve"} if "approve" in roles else {"role": "other", "number": 1}
    with suppress(Refused):  # it is still being drawn
        agent.crew.call("approval.decide", approval=asked["id"], **wanted)
        return str(asked["text"])
    return ""


@pytest.fixture(params=GROUPED)
def agent(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealAgent]:
    cli = CLIS[request.param]
    if why := cli.install():
        pytest.skip(f"{cli.adapter}: {why}")
    home = INSTALLED / "homes" / new_id()
    found = RealAgent(as_if_new(cli), tmp_path_factory.mktemp(cli.adapter), home)
    try:
        yield found
    finally:
        found.close()


def test_from_a_fresh_home_each_dialog_is_asked_and_mail_waits_until_they_are_answered(
    agent: RealAgent,
) -> None:
    agent.launch()
    asked = agent.until_asked()
    assert {"approve", "deny"} & {choice["role"] for choice in asked["choices"]}
    agent.tell("sent before anything was answered")
    agent.crew.until(lambda: agent.messages("held"))
    answered: list[str] = []

    def ready() -> bool:
        if agent.state() == "asking":
            answered.append(yes(agent))
        return agent.state() in ("idle", "busy")

    agent.crew.until(ready, 60)
    assert any(answered)
    agent.until_delivered(1)
    agent.crew.until(lambda: agent.received("sent before anything was answered") == 1)
