"""A CSV table of what was measured, fitted and forecast."""

from __future__ import annotations

import numpy as np
import pandas as pd

from discovery.types import DiscoveryResult, Prediction, Trajectory


def write(result: DiscoveryResult) -> str:
    """One row for each sample of a fit or a forecast: run, part, time, states by the law, states as measured.

    A column of measurements is called ``measured`` and the user's name of it.
    """
    headers = [result.headers.get(name, name) for name in result.trajectories[0].names]
    runs = {run.label: run for run in reversed(result.trajectories)}
    tables = [_table(one, runs[one.label], result.time_name, headers) for one in result.predictions]
    columns = _columns(result.time_name, headers)
    whole = pd.concat(tables) if tables else pd.DataFrame(columns=pd.Index(columns))
    return whole.to_csv(index=False, lineterminator="\n")


def _columns(time: str, headers: list[str]) -> list[str]:
    return ["run", "part", time, *headers, *(f"measured {header}" for header in headers)]


def _table(one: Prediction, run: Trajectory, time: str, headers: list[str]) -> pd.DataFrame:
    """States by the law beside those measured at the same time; nothing where there is no such sample."""
    place = np.minimum(np.searchsorted(run.times, one.times), len(run) - 1)
    there = run.times[place] == one.times
    measured = np.where(there[:, None], run.states[place], np.nan)
    part = "fit" if one.kind == "fit" else "forecast"
    table = pd.DataFrame(np.column_stack([one.times, one.states, measured]))
    table.insert(0, "part", part)
    table.insert(0, "run", one.label)
    table.columns = pd.Index(_columns(time, headers))
    return table
