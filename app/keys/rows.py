"""Enter or a click on a row: look at what it stands for."""

from typing import ClassVar

from crewtui.app.keys.key import Dashboard, KeyGroup
from crewtui.app.keys.mail import MailKeys
from crewtui.app.keys.work import WorkKeys
from crewtui.core.model.attention import Need, NeedKind
from crewtui.widgets.agent_list import AgentList
from crewtui.widgets.milestones import Milestones
from crewtui.widgets.row_list import RowList
from crewtui.widgets.tally import Tally


class RowKeys(KeyGroup):
    """Leads from a row to a pane, a message, a board, a tie."""

    NAME = "rows"
    WISHES: ClassVar = {RowList.Chosen: "on_chosen"}

    def __init__(self, app: Dashboard):
        super().__init__(app)
        self._mail = MailKeys(app)
        self._work = WorkKeys(app)

    def on_chosen(self, wish: RowList.Chosen) -> None:
        """Look at what a row stands for."""
        key, board = wish.key, self._app.board
        if isinstance(wish.list, AgentList):
            self._to_pane(key)
        elif isinstance(wish.list, Milestones):
            self._work.board(key)
        elif isinstance(wish.list, Tally):
            self._work.tie_break(key.partition(":")[0])
        elif key in board.crew.messages:
            self._mail.read(key)
        elif (need := board.need_at(key)) is not None:
            self._look(need)

    def _look(self, need: Need) -> None:
        if self._work.on_need(need):
            return
        if need.kind in (NeedKind.DEAD_LETTER, NeedKind.MAIL, NeedKind.HELD):
            self._mail.read(need.subject)
        elif need.agent:
            self._to_pane(need.agent)

    def _to_pane(self, agent: str) -> None:
        self._app.board.current = agent
        self._app.board.show_panel("centre")
