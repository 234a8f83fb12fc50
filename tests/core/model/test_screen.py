"""Pictures of panes and their differences."""

from hypothesis import given
from hypothesis import strategies as st

from crewtui.core.model.screen import Screen, patch_between

lines = st.lists(st.text(max_size=5), max_size=8).map(tuple)


@given(lines, lines)
def test_a_patch_turns_the_old_lines_into_the_new(
    old: tuple[str, ...], new: tuple[str, ...]
) -> None:
    patch = patch_between("a", Screen(lines=old), Screen(lines=new))
    if patch is None:
        assert old == new
        return
    rebuilt = (list(old) + [""] * len(new))[: patch.count]
    for row, line in patch.lines.items():
        rebuilt[row] = line
    assert tuple(rebuilt) == new


def test_equal_screens_need_no_patch() -> None:
    assert patch_between("a", Screen(lines=("x",)), Screen(lines=("x",))) is None
