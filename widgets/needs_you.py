"""What waits for the person."""

from crewtui.widgets.row_list import RowList


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
