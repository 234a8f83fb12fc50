"""What is wrong around the supervisor, raised and calmed once each."""

from crewtui.core.ledger.feed import ChangeFeed
from crewtui.core.model.crew_state import Trouble


class Troubles:
    """The troubles that stand now, published as they come and go."""

    def __init__(self, feed: ChangeFeed):
        self._feed = feed

    def raise_(self, trouble: Trouble) -> None:
        """Show a trouble; one that stands already keeps its time, and says what is said now."""
        standing = self._feed.state.troubles.get(trouble.id)
        if standing is not None:
            trouble = trouble.model_copy(update={"since": standing.since})
        if trouble != standing:
            self._feed.publish("trouble", trouble.model_dump())

    def calm(self, id_: str) -> None:
        """The trouble is over."""
        if id_ in self._feed.state.troubles:
            self._feed.publish("calm", {"id": id_})

    def set(self, id_: str, trouble: Trouble | None) -> None:
        """Raise or calm."""
        if trouble is None:
            self.calm(id_)
        else:
            self.raise_(trouble)
