"""Neural ODE: a perceptron as right-hand side, fitted to the samples through the solver, from a classical start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Float

from discovery.protocols import NEVER, Deadline, Progress, silent
from discovery.smoothing.curves import fit_curves
from discovery.smoothing.neural.collocation import collocate
from discovery.smoothing.neural.descent import one_thread
from discovery.smoothing.neural.network import Network, new_network
from discovery.smoothing.neural.reading_out import read_out
from discovery.smoothing.neural.scaling import rates
from discovery.smoothing.neural.shooting import Shooting
from discovery.smoothing.neural.stepping import solver_step
from discovery.smoothing.neural.study import Study, Trial
from discovery.smoothing.neural.windows import cut
from discovery.smoothing.priors import IntegratedWiener, Matern
from discovery.smoothing.series import check
from discovery.smoothing.vector_field import PerceptronField
from discovery.types import NoiseKind, SmoothedTrajectory, Smoothing, Trajectory

PLUGIN = "NeuralODE"
REQUIRES = ("torch", "torchdiffeq", "scipy", "numba")
CITES = ("Chen2018", "Roesch2021", "Turan2022", "Rasmussen2006", "Sarkka2023")

READ_OUT = (1.0, 0.5, 0.25)  # lengths of the windows that states are read out from, relative to those trained on
MISFIT = 1.5  # squared error of fitted samples, in noise variances, above which a field has not fitted them
CREDIBLE = 1.2  # departure from the classical derivatives above which the neural ones were worse; by experiment
STRETCH = 2  # longest window, relative to the configured one, where samples are dense
SHORTEST = 6  # sampling intervals and solver steps in a window
MOST_POINTS = 1500  # points kept with the field to tell where it may be trusted


@dataclass(frozen=True)
class NeuralODE:
    """Learns one vector field for all runs and reads smoothed states and derivatives off its solutions.

    A classical smoother gives the start: collocation fits the field to its derivatives; then short windows, all
    integrated as one batch with free first states, fit it to the samples themselves, first over 16 sampling
    intervals, then over 32. Whichever of the classical smoother and the field predicts held-out samples better gives
    the states and derivatives; the field is always returned.

    Attributes:
        noise: kind of noise; ``auto`` keeps the likeliest.
        width: units of each of the two hidden layers.
        collocation_iterations, shooting_iterations: of L-BFGS; one stage of shooting for each entry of ``intervals``.
        intervals: sampling intervals that a window spans, for each stage.
        continuity: deviation of the jumps between windows, relative to the noise, for each stage.
        most_windows: windows that a stage is trained on at most; more are drawn at random.
        decay: weight of the squared weights.
        most_for_gaussian_process: samples up to which the classical start is the Gaussian process, the Kalman
            smoother beyond.
    """

    noise: NoiseKind | Literal["auto"] = "auto"
    width: int = 64
    collocation_iterations: int = 200
    shooting_iterations: tuple[int, ...] = (100, 80)
    intervals: tuple[int, ...] = (16, 32)
    continuity: tuple[float, ...] = (0.5, 0.5)
    most_windows: int = 128
    decay: float = 1e-6
    most_for_gaussian_process: int = 600
    gaussian_process: Matern = field(default_factory=Matern)
    kalman: IntegratedWiener = field(default_factory=IntegratedWiener)

    def smooth(
        self, trajectories: Sequence[Trajectory], *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
    ) -> Smoothing:
        """States and derivatives at the samples of each run, and the learned field.

        Raises:
            DataError: a state has too few samples, or log-normal noise is asked for and a value is not positive.
        """
        check(trajectories)
        progress("smoothing", "classical start", 0.0)
        few = sum(len(run) for run in trajectories) <= self.most_for_gaussian_process
        prior, name = (self.gaussian_process, "gaussian_process") if few else (self.kalman, "kalman")
        study = Study.of(trajectories, fit_curves(trajectories, prior, self.noise, deadline=deadline), seed)
        with one_thread():
            learned = self._train(study, seed, deadline, progress)
            progress("smoothing", "reading out", 0.95)
            return _conclude(study, learned, name, deadline.passed())

    def _train(self, study: Study, seed: int, deadline: Deadline, progress: Progress) -> _Learned:
        """The field with the best held-out score among the stages."""
        rng = np.random.default_rng(seed)
        network = new_network(rates(study.blind), self.width, rng)
        ends = np.linspace(0.2, 0.9, len(self.intervals) + 1)

        def told(message: str, low: float, high: float) -> Callable[[float], None]:
            return lambda share: progress("smoothing", f"neural ODE: {message}", low + (high - low) * share)

        say = told("collocation", 0.05, ends[0])
        collocate(network, study.blind, self.collocation_iterations, self.decay, rng, deadline, say)
        best = self._learned(network, study, *self._window(network, study, self.intervals[0]))
        stages = zip(self.intervals, self.shooting_iterations, self.continuity, strict=True)
        for stage, (intervals, iterations, continuity) in enumerate(stages):
            if deadline.passed():
                break
            size, steps = self._window(network, study, intervals)
            say = told(f"shooting over {size - 1} intervals", ends[stage], ends[stage + 1])
            windows = cut(study.blind, size, self.most_windows, rng)
            Shooting(steps, iterations, continuity, self.decay).run(network, windows, deadline, say)
            for part in READ_OUT:
                other = self._learned(
                    network, study, max(SHORTEST, round((size - 1) * part)) + 1, max(4, round(steps * part))
                )
                best = other if not other.trial.score < best.trial.score else best
        return best

    def _learned(self, network: Network, study: Study, size: int, steps: int) -> _Learned:
        """The network as it is, tried on the held-out samples."""
        plain = network.plain(study.scaling, study.points(MOST_POINTS))
        return _Learned(network.frozen(), plain, size, steps, study.trial(network, size, steps))

    def _window(self, network: Network, study: Study, intervals: int) -> tuple[int, int]:
        """Samples in a window and solver steps over it.

        Where samples are dense, so that the solver steps over several, windows are longer by as much (at most
        twice): it is the path that a window covers that counts. Where a run is short, a window is at most half of it.
        """
        plain = network.plain(study.scaling, np.empty((0, study.scaling.centre.size)))
        interval = float(np.mean(np.concatenate([np.diff(run.times) for run in study.trajectories])))
        step = solver_step(plain, study.blind, interval)
        longest = max(len(run) for run in study.trajectories)
        wanted = min(intervals * int(np.clip(step, 1, STRETCH)), max(SHORTEST, longest // 2))
        return wanted + 1, max(SHORTEST, int(np.ceil(wanted / step)))


@dataclass(frozen=True)
class _Learned:
    """A field, how its solutions are read out, and how it did on the held-out samples."""

    network: Network
    field: PerceptronField
    size: int
    steps: int
    trial: Trial


def _conclude(study: Study, learned: _Learned, classical: str, hurried: bool) -> Smoothing:
    """Keeps the classical curves or the field's solutions; the field is returned with either."""
    ours, theirs = learned.trial, study.trial(None)
    name = classical.replace("_", " ")
    told = f"{theirs.score:.3f} nats a sample by the {name}, {ours.score:.3f} by the neural ODE"
    hasty = ("The deadline cut the training of the neural ODE short.",) if hurried else ()
    if not _competes(ours, theirs):
        note = f"The {name} was kept; held-out samples have a log-likelihood of {told}."
        return Smoothing(study.curves, learned.field, study.noise, theirs.score, classical, (note, *hasty))
    smooth = read_out(learned.network, study.parts, learned.size, learned.steps)
    states = [study.scaling.states(one) for one in smooth]
    runs = tuple(_run(learned.field, curve, one) for curve, one in zip(study.curves, states, strict=True))
    departure = _departure(runs, study.curves)
    if departure > CREDIBLE:
        note = (
            f"The {name} was kept: "
            f"the neural ODE's derivatives depart from its own by {departure:.2f} of their standard deviations."
        )
        return Smoothing(study.curves, learned.field, study.noise, theirs.score, classical, (note, *hasty))
    note = f"The neural ODE was kept; held-out samples have a log-likelihood of {told}."
    return Smoothing(runs, learned.field, study.noise, ours.score, "neural_ode", (note, *hasty))


def _competes(ours: Trial, theirs: Trial) -> bool:
    """Whether the field predicts held-out samples as well, within the standard error, and fits the others."""
    gains = ours.scores - theirs.scores
    if len(gains) == 0:
        return False
    error = float(np.std(gains)) / np.sqrt(len(gains))
    return bool(np.mean(gains) > -error) and ours.misfit < MISFIT


def _departure(ours: Sequence[SmoothedTrajectory], theirs: Sequence[SmoothedTrajectory]) -> float:
    """Root mean square of the difference between derivatives, in the classical deviations.

    A perfect derivative departs by 1 from a classical one whose deviations are right; more means errors of its own.
    """
    ratios = [
        (one.derivatives - other.derivatives) / other.derivative_deviations
        for one, other in zip(ours, theirs, strict=True)
    ]
    return float(np.sqrt(np.mean(np.concatenate(ratios) ** 2)))


def _run(
    field: PerceptronField, curve: SmoothedTrajectory, states: Float[np.ndarray, "time state"]
) -> SmoothedTrajectory:
    """States and derivatives of one run by the field, with the classical deviations."""
    return SmoothedTrajectory(
        curve.times,
        states,
        field(states),
        curve.state_deviations,
        curve.derivative_deviations,
        curve.names,
        curve.label,
    )
