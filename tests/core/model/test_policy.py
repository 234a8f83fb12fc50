"""Policies decide only what they wholly cover."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crewtui.core.model.approval import ApprovalView, Role
from crewtui.core.model.policy import check_rule, ruling

GIT = ("Bash(git status*)",)


def asked(detail: str, tool: str = "Bash", exact: bool = True) -> ApprovalView:
    return ApprovalView(id="1", agent="a", text=detail, tool=tool, detail=detail, exact=exact)


def decided(detail: str, approve: tuple[str, ...] = GIT, deny: tuple[str, ...] = ()) -> str:
    found = ruling(asked(detail), approve, deny)
    return found.role if found is not None else ""


def test_a_pattern_that_covers_the_whole_command_approves_and_names_its_rule() -> None:
    found = ruling(asked("git status --short"), GIT, ())
    assert found is not None
    assert (found.role, found.rule) == (Role.APPROVE, "Bash(git status*)")


def test_off_by_default_nothing_is_decided() -> None:
    assert decided("git status", approve=()) == ""


@pytest.mark.parametrize(
    "command",
    [
        "git status && rm -rf /",
        "git status; rm x",
        "git status | sh",
        "git status $(rm x)",
        "git status `rm x`",
        "git status & rm x",
        "git status > ~/.bashrc",
        "git status < /etc/shadow",
        "git status\nrm x",
        "git status ${IFS}rm",
        "git status \u202egnp.x",
        "git status $'\\x3b' rm",
    ],
)
def test_a_command_that_is_only_partly_covered_is_left_to_the_person(command: str) -> None:
    assert decided(command) == ""


@given(st.sampled_from([";", "&&", "|", "\n", "$(", "`", "&", ">", "<"]), st.text(max_size=20))
def test_no_compound_command_is_ever_approved(operator: str, tail: str) -> None:
    assert decided(f"git status {operator}{tail}", approve=("Bash", "Bash(*)")) == ""


def test_what_is_not_known_to_the_last_letter_is_never_approved() -> None:
    assert ruling(asked("git status", exact=False), GIT, ()) is None


def test_denying_wins_and_covers_each_part_of_a_command() -> None:
    assert decided("git status", deny=("Bash(git*)",)) == Role.DENY
    assert decided("ls && rm -rf x", deny=("Bash(rm *)",)) == Role.DENY


def test_file_patterns_do_not_reach_above_their_folder() -> None:
    rules = ("Write(docs/*)",)
    assert ruling(asked("docs/a.md", "Write"), rules, ()) is not None
    assert ruling(asked("docs/../src/a.py", "Write"), rules, ()) is None


def test_a_rule_without_a_glob_covers_the_tool() -> None:
    assert ruling(asked("anything", "WebFetch"), ("WebFetch",), ()) is not None


@pytest.mark.parametrize("rule", ["", "git status", "Bash(", "(x)"])
def test_a_wrong_rule_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match="a rule such as"):
        check_rule(rule)
