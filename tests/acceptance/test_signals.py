"""Signals of an agent's own program: what they confirm, and what they never can."""

import sqlite3
from pathlib import Path

import pytest

from crewtui.core.rpc.token import load_secret, token_of
from tests.support.crews import RealCrew, sim

ADAPTER = """
name = "simulated"
[signals]
submitted = { prompt = "prompt" }
"""
SCRIPT = '[[rules]]\non = "ask"\ndo = [["ask", "may I?"]]\n'


@pytest.fixture
def signalling(crew: RealCrew, tmp_path: Path) -> RealCrew:
    """Two agents whose program tells what was submitted to it."""
    folder = crew.project.folder / "adapters"
    folder.mkdir(parents=True)
    (folder / "simulated.toml").write_text(ADAPTER)
    script = tmp_path / "asks.toml"
    script.write_text(SCRIPT)
    crew.write({"a": sim(script, tmp_path / "a.jsonl"), "b": sim(script, tmp_path / "b.jsonl")})
    crew.up()
    crew.until_state("a", "idle")
    crew.until_state("b", "idle")
    return crew


def signal(crew: RealCrew, agent: str, prompt: str) -> None:
    """What the agent's hook would pass on."""
    with sqlite3.connect(crew.project.ledger) as ledger:
        query = "SELECT run FROM runs WHERE agent = ? ORDER BY started_at DESC"
        run = ledger.execute(query, (agent,)).fetchone()[0]
    token = token_of(load_secret(crew.project.runtime / "secret"), run)
    said = {"agent": agent, "token": token}
    crew.call("signal", said=said, name="submitted", data={"prompt": prompt})


def held(crew: RealCrew, agent: str) -> str:
    """A message that waits since the agent asks; its id."""
    crew.send(agent, "please ask")
    crew.until_state(agent, "asking")
    crew.send(agent, "this one waits")
    return str(crew.until(lambda: crew.messages(recipient=agent, state="held"))[0]["id"])


def test_a_delivered_message_is_confirmed_by_its_head(signalling: RealCrew) -> None:
    signalling.send("a", "hello")
    sent = signalling.until(lambda: signalling.messages(recipient="a", state="delivered"))[0]
    signal(signalling, "a", f"[from human · note · #{sent['id']}] hello")
    signalling.until(lambda: signalling.events("message.confirmed"))


@pytest.mark.parametrize("prompt", ["[from human · note · #{id}] x", "look at #{id}"])
def test_a_message_that_was_not_typed_yet_is_never_confirmed(
    prompt: str, signalling: RealCrew, tmp_path: Path
) -> None:
    waits = held(signalling, "a")
    signal(signalling, "a", prompt.format(id=waits))
    approval = signalling.agent("a")["approval"]["id"]
    signalling.call("approval.decide", approval=approval, role="deny")
    signalling.until(lambda: "this one waits" in (tmp_path / "a.jsonl").read_text())
    assert signalling.events("message.confirmed") == []


def test_an_agent_cannot_confirm_what_was_sent_to_another(
    signalling: RealCrew, tmp_path: Path
) -> None:
    waits = held(signalling, "b")
    signal(signalling, "a", f"[from human · note · #{waits}] this one waits")
    approval = signalling.agent("b")["approval"]["id"]
    signalling.call("approval.decide", approval=approval, role="deny")
    signalling.until(lambda: "this one waits" in (tmp_path / "b.jsonl").read_text())


def test_an_id_in_a_body_confirms_nothing(signalling: RealCrew) -> None:
    signalling.send("a", "hello")
    sent = signalling.until(lambda: signalling.messages(recipient="a", state="delivered"))[0]
    signal(signalling, "a", f"somebody wrote of #{sent['id']}")
    assert signalling.events("message.confirmed") == []
