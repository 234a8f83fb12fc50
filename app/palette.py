"""The command palette over every action of the main screen."""

from textual.command import DiscoveryHit, Hit, Hits, Provider

from crewtui.app.keys import KEYS, Key

MORE: tuple[tuple[str, str, str], ...] = (
    ("start", "Start", "Start the current agent"),
    ("stop", "Stop", "Stop the current agent"),
    ("restart", "Restart", "Start the current agent anew"),
    ("reset", "Reset", "Reset the current agent"),
)


class CrewCommands(Provider):
    """Every key of the table by name, and what may be done to the current agent."""

    def _entries(self) -> list[tuple[str, str, str]]:
        keys = [(key.action, _title(key), key.tooltip) for key in KEYS]
        steer = [(f"steer('{what}')", title, tip) for what, title, tip in MORE]
        return keys + steer

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
    shown = key.key.replace("slash", "/").replace("question_mark", "?")
    return f"{key.description} ({shown})"
