"""The doors of a crew: who asks, what is done for them, over the socket and by file."""

from collections.abc import Coroutine
from typing import Any

from crewtui.core.model.clock import Clock
from crewtui.core.service.auth import Auth
from crewtui.core.service.dispatch import Dispatcher
from crewtui.core.service.file_requests import FileRequests
from crewtui.core.service.port import CrewPort


class Doors:
    """Made once all that stands behind them is there."""

    def __init__(self, crew: CrewPort, clock: Clock, secret: bytes):
        auth = Auth(crew.runners, secret)
        self._crew = crew
        self.dispatcher = Dispatcher(crew, auth)
        doors = (auth, self.dispatcher, crew.boundary)
        parts = (crew.project, clock, crew.mail, crew.signals)
        self.files = FileRequests(*parts, doors, self._begin)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside everything else, for as long as the crew runs."""
        if self._crew.stage.tasks is None:
            work.close()
        else:
            self._crew.stage.tasks.create_task(work)
