"""The command palette over every action of the main screen."""

from textual.command import DiscoveryHit, Hit, Hits, Provider

from crewtui.app.keys.key import Key
from crewtui.app.keys.table import action_of, keys


class CrewCommands(Provider):
    """Every action of the table by name, with its key if it has one."""

    def _entries(self) -> list[tuple[str, str, str]]:
        return [(action_of(group, key), _title(key), key.tooltip) for group, key in keys()]

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for action, title, tip in self._entries():
            yield DiscoveryHit(title, self._runner(action), help=tip)

    async def search(self, query: str) -> Hits:
        """Those that match."""
        matcher = self.matcher(query)
        for action, title, tip in self._entries():
            score = matcher.match(f"{title} {tip}")
            if score > 0:
                yield Hit(score, matcher.highlight(title), self._runner(action), help=tip)

    def _runner(self, action: str):  # type: ignore[no-untyped-def]  # Textual's own callback type
        async def run() -> None:
            await self.app.run_action(action)

        return run


def _title(key: Key) -> str:
    return f"{key.description} ({key.name})" if key.key else key.description
