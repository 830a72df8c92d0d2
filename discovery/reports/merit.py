"""The figures behind a verdict, named for a reader."""

from __future__ import annotations

import math
from dataclasses import dataclass

from discovery.headers import plural, unit_of_time
from discovery.reports.rounding import plain
from discovery.selection.onward import NOISE_LEVEL
from discovery.selection.score import TIE
from discovery.selection.verdict import share
from discovery.types import DiscoveryResult

_RULED_OUT = 10.0  # nats: 20 000 to 1 in likelihoods, if the noise model is right
_SHORT = {
    "r_squared": "R²",
    "misfit": "χ² per value",
    "held_out_skill": "Forecast skill",
    "horizon": "Forecast horizon",
    "lead_over_second": "Lead",
}


@dataclass(frozen=True)
class Merit:
    """A figure of merit: its name, its value as text, and how it is to be read."""

    name: str
    value: str
    reading: str


def merits(result: DiscoveryResult) -> tuple[Merit, ...]:
    """The handful of figures that a reader looks for first; those that the verdict does not have are left out."""
    measures = {name: value for name, value in result.verdict.measures.items() if math.isfinite(value)}
    steps = result.smoothing.noise.process
    readings = {
        "r_squared": f"share of the measurements’ variance that is explained{', from one to the next' * steps}",
        "misfit": "1 is the level of the noise",
        "held_out_skill": "of the better null’s error on held-out "
        + ("steps is removed" if steps else "samples is removed, noise apart"),
        "horizon": f"{_spans(result)}, until a state is off by 0.4 of its standard deviation",
        "lead_over_second": "nats ahead of the second law",
    }
    return tuple(
        Merit(_SHORT[name], _value(name, measures[name]), f"{reading}{_remark(name, measures[name])}")
        for name, reading in readings.items()
        if name in measures
    )


def _spans(result: DiscoveryResult) -> str:
    """What time is counted in, behind a number."""
    unit = unit_of_time(result.time_name) or ""
    return "steps" if result.trajectories[0].discrete else plural(unit) or f"in {result.time_name}"


def _value(name: str, value: float) -> str:
    if name == "held_out_skill":
        return share(value) if value > 0.0 else f"{plain(100 * value)} %"
    return plain(value, 4 if name == "r_squared" else 3)


def _remark(name: str, value: float) -> str:
    if name == "misfit" and value > NOISE_LEVEL:
        return "; above it, something is missing"
    if name == "lead_over_second":
        return (
            f"; below {TIE:g} they tie"
            if value < TIE
            else f"; from {TIE:g} on it is preferred, from {_RULED_OUT:g} on the other is ruled out"
        )
    return ""
