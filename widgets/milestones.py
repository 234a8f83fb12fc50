"""The milestones in short; the board is a screen of its own."""

from crewtui.widgets.row_list import RowList


class Milestones(RowList):
    """Milestones from PoC to Release, each with how many of its checks pass and its tasks."""

    TITLE = "MILESTONES"
    EMPTY = "None yet. Write .orchestrator/milestones.toml; B shows the board of tasks."
    HELP = """
# Milestones

One line a milestone: its checks as a bar, ✓ once a person approved it, and how many of its tasks
are merged.

- Enter or `B`: the board of tasks
- `g`: the gate: every check with its evidence, approve it or send it back
"""
