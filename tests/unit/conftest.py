"""Networks that are given laws, and runs in standard units, for the tests of the neural ODE."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest
import torch

from discovery.smoothing.neural.monomials import Monomials
from discovery.smoothing.neural.network import Network
from discovery.smoothing.neural.scaling import Samples
from discovery.smoothing.neural.windows import Windows, gather, places

NetworkOf = Callable[..., Network]
SamplesOf = Callable[..., Samples]
WindowsOf = Callable[..., Windows]


@pytest.fixture(scope="session")
def network_of() -> NetworkOf:
    """Networks that are polynomials: ``network_of({(1,): 1.0}, {(0,): -1.0, (): 0.5})``, keyed by the arguments.

    One hidden unit is there, without weight.
    """

    def make(*laws: Mapping[tuple[int, ...], float], drives: int = 0) -> Network:
        monomials = Monomials.of(len(laws) + drives)
        outer = np.zeros((len(laws), len(monomials) + 2))
        rows = [tuple(int(a) for a in row if a < monomials.arguments) for row in monomials.table]
        for state, law in enumerate(laws):
            for factors, coefficient in law.items():
                outer[state, rows.index(factors) if factors else len(rows)] = coefficient
        parameters = np.concatenate([outer.ravel(), np.full(monomials.arguments, 0.3), np.zeros(1)])
        known = torch.zeros(len(laws), len(laws), dtype=torch.float64)
        return Network(torch.ones(len(laws), dtype=torch.float64), known, monomials, 1, torch.tensor(parameters))

    return make


@pytest.fixture(scope="session")
def samples_of() -> SamplesOf:
    """Runs in standard units whose curve, unless given, is a sine for each state."""

    def make(
        times: np.ndarray,
        curve: np.ndarray | None = None,
        *,
        measured: np.ndarray | None = None,
        hidden: np.ndarray | None = None,
        drives: np.ndarray | None = None,
        noise: float = 0.1,
    ) -> Samples:
        curve = np.sin(times)[:, None] if curve is None else curve
        slopes = np.gradient(curve, times, axis=0) if len(times) > 1 else np.zeros_like(curve)
        return Samples(
            times,
            curve if measured is None else measured,
            np.zeros(curve.shape, dtype=bool) if hidden is None else hidden,
            np.full_like(curve, noise),
            curve,
            slopes,
            np.full_like(curve, noise),
            np.empty((len(times), 0)) if drives is None else drives,
        )

    return make


@pytest.fixture(scope="session")
def windows_of() -> WindowsOf:
    """All windows of some runs."""

    def make(*parts: Samples, cells: int = 8, stride: int = 1) -> Windows:
        return gather(parts, places(parts, cells, stride), cells, stride)

    return make
