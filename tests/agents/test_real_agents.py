"""Real agent CLIs in crews: states, delivery, questions, crashes, a model that is away."""

import os
import signal
from collections.abc import Iterator

import pytest

from tests.agents.clis import CLIS
from tests.agents.crews import NAME, RealAgent, busy_machine, started

pytestmark = pytest.mark.agents
MESSAGES = 50
SMALLEST = 10
PLANES = "é漢字🙂𐍈\U000201f4\U000301f4\U000e0101\U000ffffd\U0010fffd"


GROUPED = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in CLIS]


@pytest.fixture(scope="module", params=GROUPED)
def agent(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealAgent]:
    with started(request.param, tmp_path_factory.mktemp(request.param)) as found:
        yield found


@pytest.fixture(autouse=True)
def at_rest(agent: RealAgent) -> Iterator[None]:
    """Each test begins with an agent that is ready."""
    agent.model.failing = 0
    yield
    agent.model.failing = 0


def body_of(number: int, largest: int) -> str:
    """A body of its own size: several lines, every plane, a mark at its end."""
    size = round(SMALLEST * (largest / SMALLEST) ** (number / (MESSAGES - 1)))
    head = f"m{number:03d} "
    filler = f"words of message {number}, {PLANES}, and\nmore of them; "
    text: str = head + filler * (size // len(filler.encode()) + 1)
    whole = text.encode()[: max(size - 4, 5)].decode(errors="ignore")
    return f"{whole.rstrip()} e{number:02d}"


def test_its_states_are_recognised(agent: RealAgent) -> None:
    done = len(agent.messages("delivered"))
    agent.tell("%sleep 4")
    agent.crew.until_state(NAME, "busy")
    agent.until_delivered(done + 1)
    agent.crew.until_state(NAME, "idle")


def test_fifty_messages_arrive_once_and_byte_for_byte(agent: RealAgent) -> None:
    done = len(agent.messages("delivered"))
    bodies = [body_of(number, agent.cli.largest) for number in range(MESSAGES)]
    with busy_machine():
        for body in bodies:
            agent.tell(body)
        agent.until_delivered(done + MESSAGES, 420)
    agent.crew.until_state(NAME, "idle")
    agent.crew.until(lambda: agent.received(bodies[-1]))
    assert [agent.received(body) for body in bodies] == [1] * MESSAGES


def test_messages_sent_while_it_is_busy_arrive(agent: RealAgent) -> None:
    done = len(agent.messages("delivered"))
    agent.tell("%sleep 3")
    agent.crew.until_state(NAME, "busy")
    for number in range(3):
        agent.tell(f"busy{number} sent meanwhile")
    agent.until_delivered(done + 4)
    agent.crew.until(lambda: all(agent.received(f"busy{n} sent meanwhile") == 1 for n in range(3)))
    agent.crew.until_state(NAME, "idle")


def test_a_message_never_answers_its_question(agent: RealAgent) -> None:
    proof = agent.place.project / "ran_by_message"
    done = len(agent.messages("delivered"))
    agent.tell(f"%run rm -rf nothing_here && touch {proof.name}")
    asked = agent.until_asked()
    agent.tell("unrelated words, sent while it asks")
    agent.crew.until(lambda: agent.messages("held"))
    assert not proof.exists()
    assert agent.question()["id"] == asked["id"]
    agent.decide("deny")
    agent.until_delivered(done + 2)
    agent.crew.until(lambda: agent.received("unrelated words, sent while it asks") == 1)
    assert not proof.exists()
    agent.crew.until_state(NAME, "idle")


def test_approving_runs_the_command(agent: RealAgent) -> None:
    proof = agent.place.project / "ran_by_approval"
    agent.tell(f"%run rm -rf nothing_here && touch {proof.name}")
    agent.until_asked()
    agent.decide("approve")
    agent.crew.until(proof.exists)
    while agent.crew.until_state(NAME, "idle", "asking")["state"] == "asking":
        agent.decide("deny")  # aider asks what to do with the output


def test_a_crash_is_followed_by_its_session_where_it_can_resume(agent: RealAgent) -> None:
    agent.tell("remember the word nightingale")
    agent.crew.until(lambda: agent.received("remember the word nightingale"))
    agent.crew.until_state(NAME, "idle")
    before = agent.crew.agent(NAME)["pid"]
    os.killpg(before, signal.SIGKILL)
    agent.crew.until(lambda: agent.crew.agent(NAME)["pid"] != before)
    agent.until_ready()
    agent.model.requests.clear()
    agent.tell("are you back")
    agent.crew.until(lambda: agent.received("are you back"))
    if agent.adapter.wiring.resume and "{session}" in " ".join(agent.adapter.wiring.resume):
        assert agent.model.times("nightingale") > 0
    agent.crew.until_state(NAME, "idle")


def test_a_failed_turn_is_seen_and_what_waits_arrives_later(agent: RealAgent) -> None:
    agent.model.failing = 400
    agent.tell("said to a model that refuses")
    agent.crew.until_state(NAME, "error")
    agent.tell("waits for a better time")
    agent.crew.until(lambda: agent.messages("held"))
    agent.model.failing = 0
    agent.crew.until(lambda: agent.received("waits for a better time"), 60)
    agent.crew.until_state(NAME, "idle")
    assert "attempt 1" in (agent.crew.project.logs / "errors.log").read_text()


def test_nothing_is_lost_while_the_model_is_down(agent: RealAgent) -> None:
    agent.model.close()
    agent.tell("said while nobody listens")
    agent.crew.until(lambda: agent.messages("delivered", "held")[-1:])
    agent.model.open()
    agent.tell("said when somebody listens again")
    agent.crew.until(lambda: agent.received("said when somebody listens again"), 120)
    agent.crew.until(lambda: agent.received("said while nobody listens") == 1)
    agent.crew.until_state(NAME, "idle")
