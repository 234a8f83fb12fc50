"""The demo on the dashboard: the director plays the operator where the viewer does not."""

from textual import work

from crewtui.app.dashboard import CrewApp
from crewtui.app.demo.director import Director
from crewtui.core.config.project import Project
from crewtui.core.model.errors import CrewtuiError


class DemoApp(CrewApp):
    """The dashboard with the demo's director in it."""

    def __init__(self, project: Project, patience_s: float):
        super().__init__(project)
        self._patience_s = patience_s

    def on_mount(self) -> None:
        """Begin the demo; Textual calls the dashboard's own handler as well."""
        self.direct()

    @work(group="demo", exclusive=True)
    async def direct(self) -> None:
        """Run the acts; a failure is said, the crew goes on."""
        try:
            await Director(self.project, self._say, lambda _what: self._patience_s).run()
        except* CrewtuiError as group:
            self.notify(str(group.exceptions[0]), severity="error", markup=False)
        else:
            self._say("that was the demo; look around, q ends it")

    def _say(self, what: str) -> None:
        self.notify(what, title="demo", timeout=4, markup=False)


def show(project: Project, patience_s: float) -> None:
    """Run the dashboard on the demo's crew until the viewer quits."""
    DemoApp(project, patience_s).run()
