"""Where one types in a program that no adapter knows: from its terminal and its line."""

import re
from dataclasses import replace

import pytest

from crewtui.core.agents.ground import Ground, cells_to_index, place_of, rest_of, veto
from crewtui.core.model.agent import AgentState
from crewtui.core.model.screen import Screen
from crewtui.core.model.terminal import Facts, Reader

ME = Reader(pid=10, started="1", name="repl")
OTHER = Reader(pid=11, started="2", name="less")
COOKED = Facts(unread=0, cooked=True, echo=True, paste=False, readers=(ME,))
EDITOR = Facts(unread=0, cooked=False, echo=False, paste=True, readers=(ME,))
KEYS = EDITOR.model_copy(update={"paste": False})


def screen(*lines: str, x: int | None = None, y: int | None = None, **more: object) -> Screen:
    """A screen whose cursor stands behind its last line."""
    row = len(lines) - 1 if y is None else y
    at = len(lines[row]) if x is None else x
    values = {"lines": lines, "cursor_x": at, "cursor_y": row, **more}
    return Screen.model_validate(values)


def shown(facts: Facts, *lines: str) -> Ground:
    """A ground of which a person has shown this place."""
    return Ground(places=(place_of(screen(*lines), facts),), own=(ME,))


@pytest.mark.parametrize(
    ("change", "state", "rule"),
    [
        ({"echo": False}, AgentState.ASKING, "secret"),
        ({"unread": 12}, AgentState.BUSY, "does not read"),
        ({"readers": ()}, AgentState.BUSY, "nobody reads"),
        ({"stopped": True}, AgentState.BUSY, "stopped"),
        ({"readers": (OTHER,)}, AgentState.COVERED, "less is in front"),
        ({"readers": (ME, OTHER)}, AgentState.COVERED, "less is in front"),
    ],
)
def test_the_kernel_says_no_even_at_a_place_that_was_shown(
    change: dict[str, object], state: AgentState, rule: str
) -> None:
    ground = shown(COOKED, "> ")
    found = rest_of(screen("> "), COOKED.model_copy(update=change), ground)
    assert found.state is state
    assert rule in found.rule
    assert not found.open


def test_what_cannot_be_known_is_never_taken_for_a_no() -> None:
    assert veto(Facts(), (ME,)) is None


def test_a_place_that_was_shown_is_found_again_with_other_numbers() -> None:
    ground = shown(EDITOR, "In [9]: ")
    assert rest_of(screen("In [10]: "), EDITOR, ground).open


@pytest.mark.parametrize(
    ("lines", "facts"),
    [
        (("Delete all? ",), EDITOR),
        (("> ", "(reverse-i-search)"), EDITOR),
        (("> ",), COOKED),
        (("> ",), KEYS),
    ],
)
def test_another_line_or_another_mode_is_no_place(lines: tuple[str, ...], facts: Facts) -> None:
    found = rest_of(screen(*lines, y=0, x=2), facts, shown(EDITOR, "> "))
    assert not found.open


def test_a_draft_at_a_place_is_seen_as_one() -> None:
    found = rest_of(screen("> git pu"), EDITOR, shown(EDITOR, "> "))
    assert found.open
    assert found.draft == "git pu"


def test_a_prompt_that_nobody_has_named_is_unknown() -> None:
    assert rest_of(screen("> "), EDITOR, Ground()).state is AgentState.UNKNOWN


@pytest.mark.parametrize(
    "line",
    [
        "Proceed? [y/N] ",
        "Delete it (y/n)?",
        "Is this ok [y/d/N]: ",
        "Ok to proceed? (y) ",
        "apply this hunk [y,n,q,a,d,e,?]? ",
        "(y/n/always) ",
        "Überschreiben? (j/N) ",
        "#? ",
        "--More--",
        "Press ENTER to continue",
        "[a]bort, [r]etry, [f]ail",
        "[sudo] password for me: ",
        "Username for 'https://x': ",
        "What now? ",
        "Are you sure you want to continue connecting (yes/no/[fingerprint])? ",
    ],
)
def test_what_looks_like_a_question_is_one_also_for_programs_that_take_any_line(line: str) -> None:
    found = rest_of(screen(line), COOKED, Ground(lines=True))
    assert found.state is AgentState.ASKING
    assert not found.open


@pytest.mark.parametrize("line", ["(venv) me@box:~$ ", "In [3]: ", "(Pdb) ", ">>> ", ""])
def test_a_prompt_does_not_look_like_a_question(line: str) -> None:
    assert rest_of(screen(line), COOKED, Ground(lines=True)).open


def test_a_program_that_takes_any_line_gets_none_while_it_takes_single_keys() -> None:
    assert not rest_of(screen(":"), KEYS, Ground(lines=True)).open


def test_a_program_that_takes_any_line_gets_none_on_the_alternate_screen() -> None:
    found = rest_of(screen("> ", alternate=True), COOKED, Ground(lines=True))
    assert found.state is AgentState.COVERED


def test_another_line_than_usual_is_left_alone_by_programs_that_take_any_line() -> None:
    ground = Ground(lines=True, habit=place_of(screen(""), COOKED))
    assert not rest_of(screen("half a thought"), COOKED, ground).open


def test_a_configured_composer_counts_only_in_the_modes_that_it_had_at_first() -> None:
    ground = Ground(composer=re.compile("^> "), habit=place_of(screen("> "), EDITOR))
    assert rest_of(screen("> "), EDITOR, ground).open
    assert not rest_of(screen("> "), COOKED, ground).open


def test_what_a_person_refused_is_never_typed_to_nor_asked_again() -> None:
    never = place_of(screen("name: "), COOKED)
    found = rest_of(screen("name: "), COOKED, replace(Ground(), never=(never,)))
    assert found.state is AgentState.UNKNOWN
    assert not found.open


@pytest.mark.parametrize(
    ("text", "cells", "index"),
    [("abc", 2, 2), ("日本", 2, 1), ("e\u0301x", 1, 2), ("ab", 5, 5), ("❯ ", 2, 2)],
)
def test_a_column_is_found_in_a_line_of_any_script(text: str, cells: int, index: int) -> None:
    assert cells_to_index(text, cells) == index
