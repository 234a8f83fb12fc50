"""Signals and screens together."""

from itertools import count
from pathlib import Path

import pytest

from crewtui.core.agents.question import Question
from crewtui.core.agents.signals import Heard, interpret
from crewtui.core.agents.standing import SIGNAL_HOLDS_S, Standing
from crewtui.core.agents.status import Reading, read_status
from crewtui.core.model.agent import AgentState, Evidence
from crewtui.core.model.screen import Screen
from tests.core.agents.test_status import ADAPTERS

CLAUDE = ADAPTERS["claude"]
ASKED = Question("Do you want to proceed?", "Bash\ntouch x\nDo you want to proceed?", "f1")


@pytest.fixture
def standing() -> Standing:
    ids = count(1)
    return Standing("a", lambda: f"id{next(ids)}")


def reading(state: AgentState, line: str = "", failed: str = "") -> Reading:
    question = ASKED if state is AgentState.ASKING else None
    evidence = Evidence(rule="composer", line=line)
    return Reading(state, evidence, state is AgentState.IDLE, question=question, failed=failed)


def permission(command: str) -> Heard:
    return Heard("PermissionRequest", AgentState.ASKING, tool="Bash", detail=command, whole=True)


def test_a_signal_wins_over_the_screen_for_a_moment_and_then_the_screen_does(
    standing: Standing,
) -> None:
    standing.hear(Heard("UserPromptSubmit", AgentState.BUSY), 100)
    idle = reading(AgentState.IDLE)
    assert standing.judge(idle, 100.1, 0).state is AgentState.BUSY
    assert standing.judge(idle, 100 + SIGNAL_HOLDS_S, 0).state is AgentState.IDLE


def test_a_question_on_screen_counts_whatever_is_signalled(standing: Standing) -> None:
    standing.hear(Heard("Stop", AgentState.IDLE), 100)
    assert standing.judge(reading(AgentState.ASKING), 100.1, 0).state is AgentState.ASKING


def test_a_signalled_question_has_no_keys_until_it_is_on_screen(standing: Standing) -> None:
    standing.hear(permission("touch x"), 100)
    first = standing.judge(reading(AgentState.BUSY), 100.1, 5).approval
    assert first is not None
    assert (first.text, first.choices, first.fingerprint) == ("Bash: touch x", (), "")
    then = standing.judge(reading(AgentState.ASKING), 100.5, 6).approval
    assert then is not None
    assert (then.id, then.detail, then.exact) == (first.id, "touch x", True)
    assert then.fingerprint


def test_the_same_question_asked_again_is_another_one(standing: Standing) -> None:
    first = standing.judge(reading(AgentState.ASKING), 0, 0).approval
    assert standing.judge(reading(AgentState.ASKING), 1, 1).approval == first
    standing.judge(reading(AgentState.BUSY), 2, 2)
    again = standing.judge(reading(AgentState.ASKING), 3, 3).approval
    assert first is not None
    assert again is not None
    assert again.id != first.id


def test_a_forgiven_failure_is_idle_until_another_turn_failed_the_same_way(
    standing: Standing,
) -> None:
    failed = reading(AgentState.ERROR, "API Error 500", "api")
    assert standing.judge(failed, 0, 0).failed == "api"
    standing.forgive("API Error 500")
    assert standing.judge(failed, 1, 1).state is AgentState.IDLE
    standing.judge(reading(AgentState.BUSY), 2, 2)
    assert standing.judge(failed, 3, 3).failed == "api"


def test_a_signal_is_read_by_the_adapters_rules() -> None:
    data = {"session_id": "0a-1", "prompt": "[from b · t · #0badf00d] words"}
    heard = interpret(CLAUDE, "UserPromptSubmit", data)
    assert heard is not None
    assert (heard.state, heard.session, heard.marks) == (AgentState.BUSY, "0a-1", ("0badf00d",))
    asked = {"tool_name": "Bash", "tool_input": {"command": "ls /"}}
    found = interpret(CLAUDE, "PermissionRequest", asked)
    assert found is not None
    assert (found.tool, found.detail) == ("Bash", "ls /")


@pytest.mark.parametrize(
    "prompt", ["see #0badf00d", "> [from b · t · #0badf00d]", "[from b · (x] · #0badf00d]"]
)
def test_only_the_head_of_a_message_is_its_mark(prompt: str) -> None:
    heard = interpret(CLAUDE, "UserPromptSubmit", {"prompt": prompt})
    assert heard is not None
    assert heard.marks == ()


@pytest.mark.parametrize(
    ("command", "whole"), [("ls /", True), ("git status\nrm -r x", False), ("ls " * 700, False)]
)
def test_only_a_command_known_to_the_letter_is_whole(command: str, whole: bool) -> None:
    asked = {"tool_name": "Bash", "tool_input": {"command": command}}
    heard = interpret(CLAUDE, "PermissionRequest", asked)
    assert heard is not None
    assert heard.whole is whole


def test_a_session_id_that_could_be_an_option_is_dropped() -> None:
    heard = interpret(CLAUDE, "SessionStart", {"session_id": "--dangerously-skip-permissions"})
    assert heard is not None
    assert heard.session == ""


def test_a_signal_without_a_rule_or_of_another_kind_means_nothing() -> None:
    assert interpret(CLAUDE, "Whatever", {}) is None
    assert interpret(CLAUDE, "Notification", {"notification_type": "idle_prompt"}) is None


def test_words_of_the_model_that_look_like_an_error_are_no_error_after_a_good_end(
    standing: Standing,
) -> None:
    """Claude Code paints an answer that begins with "API Error" as it paints its own errors."""
    path = Path(__file__).parents[2] / "screens" / "claude" / "limit_said_by_the_model.json"
    screen = Screen.model_validate_json(path.read_text(encoding="utf-8"))
    seen = read_status(CLAUDE, screen)
    assert standing.judge(seen, 0.0, 0.0).state is AgentState.LIMIT
    heard = interpret(CLAUDE, "Stop", {})
    assert heard is not None
    standing.hear(heard, 1.0)
    assert standing.judge(seen, 9.0, 9.0).state is AgentState.IDLE
    failed = interpret(CLAUDE, "StopFailure", {"error": "rate_limit"})
    assert failed is not None
    standing.hear(failed, 10.0)
    assert standing.judge(seen, 19.0, 19.0).state is AgentState.LIMIT


def test_a_talk_of_codex_with_its_model_for_a_title_is_no_turn_of_the_agent() -> None:
    data = {"type": "agent-turn-complete", "thread-id": "t1", "input-messages": ["hello"]}
    said = interpret(ADAPTERS["codex"], "notify", data)
    assert said is not None
    assert said.session == "t1"
    title = (
        "Generate a concise, single-line task title of at most 36 characters. User prompt: hello"
    )
    assert interpret(ADAPTERS["codex"], "notify", data | {"input-messages": [title]}) is None
