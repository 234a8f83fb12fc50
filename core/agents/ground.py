"""Where in a program one types, from its terminal: pure.

The kernel's facts say "not here" well and "here" not at all, so a place is one that agents.toml
describes or a person has shown; the rule and its figures are from 226 looks at real programs.
"""

import re
import unicodedata
from dataclasses import dataclass

from crewtui.core.agents.draft import plain_lines
from crewtui.core.model.agent import AgentState
from crewtui.core.model.screen import Screen
from crewtui.core.model.terminal import Facts, Place, Reader, blurred
from crewtui.core.model.text import letters, one_line

_CHOICES = r"[\[(（](?:[\w.*]{1,10}\s?[/,|／]\s?){1,12}[\w.?*]{0,12}[\])）]|[\[(（][a-zA-Z][\])）]"
_SECRETS = (
    r"password|passphrase|passwd|passwort|kennwort|mot de passe|contraseña|senha|hasło|пароль|şifre"
    r"|parola|密码|密碼|パスワード|비밀번호|סיסמה|كلمة المرور"
)
_QUESTIONS = re.compile(
    rf"(?i)(?:{_CHOICES})[\s?:>：？]*$"
    r"|[?？؟⁇][\s>:$%❯›»]*$|\S；\s*$|^#\?\s*$|--more--|\(end\)\s*$"
    r"|\b(?:press|hit|push)\b.*\b(?:enter|return|any key|key)\b"
    r"|\b(?:overwrite|are you sure|proceed|continue)\b[^$#%>]*[:?]?\s*$"
    r"|\b(?:user ?name|login|token|api[ _-]?key|pin)\b[^$#%>]*:\s*$"
    rf"|(?:{_SECRETS})[^$#%>]*[:：]\s*$"
    r"|\[[a-z]\]\w+.*\[[a-z]\]\w+|\([a-z]\)\w+.*\([a-z]\)\w+"
)
_ABOVE = re.compile(r"(?i)\bare you sure\b|\boverwrite\b.*\?|\bpress\b.*\b(?:enter|any key)\b")
ABOVE = 3
"""So many filled lines above the cursor belong to a question, too."""


@dataclass(frozen=True, slots=True)
class Ground:
    """All that is known of where in an agent one types.

    ``own`` are the processes that read its terminal at its first place in this run, ``habit`` is
    that place; both are none before it has come up. ``fresh`` says that the run began under our
    eyes: what stands on its first line is nobody's draft.
    """

    composer: re.Pattern[str] | None = None
    lines: bool = False
    places: tuple[Place, ...] = ()
    never: tuple[Place, ...] = ()
    own: tuple[Reader, ...] = ()
    habit: Place | None = None
    fresh: bool = True
    said: str = ""
    """The letters of what was typed last: rows that show it again are no question."""


@dataclass(frozen=True, slots=True)
class Veto:
    """Why nothing may be typed, whatever the screen shows."""

    state: AgentState
    rule: str


def veto(facts: Facts, own: tuple[Reader, ...]) -> Veto | None:
    """What the kernel says against typing; it holds for every agent."""
    if facts.secret:
        return Veto(AgentState.ASKING, "asks for a secret")
    if facts.unread:
        return Veto(AgentState.BUSY, "does not read what was typed")
    if facts.stopped:
        return Veto(AgentState.BUSY, "is stopped")
    if facts.readers is not None and not facts.readers:
        return Veto(AgentState.BUSY, "nobody reads its terminal")
    known = {(reader.pid, reader.started) for reader in own}
    for reader in facts.readers or ():
        if known and (reader.pid, reader.started) not in known:
            return Veto(AgentState.COVERED, f"{reader.name} is in front")
    return None


def place_of(screen: Screen, facts: Facts) -> Place:
    """Where the program rests now."""
    lines = plain_lines(screen)
    row = screen.cursor_y
    here = lines[row] if row < len(lines) else ""
    at = cells_to_index(here, screen.cursor_x)
    line = here[:at].ljust(at) if at <= len(here) else here + " " * (at - len(here))
    paste = screen.paste if screen.paste is not None else facts.paste
    return Place(
        reader=facts.readers[0].name if facts.readers else "",
        cooked=facts.cooked,
        echo=facts.echo,
        paste=paste,
        alternate=screen.alternate,
        line=line,
        rest=here[at:].rstrip(),
        below=sum(1 for line in lines[row + 1 :] if line),
        under="" if line.strip() else _last_above(lines, row),
    )


def _last_above(lines: list[str], row: int) -> str:
    return next((line for line in reversed(lines[:row]) if line), "")


def wrapped_above(screen: Screen) -> str:
    """The rows directly above the cursor's that are full to the edge: its line may begin there."""
    lines = plain_lines(screen)
    top = screen.cursor_y
    while top > 0 and cells_to_index(lines[top - 1], screen.width) <= len(lines[top - 1]):
        top -= 1
    return "".join(lines[top : screen.cursor_y])


def cells_to_index(text: str, cells: int) -> int:
    """Which character stands at a column: wide ones take two, marks and what is joined none."""
    at, joined = 0, False
    for index, character in enumerate(text):
        width = 0 if joined else width_of(character)
        if at >= cells and width:
            return index
        at += width
        joined = character == "\u200d"
    return len(text) + max(0, cells - at)


def width_of(character: str) -> int:
    """How many columns a character takes."""
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def asks(screen: Screen, place: Place) -> str:
    """What rests there, if it looks like a question: its line."""
    if _QUESTIONS.search(place.line) or _QUESTIONS.search(place.rest):
        return one_line(place.line + place.rest)
    above = [line for line in plain_lines(screen)[: screen.cursor_y] if line][-ABOVE:]
    for line in reversed(above):
        if _ABOVE.search(line):
            return one_line(line)
    return ""


def asks_above(place: Place, said: str) -> str:
    """The row above an empty line, if it looks like a question and is not what was typed last."""
    row = place.under
    if place.line.strip() or not row or (letters(row) and letters(row) in said):
        return ""
    return one_line(row) if _QUESTIONS.search(row) else ""


@dataclass(frozen=True, slots=True)
class Rest:
    """What a program without a composer of its own rests at: the state, why, and the place.

    ``open`` says that one types here; ``draft`` is what stands there already.
    """

    state: AgentState
    rule: str
    line: str
    place: Place
    open: bool = False
    draft: str = ""


def rest_of(screen: Screen, facts: Facts, ground: Ground) -> Rest:
    """Where the program rests and what that means."""
    here = place_of(screen, facts)
    line = one_line(here.line + here.rest) or (here.under and f"(empty, below) {here.under}")
    against = veto(facts, ground.own)
    if against is not None:
        return Rest(against.state, against.rule, line, here)
    if question := asks_above(here, ground.said):
        return Rest(AgentState.ASKING, "looks like a question", question, here)
    if ground.composer is not None:
        found = _in_composer(ground, here, wrapped_above(screen))
        if found is not None:
            return found
    for place in ground.places:
        if draft := _wrapped_draft(place, here, wrapped_above(screen)):
            return Rest(AgentState.IDLE, "a place with a draft", line, here, True, draft)
        if place.is_same(here):
            return Rest(AgentState.IDLE, "a place that a person has shown", line, here, True)
        draft = place.draft_in(here)
        if draft.strip():
            return Rest(AgentState.IDLE, "a place with a draft", line, here, True, draft)
    if any(place.is_same(here) for place in ground.never):
        return Rest(AgentState.UNKNOWN, "a person has said that nothing is typed here", line, here)
    if question := asks(screen, here):
        return Rest(AgentState.ASKING, "looks like a question", question, here)
    if here.alternate:
        return Rest(AgentState.COVERED, "a full-screen program", line, here)
    if ground.lines:
        return _for_lines(here, line, ground)
    return Rest(AgentState.UNKNOWN, "nobody has said that one types here", line, here)


def _wrapped_draft(place: Place, here: Place, above: str) -> str:
    """What a person has typed at the place, if it goes on over the screen's edge."""
    if not above or not place.line.strip():
        return ""
    return place.draft_in(here.model_copy(update={"line": above + here.line})).strip()


def _in_composer(ground: Ground, here: Place, above: str) -> Rest | None:
    """The rest at the configured composer, if its line begins with it and the modes are usual."""
    assert ground.composer is not None
    if above and (begun := ground.composer.match(above)) is not None:
        draft = (above + here.line)[begun.end() :].strip()
        return Rest(AgentState.IDLE, "the configured composer", one_line(above), here, True, draft)
    found = ground.composer.match(here.line)
    if found is None or (ground.habit is not None and not ground.habit.modes_of(here)):
        return None
    draft = (here.line[found.end() :] + here.rest).strip()
    line = one_line(here.line + here.rest)
    return Rest(AgentState.IDLE, "the configured composer", line, here, True, draft)


def _for_lines(here: Place, line: str, ground: Ground) -> Rest:
    """A program that takes any line as mail: read, shown, and at its own line or an empty one."""
    takes = here.paste is True if here.cooked is False else here.echo is not False
    if not takes:
        rule = "it takes single keys; nothing is typed there unless a person shows the place"
        return Rest(AgentState.UNKNOWN, rule, line, here)
    whole = (here.line + here.rest).strip()
    if whole and ground.habit is None and not ground.fresh:
        return Rest(AgentState.UNKNOWN, "what stands there may be a draft", line, here)
    usual = ground.habit.line.strip() if ground.habit is not None else whole
    if whole and blurred(whole) != blurred(usual):
        if usual and whole.startswith(usual):
            draft = whole[len(usual) :].strip()
            return Rest(AgentState.IDLE, "takes any line", line, here, True, draft)
        if ground.habit is not None:
            return Rest(AgentState.UNKNOWN, "another line than usual stands there", line, here)
    return Rest(AgentState.IDLE, "takes any line", line, here, True)


def first_line(screen: Screen) -> str:
    """The screen's first line with anything on it."""
    return one_line(next((line.strip() for line in plain_lines(screen) if line.strip()), ""))
