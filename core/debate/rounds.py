"""Rounds of a debate: who may submit what, and what each participant is told at the start."""

from crewtui.core.model.debate import DebateState, DebateView
from crewtui.core.model.text import one_line

MAX_BYTES = 16 * 1024
"""A submission has at most so many bytes: it is typed into every other participant."""
OTHERS_BYTES = 64 * 1024
"""The others' texts together take at most so much of a round's message, in bytes."""
MOST_ROUNDS = 20


def refusal(debate: DebateView, agent: str, text: str, now: float) -> str:
    """Why this submission is not taken; empty if it is."""
    if agent not in debate.participants:
        return f"{agent} does not take part in debate {debate.id}"
    if debate.state is not DebateState.OPEN:
        return f"debate {debate.id} is {debate.state}"
    if debate.closes_at is not None and now >= debate.closes_at:
        return f"round {debate.round} of debate {debate.id} is over: too late"
    if not text.strip():
        return "the submission is empty"
    size = len(text.encode("utf-8", "replace"))
    if size > MAX_BYTES:
        return f"the submission has {size} bytes, at most {MAX_BYTES} are taken"
    return ""


def opening(
    debate: DebateView, agent: str, persona: str, before: dict[str, str], minutes: float
) -> str:
    """The message that opens a round for one participant; ``before`` are the last round's texts."""
    last = debate.round == debate.rounds
    lines = [
        f"Debate {debate.id}, round {debate.round} of {debate.rounds}.",
        f"Question: {debate.prompt}",
        "",
    ]
    if persona:
        lines += ["You argue as this persona:", persona.strip(), ""]
    others = {name: text for name, text in before.items() if name != agent}
    if others:
        lines += ["What the others said in the round before:", ""]
        lines += _others(others, debate)
        lines += ["Answer what is wrong or missing in them, and improve your own proposal.", ""]
    elif debate.round == 1:
        lines += ["Nobody has said anything yet: propose your answer.", ""]
    if last:
        lines += [
            "This is the last round: submit your final proposal. Its first line is its title, and",
            "the crew votes on the proposals afterwards.",
            "",
        ]
    lines += [
        "Rules: one text of at most 16 KiB; the last one you submit before the round closes",
        f"counts. The round closes in {minutes:g} minutes, or when all have submitted.",
        "Submit with: crewtui debate submit --file FILE   (or the text on standard input)",
    ]
    return "\n".join(lines)


def _others(others: dict[str, str], debate: DebateView) -> list[str]:
    room = OTHERS_BYTES // len(others)
    lines: list[str] = []
    for name, text in sorted(others.items()):
        cut = text.encode()[:room].decode("utf-8", "ignore")
        lines += [f"--- {name} ---", cut.strip()]
        if len(cut) < len(text):
            path = f"{debate.folder}/round-{debate.round - 1}/agent-{name}.md"
            lines.append(f"(cut here; the whole text: {path})")
        lines.append("")
    return lines


def title_of(text: str) -> str:
    """The first line that says something, as a title."""
    for line in text.splitlines():
        title = one_line(line.strip().lstrip("#*-> ").strip(), 80)
        if title:
            return title
    return "untitled"


def proposals(texts: dict[str, str], most: int) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Options A, B, C … with the title and who proposed it; equal titles are one option."""
    found: dict[str, tuple[str, list[str]]] = {}
    for name in sorted(texts):
        title = title_of(texts[name])
        found.setdefault(title.casefold(), (title, []))[1].append(name)
    letters = (chr(ord("A") + place) for place in range(most))
    return {
        letter: (title, tuple(names))
        for letter, (title, names) in zip(letters, found.values(), strict=False)
    }
