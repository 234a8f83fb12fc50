"""Screens of real agent programs: each file's name begins with the state that it must be read as.

``tests/screens/record.py`` makes them.
"""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crewtui.core.agents.registry import load_adapters
from crewtui.core.agents.status import read_status
from crewtui.core.mail.enter import see_composer
from crewtui.core.mail.frame import Framed, frame
from crewtui.core.model.agent import AgentState
from crewtui.core.model.approval import Role
from crewtui.core.model.message import MessageState, MessageView
from crewtui.core.model.screen import Screen

FOLDER = Path(__file__).parents[2] / "screens"
FILES = sorted(FOLDER.glob("*/*.json"))
ADAPTERS = load_adapters()
WITH_QUESTIONS = [path for path in FILES if path.stem in ("asking_command", "asking_write")]


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def screen_at(path: Path) -> Screen:
    return Screen.model_validate_json(path.read_text(encoding="utf-8"))


def framed_for(adapter: str) -> Framed:
    view = MessageView(
        id="0badf00d",
        seq=1,
        recipient="a",
        sender="b",
        topic="",
        name="n.md",
        size=9,
        state=MessageState.PASTING,
        accepted_at=0,
        changed_at=0,
    )
    return frame(view, "some words", ADAPTERS[adapter])


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_the_state_is_recognised(path: Path) -> None:
    reading = read_status(ADAPTERS[path.parent.name], screen_at(path))
    assert reading.state == path.stem.split("_")[0], reading.evidence
    assert bool(reading.draft) == ("draft" in path.stem), reading.draft


@pytest.mark.parametrize("path", WITH_QUESTIONS, ids=name_of)
def test_a_question_is_read_with_its_command_and_its_choices(path: Path) -> None:
    reading = read_status(ADAPTERS[path.parent.name], screen_at(path))
    assert reading.question is not None
    assert {Role.APPROVE, Role.DENY} <= {choice.role for choice in reading.question.choices}
    wanted = "rm -rf nothing_here && touch " if "command" in path.stem else "new.txt"
    assert reading.question.detail.startswith(wanted) or reading.question.detail.endswith(wanted)
    assert reading.question.tool in ("Bash", "Write", "Edit")


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_an_older_screen_above_does_not_count(path: Path) -> None:
    """What has scrolled up says nothing: a question above an idle composer is no question."""
    agent = path.parent.name
    idle = screen_at(FOLDER / agent / "idle_fresh.json")
    old = screen_at(path)
    lines = (*(line for line in old.lines if line.strip()), "", *idle.lines)
    moved = idle.model_copy(
        update={
            "lines": lines,
            "height": len(lines),
            "cursor_y": idle.cursor_y + len(lines) - len(idle.lines),
        }
    )
    reading = read_status(ADAPTERS[agent], moved)
    troubles = (AgentState.ERROR, AgentState.LIMIT, AgentState.LOGIN)
    assert reading.state in (AgentState.IDLE, *troubles), reading.evidence
    if path.stem.startswith("asking"):
        assert reading.state is AgentState.IDLE


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_such_screen_ever_leads_to_enter(path: Path) -> None:
    """The text is nowhere in a composer here, so there is no proof for Enter."""
    adapter = ADAPTERS[path.parent.name]
    assert see_composer("%1", adapter, screen_at(path), framed_for(adapter.name)) is None


@pytest.mark.parametrize(
    "path", [p for p in FILES if p.stem.startswith(("asking", "starting"))], ids=name_of
)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_our_text_anywhere_on_a_screen_without_a_composer_never_leads_to_enter(
    path: Path, data: st.DataObject
) -> None:
    """Fuzz: the message's own text, rules, prompts and cursors strewn over a screen that asks."""
    adapter = ADAPTERS[path.parent.name]
    screen = screen_at(path)
    framed = framed_for(adapter.name)
    pieces = [framed.text, f"❯ {framed.text}", f"› {framed.text}", f"> {framed.text}"]
    lines = list(screen.lines)
    top = max(0, len([line for line in lines if line.strip()]) - 12)
    for _ in range(data.draw(st.integers(1, 6))):
        row = data.draw(st.integers(0, max(0, top)))
        lines[row : row + 1] = [data.draw(st.sampled_from([*pieces, "─" * 40, "", "▄" * 40]))]
    fuzzed = screen.model_copy(
        update={"lines": tuple(lines), "cursor_y": data.draw(st.integers(0, len(lines) - 1))}
    )
    if read_status(adapter, fuzzed).state in (AgentState.ASKING, AgentState.STARTING):
        assert see_composer("%1", adapter, fuzzed, framed) is None


CHARACTERS = st.text(alphabet="❯›>─▄▀┃│╭╰ \x1b[27m;ab1.YesNo·", max_size=60)


@pytest.mark.parametrize("name", sorted(ADAPTERS))
@settings(max_examples=80, deadline=None)
@given(lines=st.lists(CHARACTERS, max_size=40), x=st.integers(0, 80), y=st.integers(0, 39))
def test_noise_never_leads_to_enter(name: str, lines: list[str], x: int, y: int) -> None:
    screen = Screen(lines=tuple(lines), cursor_x=x, cursor_y=y, height=40)
    assert see_composer("%1", ADAPTERS[name], screen, framed_for(name)) is None
