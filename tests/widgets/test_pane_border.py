"""What a pane's border says of its agent."""

from crewtui.core.model.agent import AgentView
from crewtui.widgets.pane_view import PaneView


def border(**known: object) -> str:
    """The border's title of an agent of which this is known."""
    pane = PaneView("dev")
    pane.describe(AgentView.model_validate({"id": "dev", "command": "claude", **known}), 0.0)
    return str(pane.border_title)


def test_a_version_that_was_never_tried_is_named() -> None:
    assert " 2.1.999, never tried" in border(version="2.1.999", version_tried=False)


def test_a_version_that_was_tried_is_not() -> None:
    assert "2.1.197" not in border(version="2.1.197", version_tried=True)


def test_policies_that_do_not_hold_are_said_to() -> None:
    assert "policies do not hold" in border(policies="do not hold: with --yolo it asks nothing")
    assert "policies" not in border(policies="hold")
