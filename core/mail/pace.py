"""How many messages of one sender are accepted in a minute: two can thank each other for ever.

A sender is known by what its file claims. The operator's name has more room, but has a bound as
well, since a file can claim it; crewtui's own messages are no files and are not counted.
"""

from collections import Counter, deque
from collections.abc import Mapping

from crewtui.core.model.clock import Clock
from crewtui.core.model.ids import HUMAN

WINDOW_S = 60.0
"""The window that slides, in monotonic seconds."""
OPERATOR_TIMES = 10
"""So many times an agent's limit is the operator's."""


class SenderPace:
    """Counts what was accepted of each sender; ``limit`` is a minute's, 0 means none."""

    def __init__(self, limit: int, clock: Clock):
        self.limit = limit
        self._clock = clock
        self._taken: dict[str, deque[float]] = {}

    def room(self, sender: str) -> float:
        """How many more messages of the sender may be accepted now."""
        if not self.limit:
            return float("inf")
        taken = self._taken.get(sender, deque())
        while taken and taken[0] <= self._clock.monotonic() - WINDOW_S:
            taken.popleft()
        if not taken:
            self._taken.pop(sender, None)
        return self.limit_of(sender) - len(taken)

    def took(self, sender: str) -> None:
        """A message of the sender was accepted."""
        if self.limit:
            self._taken.setdefault(sender, deque()).append(self._clock.monotonic())

    def limit_of(self, sender: str) -> int:
        """A minute's messages of this sender."""
        return self.limit * OPERATOR_TIMES if sender == HUMAN else self.limit


class Turns:
    """The files that stay in their inboxes for their senders' limit, and whose turn has come.

    Within one scan a sender's room only shrinks, so no file overtakes an older one.
    """

    def __init__(self, pace: SenderPace):
        self._pace = pace
        self._room: dict[str, float] = {}
        self._again: Counter[str] = Counter()
        self.waiting: dict[tuple[str, str], tuple[str, str]] = {}
        """Key and sender of each file that waits, by inbox and name."""

    def begin(self) -> None:
        """A new scan."""
        self._room.clear()
        self._again.clear()

    def waits(self, spot: tuple[str, str], key: str) -> bool:
        """Whether a file that was left here need not be read again yet."""
        known, sender = self.waiting.get(spot, ("", ""))
        if known != key:
            self.waiting.pop(spot, None)
            return False
        self._again[sender] += 1
        return self._again[sender] > self._room_of(sender)

    def may_come(self, spot: tuple[str, str], key: str, sender: str) -> bool:
        """Take a place in this scan; without one the file waits."""
        if self._room_of(sender) <= 0:
            self.waiting[spot] = (key, sender)
            return False
        self._room[sender] -= 1
        self.waiting.pop(spot, None)
        return True

    def took(self, sender: str) -> None:
        """A message of the sender was accepted."""
        self._pace.took(sender)

    def forget_all_but(self, recipient: str, names: set[str]) -> None:
        """Files that left an inbox wait no more."""
        for gone in [k for k in self.waiting if k[0] == recipient and k[1] not in names]:
            del self.waiting[gone]

    def said(self) -> dict[str, str]:
        """What a person reads of each sender whose files wait."""
        counts: dict[str, dict[str, int]] = {}
        for (recipient, _), (_, sender) in self.waiting.items():
            boxes = counts.setdefault(sender, {})
            boxes[recipient] = boxes.get(recipient, 0) + 1
        return {name: said_of(name, self._pace.limit_of(name), counts) for name in counts}

    def _room_of(self, sender: str) -> float:
        return self._room.setdefault(sender, self._pace.room(sender))


def said_of(sender: str, limit: int, waiting: Mapping[str, Mapping[str, int]]) -> str:
    """What a person reads of a sender beyond its limit; ``waiting`` counts by sender and inbox."""
    boxes = waiting[sender]
    back = sorted(to for to in boxes if to != sender and sender in waiting.get(to, {}))
    if back:
        count = boxes[back[0]] + waiting[back[0]][sender]
        first, second = sorted((sender, back[0]))
        return f"{first} and {second} write to each other {limit} a minute: {count} more wait"
    inboxes = ", ".join(f"to_{to}" for to in sorted(boxes))
    return f"{sender} writes {limit} a minute: {sum(boxes.values())} more wait in {inboxes}"
