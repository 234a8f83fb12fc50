"""Approvals: from a question on screen to a key, by a person, a script or a policy."""

import sqlite3
from pathlib import Path

import pytest

from crewtui.core.model.errors import CrewtuiError
from crewtui.core.rpc.token import load_secret, token_of
from tests.support.crews import CAT, RealCrew, sim

SCRIPT = """
[[rules]]
on = "choose"
do = [["ask", "first question"], ["ask", "second question"], ["say", "done"]]
[[rules]]
on = "ask"
do = [["ask", "run `make e2e`?"], ["say", "it went on"]]
"""


@pytest.fixture
def asking(crew: RealCrew, tmp_path: Path) -> RealCrew:
    """An agent that asks as soon as it is told to."""
    script = tmp_path / "asks.toml"
    script.write_text(SCRIPT)
    crew.write({"a": {"command": sim(script, tmp_path / "a.jsonl")}})
    crew.up()
    crew.until_state("a", "idle")
    return crew


def answers(tmp_path: Path) -> list[str]:
    """What the agent was answered, as it saw it."""
    path = tmp_path / "a.jsonl"
    return [line for line in path.read_text().splitlines() if "approved" in line]


def test_the_open_question_is_listed_with_its_answers(asking: RealCrew) -> None:
    asking.send("a", "please ask")
    asking.until_state("a", "asking")
    done = asking.run("approvals")
    assert "run `make e2e`?" in done.stdout
    assert "1  Yes" in done.stdout


def test_approve_and_deny_from_the_command_line(asking: RealCrew, tmp_path: Path) -> None:
    for command, wanted in (("approve", "true"), ("deny", "false")):
        asking.send("a", f"please ask {command}")
        id_ = asking.until_state("a", "asking")["approval"]["id"]
        done = asking.run(command, id_)
        assert done.returncode == 0, done.stderr
        asking.until_state("a", "idle")
        assert wanted in answers(tmp_path)[-1]


def test_an_agent_answers_no_question_neither_its_own_nor_anothers(
    asking: RealCrew, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asking.send("a", "please ask")
    id_ = asking.until_state("a", "asking")["approval"]["id"]
    with sqlite3.connect(asking.project.ledger) as ledger:
        run = ledger.execute("SELECT run FROM runs ORDER BY started_at DESC").fetchone()[0]
    secret = load_secret(asking.project.runtime / "secret")
    with monkeypatch.context() as pane:
        pane.setenv("CREWTUI_AGENT", "a")
        pane.setenv("CREWTUI_TOKEN", token_of(secret, run))
        for words in (("approve", id_), ("deny", id_), ("stop",), ("restart", "a")):
            done = asking.run(*words)
            assert done.returncode == 4, done
            assert "only the operator may do that" in done.stderr
        assert asking.run("status").returncode == 0
    assert asking.agent("a")["approval"]["id"] == id_
    assert asking.run("approve", id_).returncode == 0
    asking.until_state("a", "idle")
    assert [event["detail"]["who"] for event in asking.events("approval.decided")] == ["operator"]


def test_a_question_that_is_another_than_the_one_drawn_is_not_answered(
    asking: RealCrew, tmp_path: Path
) -> None:
    asking.send("a", "please choose")
    first = asking.until_state("a", "asking")["approval"]
    drawn = {"approval": first["id"], "role": "approve"}
    with pytest.raises(CrewtuiError, match="asks something else by now"):
        asking.call("approval.decide", **drawn, fingerprint="what was drawn before")
    assert answers(tmp_path) == []
    said = asking.call("approval.decide", **drawn, fingerprint=first["fingerprint"])
    assert "first question" in said
    second = asking.until(
        lambda: (now := asking.agent("a")["approval"]) and now["id"] != first["id"] and now
    )
    with pytest.raises(CrewtuiError, match="is open"):
        asking.call("approval.decide", **drawn, fingerprint=first["fingerprint"])
    how = {"approval": second["id"], "fingerprint": first["fingerprint"]}
    with pytest.raises(CrewtuiError, match="asks something else by now"):
        asking.call("approval.decide", **how, role="approve")
    assert len(answers(tmp_path)) == 1


def test_a_decision_is_an_event_with_who_and_what_was_shown(asking: RealCrew) -> None:
    asking.send("a", "please ask")
    id_ = asking.until_state("a", "asking")["approval"]["id"]
    asking.run("approve", id_)
    event = asking.until(lambda: asking.events("approval.decided"))[0]
    assert event["detail"]["who"] == "operator"
    assert "make e2e" in event["detail"]["shown"]


def test_denying_with_a_message_tells_the_agent_why(asking: RealCrew, tmp_path: Path) -> None:
    asking.send("a", "please ask")
    id_ = asking.until_state("a", "asking")["approval"]["id"]
    assert asking.run("deny", id_, "-m", "use make test instead").returncode == 0
    asking.until(lambda: "use make test instead" in (tmp_path / "a.jsonl").read_text())


def test_a_decision_for_the_first_question_does_not_answer_the_second(
    asking: RealCrew, tmp_path: Path
) -> None:
    asking.send("a", "please choose")
    first = asking.until_state("a", "asking")["approval"]["id"]
    asking.call("pane.text", agent="a", text="y")  # a person was quicker, in the pane
    asking.until(lambda: "second" in asking.agent("a")["question"])
    done = asking.run("approve", first)
    assert done.returncode == 4
    assert len(answers(tmp_path)) == 1


def test_an_answer_that_the_program_does_not_offer_is_refused(asking: RealCrew) -> None:
    asking.send("a", "please ask")
    id_ = asking.until_state("a", "asking")["approval"]["id"]
    done = asking.run("approve", id_, "--always")
    assert done.returncode == 4
    assert "it offers" in done.stderr
    assert asking.agent("a")["state"] == "asking"


def test_an_agents_name_is_no_question(asking: RealCrew) -> None:
    asking.send("a", "please ask")
    asking.until_state("a", "asking")
    assert asking.run("approve", "a").returncode == 4


def test_a_wrong_policy_is_refused_with_its_line(crew: RealCrew) -> None:
    crew.write({"a": {**CAT, "approve": ["git status"]}})
    done = crew.run("up")
    assert done.returncode == 2
    assert "a rule such as" in done.stderr
