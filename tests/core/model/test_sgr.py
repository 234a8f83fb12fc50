"""Looks of captured text: one parser for what is drawn and for what counts as a draft."""

import pytest

from crewtui.core.agents.draft import bright_line
from crewtui.core.model.sgr import PLAIN, Look, Run, after, runs, without_escapes
from crewtui.widgets.sgr import segments_of


@pytest.mark.parametrize(
    ("parameters", "look"),
    [
        ("", PLAIN),
        ("1;31", Look(bold=True, colour=1)),
        ("92;104", Look(colour=10, background=12)),
        ("38;5;208", Look(colour=208)),
        ("38;2;1;2;300", Look(colour=(1, 2, 255))),
        ("38:2::1:2:3", Look(colour=(1, 2, 3))),
        ("48:2:7:1:2:3", Look(background=(1, 2, 3))),
        ("38:2:1:2:3", Look(colour=(1, 2, 3))),
        ("38:5:7;2", Look(colour=7, dim=True)),
        ("38;2;2;2;2", Look(colour=(2, 2, 2))),
        ("58;5;2", PLAIN),
        ("58:2::2:7:2;7", Look(reverse=True)),
        ("4:2", Look(underline=True)),
        ("4:3", Look(underline=True)),
        ("4:0", PLAIN),
        ("21", Look(underline=True)),
        ("38", PLAIN),
        ("999999999999", PLAIN),
    ],
)
def test_parameters_give_a_look(parameters: str, look: Look) -> None:
    assert after(PLAIN, parameters) == look


def test_what_is_ended_is_off_and_the_rest_stays() -> None:
    assert after(Look(bold=True, dim=True, colour=3), "22") == Look(colour=3)
    assert after(Look(colour=3, background=4, reverse=True), "39;49") == Look(reverse=True)
    assert after(Look(bold=True, colour=3), "0") == PLAIN


def test_a_line_is_its_runs_without_any_sequence() -> None:
    line = "a\x1b[1mb\x1b]0;title\x07c\x1b[2Jd\x1b[0me\x1b7f"
    bold = Look(bold=True)
    assert list(runs(line)) == [
        Run("a", PLAIN),
        Run("b", bold),
        Run("c", bold),
        Run("d", bold),
        Run("e", PLAIN),
        Run("f", PLAIN),
    ]
    assert without_escapes(line) == "abcdef"


def test_a_line_drawing_stretch_is_told_from_letters() -> None:
    assert "".join(segment.text for segment in segments_of("q\x0eq\x0fq")) == "q─q"


@pytest.mark.parametrize("underline", ["4:2", "4:3", "4;58;5;2", "58:2::2:2:2"])
def test_an_underlined_draft_is_no_hint(underline: str) -> None:
    assert bright_line(f"> \x1b[{underline}mmy draft\x1b[0m", "> my draft") == "> my draft"


def test_dim_text_is_a_hint() -> None:
    assert bright_line("> \x1b[2mtype here\x1b[0m", "> type here").rstrip() == ">"
