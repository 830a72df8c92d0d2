"""Phases and the digits of waves: what only adds to an argument, and how exactly its numbers have to be written."""

import math

import numpy as np
import pytest
import sympy as sp

from discovery.symbolic.parse import parse
from discovery.symbolic.phases import ROUNDED, decimals, digits, phases

PHASES = {
    "adds": ("c0*cos(c1*t + c2)", (2,)),
    "in two waves": ("cos(t + c0) - x*sin(2*t - 3*c0)", (0,)),
    "outside, too": ("c0*cos(t + c0)", ()),
    "half of it": ("cos(t + c0/2)", ()),
    "times a state": ("cos(t + c0*x)", ()),
    "times a mark": ("cos(t + c0*in_group_0 + c1*in_group_1)", (0, 1)),
    "in a power": ("exp(cos(t + c0)) + exp(c1)", (0,)),
}


@pytest.mark.parametrize(("side", "expected"), PHASES.values(), ids=PHASES)
def test_what_only_adds_to_arguments_is_a_phase(side: str, expected: tuple[int, ...]) -> None:
    """Of any sine or cosine, whole numbers of times; anything else would change with a whole turn."""
    assert expected == phases((parse(side),), 3, frozenset({"in_group_0", "in_group_1"}))


def test_waves_hold_at_the_end_of_a_record_with_the_digits_that_they_get() -> None:
    """In years since Christ a frequency needs seven digits, since the first row four; numbers of states need none."""
    side = parse("3.14159265*x + cos(6.283185307*t + c0) + sin(2.71828*x)")
    for end, expected in ((1960.0, "6.283185"), (1.0, "6.283")):
        places = decimals((side,), (end - 1.0, end), {sp.Symbol("c0", real=True): -0.00904})
        assert {"6.28318530700000", "c0"} == set(map(str, places))
        number = next(leaf for leaf in places if leaf.is_Float)
        written = f"{float(number):.{digits(float(number), places[number], 4)}g}"
        assert expected == written
        assert abs(float(written) - float(number)) * end < ROUNDED / 2
    assert {} == decimals((parse("cos(2.5*x)"),), (0.0, 9.0))


def test_digits_count_from_the_first_that_is_not_zero() -> None:
    """And are no fewer than they would be."""
    assert [7, 4, 4, 1] == [digits(6.28, 6, 4), digits(-0.00904, 3, 4), digits(0.0, 9, 4), digits(-0.00904, 3, 0)]
    assert math.isclose(np.pi, float(f"{np.pi:.{digits(np.pi, 9, 4)}g}"), abs_tol=5e-10)
