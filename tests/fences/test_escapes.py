"""Every known escape, tried inside each fence that the machine has, as root and as a user."""

import json
from collections.abc import Iterator

import pytest

from crewtui.core.fence.escapes import ESCAPES
from tests.fences import report
from tests.fences.runs import User, ordinary_user, this_user


@pytest.fixture(params=["bubblewrap", "landlock"])
def fence(request: pytest.FixtureRequest) -> str:
    """A means that enforces."""
    return str(request.param)


@pytest.fixture(params=["this user", "an ordinary user"])
def user(request: pytest.FixtureRequest) -> Iterator[User]:
    """Who runs the crew."""
    with (this_user if request.param == "this user" else ordinary_user)() as found:
        if found is None:
            pytest.skip("nobody can become an ordinary user that runs Python here")
        yield found


def test_nothing_gets_out_but_what_is_known_to(user: User, fence: str) -> None:
    if not user.works(fence):
        pytest.skip(f"{fence} does not work here")
    found = user.tried("fenced", fence)
    wrong = {
        name: result
        for name, result in found.items()
        if result not in ("held", "not here") and fence not in ESCAPES[name].open_with
    }
    assert not wrong


def test_without_a_fence_what_is_tried_would_succeed(user: User) -> None:
    found = user.tried("free", "auto")
    may_be_missing = {"disk", "x32", "io_uring", "run socket", "owner", "int 0x80", "type"}
    held = {name for name, result in found.items() if result != "open"}
    assert held <= may_be_missing | {"denied", "namespace", "powers", "program", "own settings"}


def test_the_written_results_are_what_is_found(user: User, fence: str) -> None:
    if not user.works(fence):
        pytest.skip(f"{fence} does not work here")
    kept = json.loads(report.RESULTS.read_text())[fence]
    for name, result in user.tried("fenced", fence).items():
        assert result in (kept[name], "not here"), f"{name}: python -m tests.fences.report"


def test_the_readme_has_the_table() -> None:
    text = report.README.read_text()
    assert text == report.written(text), "python -m tests.fences.report"
