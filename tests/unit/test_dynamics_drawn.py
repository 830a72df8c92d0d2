"""Constants and starts drawn as far from the fit as the data allow."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from discovery.dynamics.drawn import Known, drawn_constants, fitted_starts
from discovery.laws import Frame, Told
from discovery.types import Beginning, Law, symbol

NAN = float("nan")


def drawn(law: Law, known: Known, *, apart: bool = True) -> np.ndarray:
    """Two thousand of the one constant."""
    return drawn_constants(law, known, draws=2000, seed=0, apart=apart)[:, 0]


@pytest.mark.parametrize(("constant", "low", "high"), [(2.0, 0.2, NAN), (2.0, 0.0, NAN), (-2.0, NAN, -0.2)])
def test_a_constant_that_is_known_by_its_sign_keeps_it(
    constant: float, low: float, high: float, law_of: Callable[..., Law]
) -> None:
    """However little is known of its size: it is drawn by its logarithm; without a sign a part is beyond zero."""
    law = law_of({"x": "c0*x"}, constant)
    signed = drawn(law, Known(((1.0,),), (low,), (high,))) / constant
    np.testing.assert_allclose(np.quantile(signed, [0.025, 0.5, 0.975]), np.exp([-0.98, 0.0, 0.98]), rtol=0.1)
    assert (drawn(law, Known(((1.0,),), (-1.0,), (5.0,))) / constant).min() < 0.0


def test_bounds_that_were_told_are_kept(law_of: Callable[..., Law]) -> None:
    """Also those that are not zero, and of a constant whose interval says nothing."""
    law = law_of({"x": "c0*x"}, 1.8)
    law = replace(law, told=("p",), frame=Frame(law.states, law.skeletons, constants=(Told("p", 1.5, 2.0),)))
    ends = drawn(law, Known(((0.04,),)))
    assert (1.5, 2.0) == (ends.min(), ends.max())


def test_a_lopsided_interval_is_followed(law_of: Callable[..., Law]) -> None:
    """Both of its ends, of a constant of either sign and of a rate; not where starts were fitted with the constants."""
    for constant, low, high in ((0.1, -0.4, 0.3), (1.0, 0.1, 1.3)):
        law, known = law_of({"x": "c0*x"}, constant), Known(((0.04,),), (low,), (high,))
        np.testing.assert_allclose(np.quantile(drawn(law, known), [0.025, 0.975]), (low, high), atol=0.05)
        assert np.quantile(drawn(law, known, apart=False), 0.025) > low + 0.1


def test_constants_that_are_known_together_are_not_bent_apart(law_of: Callable[..., Law]) -> None:
    """A sum that is known to a hundredth stays so, though the interval of one part is lopsided or known by its sign."""
    law, shared = law_of({"x": "c0 + c1"}, 1.0, 2.0), 0.16 * np.array([[1.0, -1.0], [-1.0, 1.0]]) + 1e-4 * np.eye(2)
    for low in (-3.0, 0.1):
        known = Known(shared.tolist(), (low, -2.0), (2.0, 3.0), np.ones((3, 2)))
        sums = drawn_constants(law, known, draws=400, seed=0).sum(axis=1)
        assert np.quantile(sums, 0.025) > 2.95
        assert np.quantile(sums, 0.975) < 3.05


def test_a_product_that_is_known_better_than_its_parts_stays_so(law_of: Callable[..., Law]) -> None:
    """A factor with an exponent, A*exp(-E/T): at the temperatures of the record rates hardly change."""
    law = law_of({"x": "c0*exp(-c1/x)"}, 2e5, 7000.0)
    spread = np.array([1.4e5, 270.0])
    known = Known(
        (np.array([[1.0, 0.97], [0.97, 1.0]]) * np.outer(spread, spread)).tolist(), (0.0, 6400.0), (6e5, 7600.0)
    )
    known = replace(known, points=np.column_stack([np.linspace(363.0, 393.0, 5), np.zeros(5)]))
    constants = drawn_constants(law, known, draws=400, seed=0)
    rates = constants[:, 0] * np.exp(-constants[:, 1] / 373.0) / (2e5 * np.exp(-7000.0 / 373.0))
    np.testing.assert_allclose(np.quantile(rates, [0.025, 0.975]), np.exp([-0.35, 0.35]), rtol=0.1)


def test_a_hidden_start_keeps_its_product_with_a_rate(law_of: Callable[..., Law]) -> None:
    """Of x' = c0*h half the state h at twice the rate is the same: so far from the fit, and not near it alone."""
    law, start = law_of({"x": "c0*h", "h": "-0.1*h"}, 2.0), np.array([1.0, 50.0])
    constants = drawn_constants(law, Known(((0.25,),), (1.0,), (3.0,)), draws=400, seed=0, apart=False)
    beginning = Beginning(np.array([[0.0], [-25.0]]), np.zeros((2, 2)))
    starts = fitted_starts(start, beginning, law, constants, hidden=np.array([False, True]), seed=0)
    np.testing.assert_allclose(starts[:, 1] * constants[:, 0], 100.0, rtol=1e-9)
    np.testing.assert_array_equal(starts[:, 0], 1.0)
    seen = fitted_starts(start, beginning, law, constants, seed=0)
    np.testing.assert_allclose(seen[:, 1] + 25.0 * constants[:, 0], 100.0)


def test_a_start_of_which_the_law_has_a_logarithm_is_drawn_above_zero(law_of: Callable[..., Law]) -> None:
    """However little is known of it; below zero the law has no value, and a band would have no end."""
    law = law_of({"x": "c0*log(h)", "h": "-0.1*h"}, 2.0)
    template = (symbol("c0") * sp.log(symbol("h")), -symbol("h"))
    law = replace(law, frame=Frame(("x",), template))
    beginning = Beginning(np.zeros((2, 1)), np.diag([0.0, 4.0]))
    starts = fitted_starts(
        np.array([1.0, 1.0]), beginning, law, np.full((400, 1), 2.0), hidden=np.array([False, True]), seed=0
    )
    assert starts[:, 1].min() > 0.0


def test_what_few_values_tell_of_the_noise_has_the_tails_of_student(law_of: Callable[..., Law]) -> None:
    """Three degrees of freedom have a 95 % interval of 3.18 deviations; constants and starts of a draw share them."""
    law, known = law_of({"x": "c0*x"}, 5.0), Known(((0.04,),), freedom=3)
    constants = drawn_constants(law, known, draws=40_000, seed=0)
    assert 3.18 == pytest.approx(np.quantile(np.abs(constants[:, 0] - 5.0), 0.95) / 0.2, rel=0.03)
    beginning = Beginning(np.zeros((1, 1)), np.array([[0.04]]))
    starts = fitted_starts(np.array([1.0]), beginning, law, constants, known=known, seed=0)
    assert 3.18 == pytest.approx(np.quantile(np.abs(starts[:, 0] - 1.0), 0.95) / 0.2, rel=0.03)
    sizes = np.abs(constants[:, 0] - 5.0), np.abs(starts[:, 0] - 1.0)
    assert np.corrcoef(*np.log(sizes))[0, 1] > 0.05
