"""Algebra that ends: by a count of calls, and by the size that multiplying out would give."""

import ast
import sys
from pathlib import Path

import pytest
import sympy as sp

from discovery.symbolic.canonical import expanded
from discovery.symbolic.constants import shape
from discovery.symbolic.expansion import is_short
from discovery.symbolic.limited import limited
from discovery.symbolic.parse import parse

ROOT = Path(__file__).resolve().parents[2]
# SymPy's functions whose time nobody can foresee, and where each may stand.
UNBOUNDED = frozenset(
    {"simplify", "trigsimp", "radsimp", "powsimp", "factor", "factor_list", "solve", "solveset", "nonlinsolve"}
    | {"linsolve", "nsolve", "dsolve", "integrate", "summation", "limit", "series", "groebner", "resultant", "apart"}
    | {"together", "cancel", "expand", "expand_mul", "gcd_list", "lcm_list", "nullspace"}
)
BOUNDED_BY = {
    "discovery/symbolic/canonical.py": "is_short",
    "discovery/symbolic/constants.py": "is_short",
    "discovery/selection/inclusion.py": "is_short",
    "discovery/knowledge/conserved_sums.py": "limited",
    "discovery/knowledge/vectors.py": "limited",
    "discovery/knowledge/conserved.py": "limited",
    "discovery/knowledge/integrals.py": "",  # works for conserved.py, within its limit
}


def test_what_ends_in_time_is_what_it_is() -> None:
    """The value comes back, and whoever counted calls before goes on."""
    seen: list[str] = []
    sys.setprofile(lambda frame, event, argument: seen.append(event))
    try:
        assert 5 == limited(lambda: sum(range(2)) + 4, calls=100)
        after = sys.getprofile()
    finally:
        sys.setprofile(None)
    assert after is not None


def test_what_does_not_end_is_given_up() -> None:
    """Also where the algebra on the way catches every exception."""

    def stubborn() -> int:
        def call() -> None: ...

        while True:
            try:
                call()
            except Exception:
                continue

    assert limited(stubborn, calls=1000) is None
    assert limited(lambda: sp.expand((sp.Symbol("x") + sp.Symbol("y") + 1) ** 300), calls=10_000) is None
    assert sys.getprofile() is None


def test_an_error_of_the_work_is_raised_as_it_is() -> None:
    """And the count ends with it."""
    with pytest.raises(ZeroDivisionError):
        limited(lambda: 1 // 0)
    assert sys.getprofile() is None


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("(x + y)*(x - y)", True),
        ("*".join(f"(a{i} + 1)" for i in range(8)), False),  # 256 terms
        ("(x + y)**99*(x + z)**3", False),
        ("sin((x + y + z)**100)", False),
        ("1/((x + 1/y)**9 + x/((x + y)**7 + 2))", True),
    ],
)
def test_the_size_is_known_before_the_work_is_done(text: str, short: bool) -> None:
    """Terms and nodes are counted without multiplying out, inside of functions too."""
    expression = parse(text)
    assert short == is_short(expression)
    if short:
        assert sum(1 for _ in sp.preorder_traversal(sp.expand(expression))) < 4000


def test_an_exponent_is_not_multiplied_out_without_end() -> None:
    """A product of thirty sums would have a thousand million terms."""
    tower = "2**(" + "*".join(f"(a{i} + 1)" for i in range(30)) + ")"
    assert "a29" in shape(parse(tower))


def test_every_call_of_unbounded_algebra_has_a_limit() -> None:
    """SymPy's slow functions stand only in files that bound them, by name."""
    found: set[str] = set()
    for path in [*(ROOT / "discovery").rglob("*.py"), *(ROOT / "pipelines").rglob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in UNBOUNDED
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in {"sp", "sympy"}
            ):
                found.add(path.relative_to(ROOT).as_posix())
    assert found <= BOUNDED_BY.keys()
    for name, bound in BOUNDED_BY.items():
        assert f"{bound}(" in (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text", ["-(x + 2)*((y**0.2 - 1)**-2/5 - 1)**42/g", "-x**2*((y - 3081**0.2 - 1)**-4/5 - 1)**42/g"]
)
def test_high_powers_of_nested_roots_are_not_multiplied_out(text: str) -> None:
    """Each has fewer than a hundred terms, but took SymPy ten seconds a time."""
    expression = parse(text)
    assert not is_short(expression)
    assert expanded(expression) == expression
