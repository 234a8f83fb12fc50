"""How an agent stands, from its signals and its screen together.

A signal is quicker than the screen and wins for a moment; after that the screen has the word
again, since a program can miss to signal (an interrupted turn ends without one). A question on
screen always counts: nothing may be typed then.
"""

import hashlib
import posixpath
from collections.abc import Callable
from dataclasses import dataclass, replace

from crewtui.core.agents.question import Question
from crewtui.core.agents.signals import Heard
from crewtui.core.agents.status import NO_CUE, Reading
from crewtui.core.model.agent import TROUBLED, AgentState, Evidence
from crewtui.core.model.approval import ApprovalView, Choice, Role
from crewtui.core.model.policy import FILE_TOOLS
from crewtui.core.model.text import letters, one_line

SIGNAL_HOLDS_S = 2.0
"""How long a signal wins over a screen that says something else, in seconds."""
DETAIL_HOLDS_S = 10.0
"""How long a signal's detail belongs to the question that comes on screen, in seconds."""
BEGINNING = 30
"""So many letters of a signalled command tell the question it belongs to."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state and why; ``failed`` is the kind of error that ended the agent's turn."""

    state: AgentState
    evidence: Evidence
    approval: ApprovalView | None = None
    ends_s: float | None = None
    clock: str = ""
    failed: str = ""

    @property
    def question(self) -> str:
        """What is asked, in one line."""
        return self.approval.text if self.approval is not None else ""


class Standing:
    """The judgement of one agent; times are monotonic seconds, ``wall`` is UTC."""

    def __init__(self, agent: str, new_id: Callable[[], str]):
        self._agent = agent
        self._new_id = new_id
        self._heard: Heard | None = None
        self._heard_at = float("-inf")
        self._approval: ApprovalView | None = None
        self._forgiven = ""

    def hear(self, heard: Heard, now: float) -> None:
        """Take a signal."""
        if heard.state is not None:
            self._heard, self._heard_at = heard, now

    @property
    def forgiven(self) -> bool:
        """Whether a failed turn counts as over."""
        return bool(self._forgiven)

    def forgive(self, line: str) -> None:
        """From now on the failed turn with this line counts as over: it may be written to."""
        self._forgiven = line

    def reset(self) -> None:
        """The program was started anew."""
        self._heard, self._approval, self._forgiven = None, None, ""

    def judge(self, reading: Reading, now: float, wall: float) -> Verdict:
        """How the agent stands."""
        if reading.state is AgentState.ASKING:
            asked = self._open(reading.question, now, wall)
            return Verdict(AgentState.ASKING, reading.evidence, asked)
        if reading.state is AgentState.UNKNOWN and reading.place is not None:
            asked = self._unknown(reading, wall)
            return Verdict(AgentState.UNKNOWN, reading.evidence, asked)
        if reading.failed and reading.evidence.line == self._forgiven:
            reading = replace(reading, state=AgentState.IDLE, failed="", ends_s=None, clock="")
        elif not reading.failed and reading.state in (AgentState.BUSY, AgentState.IDLE):
            self._forgiven = ""
        heard = self._fresh(now, reading)
        if heard is not None and heard.state is not None:
            evidence = Evidence(rule=f"signal {heard.name}", line=one_line(heard.detail))
            asks = heard.state is AgentState.ASKING
            approval = self._announced(heard, wall) if asks else None
            return self._end(Verdict(heard.state, evidence, approval))
        ends, clock = reading.ends_s, reading.clock
        verdict = Verdict(reading.state, reading.evidence, None, ends, clock, reading.failed)
        return self._end(verdict)

    def _end(self, verdict: Verdict) -> Verdict:
        self._approval = verdict.approval
        return verdict

    def _fresh(self, now: float, reading: Reading) -> Heard | None:
        if self._heard is None or reading.state in TROUBLED | {AgentState.COVERED}:
            return None
        unsure = reading.evidence.rule == NO_CUE
        return self._heard if unsure or now - self._heard_at < SIGNAL_HOLDS_S else None

    def _announced(self, heard: Heard, wall: float) -> ApprovalView:
        """A question that was signalled and is not on screen yet: there is no key for it."""
        text = f"{heard.tool}: {heard.detail}" if heard.detail else heard.tool or "a question"
        old = self._approval
        if old is not None and (old.text == text or not heard.detail):
            return old  # it was on screen already, and will be again: the screen is being drawn
        return ApprovalView(
            id=self._new_id(),
            agent=self._agent,
            text=text,
            shown=heard.detail,
            tool=heard.tool,
            detail=heard.detail,
            source="signal",
            since=wall,
        )

    def _unknown(self, reading: Reading, wall: float) -> ApprovalView:
        """An unknown prompt: a person is asked once whether one types there."""
        assert reading.place is not None
        said = f"{reading.place.model_dump_json()}"
        print_ = hashlib.sha256(said.encode()).hexdigest()[:16]
        old = self._approval
        if old is not None and old.fingerprint == print_:
            return old
        line = reading.evidence.line
        self._approval = ApprovalView(
            id=self._new_id(),
            agent=self._agent,
            text=f"unknown prompt “{line}”: is this where one types messages?",
            shown=f"{line}\n\nIf it is a question, answer it in the pane: press i there.",
            fingerprint=print_,
            source="place",
            since=wall,
            choices=(
                Choice(number=1, label="Yes, messages are typed here", role=Role.APPROVE),
                Choice(number=2, label="No, never type here", role=Role.DENY),
            ),
        )
        return self._approval

    def _open(self, question: Question | None, now: float, wall: float) -> ApprovalView:
        found = question or Question("asks something", "", "")
        tool, detail, exact = found.tool, found.detail, found.exact
        heard = self._heard
        fresh = heard is not None and now - self._heard_at < DETAIL_HOLDS_S
        if heard is not None and fresh and (parts := _shown_part(heard, found)):
            tool, detail, exact = heard.tool or tool, heard.detail, heard.whole and parts == 1
        elif self._approval is not None and self._approval.shown == found.shown:
            tool, detail, exact = (
                self._approval.tool,
                self._approval.detail,
                self._approval.exact,
            )
        print_ = hashlib.sha256(f"{found.fingerprint}\n{detail}".encode()).hexdigest()[:16]
        old = self._approval
        if old is not None and old.fingerprint == print_ and old.choices == found.choices:
            return old
        again = old is not None and old.source == "signal" and old.detail == detail
        self._approval = ApprovalView(
            id=old.id if again and old is not None else self._new_id(),
            agent=self._agent,
            text=one_line(f"{tool}: {detail}" if tool and detail else detail or found.text),
            shown=found.shown,
            fingerprint=print_,
            tool=tool,
            detail=detail,
            exact=exact,
            source="screen and signal" if exact and detail != found.detail else "screen",
            since=old.since if again and old is not None else wall,
            choices=found.choices,
        )
        return self._approval


def _shown_part(heard: Heard, question: Question) -> float:
    """How much of what was signalled stands in the question: 1 all, 0.5 its beginning, 0 nothing.

    Several may be asked at once: the newest signal need not belong to what is on screen.
    """
    wanted = heard.detail if heard.tool not in FILE_TOOLS else posixpath.basename(heard.detail)
    sought, shown = letters(wanted), letters(question.shown)
    if not sought:
        return 0
    return 1 if sought in shown else 0.5 if sought[:BEGINNING] in shown else 0
