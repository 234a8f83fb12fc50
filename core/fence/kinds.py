"""The means that can hold an agent in its scope, from the strongest to none."""

from enum import StrEnum


class Fence(StrEnum):
    """What holds an agent in its scope; ``none`` is an agent without one."""

    BWRAP = "bubblewrap"
    LANDLOCK = "landlock"
    FILES_ONLY = "landlock, files only"
    AUDIT = "audit"
    NONE = "none"

    @property
    def strength(self) -> str:
        """How far it holds, in the words of the dashboard."""
        return {
            Fence.BWRAP: "full",
            Fence.LANDLOCK: "full",
            Fence.FILES_ONLY: "files only",
            Fence.AUDIT: "audit",
            Fence.NONE: "none",
        }[self]
