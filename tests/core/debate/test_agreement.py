"""Agreement of code: the same agrees wholly, nothing in common hardly, and order plays no part."""

from hypothesis import given
from hypothesis import strategies as st

from crewtui.core.debate.agreement import agreement, likeness

ONE = "def add(a, b):\n    total = a + b\n    return total\n"
RENAMED = "def plus(x, y):\n    result = x + y\n    return result\n"
OTHER = "class Server:\n    async def serve(self):\n        while True:\n            await it()\n"


def fenced(code: str) -> str:
    return f"# A way\n\n```python\n{code}```\n"


def test_the_same_code_agrees_wholly() -> None:
    assert likeness(ONE, ONE) == 1.0


def test_other_names_agree_more_than_another_program() -> None:
    assert likeness(ONE, RENAMED) > 0.5 > likeness(ONE, OTHER)


@given(st.text(max_size=80), st.text(max_size=80))
def test_likeness_is_a_share_and_the_same_for_both_orders(one: str, two: str) -> None:
    found = likeness(one, two)
    assert 0.0 <= found <= 1.0
    assert abs(found - likeness(two, one)) < 1e-9


def test_languages_other_than_python_are_compared_by_the_shape_of_their_lines() -> None:
    rust = "fn main() {\n    let x = 1;\n    match x {\n    }\n}\n"
    assert likeness(rust, rust.replace("x", "y")) > likeness(rust, ONE)


def test_only_texts_with_code_are_rated_and_one_alone_is_not() -> None:
    texts = {"A": fenced(ONE), "B": fenced(ONE), "C": fenced(OTHER), "D": "no code at all"}
    found = agreement(texts)
    assert set(found) == {"A", "B", "C"}
    assert found["A"] == found["B"] > found["C"]
    assert agreement({"A": fenced(ONE), "B": "words"}) == {}
