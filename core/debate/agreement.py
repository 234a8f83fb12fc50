"""How far proposals agree where they are code: advice beside a vote, never a decision.

In the style of CodeBLEU (Ren et al. 2020): short runs of tokens, the same with the language's
own words counting more, the shapes of the syntax tree, and which names flow into which. The last
two need Python; for other languages the shape of the lines stands for them.
"""

import ast
import keyword
import re
from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import TypeVar

T = TypeVar("T")

_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_TOKEN = re.compile(r"[A-Za-z_]\w*|\d+(?:\.\d+)?|[^\s\w]")
_WORDS = frozenset(keyword.kwlist) | frozenset(
    [
        "function",
        "const",
        "let",
        "var",
        "struct",
        "enum",
        "fn",
        "impl",
        "match",
        "func",
        "package",
        "public",
        "static",
        "void",
        "new",
    ]
)
LONGEST = 4
"""Runs of one to so many tokens are compared."""
KEYWORD_WEIGHT = 4
MOST_TOKENS = 4000


def code_in(text: str) -> str:
    """All fenced code of a text."""
    return "\n".join(_FENCE.findall(text))


def agreement(texts: dict[str, str]) -> dict[str, float]:
    """For each text with code how alike it is to the others' on average, 0 to 1."""
    codes = {name: code for name, text in texts.items() if (code := code_in(text)).strip()}
    if len(codes) < 2:
        return {}
    found = {}
    for name, code in codes.items():
        others = [likeness(code, other) for key, other in codes.items() if key != name]
        found[name] = round(sum(others) / len(others), 3)
    return found


def likeness(one: str, two: str) -> float:
    """How alike two pieces of code are, 0 to 1; the same for both orders."""
    tokens = [_TOKEN.findall(code)[:MOST_TOKENS] for code in (one, two)]
    runs = [_overlap(_runs(tokens[0], n), _runs(tokens[1], n)) for n in range(1, LONGEST + 1)]
    words = _overlap(_weighted(tokens[0]), _weighted(tokens[1]))
    trees = [_tree(code) for code in (one, two)]
    if trees[0] is not None and trees[1] is not None:
        shape = _overlap(_shapes(trees[0]), _shapes(trees[1]))
        flow = _overlap(_flows(trees[0]), _flows(trees[1]))
    else:
        shape = flow = _skeleton(one, two)
    return (sum(runs) / LONGEST + words + shape + flow) / 4


def _runs(tokens: list[str], length: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(tokens[at : at + length]) for at in range(len(tokens) - length + 1))


def _weighted(tokens: list[str]) -> Counter[str]:
    found = Counter(tokens)
    for word in _WORDS & found.keys():
        found[word] *= KEYWORD_WEIGHT
    return found


def _overlap(one: Counter[T], two: Counter[T]) -> float:
    """Twice what both have over what there is; two that have nothing agree."""
    total = sum(one.values()) + sum(two.values())
    common = sum((one & two).values())
    return 2 * common / total if total else 1.0


def _tree(code: str) -> ast.AST | None:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _shapes(tree: ast.AST) -> Counter[str]:
    """Each node with the kinds of its children: names and values do not matter."""
    return Counter(
        f"{type(node).__name__}({','.join(type(c).__name__ for c in ast.iter_child_nodes(node))})"
        for node in ast.walk(tree)
    )


def _flows(tree: ast.AST) -> Counter[str]:
    """From which names each assigned name gets its value, names numbered as they appear."""
    numbers: dict[str, int] = {}

    def number(names: Iterable[str]) -> list[str]:
        return [str(numbers.setdefault(name, len(numbers))) for name in names]

    found: Counter[str] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            to = number(name for target in targets for name in _names(target))
            found[f"{','.join(to)}<{','.join(number(_names(node.value)))}"] += 1
    return found


def _names(node: ast.AST) -> list[str]:
    return [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]


def _skeleton(one: str, two: str) -> float:
    """How alike the lines are by indent and first token; averaged, since order matters to it."""
    lines = [_outline(code) for code in (one, two)]
    there = SequenceMatcher(None, lines[0], lines[1], autojunk=False).ratio()
    back = SequenceMatcher(None, lines[1], lines[0], autojunk=False).ratio()
    return (there + back) / 2


def _outline(code: str) -> list[str]:
    lines = [line for line in code.splitlines() if line.strip()][:MOST_TOKENS]
    found = []
    for line in lines:
        token = _TOKEN.search(line)
        word = token.group() if token else ""
        kind = word if word in _WORDS or not word[:1].isalnum() else "name"
        found.append(f"{len(line) - len(line.lstrip())}:{kind}")
    return found
