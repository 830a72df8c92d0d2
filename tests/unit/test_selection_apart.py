"""Constants that groups do not share, by what each makes of the law alone."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.shooting import Fit, Shooting, fit
from discovery.dynamics.windows import Windows, cut
from discovery.selection.apart import apart
from discovery.selection.sharing import LEAD
from discovery.types import DiscoveryProblem, Law

SETTINGS = Shooting(tolerance=1e-8)
DECAY = {"x": "c0*x + c1"}
TIMES = np.linspace(0.0, 4.0, 60)
STARTS = [[3.0], [2.0], [1.0]]


@pytest.fixture(name="fitted")
def _fitted(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> Callable[..., tuple[Fit, Windows]]:
    """Makes runs with constants of their own, and fits one law to all of them."""

    def make(*constants: tuple[float, float]) -> tuple[Fit, Windows]:
        law = law_of(DECAY, *np.mean(constants, axis=0).tolist())
        each = [
            problem_of(law_of(DECAY, *own), [start], TIMES, noise=0.01)
            for own, start in zip(constants, STARTS, strict=False)
        ]
        runs = tuple(replace(one.trajectories[0], label=f"run {i}") for i, one in enumerate(each))
        windows = cut(runs, [one.smoothing.trajectories[0] for one in each], each[0].smoothing.noise, 1000)
        found = fit(law, windows, settings=SETTINGS)
        assert found is not None
        return found, windows

    return make


def test_the_constant_that_differs_leads(fitted: Callable[..., tuple[Fit, Windows]]) -> None:
    """Its values are those of the runs, and the other is what all of them share."""
    found, windows = fitted((-1.0, 0.5), (-1.0, 0.5), (-1.6, 0.5))
    first, _ = apart(found, windows, range(3), SETTINGS)
    assert first.place == 0
    assert first.own.lead > LEAD
    assert first.own.differs(2)
    np.testing.assert_allclose(first.own.values, [-1.0, -1.0, -1.6], atol=0.05)
    np.testing.assert_allclose(first.constants, [-1.0, 0.5], atol=0.05)


def test_runs_that_share_no_constant_are_seen(fitted: Callable[..., tuple[Fit, Windows]]) -> None:
    """Where all are slower in one proportion, one constant with the other held is as wrong as before."""
    found, windows = fitted((-0.5, 0.5), (-1.0, 1.0), (-2.0, 2.0))
    leads = apart(found, windows, range(3), SETTINGS)
    assert leads[0].own.lead > LEAD
    assert leads[0].own.unlikely(2)


def test_equal_runs_agree_and_one_has_nobody_to_disagree_with(fitted: Callable[..., tuple[Fit, Windows]]) -> None:
    """Values of their own do not pay."""
    found, windows = fitted((-1.0, 0.5), (-1.0, 0.5), (-1.0, 0.5))
    assert not [one for one in apart(found, windows, range(3), SETTINGS) if one.own.lead > LEAD]
    assert [] == apart(found, windows, [0, 0, 0], SETTINGS)
