"""Failed turns are tried again, so often, then escalated."""

from crewtui.core.supervision.fix_loop import Escalate, FixLoop, Retry, error_type


def test_a_type_has_three_attempts_and_then_is_escalated() -> None:
    loop = FixLoop()
    found = [loop.failed("api", f"500 after {n} s", None) for n in range(4)]
    assert [(f.attempt, f.delay_s) for f in found[:3] if isinstance(f, Retry)] == [
        (1, 10.0),
        (2, 20.0),
        (3, 40.0),
    ]
    assert isinstance(found[3], Escalate)


def test_messages_that_differ_in_numbers_paths_and_ids_are_one_type() -> None:
    one = error_type("api", "Error 500 at /home/a/x.py: request 0badf00dcafe failed after 3 s")
    two = error_type("api", "error 502 at /srv/b.py: request deadbeef1234 failed after 90 s")
    assert one == two


def test_each_type_has_its_own_count() -> None:
    loop = FixLoop()
    loop.failed("api", "overloaded", None)
    other = loop.failed("api", "bad gateway", None)
    assert isinstance(other, Retry)
    assert other.attempt == 1


def test_a_turn_that_succeeds_clears_the_counts() -> None:
    loop = FixLoop()
    for _ in range(3):
        loop.failed("api", "overloaded", None)
    loop.succeeded()
    assert isinstance(loop.failed("api", "overloaded", None), Retry)


def test_a_limit_that_says_when_it_ends_is_waited_for_and_is_no_attempt() -> None:
    loop = FixLoop()
    for _ in range(5):
        found = loop.failed("limit", "resets 3pm", 3600)
        assert isinstance(found, Retry)
        assert (found.attempt, found.delay_s) == (0, 3605)


def test_a_missing_login_is_escalated_at_once() -> None:
    assert isinstance(FixLoop().failed("login", "run /login", None), Escalate)
