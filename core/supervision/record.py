"""What is known of one agent, and the one way in which it changes: shown at once, then recorded."""

from collections.abc import Callable
from typing import Any

from crewtui.core.agents.adapter import Adapter
from crewtui.core.agents.policies import policies_of
from crewtui.core.config.crew import AgentSpec
from crewtui.core.ledger.store import Ledger, Transaction
from crewtui.core.model.agent import AgentState, AgentView, Evidence
from crewtui.core.model.clock import Clock
from crewtui.core.supervision.restarts import RestartBook
from crewtui.core.supervision.wording import sentence


def first_view(spec: AgentSpec, adapter: Adapter, wall: float) -> AgentView:
    """An agent before its first start; ``wall`` is now, UTC."""
    return AgentView(
        id=spec.id,
        command=" ".join(spec.command),
        adapter=adapter.name,
        group=spec.group,
        restart_limit=spec.restart.limit,
        since=wall,
        policies=policies_of(spec, adapter),
    )


class AgentRecord:
    """One agent's view; ``publish`` gets each new one."""

    def __init__(
        self,
        view: AgentView,
        ledger: Ledger,
        clock: Clock,
        publish: Callable[[AgentView], None],
    ):
        self.view = view
        self._ledger = ledger
        self._clock = clock
        self._publish = publish

    async def set(
        self,
        state: AgentState,
        rule: str,
        *,
        line: str = "",
        event: str = "",
        **more: Any,
    ) -> None:
        """The one function through which an agent's state changes; what is not given is cleared."""
        changed = state is not self.view.state
        cleared = {"question": "", "approval": None, "ends_at": None, "given_up": False}
        self.show(
            state=state,
            evidence=Evidence(rule=str(rule), line=line),
            since=self._clock.wall() if changed else self.view.since,
            **(cleared | more),
        )
        if event:
            await self._ledger.write(lambda tx: self._write(tx, event, str(rule), line))

    async def not_started(self, said: str, again_s: float | None) -> None:
        """It could not be started, and is tried again after so many seconds, or not at all."""
        state = AgentState.FAILED if again_s is None else AgentState.BACKOFF
        at = None if again_s is None else self._clock.wall() + again_s
        how: dict[str, Any] = {"line": said, "exit": said, "restart_at": at}
        await self.set(state, "not started", event="agent.failed", **how)

    async def forgiven(self, book: RestartBook) -> None:
        """A person has reset it: its restarts are forgotten."""

        async def work(tx: Transaction) -> None:
            await tx.run("put_agent", self.view.id, 0, "", "")
            await book.forget(tx)
            await tx.event("agent.reset", agent=self.view.id, text=f"{self.view.id} was reset")

        await self._ledger.write(work)
        self.show(restarts=0, flapping_until=None)

    async def _write(self, tx: Transaction, event: str, rule: str, line: str) -> None:
        view = self.view
        kept = view.state if view.state in (AgentState.DEGRADED, AgentState.BACKOFF) else ""
        await tx.run("put_agent", view.id, view.restarts, kept, view.exit)
        approval = view.approval
        await tx.event(
            event,
            agent=view.id,
            text=sentence(view, event, line),
            state=view.state,
            rule=rule,
            line=line,
            exit=view.exit,
            restarts=view.restarts,
            pid=view.pid,
            **({"approval": approval.id, "shown": approval.shown} if approval else {}),
        )

    def show(self, **changes: Any) -> None:
        """Change what everyone sees, without an event."""
        view = self.view.model_copy(update=changes)
        if view != self.view:
            self.view = view
            self._publish(view)
