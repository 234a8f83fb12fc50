"""Dialogs of real programs that are no permission questions: each is asked with its answers."""

from pathlib import Path

import pytest

from crewtui.core.agents.registry import load_adapters
from crewtui.core.agents.status import read_status
from crewtui.core.model.agent import AgentState
from crewtui.core.model.approval import Choice, Role
from crewtui.core.model.screen import Screen

FOLDER = Path(__file__).parents[2] / "screens"
ADAPTERS = load_adapters()
APPROVE, DENY, OTHER, ALWAYS = Role.APPROVE, Role.DENY, Role.OTHER, Role.ALWAYS
TRUST = ("Down", "Enter")
ANSWERS = [
    ("claude/asking_theme", "Dark mode ✔", APPROVE, ("2",)),
    ("claude/asking_security_notes", "Continue", APPROVE, ("Enter",)),
    ("claude/asking_trust", "Yes, I trust this folder", APPROVE, ("1",)),
    ("claude/asking_trust", "No, exit", DENY, ("2",)),
    ("claude/asking_mcp_servers", "Enable the checked ones", APPROVE, ("Enter",)),
    ("claude/asking_mcp_servers", "Reject all", DENY, ("Escape",)),
    ("claude/asking_resume", "Resume the marked one", OTHER, ("Enter",)),
    ("claude/asking_resume", "Cancel", DENY, ("Escape",)),
    ("claude/asking_fetch", "Yes", APPROVE, ("1",)),
    ("claude/asking_plan_empty", "Yes", APPROVE, ("1",)),
    ("claude/asking_plan", "Yes, manually approve edits", APPROVE, ("2",)),
    ("claude/asking_plan", "Yes, and use auto mode", OTHER, ("1",)),
    ("claude/asking_330_theme", "✔ Auto (match terminal)", APPROVE, ("Enter",)),
    ("claude/asking_330_theme", "Light mode", OTHER, ("Down", "Down", "Enter")),
    ("claude/asking_330_trust", "Yes, I trust this folder", APPROVE, TRUST),
    ("claude/asking_330_trust", "No, exit", DENY, ("Enter",)),
    ("claude/asking_330_mcp_servers", "Enable selected", APPROVE, ("Down", "Down", "Enter")),
    ("claude/asking_330_mcp_servers_moved", "Enable selected", APPROVE, ("Enter",)),
    ("claude/asking_330_mcp_servers_moved", "[✔] alpha", OTHER, ("Up", "Up", "Enter")),
    ("claude/asking_330_resume", "Cancel", DENY, ("Escape",)),
    ("codex/asking_trust", "Trust and continue", APPROVE, ("Enter",)),
    ("codex/asking_update", "Skip", DENY, TRUST),
    ("codex/asking_rename", "Back, without a text", DENY, ("Escape",)),
    ("codex/asking_review_custom", "Back, without a text", DENY, ("Escape",)),
    ("gemini/asking_trust", "Trust folder (proj)", APPROVE, ("1",)),
    ("gemini/asking_trust", "Don't trust", DENY, ("3",)),
    ("gemini/asking_auth", "Use Gemini API Key", APPROVE, ("2",)),
    ("gemini/asking_api_key", "Cancel", DENY, ("Escape",)),
]


def asked(name: str) -> tuple[Choice, ...]:
    screen = Screen.model_validate_json((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    reading = read_status(ADAPTERS[name.split("/")[0]], screen)
    assert reading.state is AgentState.ASKING
    assert reading.question is not None
    return reading.question.choices


@pytest.mark.parametrize(("name", "label", "role", "keys"), ANSWERS)
def test_a_dialog_is_asked_with_its_answers(
    name: str, label: str, role: Role, keys: tuple[str, ...]
) -> None:
    found = [(c.role, c.keys) for c in asked(name) if c.label == label]
    assert found == [(role, keys)]


def test_a_change_to_a_mode_that_asks_nothing_is_never_what_yes_means() -> None:
    modes = [choice for choice in asked("claude/asking_330_command") if "auto mode" in choice.label]
    assert [choice.role for choice in modes] == [OTHER]


def test_an_update_is_never_what_yes_means() -> None:
    assert all(choice.role is not APPROVE for choice in asked("codex/asking_update"))


@pytest.mark.parametrize("name", ["asking_330_command", "asking_330_write", "asking_fetch"])
def test_a_tip_in_the_box_is_not_taken_for_the_command(name: str) -> None:
    path = FOLDER / "claude" / f"{name}.json"
    screen = Screen.model_validate_json(path.read_text(encoding="utf-8"))
    question = read_status(ADAPTERS["claude"], screen).question
    assert question is not None
    wanted = ("rm -rf nothing_here && touch ran_x", "new.txt", "https://example.org/a/b?c=d")
    assert question.detail in wanted
