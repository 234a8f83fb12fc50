"""An agent's question as a value: what it wants, which answers there are, which keys give them."""

import hashlib
import re
from dataclasses import dataclass

from crewtui.core.agents.adapter import Adapter, QuestionLooks
from crewtui.core.agents.draft import filled_part, plain_lines
from crewtui.core.model.approval import Choice, Role
from crewtui.core.model.screen import Screen
from crewtui.core.model.text import one_line

_BORDERS = " \t│┃|╭╮╰╯─━═╌▔▁"
_MARKS = re.compile(r"^[❯›●→▶*>↓↑ ]+(?=\d+[.)] )")
_SELECTED = re.compile(r"^[ │]*[❯›●▶]")
_ARROW = re.compile(r"^[❯›▶] +")
DIALOG_LINES = 30
"""So many lines of the screen's foot are searched for a dialog's words."""
SHOWN_LIMIT = 4000
"""Of a question's text so many characters are kept at most."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: ``shown`` is its whole text, ``fingerprint`` tells it from any other."""

    text: str
    shown: str
    fingerprint: str
    tool: str = ""
    detail: str = ""
    """What a person reads as the command: what a screen shows is never known to be the whole."""
    choices: tuple[Choice, ...] = ()


def read_question(adapter: Adapter, screen: Screen, said: str) -> Question:
    """The question on a screen; ``said`` is the line by which it was recognised."""
    looks = adapter.question
    box = box_lines(looks, plain_lines(screen)) if looks is not None else []
    shown = "\n".join(box)[:SHOWN_LIMIT] if box else said
    found = looks.command.search(shown) if looks is not None and looks.command else None
    detail = one_line(found.group("command"), 2000) if found else ""
    tool = _tool(looks, shown) if looks is not None else ""
    choices = _choices(adapter, box, screen)
    asked = _asked(looks, box, choices, said)
    text = f"{tool}: {detail}" if detail and tool else one_line(detail or asked)
    digest = hashlib.sha256(shown.encode()).hexdigest()[:16]
    return Question(one_line(text), shown, digest, tool, detail, choices)


def box_lines(looks: QuestionLooks, lines: list[str]) -> list[str]:
    """The question's own lines, cleaned of borders and of the mark of the selected choice."""
    rows = _choice_rows(looks, lines) or _arrow_rows(looks, lines)
    foot = max((row + 1 for row, line in enumerate(lines) if line), default=0)
    above, last = (rows[0], rows[-1] + 1) if rows else (foot, foot)
    starts = [row for row in range(above) if looks.begin.search(lines[row])]
    start = starts[-1] if starts else max(0, above - 12)
    cleaned = [_MARKS.sub("", line.strip(_BORDERS)) for line in lines[start:last]]
    if looks.arrow is not None:
        cleaned = [_ARROW.sub("", line) for line in cleaned]
    kept: list[str] = []
    for line in cleaned:
        if line or (kept and kept[-1]):
            kept.append(line)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _choice_rows(looks: QuestionLooks, lines: list[str]) -> list[int]:
    """The rows of the lowest list of choices: upwards from its last number to its first."""
    rows: list[int] = []
    number = None
    for row in range(len(lines) - 1, -1, -1):
        found = looks.choice.search(lines[row]) if looks.choice else None
        if found is None:
            continue
        here = int(found.group("number"))
        if number is not None and here != number - 1:
            break
        rows.insert(0, row)
        number = here
    return rows


def _arrow_rows(looks: QuestionLooks, lines: list[str]) -> list[int]:
    """The rows of a list without numbers: those around the selected one, indented as its label."""
    if looks.arrow is None:
        return []
    marked = [row for row, line in enumerate(lines) if looks.arrow.search(line)]
    if not marked:
        return []
    first = last = marked[-1]
    indent = len(lines[first]) - len(lines[first].lstrip()) + len("❯ ")
    edge = " " * indent
    while first and lines[first - 1].startswith(edge):
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].startswith(edge):
        last += 1
    return list(range(first, last + 1))


def _arrow_choices(looks: QuestionLooks, lines: list[str]) -> tuple[Choice, ...]:
    rows = _arrow_rows(looks, lines)
    at = next((row for row in rows if looks.arrow and looks.arrow.search(lines[row])), -1)
    labels = [one_line(_ARROW.sub("", lines[row].strip()), 120) for row in rows]
    return tuple(
        Choice(
            number=place,
            label=label,
            role=_role(looks, label),
            keys=_arrows(at, row),
        )
        for place, (row, label) in enumerate(zip(rows, labels, strict=True), 1)
    )


def _by_arrows(looks: QuestionLooks, choices: list[Choice], lines: list[str]) -> list[Choice]:
    """The same answers, chosen from the selected line instead of by their numbers."""
    rows = _choice_rows(looks, lines)
    at = next((place for place, row in enumerate(rows) if _SELECTED.match(lines[row])), None)
    if at is None:
        return choices
    return [
        choice.model_copy(update={"keys": _arrows(at, place)})
        for place, choice in enumerate(choices)
    ]


def _arrows(selected: int, wanted: int) -> tuple[str, ...]:
    up, down = ("Up",) * (selected - wanted), ("Down",) * (wanted - selected)
    return (*up, *down, "Enter")


def _dialog_choices(looks: QuestionLooks, lines: list[str]) -> tuple[Choice, ...]:
    text = "\n".join(filled_part(lines, DIALOG_LINES)[1]) if looks.dialogs else ""
    for dialog in looks.dialogs:
        if dialog.match.search(text):
            return tuple(
                Choice(number=place, label=answer.label, role=answer.role, keys=answer.keys)
                for place, answer in enumerate(dialog.answers, 1)
            )
    return ()


def _tool(looks: QuestionLooks, shown: str) -> str:
    return next((name for word, name in looks.tools.items() if word in shown), "")


def _asked(
    looks: QuestionLooks | None, box: list[str], choices: tuple[Choice, ...], said: str
) -> str:
    """Before the choices the box's last line with a question mark, else its last line."""
    labels = {choice.label for choice in choices}
    before: list[str] = []
    for line in box:
        if looks is not None and looks.choice is not None and looks.choice.search(line):
            return next(
                (one for one in reversed(before) if "?" in one), before[-1] if before else said
            )
        if one_line(line, 120) in labels:
            break
        before += [line] if line else []
    return next((one for one in reversed(before) if "?" in one), before[0] if before else said)


def _choices(adapter: Adapter, box: list[str], screen: Screen) -> tuple[Choice, ...]:
    looks = adapter.question
    lines = plain_lines(screen)
    if looks is not None and (known := _dialog_choices(looks, lines)):
        return known
    if looks is not None and looks.choice is not None:
        found = [m for line in box if (m := looks.choice.search(line))]
        choices = [
            Choice(
                number=int(m.group("number")),
                label=one_line(m.group("label"), 120),
                role=_role(looks, m.group("label")),
                keys=(m.group("number"),),
            )
            for m in found
        ] or list(_arrow_choices(looks, lines))
        if looks.no_digits is not None and looks.no_digits.search("\n".join(lines)):
            choices = _by_arrows(looks, choices, lines)
        if adapter.keys.deny and all(choice.role is not Role.DENY for choice in choices):
            no = Choice(number=0, label="No", role=Role.DENY, keys=adapter.keys.deny)
            choices.append(no)
        return tuple(choices)
    if looks is not None and looks.selected is not None:
        raw = "\n".join(screen.lines)
        if not looks.selected.search(raw):
            return ()  # the selection was moved: the fixed keys would mean something else
    fixed = (
        (Role.APPROVE, "Yes", adapter.keys.approve),
        (Role.ALWAYS, "Yes, always", adapter.keys.always),
        (Role.DENY, "No", adapter.keys.deny),
    )
    given = [(role, label, keys) for role, label, keys in fixed if keys]
    return tuple(
        Choice(number=place, label=label, role=role, keys=keys)
        for place, (role, label, keys) in enumerate(given, 1)
    )


def _role(looks: QuestionLooks, label: str) -> Role:
    """``always`` first: its label often begins as that of ``approve`` does."""
    for role, pattern in (
        (Role.ALWAYS, looks.always),
        (Role.DENY, looks.deny),
        (Role.APPROVE, looks.approve),
    ):
        if pattern is not None and pattern.search(label):
            return role
    return Role.OTHER
