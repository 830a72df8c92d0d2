"""Forecasts of a run as a table, in the user's names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from discovery.dynamics.forecast import forecast, measured_starts
from discovery.errors import DataError
from discovery.headers import bare
from discovery.types import DiscoveryResult, Drive, NoiseModel

if TYPE_CHECKING:
    import pandas as pd


def forecast_table(
    result: DiscoveryResult,
    start: Float[np.ndarray, " state"],
    times: Float[np.ndarray, " time"],
    *,
    errors: Float[np.ndarray, " state"] | None = None,
    draws: int,
    seed: int = 0,
    drive: Drive | None = None,
) -> pd.DataFrame:
    """Times, states, and for each state the ends of a band that holds 95 % of ``draws`` solutions.

    Args:
        errors: deviations of the initial state; as large as the noise of the measurements if not given.
        draws: 0 for no band.
        drive: the inputs of a law that has some.

    Raises:
        DataError: the run holds no law.
        SimulationError: the law cannot be followed so far.
    """
    import pandas as pd

    if result.law is None:
        raise DataError("The run holds no law that can be simulated. See the report for the reasons.")
    noise = result.smoothing.noise
    if errors is not None:
        noise = NoiseModel("additive", errors, np.zeros(len(errors)))
    starts = measured_starts(start, noise, draws=draws, seed=seed)
    found = forecast(
        result.law, start, times, covariance=result.advice.covariance, starts=starts, seed=seed, drive=drive
    )  # fmt: skip
    headers = list(result.headers.values())
    table = pd.DataFrame(found.states, columns=pd.Index(headers))
    table.insert(0, result.time_name, times)
    if draws:
        for i, header in enumerate(headers):
            name = bare(header)  # ends have the unit of their state
            for end, values in (("low", found.lows), ("high", found.highs)):
                table[f"{name}_{end}{header[len(name) :]}"] = values[:, i]
    return table
