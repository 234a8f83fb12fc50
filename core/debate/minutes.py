"""The minutes of debates and votes: Markdown below ``docs/debate`` for a person to read."""

from datetime import UTC, datetime
from pathlib import Path

from crewtui.core.model.debate import DebateView
from crewtui.core.model.errors import Refused
from crewtui.core.model.vote import VoteState, VoteView

FOLDER = "docs/debate"


def write_round(root: Path, debate: DebateView, number: int, texts: dict[str, str]) -> None:
    """Write what each participant submitted in a round; raises ``Refused`` outside the project."""
    for name, text in texts.items():
        path = _inside(root, f"{debate.folder}/round-{number}/agent-{name}.md")
        path.write_text(text.rstrip() + "\n", encoding="utf-8")


def write_result(root: Path, folder: str, text: str) -> None:
    """Write a vote's result; raises ``Refused`` outside the project."""
    _inside(root, f"{folder}/vote-results.md").write_text(text, encoding="utf-8")


def _inside(root: Path, name: str) -> Path:
    """The path with its folder made; raises ``Refused`` if a link leads out of the project."""
    path = root / name
    base = root.resolve()
    if not path.parent.resolve().is_relative_to(base):
        raise Refused(f"{name} leads out of the project", "remove the link")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        raise Refused(f"{name} is a link", "remove it")
    return path


def result_text(
    vote: VoteView, ballots: dict[str, tuple[str, ...]], debate: DebateView | None
) -> str:
    """A vote's result in Markdown."""
    lines = [f"# {_cell(vote.title)}", ""]
    if debate is not None:
        lines += [
            f"Debate `{debate.id}`, {debate.rounds} rounds, with {', '.join(debate.participants)}.",
            f"Every round's texts: `{debate.folder}/round-1` to `round-{debate.round}`.",
            "",
        ]
    lines += [f"**{verdict(vote)}**", ""]
    if vote.reason:
        lines += [f"{vote.broken_by} wrote: {_cell(vote.reason)}", ""]
    lines += _options(vote)
    turnout = f"{len(vote.voted)} of {len(vote.voters)} voted"
    absent = f"; not: {', '.join(vote.missing)}" if vote.missing else ""
    lines += ["## Ballots", "", f"{turnout}{absent}.", ""]
    lines += [f"- {voter}: {' > '.join(ranking)}" for voter, ranking in sorted(ballots.items())]
    lines += ["", *_pairwise(vote), *_rounds(vote)]
    if vote.closed_at is not None:
        closed = datetime.fromtimestamp(vote.closed_at, UTC)
        lines.append(f"Closed {closed.strftime('%Y-%m-%d %H:%M:%S')} UTC.")
    return "\n".join(lines) + "\n"


def verdict(vote: VoteView) -> str:
    """How it ended, in one sentence."""
    if vote.state is VoteState.OPEN:
        return "The vote is open."
    if vote.state is VoteState.VOID:
        return "Nobody voted: nothing is decided."
    if vote.state is VoteState.TIED:
        return f"Tied between {', '.join(vote.tied)}: a person decides."
    assert vote.winner is not None
    name = _cell(vote.title_of(vote.winner))
    if vote.broken_by:
        return f"{name} wins: {vote.broken_by} broke the tie between {', '.join(vote.tied)}."
    how = {
        "condorcet": "it beats each other option",
        "irv": "it wins the run-off",
        "default": "it is the only option",
    }
    return f"{name} wins: {how.get(vote.method, 'decided')}."


def _options(vote: VoteView) -> list[str]:
    rated = bool(vote.agreement)
    lines = [
        "## Options",
        "",
        "| option | title | first choices |" + (" agreement |" if rated else ""),
    ]
    lines.append("|---|---|---|" + ("---|" if rated else ""))
    for option in vote.options:
        row = f"| {option} | {_cell(vote.titles.get(option, ''))} | "
        row += f"{vote.first_choices.get(option, 0)} |"
        if rated:
            score = vote.agreement.get(option)
            row += f" {score:.2f} |" if score is not None else " |"
        lines.append(row)
    if rated:
        lines += ["", "Agreement is how alike the code of the proposals is; it decides nothing."]
    return [*lines, ""]


def _pairwise(vote: VoteView) -> list[str]:
    if not vote.pairwise:
        return []
    head = "| over | " + " | ".join(vote.options) + " |"
    lines = ["## Who stands above whom", "", head, "|---" * (len(vote.options) + 1) + "|"]
    for one in vote.options:
        cells = ["–" if one == two else str(vote.pairwise[one][two]) for two in vote.options]
        lines.append(f"| **{one}** | " + " | ".join(cells) + " |")
    return [*lines, ""]


def _rounds(vote: VoteView) -> list[str]:
    if not vote.rounds:
        return []
    lines = ["## Run-off", ""]
    for number, round_ in enumerate(vote.rounds, 1):
        counts = ", ".join(f"{name} {count}" for name, count in round_.counts.items())
        gone = f"; {round_.eliminated} goes" if round_.eliminated else ""
        spent = f"; {round_.spent} spent" if round_.spent else ""
        tie = f" (fewest: {', '.join(round_.lowest)})" if len(round_.lowest) > 1 else ""
        lines.append(f"{number}. {counts}{spent}{gone}{tie}")
    return [*lines, ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
