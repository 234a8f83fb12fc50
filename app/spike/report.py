"""The spike's report: each step as it is done, then its result; for people, or as JSON."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crewtui.app.spike.advice import Advice
from crewtui.app.spike.course import held
from crewtui.app.spike.step import Outcome, Step, safe
from crewtui.core.config.project import Project


class Report:
    """Collects what is said for the transcript; ``show`` prints, unless only JSON is wanted."""

    def __init__(self, show: Callable[[str], object]):
        self._show = show
        self.lines: list[str] = []
        self.steps: list[Step] = []

    def say(self, text: str) -> None:
        """One line."""
        self.lines.append(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {text}")
        self._show(text)

    def step(self, step: Step) -> None:
        """One step with its evidence."""
        self.steps.append(step)
        self.say(f"{step.outcome:<10}  {step.name:<16} {step.took_s:6.1f} s")
        for line in step.evidence:
            self.say(f"              {line}")
        if step.todo:
            self.say(f"              -> {step.todo}")

    def advice(self, advice: Advice) -> None:
        """What to put where."""
        for line in advice.agents_toml:
            self.say(line)
        if advice.adapter:
            self.say("")
        for line in advice.adapter:
            self.say(line)

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return held(self.steps)

    def summary(self) -> str:
        """The result in one line."""
        open_ = [step.name for step in self.steps if step.outcome is Outcome.NOT_PROVEN]
        bad = [step for step in self.steps if step.outcome is Outcome.FAILED]
        rest = f"; not proven: {', '.join(open_)}" if open_ else ""
        if bad:
            return f"failed: {', '.join(step.name for step in bad)}{rest}"
        return f"all that was tried is proven{rest}" if rest else "all is proven"

    def todo(self) -> str:
        """What to do about the first step that failed."""
        bad = [step.todo for step in self.steps if step.outcome is Outcome.FAILED]
        return bad[0] if bad else ""

    def as_json(self, agent: str, adapter: str, advice: Advice, transcript: Path | None) -> str:
        """All of it for programs."""
        found: dict[str, Any] = {
            "agent": agent,
            "adapter": adapter,
            "passed": self.passed,
            "steps": [step.as_dict() for step in self.steps],
            "agents_toml": list(advice.agents_toml),
            "adapter_toml": list(advice.adapter),
            "transcript": str(transcript) if transcript else "",
        }
        return json.dumps(found)


def about(agent: str, command: Sequence[str], adapter: str, why: str) -> str:
    """What is tried."""
    return safe(f"{agent}: {' '.join(command)}, adapter {adapter} ({why})")


def keep(project: Project, name: str, lines: list[str]) -> Path:
    """Write the transcript into the project's logs, for its user alone."""
    folder = project.logs / "spike_transcripts"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{datetime.now(UTC).strftime('%Y%m%dT%H%M%SZ')}-{name}.log"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o600)
    return path
