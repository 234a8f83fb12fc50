"""What a pane's border says."""

from crewtui.widgets.pane_view import fence_words


def test_the_border_says_how_far_a_fence_holds_and_where_there_is_none() -> None:
    assert fence_words("full") == " · fence full"
    assert fence_words("none") == " · no fence"
    assert fence_words("") == ""
