"""What the tally panel shows of a vote: turnout, bars, who stands above whom, the run-off."""

from crewtui.core.model.vote import VoteState, VoteView
from crewtui.widgets.glyphs import age
from crewtui.widgets.plain import fitted, styled
from crewtui.widgets.row_list import Row

BAR = 12
GLYPHS = {
    VoteState.OPEN: ("▪", "$state-busy"),
    VoteState.TIED: ("=", "$state-ask"),
    VoteState.DECIDED: ("✓", "$state-ok"),
    VoteState.VOID: ("–", "$state-quiet"),
}
Parts = list[tuple[str, str]]


def vote_rows(vote: VoteView, now: float, *, whole: bool = False) -> list[Row]:
    """One election; ``whole`` shows pairs and rounds of one that is decided as well."""
    rows = [Row(vote.id, styled(*_head(vote, now)))]
    top = max([1, *vote.first_choices.values()])
    for option in vote.options:
        rows.append(Row(f"{vote.id}:{option}", styled(*_option(vote, option, top))))
    if vote.state is VoteState.OPEN and vote.missing:
        text = f"  not yet: {', '.join(vote.missing)}"
        rows.append(Row(f"{vote.id}:missing", styled((text, "$text-muted"))))
    if vote.state in (VoteState.OPEN, VoteState.TIED) or whole:
        rows += matrix_rows(vote) + round_rows(vote)
    if vote.reason:
        text = f"  {vote.broken_by}: {vote.reason}"
        rows.append(Row(f"{vote.id}:reason", styled((text, "$text-muted"))))
    return rows


def _head(vote: VoteView, now: float) -> Parts:
    glyph, color = GLYPHS[vote.state]
    parts: Parts = [(f"{glyph} ", color), (vote.title, "bold")]
    parts.append((f"  {vote.state} {len(vote.voted)}/{len(vote.voters)}", color))
    if vote.state is VoteState.OPEN and vote.closes_at is not None:
        parts.append((f"  closes in {age(vote.closes_at - now)}", "$text-muted"))
    if vote.state is VoteState.TIED:
        parts.append(("  t decides", "bold $state-ask"))
    if vote.broken_by and not vote.final:
        parts.append(("  u takes it back", "$text-muted"))
    return parts


def _option(vote: VoteView, option: str, top: int) -> Parts:
    count = vote.first_choices.get(option, 0)
    won, tied = option == vote.winner, option in vote.tied and vote.winner is None
    color = "$state-ok" if won else "$state-ask" if tied else "$primary"
    mark = " ✓" if won else " =" if tied else ""
    parts: Parts = [(f"  {fitted(option, 3)} ", "bold" if won or tied else "")]
    parts += [(fitted("█" * round(BAR * count / top), BAR), color), (f" {count}{mark}", color)]
    if option in vote.agreement:
        parts.append((f" ≈{vote.agreement[option]:.2f}", "$text-muted"))
    if title := vote.titles.get(option, ""):
        parts.append((f"  {title}", "$text-muted"))
    return parts


def matrix_rows(vote: VoteView) -> list[Row]:
    """How often each option stands above each other one."""
    if not vote.pairwise:
        return []
    width = max(3, *(min(8, len(option)) for option in vote.options)) + 1
    head = "  above" + "".join(f"{fitted(two, width - 1):>{width}}" for two in vote.options)
    rows = [Row(f"{vote.id}:pairs", styled((head, "$text-muted")))]
    for one in vote.options:
        parts: Parts = [(f"  {fitted(one, 5)}", "")]
        for two in vote.options:
            if one == two:
                parts.append((f"{'·':>{width}}", "$text-muted"))
                continue
            here, there = vote.pairwise[one][two], vote.pairwise[two][one]
            color = "$state-ok" if here > there else "" if here == there else "$text-muted"
            parts.append((f"{here:>{width}}", color))
        rows.append(Row(f"{vote.id}:pairs:{one}", styled(*parts)))
    return rows


def round_rows(vote: VoteView) -> list[Row]:
    """The rounds of the run-off as bars, each with who went."""
    rows = []
    for number, round_ in enumerate(vote.rounds, 1):
        parts: Parts = [(f"  round {number} ", "$text-muted")]
        for option, count in round_.counts.items():
            gone = option in round_.lowest
            parts.append((f"{option} ", "$state-warn" if gone else ""))
            parts.append(("█" * count, "$state-warn" if gone else "$primary"))
            parts.append((f"{count} ", ""))
        if round_.spent:
            parts.append((f"spent {round_.spent} ", "$text-muted"))
        if len(round_.lowest) > 1:
            parts.append((f"fewest: {', '.join(round_.lowest)}", "$state-warn"))
        elif round_.eliminated:
            parts.append((f"{round_.eliminated} goes", "$state-warn"))
        rows.append(Row(f"{vote.id}:round:{number}", styled(*parts)))
    return rows
