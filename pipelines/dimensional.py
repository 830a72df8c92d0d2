"""What the units of the columns mean for a run: which candidates are admitted, and what is said of the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from discovery.knowledge.units import Units, units_of
from discovery.symbolic.constants import abstract
from discovery.trajectories.measurements import Measurements
from discovery.types import DiscoveryProblem, EquationCandidate, Law
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
    candidates: Sequence[Candidate], problem: DiscoveryProblem
) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """The candidates that are not ruled out, and a note on how many were."""
    kept = tuple(one for one in candidates if problem.surcharge(_law(one)) < math.inf)
    refused = len(candidates) - len(kept)
    note = f"{refused} of {len(candidates)} candidate equations were refused, because their units do not match."
    return kept, (note,) if refused else ()


def charging(problem: DiscoveryProblem, units: Units) -> DiscoveryProblem:
    """The problem in which laws are charged for their units, and nothing is settled that these rule out."""
    fitting = {
        state: rhs for state, rhs in problem.settled.items() if units.surcharge(Law((state,), (rhs,), ())) < math.inf
    }
    return replace(problem, surcharge=units.surcharge, settled=fitting)


def _law(candidate: Candidate) -> Law:
    """The candidate as a law whose numbers may have units."""
    if isinstance(candidate, Law):
        return candidate
    skeleton, values = abstract(candidate.expression)
    return Law((candidate.state,), (skeleton,), values)
