"""What the units of the columns mean for a run: which candidates are admitted, and what is said of the others."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import sympy as sp

from discovery.errors import UsageError
from discovery.headers import bare
from discovery.knowledge.angles import angular, in_degrees, said_of_degrees
from discovery.knowledge.dimensions import exponents
from discovery.knowledge.knowledge import Hidden, Knowledge
from discovery.knowledge.units import Units, units_of
from discovery.laws import Frame
from discovery.symbolic.constants import abstract
from discovery.trajectories.measurements import Measurements
from discovery.types import DiscoveryProblem, EquationCandidate, Law, no_surcharge, symbol
from pipelines.config import RunConfig

Candidate = EquationCandidate | Law
_PLANE = ("rad",)  # no dimension, but a word that the unit of its rate keeps
_NUMBER = re.compile(r"(?<!\w)\d+\.?\d*(?:[eE][-+]?\d+)?")
_VALUE = re.compile(rf"\s*\w+\s*=\s*[-+]?{_NUMBER.pattern}\s*")


def stated(measurements: Measurements, config: RunConfig, known: Knowledge | None = None) -> Units:
    """The units of the columns, from their headers and from the configuration.

    Raises:
        UsageError, BackendMissing: they cannot be read, or what was told does not fit them.
    """
    hidden = {one.name: one.header for one in (known.hidden if known else ()) if _is_stated(one, config.data.units)}
    names = {**measurements.headers, **measurements.inputs, **hidden, "t": measurements.time_name}
    units = units_of(names, config.data.units, config.units)
    if known is not None:
        stated_of, second = units.texts, units.texts.get("t")
        rates = {
            one.name: f"{unit if unit in _PLANE or exponents(unit) else '1'}/{second}"
            for one in known.hidden
            if (unit := stated_of.get(one.velocity_of)) is not None
        }
        texts = {**stated_of, **rates} if second and units.mode != "off" else stated_of
        units = replace(units, texts=texts, known=_numbers(known))
    if known is not None and known.sentences and units.surcharge(_any_law(known.frame)) == math.inf:
        if 1.0 in map(abs, known.values):
            note = "Units were not checked: a constant that is 1 cannot be seen, whatever its unit."
            return replace(units, dimensions={}, mode="off", notes=(*units.notes, note))
        told = ", ".join(f"{measurements.headers.get(name, name)} in {text}" for name, text in units.texts.items())
        columns = {**measurements.headers, **measurements.inputs}
        degrees = [header for name, header in columns.items() if in_degrees(header, units.texts.get(name))]
        turned = f" {' '.join(said_of_degrees(degrees))}" if degrees else ""
        raise UsageError(
            f"What was told does not fit the units of the columns ({told}): {'; '.join(known.sentences)}. Both sides "
            "of an equation and all its terms need one unit, and functions such as sin take numbers without one. "
            "Correct the sentences or the units, put a constant where a number has a unit, or check nothing with "
            f"--units off.{turned}"
        )
    return units


def _is_stated(hidden: Hidden, stated: Mapping[str, str]) -> bool:
    """Whether the unit of a state that no column has is told; that of others stays open."""
    return bool({hidden.name, hidden.header, bare(hidden.header)} & stated.keys())


def _numbers(known: Knowledge) -> frozenset[float]:
    """Sizes of numbers that may have units: values that were told, and what came of them where they were written in."""
    if not known.values:
        return frozenset()
    there = {abs(float(one)) for template in known.frame.templates for one in template.atoms(sp.Number)}
    equations = [one for one in known.sentences if not _VALUE.fullmatch(one)]
    plain = {float(number) for one in equations for number in _NUMBER.findall(one)}
    return frozenset(there - plain - {0.0, 1.0}) | {abs(one) for one in known.values}


def _any_law(frame: Frame) -> Law:
    """What was told, with a constant of any unit for each unknown function."""
    count = len(frame.constants) + len(frame.unknowns)
    unknown = [symbol(f"c{i}") for i in range(len(frame.constants), count)]
    return frame.law(unknown, [1.0] * count)


def admitted(candidates: Sequence[Candidate], units: Units) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """The candidates that are not ruled out, and a note on how many were."""
    if units.mode == "off":
        return tuple(candidates), ()  # thousands of candidates, whose numbers it takes seconds to find
    kept = tuple(one for one in candidates if units.surcharge(_law(one)) < math.inf)
    refused = len(candidates) - len(kept)
    note = f"{refused} of {len(candidates)} candidate equations were refused, because their units do not match."
    return kept, (note,) if refused else ()


def charging(
    problem: DiscoveryProblem,
    units: Units,
    other: Callable[[Law], float] = no_surcharge,
    known: Knowledge | None = None,
) -> DiscoveryProblem:
    """The problem in which laws are charged for their units, and nothing is settled that these rule out.

    Args:
        other: what whole laws are charged for besides.
        known: what was told, with the states that are angles, of which functions are the simpler for being periodic.
    """
    angles = known.angles if known else ()

    def charge(law: Law) -> float:
        return units.surcharge(law) + other(law) + angular(law, angles)

    return replace(problem, surcharge=charge, settled=fitting(problem.settled, units))


def fitting(settled: Mapping[str, sp.Expr], units: Units) -> Mapping[str, sp.Expr]:
    """Those equations that units do not rule out."""
    return {state: rhs for state, rhs in settled.items() if units.surcharge(Law((state,), (rhs,), ())) < math.inf}


def _law(candidate: Candidate) -> Law:
    """The candidate as a law whose numbers may have units."""
    if isinstance(candidate, Law):
        return candidate
    skeleton, values = abstract(candidate.expression)
    return Law((candidate.state,), (skeleton,), values)
