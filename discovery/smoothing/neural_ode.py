"""Neural ODE: a vector field fitted to the samples through the solver, from a classical start."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from discovery.errors import DataError, UsageError
from discovery.protocols import NEVER, Deadline, Progress, silent
from discovery.smoothing.curves import FLOOR, Fit
from discovery.smoothing.neural.network import Network, derivatives, deviations
from discovery.smoothing.neural.reading_out import read_out
from discovery.smoothing.neural.study import Study
from discovery.smoothing.neural.threads import one_thread
from discovery.smoothing.neural.training import Learned, Plan, Told, train
from discovery.smoothing.starts import classical_start
from discovery.types import NoiseKind, SmoothedTrajectory, Smoothing, Trajectory

PLUGIN = "NeuralODE"
REQUIRES = ("torch", "torchdiffeq", "scipy", "numba")
CITES = ("Chen2018", "Roesch2021", "Turan2022", "MacKay1992", "Foresee1997", "Rasmussen2006", "Sarkka2023")

MEGABYTE = 1e6 / 8.0  # numbers
MOST_POINTS = 1500  # points kept with the field to tell where it may be trusted


@dataclass(frozen=True)
class NeuralODE:
    """Learns one vector field for all runs and reads smoothed states and derivatives off its solutions.

    A classical smoother gives the start: collocation fits the field to its derivatives; then multiple shooting fits it
    to the samples themselves, through torchdiffeq, by Levenberg-Marquardt steps. The evidence sets how strongly the
    parameters are held near zero. Samples that are missing take no part; samples that are held out stop the training.

    Attributes:
        noise: kind of noise; ``auto`` keeps the likeliest.
        order: 2 where positions were measured and the field gives their accelerations; the velocities are then
            estimated, and are states of the smoothing, named ``x_dot``.
        with_time: whether the field may depend on time. Inputs of the trajectories always are its arguments.
        members: networks that are trained; the deviations of several hold how far they differ.
        width: hidden units.
        collocation: steps of the collocation.
        iterations: steps of each stage of shooting.
        continuity: deviation of the jumps between windows in each stage, relative to the noise.
        cells: steps from node to node that a window spans.
        most_windows: windows that a stage is trained on at most; where there are more they are drawn anew each stage.
        memory: megabytes that the derivatives of the windows may take; they are summed over batches that fit, and where
            not even one window does, its gradient comes from the adjoint equation.
        refit: steps with nothing held out at the end.
    """

    noise: NoiseKind | Literal["auto"] = "auto"
    order: Literal[1, 2] = 1
    with_time: bool = False
    members: int = 1
    width: int = 24
    collocation: int = 25
    iterations: tuple[int, ...] = (12, 20)
    continuity: tuple[float, ...] = (0.3, 0.03)
    cells: int = 16
    most_windows: int = 128
    memory: float = 100.0
    refit: int = 6

    def __post_init__(self) -> None:
        if len(self.iterations) != len(self.continuity):
            raise UsageError(
                f"NeuralODE got {len(self.iterations)} iterations {self.iterations} but {len(self.continuity)} "
                f"continuities {self.continuity}. Give one of each for every stage."
            )
        if self.members < 1 or self.order not in (1, 2):
            raise UsageError(
                f"NeuralODE got members={self.members!r} and order={self.order!r}. "
                "It needs at least one member, and an order of 1 or 2."
            )

    def smooth(
        self, trajectories: Sequence[Trajectory], *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> Smoothing:
        """States and derivatives at the samples of each run, and the learned field.

        Raises:
            DataError: a state has too few samples, or log-normal noise is asked for and a value is not positive, or
                for a field of second order.
        """
        fit, _ = classical_start(trajectories, self.start_noise, seed=seed, deadline=deadline, progress=progress)
        return self.from_start(trajectories, fit, seed=seed, deadline=deadline, progress=progress)[0]

    @property
    def start_noise(self) -> NoiseKind | Literal["auto"]:
        """The noise that the classical start assumes; a second-order field does not learn logarithms."""
        if self.order == 2 and self.noise == "lognormal":
            raise DataError(
                "Log-normal noise was asked for with a second-order field, which learns positions, not their "
                "logarithms. Ask for additive or proportional noise."
            )
        return "additive" if self.order == 2 and self.noise == "auto" else self.noise

    def from_start(
        self,
        trajectories: Sequence[Trajectory],
        fit: Fit,
        *,
        seed: int,
        deadline: Deadline = NEVER,
        progress: Progress = silent,
    ) -> tuple[Smoothing, Study, Learned]:
        """The smoothing by fields that start from ``fit``, the data as they were learned from, and the first field."""
        study = Study.of(trajectories, fit, seed, order=self.order, with_time=self.with_time)
        with one_thread():
            first, *others = (self._train(study, seed, member, deadline, progress) for member in range(self.members))
            progress("smoothing", "reading out", 1.0 - 0.03 / self.members)
            smoothings = [_smoothing(study, learned) for learned in (first, *others)]
        smoothing = _averaged(smoothings) if others else smoothings[0]
        hasty = ("The deadline cut the training of the neural ODE short.",) if deadline.passed() else ()
        return replace(smoothing, notes=(*smoothing.notes, *hasty)), study, first

    def _train(self, study: Study, seed: int, member: int, deadline: Deadline, progress: Progress) -> Learned:
        plan = Plan(
            width=self.width,
            collocation=self.collocation,
            iterations=self.iterations,
            continuity=self.continuity,
            cells=self.cells,
            most_windows=self.most_windows,
            numbers=int(self.memory * MEGABYTE),
            refit=self.refit,
        )
        told = _telling(progress, member, self.members)
        return train(study, plan, seed=seed + member, deadline=deadline, told=told)


def _telling(progress: Progress, member: int, members: int) -> Told:
    """Says what is being done with the cost, the held-out misfit and the seconds left for a member at this pace."""
    begin = time.monotonic()

    def told(what: str, share: float, cost: float, held_out: float) -> None:
        left = (time.monotonic() - begin) * (1.0 - share) / max(share, 1e-3)
        misfit = f", held-out misfit {held_out:.3g}" if np.isfinite(held_out) else ""
        progress(
            "smoothing", f"neural ODE: {what}, loss {cost:.4g}{misfit}, {left:.0f} s left", (member + share) / members
        )

    return told


def _smoothing(study: Study, learned: Learned) -> Smoothing:
    """States and derivatives by the field, with their deviations."""
    network = learned.network
    assert isinstance(network, Network)
    clock = np.array([study.measured[0].times[0], study.clock.offset])
    field = network.plain(study.scaling, study.points(MOST_POINTS), study.drives, clock)
    standard = read_out(network, study.parts, learned.how)
    runs = tuple(smoothed_run(study, learned, index, states) for index, states in enumerate(standard))
    return Smoothing(study.in_time(runs), field, study.noise, learned.trial.score, "neural_ode")


def smoothed_run(study: Study, learned: Learned, index: int, standard: np.ndarray) -> SmoothedTrajectory:
    """One run: derivatives are the field's at the smoothed states; their deviations follow from its parameters'.

    The states keep the classical deviations, which are larger: a field knows them better than a curve does.
    """
    part, curve = study.parts[index], study.curves[index]
    states = study.scaling.states(standard)
    per_unit = study.scaling.per_unit(states)
    slopes = derivatives(learned.network, standard, part.drives) / per_unit
    doubts = deviations(learned.network, learned.covariance, standard, part.drives) / per_unit
    floor = FLOOR * np.sqrt(np.mean(slopes**2, axis=0))
    state_deviations, names = curve.state_deviations, curve.names
    if states.shape[1] > len(names):
        state_deviations = np.hstack([state_deviations, curve.derivative_deviations])
        doubts[:, : len(names)] = curve.derivative_deviations
        names = (*names, *(f"{name}_dot" for name in names))
    return SmoothedTrajectory(
        curve.times, states, slopes, state_deviations, np.maximum(doubts, floor), names, curve.label
    )


def _averaged(members: Sequence[Smoothing]) -> Smoothing:
    """The mean of several smoothings; deviations hold their own and how far the members differ. The field is the best
    member's, by held-out score.
    """
    best = max(members, key=lambda one: one.score)
    runs = tuple(_average([one.trajectories[index] for one in members]) for index in range(len(best.trajectories)))
    note = f"States and derivatives are the mean of {len(members)} neural ODEs; deviations hold how far they differ."
    return replace(best, trajectories=runs, notes=(*best.notes, note))


def _average(runs: Sequence[SmoothedTrajectory]) -> SmoothedTrajectory:
    def mean(name: str) -> np.ndarray:
        return np.mean([getattr(run, name) for run in runs], axis=0)

    def spread(name: str, deviations: str) -> np.ndarray:
        own = np.mean([getattr(run, deviations) ** 2 for run in runs], axis=0)
        return np.sqrt(own + np.var([getattr(run, name) for run in runs], axis=0, ddof=1))

    return replace(
        runs[0],
        states=mean("states"),
        derivatives=mean("derivatives"),
        state_deviations=spread("states", "state_deviations"),
        derivative_deviations=spread("derivatives", "derivative_deviations"),
    )
