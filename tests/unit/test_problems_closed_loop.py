"""From which beginnings a hidden course is followed, and how long they are tried."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import solve_ivp

from discovery import EquationDiscovery
from discovery.problems import closed_loop
from discovery.problems.latent import Latent
from discovery.protocols import NEVER


@pytest.mark.parametrize(("first", "tried"), [(0.9, 1), (0.1, 12), (3.0, 12)])
def test_beginnings_are_tried_until_one_is_at_the_noise(
    first: float, tried: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Far below it, the noise was taken for too large, and a wrong law may fit as well: the others are tried, too."""
    followed: list[tuple[float, ...]] = []

    def follow(_: Latent, values: tuple[float, ...]) -> closed_loop.Followed:
        followed.append(values)
        return closed_loop.Followed(False, first + 0.01 * len(followed), values)

    monkeypatch.setattr(closed_loop, "_followed", follow)
    latent: Any = SimpleNamespace(frame=SimpleNamespace(unknowns=()), misfit=lambda values: 1.0)
    beginnings = [(float(place), (float(place),)) for place in range(20)]
    found = closed_loop.closed_loop(cast("Latent", latent), beginnings, NEVER)
    assert found == (first + 0.01, (0.0,))
    assert len(followed) == tried


def test_a_slow_hidden_state_does_not_become_a_constant() -> None:
    """On parts of the record, where it is free at first, a hidden ocean may have no end of heat capacity."""
    years, rng = np.arange(1850.0, 2021.0), np.random.default_rng(0)
    forcing = 0.00045 * (years - 1850.0) ** 1.7
    for eruption in (1883, 1902, 1912, 1963, 1982, 1991):
        forcing -= np.where(years >= eruption, 2.0 * np.exp(eruption - years), 0.0)

    def slopes(t: float, y: np.ndarray) -> list[float]:
        exchange = 0.7 * (y[0] - y[1])
        return [(np.interp(t, years, forcing) - 1.2 * y[0] - exchange) / 8.0, exchange / 100.0]

    surface = solve_ivp(slopes, (1850.0, 2020.0), [0.0, 0.0], t_eval=years, max_step=0.05).y[0]
    table = pd.DataFrame({"year": years, "T": surface + 0.03 * rng.standard_normal(len(years)), "F": forcing})
    told = ["T' = (F - lam*T - g*(T - D))/C", "D' = g*(T - D)/Cd", "D(1850) = 0"]
    found = EquationDiscovery(laws=told, smoother="gaussian_process").fit(table, "year", inputs="F").result_
    assert found.law is not None
    values = dict(zip(found.law.told, found.law.constants, strict=True))
    assert abs(values["Cd"]) < 1e5
    assert 0.025 < found.smoothing.noise.scale[0] < 0.033
    assert values["C"] == pytest.approx(8.0, rel=0.1)
    assert values["lam"] + values["g"] == pytest.approx(1.9, rel=0.1)
