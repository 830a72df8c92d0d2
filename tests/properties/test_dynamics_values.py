"""The tape against SymPy, on random expressions of the grammar."""

import numpy as np
import sympy as sp
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from discovery.dynamics.evaluate import gradients, values
from discovery.types import symbol

NAMES = ("x", "y")
CONSTANTS = (0.7, -1.4)
LETTERS = [symbol(name) for name in ("x", "y", "c0", "c1")]
POINTS = np.random.default_rng(2).uniform(-1.5, 1.5, (10, 2))
BESIDE = 1e-12  # what is computed another way differs by less, unless round-off decides
QUICK = settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

numbers = st.one_of(
    st.integers(-4, 4).filter(bool).map(sp.Integer), st.floats(0.1, 5.0).map(lambda value: sp.Float(round(value, 3)))
)
leaves = st.one_of(st.sampled_from(LETTERS), numbers)
POWERS = [-2, -1, 2, 3, 5, 64, 65, 100, -65, sp.Rational(3, 2), sp.Rational(1, 3), sp.Rational(-1, 2)]
SMOOTH = [sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.tanh, sp.sinh, sp.cosh, sp.atan, sp.asin, sp.acos, sp.sqrt]


def trees(functions: list[type[sp.Function]]) -> st.SearchStrategy[sp.Expr]:
    """Expressions of states, constants and numbers with these functions."""

    def larger(parts: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
        return st.one_of(
            st.tuples(parts, parts).map(lambda pair: pair[0] + pair[1]),
            st.tuples(parts, parts).map(lambda pair: pair[0] - pair[1]),
            st.tuples(parts, parts).map(lambda pair: pair[0] * pair[1]),
            st.tuples(parts, st.sampled_from(POWERS)).map(lambda pair: sp.Pow(*pair)),
            st.tuples(st.sampled_from(functions), parts).map(lambda pair: pair[0](pair[1])),
        )

    return st.recursive(leaves, larger, max_leaves=7).filter(_is_real)


def _is_real(expression: sp.Expr) -> bool:
    return not expression.has(sp.I, sp.zoo, sp.nan, sp.oo, sp.re, sp.im, sp.arg)


def by_sympy(expression: sp.Expr) -> np.ndarray:
    """Values through SymPy's own translation to NumPy, at each point and a little beside; NaN where not real."""
    function = sp.lambdify(LETTERS, expression, "numpy")
    with np.errstate(all="ignore"):
        return np.array(
            [
                [function(*map(np.float64, (*(side * point), *CONSTANTS))) for point in POINTS]
                for side in (1.0, 1.0 - BESIDE, 1.0 + BESIDE)
            ],
            dtype=np.float64,
        )


def close(ours: np.ndarray, expected: np.ndarray) -> None:
    """Equal wherever the expected value is an ordinary number, and undefined wherever it is not.

    Where it changes much by a little, round-off decides, and nothing is said.
    """
    ordinary = np.all(np.isfinite(expected) & (np.abs(expected) < 1e6), axis=0)
    with np.errstate(invalid="ignore"):
        ordinary &= np.all(np.abs(expected - expected[0]) <= 1e-9 + 1e-7 * np.abs(expected[0]), axis=0)
    undefined = np.all(np.isnan(expected), axis=0)
    assume((ordinary | undefined).any())
    np.testing.assert_allclose(ours[ordinary], expected[0, ordinary], rtol=1e-7, atol=1e-9)
    assert np.all(np.isnan(ours[undefined]))


@QUICK
@given(trees([*SMOOTH, sp.Abs, sp.sign]))
def test_values_are_sympy_s(expression: sp.Expr) -> None:
    """The interpreter computes what SymPy computes."""
    close(values([expression], NAMES, POINTS, CONSTANTS)[:, 0], by_sympy(expression))


@QUICK
@given(trees(SMOOTH), st.sampled_from([*SMOOTH, sp.Abs, sp.sign]), st.sampled_from([sp.sqrt, sp.log, sp.asin]))
def test_what_is_undefined_stays_so(part: sp.Expr, outer: type[sp.Function], inner: type[sp.Function]) -> None:
    """In every function, as roots, logarithms and arcs of what they are not defined for."""
    expression = outer(inner(part - 3))
    assume(_is_real(expression))
    close(values([expression], NAMES, POINTS, CONSTANTS)[:, 0], by_sympy(expression))


@QUICK
@given(trees(SMOOTH))
def test_slopes_are_sympy_s_derivatives(expression: sp.Expr) -> None:
    """Derivatives by the constants are the symbolic ones, and the values do not change."""
    found, slopes = gradients([expression], NAMES, POINTS, CONSTANTS)
    np.testing.assert_array_equal(found[:, 0], values([expression], NAMES, POINTS, CONSTANTS)[:, 0])
    defined = np.isfinite(found[:, 0])
    assume(defined.any())
    for i in range(len(CONSTANTS)):
        expected = by_sympy(sp.diff(expression, symbol(f"c{i}")))
        close(slopes[defined, 0, i], expected[:, defined])
