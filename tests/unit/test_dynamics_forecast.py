"""Forecasts with a band."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from discovery.dynamics.drawn import Known, drawn_constants, fitted_starts, measured_starts
from discovery.dynamics.forecast import Forecast, forecast
from discovery.errors import SimulationError, UsageError
from discovery.types import Beginning, Law, NoiseModel

TIMES = np.linspace(0.0, 2.0, 21)
START = np.array([2.0])
EXACT = np.tile(START, (400, 1))


def banded(law: Law, covariance: Sequence[Sequence[float]], starts: np.ndarray = EXACT, seed: int = 0) -> Forecast:
    """The forecast with constants of that covariance."""
    constants = drawn_constants(law, Known(covariance), draws=len(starts), seed=seed)
    return forecast(law, START, TIMES, constants=constants, starts=starts)


def test_the_band_is_that_of_the_constants(law_of: Callable[..., Law]) -> None:
    """Of x' = c x with c = -1 and a deviation of a tenth: 2 exp((-1 ± 0.196) t)."""
    found = banded(law_of({"x": "c0*x"}, -1.0), ((0.01,),))
    np.testing.assert_allclose(found.states[:, 0], 2.0 * np.exp(-TIMES), rtol=1e-6)
    np.testing.assert_allclose(found.lows[:, 0], 2.0 * np.exp(-1.196 * TIMES), rtol=0.06)
    np.testing.assert_allclose(found.highs[:, 0], 2.0 * np.exp(-0.804 * TIMES), rtol=0.06)


def test_constants_are_drawn_together(law_of: Callable[..., Law]) -> None:
    """Two that only their sum matters of leave no band."""
    law = law_of({"x": "c0 + c1"}, 1.0, 2.0)
    covariance = ((0.25, -0.25), (-0.25, 0.25))
    found = banded(law, covariance)
    np.testing.assert_allclose(found.highs, found.lows, atol=1e-6)
    alone = banded(law, ((0.25, 0.0), (0.0, 0.25)))
    assert np.all(alone.highs[1:] - alone.lows[1:] > 0.1)


def test_the_same_seed_gives_the_same_band(law_of: Callable[..., Law]) -> None:
    """And another seed another."""
    law = law_of({"x": "c0*x"}, -1.0)
    one, two, other = (banded(law, ((0.01,),), EXACT[:50], seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.lows, two.lows)
    assert not np.array_equal(one.lows, other.lows)


def test_solutions_that_are_lost_may_be_anywhere(law_of: Callable[..., Law]) -> None:
    """x' = c x² leaves every bound at t = 1/(2c): where a tenth of the draws do, the band has no ends."""
    found = banded(law_of({"x": "c0*x**2"}, 0.2), ((0.0025,),))
    assert np.all(np.isfinite(found.states))
    assert np.all(np.isfinite(found.highs[:10]))
    assert (-np.inf, np.inf) == (found.lows[-1, 0], found.highs[-1, 0])


def test_a_few_solutions_that_are_lost_are_outside_of_the_band(law_of: Callable[..., Law]) -> None:
    """One in thirty of the same law leaves the band its ends, with as many fewer left out of those that remain."""
    law, starts = law_of({"x": "c0*x**2"}, 0.2), EXACT[:120]
    constants = np.linspace(0.18, 0.22, 120)[:, None]
    constants[:4] = 9.0
    found = forecast(law, START, TIMES, constants=constants, starts=starts)
    ends = 2.0 / (1.0 - 4.0 * constants[[5, 118], 0])
    np.testing.assert_allclose((found.lows[-1, 0], found.highs[-1, 0]), ends, rtol=1e-4)


def test_a_law_that_cannot_be_followed_is_an_error(law_of: Callable[..., Law]) -> None:
    """There is nothing to put a band around."""
    with pytest.raises(SimulationError, match="could not be integrated beyond"):
        banded(law_of({"x": "c0*x**2"}, 5.0), ())


def test_without_draws_the_band_is_the_solution(law_of: Callable[..., Law]) -> None:
    """And certain constants add nothing to it."""
    law = law_of({"x": "c0*x"}, -1.0)
    for starts in (EXACT[:0], EXACT[:40]):
        found = banded(law, (), starts)
        np.testing.assert_allclose(found.lows, found.highs, rtol=1e-5)


@pytest.mark.parametrize("draws", [1, 39])
def test_a_band_of_few_solutions_is_refused(draws: int, law_of: Callable[..., Law]) -> None:
    """Its ends would be the outermost solutions, between which not 95 % but all of them lie."""
    with pytest.raises(UsageError, match=f"band of {draws} solutions .* Ask for at least 40, or 0 for no band"):
        banded(law_of({"x": "c0*x"}, -1.0), ((0.01,),), EXACT[:draws])


@pytest.mark.parametrize(("kind", "deviation"), [("additive", 0.1), ("proportional", 0.4), ("lognormal", 0.4)])
def test_starts_scatter_as_measurements_do(kind: str, deviation: float) -> None:
    """By the noise model, in the units of the state; log-normal ones stay positive."""
    scale = 0.1 if kind == "additive" else 0.2
    noise = NoiseModel(kind, np.array([scale]), np.zeros(1))  # type: ignore[arg-type]
    starts = measured_starts(START, noise, draws=4000, seed=0)
    np.testing.assert_allclose(starts.std(), deviation, rtol=0.06)
    assert kind != "lognormal" or np.all(starts > 0)


def test_starts_are_drawn_together_with_the_constants(law_of: Callable[..., Law]) -> None:
    """Of x' = c0, fitted to samples from 0 to 2, a steeper line began lower: amid the samples it is known best."""
    law = law_of({"x": "c0"}, 1.0)
    constants = drawn_constants(law, Known(((0.04,),)), draws=400, seed=0)
    beginning = Beginning(np.array([[-1.0]]), np.array([[0.01**2]]))
    starts = fitted_starts(START, beginning, law, constants, seed=0)
    found = forecast(law, START, TIMES, constants=constants, starts=starts)
    halves = 0.5 * (found.highs - found.lows)[[0, 10, 20], 0]
    deviations = np.hypot(0.2 * (TIMES[[0, 10, 20]] - 1.0), 0.01)
    np.testing.assert_allclose(halves, 1.96 * deviations, rtol=0.15)
    np.testing.assert_allclose(beginning.covariance(np.array([[0.04]])), [[0.04 + 0.01**2]])


def test_constants_of_any_size_are_drawn_as_well_as_they_are_known(law_of: Callable[..., Law]) -> None:
    """One of 1e-121 beside one of 200, as in a switch that these data do not determine, keeps its own deviation."""
    law = law_of({"x": "-c0*x + c1*exp(c2*x)"}, 1.0, 5e-124, 200.0)
    deviations, correlations = np.array([0.01, 1e-121, 200.0]), np.array([[1, 0.1, 0], [0.1, 1, -0.9], [0, -0.9, 1]])
    covariance = (correlations * deviations[:, None] * deviations).tolist()
    drawn = drawn_constants(law, Known(covariance), draws=4000, seed=0) - np.array(law.constants)
    np.testing.assert_allclose(drawn.std(axis=0), deviations, rtol=0.05)
    np.testing.assert_allclose(np.corrcoef(drawn.T), correlations, atol=0.05)
