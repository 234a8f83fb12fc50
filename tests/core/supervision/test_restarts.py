"""Backoff, endings, restart intensity."""

import signal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crewtui.core.config.crew import RestartPolicy
from crewtui.core.supervision.backoff import JITTER, delay_s
from crewtui.core.supervision.ending import Ending, EndingKind, classify
from crewtui.core.supervision.intensity import Degrade, Restart, Settle, decide, is_healthy

POLICY = RestartPolicy()
CRASH = Ending(EndingKind.CRASH, code=1)


@given(st.integers(0, 1000), st.integers())
def test_delay_is_the_power_of_two_within_jitter(count: int, seed: int) -> None:
    plain = min(2.0 ** min(count, 40), 16.0)
    found = delay_s(count, POLICY, Random(seed))
    assert plain * (1 - JITTER) <= found <= plain * (1 + JITTER)


def test_an_agent_that_dies_at_once_is_degraded_after_31_seconds() -> None:
    class Middle(Random):
        def uniform(self, a: float, b: float) -> float:
            return (a + b) / 2

    waited, count = 0.0, 0
    while isinstance(decision := decide(CRASH, count, POLICY, Middle()), Restart):
        waited, count = waited + decision.delay_s, decision.count
    assert isinstance(decision, Degrade)
    assert count == 5
    assert waited == 31.0


@given(st.floats(0, 119))
def test_no_life_below_the_healthy_time_clears_the_count(lived_s: float) -> None:
    assert not is_healthy(lived_s, POLICY)


def test_a_healthy_run_clears_the_count() -> None:
    assert is_healthy(120.0, POLICY)
    assert not is_healthy(None, POLICY)


@pytest.mark.parametrize(
    ("code", "number", "lived", "how", "kind"),
    [
        (0, None, 5.0, {}, EndingKind.CLEAN),
        (1, None, 5.0, {}, EndingKind.CRASH),
        (127, None, 0.5, {}, EndingKind.FAILED_START),
        (127, None, 60.0, {}, EndingKind.CRASH),
        (130, None, 60.0, {"person_typed": True}, EndingKind.CLEAN),
        (130, None, 60.0, {}, EndingKind.CRASH),
        (None, signal.SIGKILL, 60.0, {}, EndingKind.SIGNALLED),
        (None, signal.SIGTERM, 60.0, {"asked_to_stop": True}, EndingKind.CLEAN),
        (None, signal.SIGHUP, 60.0, {"person_typed": True}, EndingKind.CLEAN),
        (None, None, 60.0, {}, EndingKind.LOST),
    ],
)
def test_endings_are_told_apart(code, number, lived, how, kind) -> None:  # type: ignore[no-untyped-def]
    assert classify(code, number, lived, **how).kind is kind


def test_a_failed_start_is_never_retried() -> None:
    ending = Ending(EndingKind.FAILED_START, code=127)
    assert decide(ending, 0, RestartPolicy(policy="always"), Random()) == Settle(failed=True)


def test_a_clean_exit_restarts_only_with_always() -> None:
    ending = Ending(EndingKind.CLEAN, code=0)
    assert decide(ending, 0, POLICY, Random()) == Settle(failed=False)
    assert isinstance(decide(ending, 0, RestartPolicy(policy="always"), Random()), Restart)


def test_a_lost_tmux_server_does_not_count() -> None:
    assert decide(Ending(EndingKind.LOST), 5, POLICY, Random()) == Restart(0.0, 5)
