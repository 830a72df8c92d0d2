"""What a found law is judged by: the true law and clean trajectories. Nothing of this reaches the pipeline."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.datasets import known, measured
from discovery.datasets.measured import Measurement
from discovery.datasets.simulate import simulate
from discovery.datasets.system import TIME, System
from discovery.symbolic.constants import substituted
from discovery.symbolic.parse import parse
from discovery.types import Trajectory, symbol

# A state that hardly moves still needs a range with an inside; this fraction of its size is far below any noise.
NARROWEST = 1e-6


@dataclass(frozen=True)
class Truth:
    """The true law of one system and where it was seen.

    Attributes:
        equations: right-hand sides in states, inputs and time, with numbers for all constants but those in ``free``;
            empty if no law is accepted.
        seen: trajectories from which measurements are made; clean if the system is simulated.
        unseen: clean trajectory from another initial state; None where there is none.
        free: constants without a published value, with a value of their usual size.
        tags: kinds of expressions and behaviour.
        half: of the registry: ``design`` or ``check``; empty for measured data.
        stiff: whether trajectories need an implicit method.
        gaps: expressions at whose sign changes the law jumps.
        max_step: longest step of the integration.
        inputs: what drives the states, as functions of time; measured with the states.
    """

    name: str
    equations: Mapping[str, sp.Expr]
    seen: tuple[Trajectory, ...]
    unseen: Trajectory | None = None
    free: Mapping[str, float] = field(default_factory=dict[str, float])
    tags: tuple[str, ...] = ()
    half: str = ""
    stiff: bool = False
    gaps: tuple[sp.Expr, ...] = ()
    max_step: float = math.inf
    inputs: Mapping[str, sp.Expr] = field(default_factory=dict[str, sp.Expr])

    @property
    def names(self) -> tuple[str, ...]:
        """The variables of the law: its states, its inputs and the time."""
        return (*(self.equations or self.seen[0].names), *self.inputs, TIME)

    @property
    def region(self) -> dict[str, tuple[float, float]]:
        """Range of each variable on the trajectories that were seen."""
        return {name: _range(column) for name, column in zip(self.points_of, self.points.T, strict=True)}

    @property
    def points(self) -> Float[np.ndarray, "point name"]:
        """States, inputs and time of all that was seen, one column for each of ``points_of``."""
        return np.vstack([np.column_stack([run.states, run.inputs, run.times]) for run in self.seen])

    @property
    def points_of(self) -> tuple[str, ...]:
        """Names of the columns of ``points``."""
        return (*self.seen[0].names, *self.inputs, TIME)

    def in_time(self, equations: Mapping[str, sp.Expr]) -> dict[str, sp.Expr]:
        """Right-hand sides in states and time alone."""
        drives: dict[sp.Expr, sp.Expr] = {symbol(name): drive for name, drive in self.inputs.items()}
        return {state: substituted(rhs, drives) for state, rhs in equations.items()}

    def without_inputs(self) -> Truth:
        """The same truth for those who do not measure what drives the states."""
        undriven = {"inputs": np.empty((0, 0)), "held": ()}
        return replace(
            self,
            equations=self.in_time(self.equations),
            seen=tuple(replace(run, **undriven) for run in self.seen),
            unseen=None if self.unseen is None else replace(self.unseen, **undriven),
            inputs={},
        )


def truth_of(system: System, start: int = 0) -> Truth:
    """The truth of a system whose law is known: one of the first two starts is seen, the other is not.

    Raises:
        SimulationError: the system cannot be integrated.
    """
    first, last = system.time_span
    return Truth(
        system.name,
        system.driven,
        (simulate(system, system.initial_states[start]),),
        simulate(system, system.initial_states[1 - start]),
        tags=system.tags,
        half=known.half(system.name),
        stiff="stiff" in system.tags,
        gaps=system.parsed(system.events),
        max_step=(last - first) / system.samples if system.events else math.inf,
        inputs=system.drives,
    )


def truth_of_measurement(measurement: Measurement) -> Truth:
    """The accepted law of measured data, with published values where there are some, and the measurements."""
    values = {name: constant.value for name, constant in measurement.constants.items()}
    written: dict[sp.Expr, sp.Expr] = {
        symbol(name): sp.Float(value) for name, value in values.items() if value is not None
    }
    identifiers = (*measurement.states, *measurement.constants, TIME)
    return Truth(
        measurement.name,
        {state: substituted(parse(text, identifiers), written) for state, text in measurement.equations.items()},
        measured.trajectories(measurement),
        free={name: 1.0 for name, value in values.items() if value is None},
        tags=("measured",),
    )


def load(name: str, start: int = 0) -> Truth:
    """The truth of a known system seen from one of its starts, or of measurements, by name.

    Raises:
        UsageError: neither has that name.
        SimulationError: the system cannot be integrated.
    """
    if name in measured.names():
        return truth_of_measurement(measured.load(name))
    return truth_of(known.load(name), start)


def _range(values: Sequence[float] | np.ndarray) -> tuple[float, float]:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    margin = NARROWEST * max(abs(low), abs(high), NARROWEST)
    return (low, high) if high - low > margin else (low - margin, high + margin)
