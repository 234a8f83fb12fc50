"""Text from outside."""

from hypothesis import given
from hypothesis import strategies as st

from crewtui.core.model.text import clean, one_line, visible


@given(st.text())
def test_clean_text_has_no_character_that_a_terminal_obeys(text: str) -> None:
    found = clean(text)
    assert not any(ord(c) < 0x20 and c not in "\n\t" for c in found)
    assert not any(0x7F <= ord(c) <= 0x9F for c in found)


def test_nested_sequences_do_not_rebuild_themselves() -> None:
    assert "\x1b" not in clean("\x1b\x1b[201~[201~")


def test_carriage_returns_become_newlines() -> None:
    assert clean("a\r\nb\rc") == "a\nb\nc"


def test_direction_changing_characters_are_made_visible() -> None:
    assert visible("rm\u202etxt") == "rm\\u202etxt"


@given(st.text(), st.integers(1, 50))
def test_one_line_is_one_line_within_its_limit(text: str, limit: int) -> None:
    found = one_line(text, limit)
    assert "\n" not in found
    assert len(found) <= limit
