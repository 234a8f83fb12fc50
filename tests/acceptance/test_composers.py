"""What programs with a composer do with a message, and what becomes of it then."""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.crews import RealCrew

PROGRAM = Path(__file__).parents[1] / "support" / "composing_program.py"
ADAPTER = """
name = "simulated"
input_while_busy = true
queue = '^  queued: '
"""


class Composed:
    """A crew of one such program."""

    def __init__(self, crew: RealCrew, folder: Path):
        self.crew = crew
        self._record = folder / "record.jsonl"

    def start(self, *habits: str) -> None:
        """Start the program with these habits."""
        command = [sys.executable, str(PROGRAM), str(self._record), *habits]
        quick = {"base_s": 0.2}
        self.crew.write({"a": {"command": command, "adapter": "simulated", "restart": quick}})
        adapters = self.crew.project.folder / "adapters"
        adapters.mkdir(parents=True)
        (adapters / "simulated.toml").write_text(ADAPTER)
        self.crew.up()

    def texts(self) -> list[str]:
        """What its turns began with, in order."""
        lines = self._record.read_text().splitlines() if self._record.exists() else []
        return [json.loads(line)["text"] for line in lines]

    def until_message(self, topic: str, *states: str) -> dict[str, Any]:
        """Wait until the message with this topic is in one of the states."""

        def found() -> dict[str, Any] | None:
            views = [m for m in self.crew.messages(recipient="a") if m["topic"] == topic]
            return views[0] if views and views[0]["state"] in states else None

        return dict(self.crew.until(found, 30))

    def work(self, seconds: int) -> None:
        """Have it work for a while."""
        self.crew.send("a", f"work {seconds}", topic="work")
        self.crew.until_state("a", "busy")


@pytest.fixture
def composed(crew: RealCrew, tmp_path: Path) -> Composed:
    return Composed(crew, tmp_path)


def test_a_paste_that_cannot_be_proven_is_typed_once_and_mail_waits_for_a_person(
    composed: Composed,
) -> None:
    composed.start("collapse")
    composed.crew.until_state("a", "idle")
    composed.crew.send("a", "one\ntwo", topic="folded")
    held = composed.until_message("folded", "held")
    composed.crew.send("a", "single", topic="later")
    composed.until_message("later", "queued", "held")
    assert "cannot prove" in held["reason"]
    assert "unproven:a" in composed.crew.state()["troubles"]
    assert composed.crew.messages(state="dead") == []
    shown = composed.crew.tmux("capture-pane", "-p", "-t", "proj-a")
    assert shown.count("[pasted 3 lines]") == 1
    composed.crew.call("pane.keys", agent="a", keys=["Enter"])
    composed.crew.until(lambda: composed.texts())
    assert composed.texts()[0].endswith("one\ntwo")


def test_mail_goes_on_once_a_person_has_cleared_the_composer(composed: Composed) -> None:
    composed.start("collapse")
    composed.crew.until_state("a", "idle")
    composed.crew.send("a", "one\ntwo", topic="folded")
    composed.until_message("folded", "held")
    composed.crew.call("message.purge", message=composed.until_message("folded", "held")["id"])
    composed.crew.call("pane.keys", agent="a", keys=["C-u"])
    composed.crew.send("a", "single", topic="later")
    composed.until_message("later", "delivered")
    assert [text.endswith("single") for text in composed.texts()] == [True]
    composed.crew.until(lambda: "unproven:a" not in composed.crew.state()["troubles"])


def test_a_paste_that_is_swallowed_is_tried_again_and_arrives_once(composed: Composed) -> None:
    composed.start("swallow")
    composed.crew.until_state("a", "idle")
    composed.crew.send("a", "hello", topic="t")
    composed.until_message("t", "delivered")
    assert len(composed.texts()) == 1


def test_a_message_in_the_programs_own_queue_is_not_called_delivered(composed: Composed) -> None:
    composed.start()
    composed.crew.until_state("a", "idle")
    composed.work(4)
    composed.crew.send("a", "meanwhile", topic="t")
    composed.until_message("t", "in agent")
    assert len(composed.texts()) == 1
    composed.until_message("t", "delivered")
    assert sum("meanwhile" in text for text in composed.texts()) == 1


def test_a_message_lost_with_the_programs_own_queue_is_typed_again_marked(
    composed: Composed,
) -> None:
    composed.start()
    composed.crew.until_state("a", "idle")
    composed.work(20)
    composed.crew.send("a", "meanwhile", topic="t")
    composed.until_message("t", "in agent")
    os.kill(composed.crew.agent("a")["pid"], signal.SIGKILL)
    assert composed.until_message("t", "delivered")["redelivered"]
    texts = [text for text in composed.texts() if "meanwhile" in text]
    assert len(texts) == 1
    assert "redelivered" in texts[0]


def test_a_queue_that_an_interrupt_put_back_into_the_composer_is_taken_back(
    composed: Composed,
) -> None:
    composed.start()
    composed.crew.until_state("a", "idle")
    composed.work(20)
    for topic in ("first", "second"):
        composed.crew.send("a", f"the {topic} text", topic=topic)
        composed.until_message(topic, "in agent")
    composed.crew.call("pane.keys", agent="a", keys=["C-c"])
    for topic in ("first", "second"):
        assert composed.until_message(topic, "delivered")["redelivered"]
        assert sum(f"the {topic} text" in text for text in composed.texts()) == 1


def test_what_covers_the_composer_is_a_state_of_its_own(composed: Composed) -> None:
    composed.start("dialog")
    view = composed.crew.until_state("a", "covered")
    assert view["evidence"]["line"] == "Choose a theme"
    composed.crew.send("a", "hello", topic="t")
    assert "covers" in composed.until_message("t", "held")["reason"]
    composed.crew.call("pane.keys", agent="a", keys=["Enter"])
    composed.until_message("t", "delivered")
