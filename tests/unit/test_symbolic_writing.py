"""Expressions that are put together without SymPy's simplifications."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from discovery.library.shapes import shapes
from discovery.symbolic.constants import real_value
from discovery.symbolic.evaluate import evaluate
from discovery.symbolic.parse import parse
from discovery.symbolic.writing import float_of, one_over, plus, scaled, times, weighted_sum
from discovery.types import symbol


@pytest.mark.parametrize("texts", [("x",), ("1",), ("1", "x", "y**2", "x*y"), ("x*y/(2.5 + x)", "sin(x)*y", "exp(-x)")])
def test_sums_are_as_sympy_writes_them(texts: tuple[str, ...]) -> None:
    """Candidates compare equal to the same sum made the long way."""
    parts = [parse(text) for text in texts]
    numbers = [1.5, -0.3, 2e-7, 41.0][: len(parts)]
    expected = sp.Add(*(sp.Float(c) * part for c, part in zip(numbers, parts, strict=True)))
    assert expected == weighted_sum(numbers, parts)
    assert hash(expected) == hash(weighted_sum(numbers, parts))


@given(st.floats())
def test_numbers_are_sympy_s(number: float) -> None:
    """Equal in value, precision, sign, hash and kind, those that are not finite and the smallest too."""
    expected, found = sp.Float(number), float_of(number)
    assert type(expected) is type(found)
    assert (hash(expected), sp.srepr(expected)) == (hash(found), sp.srepr(found))
    if expected.is_finite:
        assert number == float(found) == real_value(found)


def test_products_and_fractions_are_as_sympy_writes_them() -> None:
    """Equal, whatever order the factors and terms come in; the product of none is 1."""
    x, y = symbol("x"), symbol("y")
    assert x**2 * y * sp.sin(x) == times([y, sp.sin(x), x**2])
    assert 1 == times([])
    assert y == times([sp.S.One, y])
    assert 1 / (1 + 0.5 * x + 0.25 * y) == one_over(plus(sp.S.One, [scaled(0.25, y), scaled(0.5, x)]))


def test_every_shape_is_written_as_it_is_computed() -> None:
    """All functions of all shapes, at one start each: the text has the values of the array code."""
    states = np.random.default_rng(0).uniform(0.2, 2.0, (40, 2))
    names = ("x", "y")
    every = [*shapes(states), *shapes(states - 1.0)]
    assert 30 < len(every)
    for number, shape in enumerate(every):
        points = states if number < len(shapes(states)) else states - 1.0
        start = shape.starts[len(shape.starts) // 2]
        computed = shape.value(points, start)
        written = shape.write([symbol(name) for name in names], start)
        assert computed.shape[1] == len(written)
        good = np.isfinite(computed).all(axis=1)
        for column, expression in zip(computed.T, written, strict=True):
            if good.any():
                np.testing.assert_allclose(evaluate(expression, names, points[good]), column[good], rtol=1e-9)
