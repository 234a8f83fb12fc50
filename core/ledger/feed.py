"""From commits to numbered changes, for the supervisor's own state and for every client."""

from collections.abc import Callable
from typing import Any

from crewtui.core.ledger.store import Committed
from crewtui.core.model.crew_state import Change, ChangeKind, CrewState, reduce


class ChangeFeed:
    """The crew's state and its changes, numbered from 1 in the order they happened."""

    def __init__(self, state: CrewState):
        self.state = state
        self._listeners: list[Callable[[Change], None]] = []

    def listen(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call the listener with each change from now on; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, kind: ChangeKind, value: dict[str, Any]) -> None:
        """Take one change and pass it on."""
        change = Change(number=self.state.number + 1, kind=kind, value=value)
        self.state = reduce(self.state, change)
        for listener in list(self._listeners):
            listener(change)

    def committed(self, changes: Committed) -> None:
        """Take what a ledger transaction changed."""
        for kind, value in changes:
            self.publish(kind, value)
