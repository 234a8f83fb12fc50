"""Restart intensity: what follows the end of a run. A decision is a value: pure.

The count is that of automatic restarts since the last run that reached ready and then lived
``healthy_s``. So five restarts and then degraded holds for fast and for slow loops alike; a rule
over a window of time would never stop an agent that dies after 20 s.
"""

from dataclasses import dataclass
from random import Random

from crewtui.core.config.crew import RestartPolicy
from crewtui.core.supervision.backoff import delay_s
from crewtui.core.supervision.ending import Ending, EndingKind


@dataclass(frozen=True, slots=True)
class Restart:
    """Start again after ``delay_s`` seconds; ``count`` is the new count."""

    delay_s: float
    count: int


@dataclass(frozen=True, slots=True)
class Degrade:
    """Do not start again until a person resets the agent."""

    count: int


@dataclass(frozen=True, slots=True)
class Settle:
    """The agent stays as it ended: cleanly, or because it could not start."""

    failed: bool


Decision = Restart | Degrade | Settle


def decide(ending: Ending, count: int, policy: RestartPolicy, random: Random) -> Decision:
    """What follows an ending, with ``count`` automatic restarts so far."""
    if ending.kind is EndingKind.FAILED_START:
        return Settle(failed=True)
    if ending.kind is EndingKind.LOST and policy.policy != "never":
        return Restart(0.0, count)
    wanted = policy.policy == "always" or (
        policy.policy == "on-failure" and ending.kind is not EndingKind.CLEAN
    )
    if not wanted:
        return Settle(failed=False)
    if count >= policy.limit:
        return Degrade(count)
    return Restart(delay_s(count, policy, random), count + 1)


def is_healthy(ready_for_s: float | None, policy: RestartPolicy) -> bool:
    """Whether a run that was ready for so long clears the count."""
    return ready_for_s is not None and ready_for_s >= policy.healthy_s
