"""What waits for the person."""

from crewtui.core.model.attention import Need
from crewtui.widgets.glyphs import NEED, age
from crewtui.widgets.plain import styled
from crewtui.widgets.row_list import Row, RowList, Shown


class NeedsYou(RowList):
    """Questions, dead letters, ties, agents that gave up, mail: newest first."""

    TITLE = "NEEDS YOU"
    MOVES_ON = False  # a key that was meant for the row that went must not decide the next one
    EMPTY = "Nothing. Questions, dead letters, ties and mail to you appear here."
    HELP = """
# Needs you

Everything that waits for a person, newest first.

- `a` / `x`: approve or deny the question on the row; `A` always, `d` deny and say why
- `c`: the whole question, and its choices by number
- on any other row these keys go to the agent that asks and show its whole question first
- `D`: reset an agent that gave up, or whose turns fail
- `a` / `x` on a task: let its changes pass, or send them back
- `t`: break a tie · `g`: a milestone's gate
- `r`: send a dead letter again
- Enter: look at it
"""

    def rows_of(self, shown: Shown) -> list[Row]:
        """One row a need."""
        self.set_class(bool(shown.needs), "-some")
        return [need_row(need, shown.now) for need in shown.needs]


def need_row(need: Need, now: float) -> Row:
    """One thing that waits for the person."""
    glyph, color = NEED[need.kind]
    since = age(now - need.since) if need.since else ""
    return Row(
        f"{need.kind}:{need.subject}",
        styled((f"{glyph} ", f"bold {color}"), (need.text, ""), (f"  {since}", "$text-muted")),
    )
