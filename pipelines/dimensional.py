"""What the units of the columns mean for a run: which candidates are admitted, and what is said of the others."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from discovery.knowledge.angles import angular
from discovery.knowledge.units import Units, units_of
from discovery.symbolic.constants import abstract
from discovery.trajectories.measurements import Measurements
from discovery.types import DiscoveryProblem, EquationCandidate, Law, no_surcharge
from pipelines.config import RunConfig

Candidate = EquationCandidate | Law


def stated(measurements: Measurements, config: RunConfig) -> Units:
    """The units of the columns, from their headers and from the configuration.

    Raises:
        UsageError, BackendMissing: they cannot be read.
    """
    return units_of(
        {**measurements.headers, **measurements.inputs, "t": measurements.time_name}, config.data.units, config.units
    )


def admitted(
    candidates: Sequence[Candidate], charge: Callable[[Law], float]
) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """The candidates that are not ruled out, and a note on how many were."""
    kept = tuple(one for one in candidates if charge(_law(one)) < math.inf)
    refused = len(candidates) - len(kept)
    note = f"{refused} of {len(candidates)} candidate equations were refused, because their units do not match."
    return kept, (note,) if refused else ()


def charging(
    problem: DiscoveryProblem,
    units: Units,
    other: Callable[[Law], float] = no_surcharge,
    angles: Sequence[str] = (),
) -> DiscoveryProblem:
    """The problem in which laws are charged for their units, and nothing is settled that these rule out.

    Args:
        other: what whole laws are charged for besides.
        angles: states of which functions are the simpler for being periodic.
    """

    def charge(law: Law) -> float:
        return units.surcharge(law) + other(law) + angular(law, angles)

    fitting = {
        state: rhs for state, rhs in problem.settled.items() if units.surcharge(Law((state,), (rhs,), ())) < math.inf
    }
    return replace(problem, surcharge=charge, settled=fitting)


def _law(candidate: Candidate) -> Law:
    """The candidate as a law whose numbers may have units."""
    if isinstance(candidate, Law):
        return candidate
    skeleton, values = abstract(candidate.expression)
    return Law((candidate.state,), (skeleton,), values)
