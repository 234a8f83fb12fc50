"""The last resort for write scopes: watch the project and report each write outside of them.

It sees after the fact and cannot tell who wrote: what is reported is a file that no agent with a
scope may write.
"""

from pathlib import Path

from watchfiles import Change, DefaultFilter

from crewtui.core.config.project import FOLDER, Project
from crewtui.core.ledger.store import Ledger
from crewtui.core.ledger.troubles import Troubles
from crewtui.core.mail.watching import FolderWatch, Pace
from crewtui.core.model.clock import Clock
from crewtui.core.model.crew_state import Trouble
from crewtui.core.model.text import visible

NAMED = 3
"""So many files are named in the trouble; each has its own event."""


class Audit:
    """Reports writes in the project that are in no agent's scope."""

    def __init__(
        self,
        project: Project,
        scopes: dict[str, tuple[str, ...]],
        ledger: Ledger,
        troubles: Troubles,
        clock: Clock,
    ):
        self._project = project
        self._scopes = scopes
        self._ledger = ledger
        self._troubles = troubles
        self._clock = clock

    async def run(self) -> None:
        """Watch for ever; its owner cancels it."""
        root = self._project.root
        wanted = DefaultFilter(ignore_paths=[root / FOLDER])
        watch = FolderWatch(Pace(step_ms=50, debounce_ms=400), self._troubles.set, wanted)
        async for changes in watch.batches(root):
            outside = sorted({path for kind, path in changes if self._is_outside(kind, path)})
            if outside:
                await self._report(outside)

    def _is_outside(self, kind: Change, path: str) -> bool:
        target = Path(path).resolve()
        if kind is Change.modified and target.is_dir():
            return False
        allowed = [Path(folder) for scope in self._scopes.values() for folder in scope]
        return not any(folder == target or folder in target.parents for folder in allowed)

    async def _report(self, paths: list[str]) -> None:
        names = [visible(str(Path(path).relative_to(self._project.root))) for path in paths]
        who = ", ".join(sorted(self._scopes))
        for name in names:
            text = f"{name} was written outside the write scopes of {who}"
            await self._ledger.event("fence.written_outside", text=text, path=name)
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        self._troubles.raise_(
            Trouble(
                id="write-scope",
                what=f"written outside the scopes of {who}: {', '.join(names[:NAMED])}{more}",
                todo="look who did; install bubblewrap to enforce the scopes",
                since=self._clock.wall(),
            )
        )
