"""How long to wait before a restart: pure."""

from random import Random

from crewtui.core.config.crew import RestartPolicy

JITTER = 0.2
"""One draw a restart, so that agents that die together do not return together."""


def longest_s(policy: RestartPolicy) -> float:
    """More than that no draw is, in seconds."""
    return policy.max_s * (1 + JITTER)


def delay_s(count: int, policy: RestartPolicy, random: Random) -> float:
    """Seconds before the restart that follows ``count`` restarts: base doubling to max, +-20 %."""
    plain = min(policy.base_s * 2.0 ** min(count, 32), policy.max_s)
    return plain * random.uniform(1 - JITTER, 1 + JITTER)
