"""Codex's own text dialogs look like its composer: mail must not become their text."""

from collections.abc import Iterator

import pytest

from crewtui.core.model.ids import new_id
from tests.agents.clis import CLIS, INSTALLED
from tests.agents.crews import NAME, RealAgent

pytestmark = [pytest.mark.agents, pytest.mark.xdist_group("codex")]


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealAgent]:
    cli = CLIS["codex"]
    if why := cli.install():
        pytest.skip(f"codex: {why}")
    found = RealAgent(cli, tmp_path_factory.mktemp("codex"), INSTALLED / "homes" / new_id())
    try:
        found.start()
        yield found
    finally:
        found.close()


def press(agent: RealAgent, *keys: str) -> None:
    """As a person at the pane would."""
    agent.crew.tmux("send-keys", "-t", agent.crew.agent(NAME)["pane"], *keys)


def shows(agent: RealAgent, text: str) -> None:
    """Wait until the pane shows it."""
    pane = agent.crew.agent(NAME)["pane"]
    agent.crew.until(lambda: text in agent.crew.tmux("capture-pane", "-p", "-t", pane))


DIALOGS = [("/rename", (), "Name thread"), ("/review", ("4",), "Custom review instructions")]


@pytest.mark.parametrize(("command", "then", "title"), DIALOGS)
def test_mail_waits_while_a_text_dialog_of_its_own_is_open(
    agent: RealAgent, command: str, then: tuple[str, ...], title: str
) -> None:
    done = len(agent.messages("delivered"))
    body = f"not meant for {command}"
    press(agent, "-l", command)
    shows(agent, f"› {command}")
    press(agent, "Enter")
    if then:
        shows(agent, "esc back")
        press(agent, *then)
    shows(agent, title)
    agent.until_asked()
    agent.tell(body)
    agent.crew.until(lambda: agent.messages("held"))
    assert agent.received(body) == 0
    agent.decide("deny")
    while agent.crew.until_state(NAME, "idle", "busy", "asking")["state"] == "asking":
        agent.decide("deny")  # from the instructions it goes back to the list of reviews
    agent.until_delivered(done + 1)
    agent.crew.until(lambda: agent.received(body) == 1)
