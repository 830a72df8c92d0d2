"""The values that flow through a discovery. All are frozen and their arrays read-only.

Trajectory -> Smoothing -> DiscoveryProblem -> EquationCandidate | Law -> RankedLaw -> Verdict -> DiscoveryResult
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol, Self, cast

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.advice import Advice
from discovery.errors import DataError
from discovery.shown import Shown

NoiseKind = Literal["additive", "proportional", "lognormal"]
Status = Literal["found", "not_found", "partial"]


def symbol(name: str) -> sp.Symbol:
    """The symbol of that name; all symbols of this package are made here, real, so that they compare equal."""
    return sp.Symbol(name, real=True)


def read_only(values: object) -> np.ndarray:
    """A float64 copy of ``values`` that cannot be written to."""
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array


@dataclass(frozen=True)
class Trajectory:
    """Measurements of one run of a system.

    Attributes:
        times: strictly increasing, in the unit of the measurements.
        states: one column for each state; NaN where nothing was measured.
        names: one identifier for each column of ``states``.
        label: tells this run from others; empty where there is only one.
        inputs: what drives the states, known at every time, one column each; no columns where nothing does.

    Raises:
        DataError: shapes, names or times do not fit together.
    """

    times: Float[np.ndarray, " time"]
    states: Float[np.ndarray, "time state"]
    names: tuple[str, ...]
    label: str = ""
    inputs: Float[np.ndarray, "time input"] = field(default_factory=lambda: np.empty((0, 0)))

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", read_only(self.times))
        object.__setattr__(self, "states", read_only(self.states))
        object.__setattr__(self, "names", tuple(self.names))
        if self.times.ndim != 1 or self.states.ndim != 2:
            raise DataError(
                f"Trajectory got times of shape {self.times.shape} and states of shape {self.states.shape}. "
                "It needs times (n,) and states (n, d). Use states[:, None] for a single state."
            )
        if len(self.times) != len(self.states):
            raise DataError(
                f"Trajectory has {len(self.times)} times but {len(self.states)} rows of states. "
                "Pass one time for each row."
            )
        if self.states.shape[1] != len(self.names):
            raise DataError(
                f"Trajectory has {self.states.shape[1]} state columns but {len(self.names)} names {self.names}. "
                "Pass one name for each column of `states`."
            )
        inputs = self.inputs if np.size(self.inputs) else np.empty((len(self.times), 0))
        object.__setattr__(self, "inputs", read_only(inputs))
        if self.inputs.ndim != 2 or len(self.inputs) != len(self.times) or not np.all(np.isfinite(self.inputs)):
            raise DataError(
                f"Trajectory has {len(self.times)} times and inputs of shape {self.inputs.shape}. "
                "Inputs need one row for each time and no missing value: fill gaps before, as you know best how."
            )
        if not np.all(np.isfinite(self.times)):
            raise DataError("Trajectory has times that are not finite. Remove those rows.")
        if np.any(np.diff(self.times) <= 0):
            row = int(np.argmax(np.diff(self.times) <= 0)) + 1
            raise DataError(
                f"Trajectory times must increase; time {self.times[row]:g} at index {row} follows "
                f"{self.times[row - 1]:g}. Sort by time and average or remove repeated times."
            )

    @property
    def dimension(self) -> int:
        """Number of states."""
        return len(self.names)

    def __len__(self) -> int:
        return len(self.times)


@dataclass(frozen=True)
class NoiseModel:
    """How measurements scatter about the states.

    Attributes:
        kind: ``additive`` x + s e, ``proportional`` x (1 + s e) or ``lognormal`` x exp(s e), with e ~ N(0, 1).
        scale: s of each state: in the state's unit where additive, else relative.
        floor: smallest deviation that is believed, in the state's unit; keeps weights finite near zero.
        estimated: True if ``kind`` was chosen by likelihood, False if it was asked for.
    """

    kind: NoiseKind
    scale: Float[np.ndarray, " state"]
    floor: Float[np.ndarray, " state"]
    estimated: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", read_only(self.scale))
        object.__setattr__(self, "floor", read_only(self.floor))

    def deviation(self, states: Float[np.ndarray, "time state"]) -> Float[np.ndarray, "time state"]:
        """Standard deviation of a measurement at each of ``states``, in the states' units."""
        if self.kind == "additive":
            return np.maximum(np.broadcast_to(self.scale, states.shape), self.floor)
        return np.maximum(self.scale * np.abs(states), self.floor)


@dataclass(frozen=True)
class SmoothedTrajectory:
    """States and derivatives of one run after smoothing, with standard deviations.

    The derivative of a smooth curve is less certain than the curve: use ``derivative_deviations`` as weights.
    """

    times: Float[np.ndarray, " time"]
    states: Float[np.ndarray, "time state"]
    derivatives: Float[np.ndarray, "time state"]
    state_deviations: Float[np.ndarray, "time state"]
    derivative_deviations: Float[np.ndarray, "time state"]
    names: tuple[str, ...]
    label: str = ""

    def __post_init__(self) -> None:
        for name in ("times", "states", "derivatives", "state_deviations", "derivative_deviations"):
            object.__setattr__(self, name, read_only(getattr(self, name)))


class VectorField(Protocol):
    """A learned right-hand side that can be evaluated near the data."""

    def __call__(self, states: Float[np.ndarray, "point state"], /) -> Float[np.ndarray, "point state"]:
        """Derivatives at ``states``, in the data's units."""
        ...

    def trust(self, states: Float[np.ndarray, "point state"], /) -> Float[np.ndarray, " point"]:
        """1 on the data, falling to 0 away from them."""
        ...


@dataclass(frozen=True)
class Smoothing:
    """What a smoother made of the measurements.

    Attributes:
        field: the learned vector field; None from smoothers that learn curves only.
        noise: the noise model, estimated from these data unless asked for.
        score: mean log-likelihood of held-out samples, in nats; larger is better.
        method: name of the smoother that was kept.
        notes: what the user should know, one sentence each.
    """

    trajectories: tuple[SmoothedTrajectory, ...]
    field: VectorField | None
    noise: NoiseModel
    score: float
    method: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Regression:
    """Rows of a regression for the right-hand side of each state: target = operator @ f(states).

    Attributes:
        kind: ``derivative`` (operator is the identity) or ``weak`` (integrals against test functions).
        states: points at which terms are evaluated.
        targets: left-hand side, one column for each state.
        deviations: standard deviation of each target.
        operator: maps values of a term at ``states`` to rows of the regression.
    """

    kind: Literal["derivative", "weak"]
    states: Float[np.ndarray, "point state"]
    targets: Float[np.ndarray, "row state"]
    deviations: Float[np.ndarray, "row state"]
    operator: Callable[[Float[np.ndarray, "point term"]], Float[np.ndarray, "row term"]]


@dataclass(frozen=True)
class DiscoveryProblem:
    """All that a search engine may look at; it takes the view that it needs.

    Attributes:
        settled: right-hand sides that need no search (any more), by state.
    """

    trajectories: tuple[Trajectory, ...]
    smoothing: Smoothing
    regressions: tuple[Regression, ...]
    settled: Mapping[str, sp.Expr] = field(default_factory=dict[str, sp.Expr])

    @property
    def names(self) -> tuple[str, ...]:
        """Identifiers of the states."""
        return self.trajectories[0].names

    @property
    def open(self) -> tuple[str, ...]:
        """The states whose equations are to be searched."""
        return tuple(name for name in self.names if name not in self.settled)

    def settling(self, found: Mapping[str, sp.Expr]) -> Self:
        """The same problem with further equations known."""
        return replace(self, settled={**self.settled, **found})

    def regression(self, kind: str) -> Regression:
        """The regression of that kind.

        Raises:
            KeyError: there is none.
        """
        return {one.kind: one for one in reversed(self.regressions)}[kind]


@dataclass(frozen=True)
class EquationCandidate:
    """A proposed right-hand side of one state's derivative, numbers written in.

    Attributes:
        source: name of the engine, and after a colon the part of it that found the expression.
    """

    state: str
    expression: sp.Expr
    source: str


@dataclass(frozen=True)
class Law(Shown):
    """Right-hand sides of all states: a family of expressions and the values of its constants.

    Attributes:
        states: identifiers of the states.
        skeletons: right-hand sides in the states' symbols, ``t`` and the constants c0, c1, ...
        constants: values of c0, c1, ..., numbered through the equations.
        sources: engines that proposed the equations.
    """

    states: tuple[str, ...]
    skeletons: tuple[sp.Expr, ...]
    constants: tuple[float, ...]
    sources: tuple[str, ...] = ()

    @property
    def equations(self) -> dict[str, sp.Expr]:
        """Right-hand sides with the constants' values written in."""
        values = {symbol(f"c{i}"): sp.Float(value) for i, value in enumerate(self.constants)}
        written = [cast("sp.Expr", skeleton.xreplace(values)) for skeleton in self.skeletons]
        return dict(zip(self.states, written, strict=True))

    def with_constants(self, constants: tuple[float, ...]) -> Self:
        """The same family at other values."""
        return type(self)(self.states, self.skeletons, tuple(float(c) for c in constants), self.sources)


@dataclass(frozen=True)
class RankedLaw:
    """A law after refinement on the trajectories, with its place in the ranking.

    Attributes:
        score: description length in nats; smaller is better.
        misfit: chi-squared per sample on the measured trajectories; 1 is noise level.
        r_squared: share of the measurements' weighted variance that the simulated trajectories explain.
        complexity: number of nodes of the expressions.
        held_out: mean squared forecast error on samples that were not fitted, in noise variances; NaN if not tried.
        lows, highs: bounds of the 95 % interval of each constant; NaN where the data do not tell.
    """

    law: Law
    score: float
    misfit: float
    r_squared: float
    complexity: int
    held_out: float = float("nan")
    lows: tuple[float, ...] = ()
    highs: tuple[float, ...] = ()


@dataclass(frozen=True)
class Ranking:
    """Refined laws from best to worst, and the rule in words.

    Attributes:
        front: by score; ``front[0]`` is the chosen law. Empty if no candidate could be simulated.
    """

    front: tuple[RankedLaw, ...]
    rule: str


@dataclass(frozen=True)
class Finding:
    """One reason behind a verdict."""

    level: Literal["good", "caution", "bad"]
    text: str


@dataclass(frozen=True)
class Verdict:
    """How far the chosen law may be trusted, and why.

    Attributes:
        headline: one sentence.
        measures: figures behind the findings, by name.
    """

    status: Status
    headline: str
    findings: tuple[Finding, ...]
    measures: Mapping[str, float]


@dataclass(frozen=True)
class Prediction:
    """Simulated states beside the samples of one run.

    Attributes:
        kind: ``fit`` (constants refined on these samples) or ``held_out`` (forecast of samples not fitted).
    """

    kind: Literal["fit", "held_out"]
    label: str
    times: Float[np.ndarray, " time"]
    states: Float[np.ndarray, "time state"]

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", read_only(self.times))
        object.__setattr__(self, "states", read_only(self.states))


@dataclass(frozen=True)
class Failure:
    """A stage or engine that did not finish, and why."""

    where: str
    why: str


@dataclass(frozen=True)
class DiscoveryResult(Shown):
    """The whole outcome of one discovery.

    Attributes:
        headers: column name of each state as the user wrote it, by identifier.
        time_name: the user's name of time.
        trajectories: the measurements used.
        stopped_by: ``done``, ``deadline`` or ``interrupt``.
        notes: what was done to the data, one sentence each.
        provenance: versions, seed, data hash, resolved configuration.
        seconds: wall time of each stage.
        advice: what the data leave open of the chosen law, and what to measure next.
    """

    headers: Mapping[str, str]
    time_name: str
    trajectories: tuple[Trajectory, ...]
    smoothing: Smoothing
    ranking: Ranking
    verdict: Verdict
    predictions: tuple[Prediction, ...]
    stopped_by: Literal["done", "deadline", "interrupt"] = "done"
    notes: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    cites: tuple[str, ...] = ()
    provenance: Mapping[str, object] = field(default_factory=dict[str, object])
    seconds: Mapping[str, float] = field(default_factory=dict[str, float])
    advice: Advice = field(default_factory=Advice)

    @property
    def status(self) -> Status:
        """``found``, ``not_found`` or ``partial``."""
        return self.verdict.status

    @property
    def law(self) -> Law | None:
        """The chosen law; None if there is no candidate that can be simulated."""
        return self.ranking.front[0].law if self.ranking.front else None
