"""Algebra that ends: by a count of calls, and by the size that multiplying out would give."""

import cProfile
import sys

import pytest
import sympy as sp

from discovery.symbolic.constants import shape
from discovery.symbolic.expansion import is_short
from discovery.symbolic.limited import limited
from discovery.symbolic.multiplied import expanded
from discovery.symbolic.parse import parse


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


def test_a_profiler_goes_on() -> None:
    """That of cProfile, with which a user may look where time goes, sees what comes after."""
    profiler = cProfile.Profile()
    profiler.enable()
    assert 4 == limited(lambda: 4, calls=100)
    sp.Symbol("x")
    profiler.disable()
    assert any(
        "symbol.py" in entry.code.co_filename for entry in profiler.getstats() if not isinstance(entry.code, str)
    )


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


@pytest.mark.parametrize(
    "text",
    [
        "-(x + 2)*((y**0.2 - 1)**-2/5 - 1)**42/g",
        "-x**2*((y - 3081**0.2 - 1)**-4/5 - 1)**42/g",
        "-(x + a)**-29/5 - (1/(y**0.2 - 1) - p)**51/g",  # each of 52 terms has a denominator of its own
        "-(x + a)*j - (1/(y - 1) - p)**51/g",
    ],
)
def test_high_powers_of_nested_roots_are_not_multiplied_out(text: str) -> None:
    """Each has fewer than a hundred terms, but took SymPy ten seconds a time."""
    expression = parse(text)
    assert not is_short(expression)
    assert expanded(expression) == expression
