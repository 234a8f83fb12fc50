"""What each list panel shows of the crew's state: rows from values, nothing else."""

from collections.abc import Iterable

from crewtui.core.model.agent import AgentView
from crewtui.core.model.attention import Need
from crewtui.core.model.crew_state import CrewState, dead_letters
from crewtui.core.model.event import Event
from crewtui.core.model.ids import HUMAN
from crewtui.core.model.message import WAITING, MessageState, MessageView
from crewtui.core.model.milestone import MilestoneView
from crewtui.core.model.task import TaskState, TaskView
from crewtui.widgets.glyphs import AGENT, MESSAGE, NEED, age, word
from crewtui.widgets.plain import fitted, styled
from crewtui.widgets.row_list import Row


def agent_row(view: AgentView, now: float, waiting: int) -> Row:
    """One agent: glyph, id, state, since when, mail that waits."""
    glyph, color = AGENT[view.state]
    restarts = f"{view.restarts}/{view.restart_limit}" if view.restarts else ""
    mail = f"✉{waiting}" if waiting else ""
    return Row(
        view.id,
        styled(
            (f"{glyph} ", color),
            (fitted(view.id, 10), "bold" if view.state.value == "asking" else ""),
            (f" {fitted(word(view.state), 8)}", color),
            (f"{age(now - view.since):>4}", "$text-muted"),
            (f" {restarts}" if restarts else "", "$state-warn"),
            (f" {mail}" if mail else "", "$state-busy"),
        ),
    )


def need_row(need: Need, now: float) -> Row:
    """One thing that waits for the person."""
    glyph, color = NEED[need.kind]
    since = age(now - need.since) if need.since else ""
    return Row(
        f"{need.kind}:{need.subject}",
        styled((f"{glyph} ", f"bold {color}"), (need.text, ""), (f"  {since}", "$text-muted")),
    )


def inbox_rows(state: CrewState, now: float) -> list[Row]:
    """Waiting messages first, by agent, then the newest that are done."""
    messages = list(state.messages.values())
    waiting = [m for m in messages if m.state in WAITING]
    ended = (MessageState.DELIVERED, MessageState.DUPLICATE, MessageState.SUPERSEDED)
    done = [m for m in messages if m.state in ended]
    waiting.sort(key=lambda m: (m.recipient != HUMAN, m.recipient, m.seq))
    done.sort(key=lambda m: m.changed_at, reverse=True)
    return [message_row(m, now) for m in (*waiting, *done[:60])]


def message_row(message: MessageView, now: float) -> Row:
    """One message: its state, where it goes, what it says, why it waits."""
    glyph, color = MESSAGE[message.state]
    what = message.topic or message.preview or message.name
    why = f"  {message.reason}" if message.state in (MessageState.HELD, MessageState.QUEUED) else ""
    again = " ↺" if message.redelivered else ""
    return Row(
        message.id,
        styled(
            (f"{glyph} ", color),
            (f"{message.sender}→{message.recipient} ", ""),
            (f"{what}{again}", "$text-muted"),
            (why, color),
            (f"  {age(now - message.changed_at)}", "$text-muted"),
        ),
    )


def dead_rows(state: CrewState, now: float) -> list[Row]:
    """Dead letters, newest first: to whom, why, how often tried."""
    return [
        Row(
            letter.id,
            styled(
                ("† ", "$state-bad"),
                (f"{letter.sender}→{letter.recipient} ", ""),
                (f"{letter.reason.replace('_', ' ')}", "$state-bad"),
                (f" {letter.attempts}× " if letter.attempts else " ", ""),
                (letter.topic or letter.preview or letter.name, "$text-muted"),
                (f"  {age(now - letter.changed_at)}", "$text-muted"),
            ),
        )
        for letter in dead_letters(state)
    ]


def milestone_row(milestone: MilestoneView, tasks: Iterable[TaskView] = ()) -> Row:
    """One milestone: its checks as a bar, and its merged tasks."""
    total = len(milestone.checks)
    passed = sum(check.passed is True for check in milestone.checks)
    full = 5 if milestone.approved else round(5 * passed / total) if total else 0
    mark = "✓" if milestone.approved else f"{passed}/{total}"
    return Row(
        milestone.id,
        styled(
            (f"{fitted(milestone.title, 10)} ", ""),
            ("▓" * full, "$state-ok"),
            ("░" * (5 - full), "$text-muted"),
            (f" {mark}", "$state-ok" if milestone.approved else ""),
            (_merged(milestone, tasks), "$text-muted"),
        ),
    )


def _merged(milestone: MilestoneView, tasks: Iterable[TaskView]) -> str:
    own = [task for task in tasks if task.milestone in ("", milestone.id)]
    done = sum(task.state is TaskState.MERGED for task in own)
    return f"  {done}/{len(own)} tasks" if own and not milestone.approved else ""


def event_row(event: Event, stamp: str) -> Row:
    """One event: when, and what in words."""
    color = {"message.dead": "$state-bad", "agent.crashed": "$state-warn"}.get(event.kind, "")
    if event.kind in ("agent.degraded", "agent.failed"):
        color = "$state-bad"
    return Row(
        str(event.id), styled((f"{stamp} ", "$text-muted"), (event.text or event.kind, color))
    )
