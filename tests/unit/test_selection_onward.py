"""Maps one step on from each sample: chance in a step is told from noise of the measurements."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.windows import Windows, cut
from discovery.samples import NoiseModel, SmoothedTrajectory, Trajectory
from discovery.selection.onward import exceeding, one_step
from discovery.types import Law

RICKER = {"x": "c0*x*exp(-c1*x)"}
# Cycles of four: noise in a step takes a record to another phase, which no start mends.
TRUE = (13.0, 0.01)
NOISE = 4.0


def windows_of(law: Law, *, forcing: float, noise: float, lognormal: bool = False) -> Windows:
    """A record of a hundred steps as one window, with noise of the measurements as it is."""
    rng, x = np.random.default_rng(0), [60.0]
    for _ in range(99):
        x.append(TRUE[0] * x[-1] * float(np.exp(-TRUE[1] * x[-1] + forcing * rng.standard_normal())))
    shown = np.array(x)[:, None]
    scale = np.array([noise])
    scatter = noise * rng.standard_normal(shown.shape)
    states = shown * np.exp(scatter) if lognormal else shown + scatter
    times = np.arange(100.0)
    run = Trajectory(times, states, ("x",), discrete=True)
    curve = SmoothedTrajectory(times, states, states, np.ones_like(states), np.ones_like(states), ("x",))
    model = NoiseModel("lognormal" if lognormal else "additive", scale, np.zeros(1))
    return cut((run,), (curve,), model, 25)


@pytest.mark.parametrize("lognormal", [False, True])
def test_noise_of_a_sample_goes_one_step_on_with_it(law_of: Callable[..., Law], lognormal: bool) -> None:
    """By the slope of the map: chi-squared is one, of logarithms as well."""
    law = law_of(RICKER, *TRUE)
    windows = windows_of(law, forcing=0.0, noise=0.01 if lognormal else 0.5, lognormal=lognormal)
    assert 0.6 < one_step(law, windows) < 1.5


def test_steps_are_taken_within_windows_and_from_what_was_measured(law_of: Callable[..., Law]) -> None:
    """A sample that is missing has none, and where nothing was measured there is nothing to say."""
    law = law_of(RICKER, *TRUE)
    windows = windows_of(law, forcing=0.0, noise=0.5)
    broken = windows.values.copy()
    broken[50] = 1e6
    weights = windows.weights.copy()
    weights[50] = 0.0
    assert one_step(law, replace(windows, values=broken, weights=weights)) < 1.5
    assert np.isnan(one_step(law, replace(windows, weights=0.0 * weights)))


def test_chance_in_a_step_is_named_where_single_steps_are_as_near_as_the_noise(law_of: Callable[..., Law]) -> None:
    """Of another law, whose single steps are off too, it is a possibility among others; of rates it is none."""
    law = law_of(RICKER, *TRUE)
    windows = windows_of(law, forcing=0.05, noise=NOISE)
    loud = replace(windows, weights=windows.weights / 5.0)
    assert "one step on from each sample the law is as near as the noise lets it be" in exceeding(law, 7.2, loud)
    other = exceeding(law_of(RICKER, 9.0, 0.01), 7.2, windows)
    assert "or steps are random" in other
    assert "one step on" not in other
    assert "random" not in exceeding(law, 7.2, replace(windows, discrete=False))
