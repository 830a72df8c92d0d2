"""The values that flow through a discovery. All are frozen and their arrays read-only.

Trajectory -> Smoothing -> DiscoveryProblem -> EquationCandidate | Law -> RankedLaw -> Verdict -> DiscoveryResult

Those of the first stages are defined in :mod:`discovery.samples`, laws in :mod:`discovery.laws`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

import numpy as np
import sympy as sp
from jaxtyping import Float

from discovery.advice import Advice
from discovery.laws import EquationCandidate, Frame, Law, RankedLaw, Ranking
from discovery.samples import (
    Drive,
    NoiseKind,
    NoiseModel,
    Regression,
    SmoothedTrajectory,
    Smoothing,
    Trajectory,
    VectorField,
    drive_columns,
    growth,
    measured_states,
    read_only,
    single,
    symbol,
    whole_numbers,
)
from discovery.shown import Shown
from discovery.structure import Structure

__all__ = [
    "Beginning", "DiscoveryProblem", "DiscoveryResult", "Drive", "EquationCandidate", "Failure", "Finding", "Law",
    "NoiseKind", "NoiseModel", "Prediction", "RankedLaw", "Ranking", "Regression", "SmoothedTrajectory", "Smoothing",
    "Status", "Trajectory", "VectorField", "Verdict", "drive_columns", "growth", "measured_states", "read_only",
    "single", "symbol", "whole_numbers",
]  # fmt: skip

Status = Literal["found", "not_found", "partial"]


def no_surcharge(law: Law, /) -> float:
    """Nothing is charged for any law."""
    del law
    return 0.0


@dataclass(frozen=True)
class DiscoveryProblem:
    """All that a search engine may look at; it takes the view that it needs.

    Attributes:
        settled: right-hand sides that need no search (any more), by state.
        backbones: short right-hand sides of open states that leave something, so that a search may look for the rest.
        frame: what was told of the law; None where nothing was.
        told: first values of its constants, the likeliest first.
        parts: for each unknown function of the frame the problem to find it: in its first variable's place stands the
            function, and what was told is taken off the targets.
        respond: gives the samples' responses of such a part about likely expressions; None for a whole problem.
        surcharge: nats to add to a law's description length for what is known beside the data; infinite to rule it out.
        circles: columns of states that are the cosine and the sine of one angle.
        vectors: names of states that are the components of one vector, where that follows from what was told.
    """

    trajectories: tuple[Trajectory, ...]
    smoothing: Smoothing
    regressions: tuple[Regression, ...]
    settled: Mapping[str, sp.Expr] = field(default_factory=dict[str, sp.Expr])
    backbones: Mapping[str, sp.Expr] = field(default_factory=dict[str, sp.Expr])
    frame: Frame | None = None
    told: tuple[tuple[float, ...], ...] = ()
    parts: Mapping[str, DiscoveryProblem] = field(default_factory=dict[str, "DiscoveryProblem"])
    respond: Callable[[Mapping[str, sp.Expr]], tuple[Any, ...]] | None = None
    surcharge: Callable[[Law], float] = no_surcharge
    circles: tuple[tuple[int, int], ...] = ()
    vectors: tuple[tuple[str, ...], ...] = ()

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
class Finding:
    """One reason behind a verdict.

    Attributes:
        level: whether it speaks for the law, for caution or against the law; a note does neither.
    """

    level: Literal["good", "caution", "bad", "note"]
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
class Beginning:
    """How well the fitted start of a run is known, together with the constants.

    Attributes:
        follows: change of the start that a change of each constant asks for, so that the samples are still met.
        scatter: covariance of the start where the constants are known.
    """

    follows: Float[np.ndarray, "state constant"]
    scatter: Float[np.ndarray, "state state"]

    def __post_init__(self) -> None:
        object.__setattr__(self, "follows", read_only(self.follows))
        object.__setattr__(self, "scatter", read_only(self.scatter))

    def covariance(self, constants: Float[np.ndarray, "constant constant"]) -> Float[np.ndarray, "state state"]:
        """Covariance of the start, where that of the constants is given."""
        return self.scatter + self.follows @ constants @ self.follows.T


@dataclass(frozen=True)
class Prediction:
    """Simulated states beside the samples of one run.

    Attributes:
        kind: ``fit`` (constants refined on these samples) or ``held_out`` (forecast of samples not fitted).
        beginning: how well the first state is known; None where it was not fitted, or the run is of an older version.
    """

    kind: Literal["fit", "held_out"]
    label: str
    times: Float[np.ndarray, " time"]
    states: Float[np.ndarray, "time state"]
    beginning: Beginning | None = None

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
        advice, structure: what the data leave open and what to measure next; what the chosen law conserves.
        inputs: header of each column that drives the states, by identifier.
        origin: the date or time of day at which time is zero; empty where times are numbers.
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
    structure: Structure = field(default_factory=Structure)
    inputs: Mapping[str, str] = field(default_factory=dict[str, str])
    origin: str = ""

    @property
    def status(self) -> Status:
        """``found``, ``not_found`` or ``partial``."""
        return self.verdict.status

    @property
    def law(self) -> Law | None:
        """The chosen law; None if there is no candidate that can be simulated."""
        return self.ranking.front[0].law if self.ranking.front else None
