"""Numbers that stand for "missing", as -9999: nothing but nines, and far from all that was measured."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from discovery.types import Trajectory

_NINES = re.compile(r"-?99+(\.9+)?")
# Widths of all other values by which a code is away from them. A state that grows by less than six times from sample to
# sample never is. One width is enough for a number of the sign that no other value has.
FAR_OUT, OTHER_SIGN = 5.0, 1.0


def without_codes(runs: Sequence[Trajectory]) -> tuple[list[Trajectory], list[dict[float, int]]]:
    """The runs with such numbers taken for missing, and of each state how often it has which."""
    every = np.concatenate([run.states for run in runs])
    found = [codes(column) for column in every.T]
    if not any(found):
        return list(runs), found
    kept: list[Trajectory] = []
    for run in runs:
        coded = np.stack([np.isin(column, list(one)) for column, one in zip(run.states.T, found, strict=True)], axis=1)
        kept.append(replace(run, states=np.where(coded, np.nan, run.states)))
    return kept, found


def spelled(found: Mapping[float, int]) -> str:
    """Such numbers and how often each is there, in words."""
    return " and ".join(f"{value:.10g} in {n} row{'s' * (n > 1)}" for value, n in found.items())


def codes(values: Float[np.ndarray, " sample"]) -> dict[float, int]:
    """Numbers that probably stand for "missing", and how often each is there."""
    different, counts = np.unique(values[np.isfinite(values)], return_counts=True)
    nines = np.array([_NINES.fullmatch(f"{value:.10g}") is not None for value in different.tolist()], dtype=bool)
    rest = different[~nines]
    if not nines.any() or len(rest) < 2:
        return {}
    low, high = float(rest[0]), float(rest[-1])
    found: dict[float, int] = {}
    for value, count in zip(different[nines].tolist(), counts[nines].tolist(), strict=True):
        far = OTHER_SIGN if value < 0.0 <= low or high <= 0.0 < value else FAR_OUT
        if max(low - value, value - high) > far * (high - low):
            found[value] = count
    return found
