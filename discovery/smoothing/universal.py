"""The neural part of a law that was told in part: a universal differential equation, trained through the solver.

What was told stands as it is, a small network stands in the place of each unknown function, and both are fitted to the
samples as the neural ODE is: collocation on the smoothed curves first, then multiple shooting. Its solutions are curves
whose derivatives know what was told, so that what is left of these for an unknown function are its values along them.

Source: Rackauckas et al. (2020), Universal differential equations for scientific machine learning, arXiv:2001.04385.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from discovery.laws import Frame
from discovery.protocols import NEVER, Deadline, Progress, silent
from discovery.smoothing.auto import SLIGHT, disagreement, mean_of
from discovery.smoothing.clock import PLAIN
from discovery.smoothing.curves import posterior
from discovery.smoothing.held_out import hide, masked
from discovery.smoothing.neural.reading_out import read_out
from discovery.smoothing.neural.scaling import Scaling, rates, samples
from discovery.smoothing.neural.study import Study
from discovery.smoothing.neural.threads import one_thread
from discovery.smoothing.neural.training import Learned, Plan, trained
from discovery.smoothing.neural.universal import Universal, universal
from discovery.smoothing.neural_ode import smoothed_run
from discovery.smoothing.starts import classical_start
from discovery.types import SmoothedTrajectory, Smoothing, Trajectory, measured_states

METHOD = "universal"
# Hidden units of each network, which has monomials beside them, as the rest of the law was told; cells of a window,
# half of the neural ODE's: each costs calls for every function, and jumps are held as tightly.
WIDTH, CELLS = 8, 8
# Steps, as of the neural ODE, of which half do: on both published cases later ones change no digit that counts.
COLLOCATION, ITERATIONS, CONTINUITY, REFIT = 15, (6, 10), (0.3, 0.03), 4


@dataclass(frozen=True)
class Outcome:
    """What came of a training.

    Attributes:
        smoothing: the solutions, their mean with the curves that it began with, or these.
        constants: values of the told constants, if there are any; none where the curves are kept.
        note: which it is, and why.
    """

    smoothing: Smoothing
    constants: tuple[float, ...]
    note: str


def with_networks(
    frame: Frame,
    trajectories: Sequence[Trajectory],
    smoothing: Smoothing,
    constants: Sequence[float],
    *,
    seed: int,
    deadline: Deadline = NEVER,
    progress: Progress = silent,
) -> Outcome:
    """Curves of the law with networks for its unknown functions, or those of ``smoothing`` where they are better.

    Kept as the neural ODE is: not where held-out samples are predicted worse than by the curves, or samples are not
    fitted; alone only where they are predicted better by more than chance, else the mean with the curves.

    Args:
        trajectories: with a column for each state; of those that nothing measures only the first curve is known.
        constants: first values of the told ones.
    """
    study = _study(trajectories, smoothing, seed)
    rng = np.random.default_rng(seed)
    curve = tuple(np.concatenate(parts) for parts in zip(*map(_plain, study.curves, trajectories), strict=True))
    states, drives, derivatives = curve
    field = universal(frame, study.scaling, rates(study.blind), constants, (states, drives, derivatives), WIDTH, rng)

    def told(what: str, share: float, cost: float, held_out: float) -> None:
        del held_out
        progress("smoothing", f"networks in what was told: {what}, loss {cost:.4g}", share)

    plan = Plan(
        width=WIDTH,
        collocation=COLLOCATION,
        iterations=ITERATIONS,
        continuity=CONTINUITY,
        cells=CELLS,
        most_windows=128,
        numbers=2**62,  # no window is too long for few
        refit=REFIT,
    )
    with one_thread():
        learned = trained(field, field.prior, study, plan, rng, deadline, told)
        reason = _distrust(study, learned, smoothing)
        if reason:
            return Outcome(smoothing, (), f"The neural part was not used: {reason}.")
        standard = read_out(learned.network, study.parts, learned.how)
        runs = tuple(smoothed_run(study, learned, index, states) for index, states in enumerate(standard))
    assert isinstance(learned.network, Universal)
    ours = replace(smoothing, trajectories=runs, score=learned.trial.score, method=METHOD)
    surer = study.trial(None).worse_than(learned.trial)
    names = ", ".join(one.name for one in frame.unknowns)
    note = f"Networks for {names} were trained through the solver, within the form of the law. {_kept(surer)} " + (
        f"(log-likelihood {ours.score:.3f} nats a sample with the networks, {smoothing.score:.3f} without)."
    )
    return Outcome(ours if surer else mean_of(smoothing, ours), learned.network.constants, note)


def _kept(surer: bool) -> str:
    """Which curves are kept, and why."""
    if surer:
        return "Their curves are kept, as they predict held-out samples better by more than chance"
    return "The mean of theirs and the smoothed curves is kept, as held-out samples do not tell which are better"


def _distrust(study: Study, learned: Learned, smoothing: Smoothing) -> str:
    """What speaks against the networks; empty if nothing."""
    ours = learned.trial
    if reason := disagreement(ours, study.trial(None)):
        return reason.replace("the neural ODE", "it")
    lost = smoothing.score - ours.score
    return "it predicts held-out samples worse than the smoothed curves" if lost > SLIGHT * ours.misfit else ""


def _study(trajectories: Sequence[Trajectory], smoothing: Smoothing, seed: int) -> Study:
    """The runs with their curves, and with classical curves that have not seen the held-out samples."""
    curves, noise = smoothing.trajectories, smoothing.noise
    every = np.vstack([curve.states for curve in curves])
    logarithm = np.full(every.shape[1], noise.kind == "lognormal") & (every.min(axis=0) > 0.0)
    scaled = np.where(logarithm, np.log(np.where(logarithm, every, 1.0)), every)
    spread = scaled.std(axis=0)
    scaling = Scaling(scaled.mean(axis=0), np.where(spread > 0.0, spread, 1.0), logarithm)
    hidden, blind_curves = _blind(trajectories, smoothing, seed)
    parts, blind = (
        [
            samples(scaling, noise, run, mask, curve, _drives(run))
            for run, mask, curve in zip(trajectories, masks, smooth, strict=True)
        ]
        for masks, smooth in (([np.zeros_like(mask) for mask in hidden], curves), (hidden, blind_curves))
    )
    still = np.zeros((every.shape[1], every.shape[1]))
    width = 1 + trajectories[0].inputs.shape[1]
    units = (np.zeros(width), np.ones(width))
    return Study(trajectories, trajectories, PLAIN, noise, scaling, still, curves, parts, blind, units)


def _blind(
    trajectories: Sequence[Trajectory], smoothing: Smoothing, seed: int
) -> tuple[list[np.ndarray], list[SmoothedTrajectory]]:
    """What is held out, and curves without it; of states that nothing measured the curves that there are."""
    measured = measured_states(trajectories)
    seen = [_columns(run, measured) for run in trajectories]
    hidden = hide(seen, seed)
    kind = smoothing.noise.kind
    fit, _ = classical_start(seen, kind, seed=seed, deadline=NEVER, progress=silent)
    masks: list[np.ndarray] = []
    curves: list[SmoothedTrajectory] = []
    for mask, blind, curve in zip(hidden, posterior(fit, masked(seen, hidden)), smoothing.trajectories, strict=True):
        masks.append(np.zeros(curve.states.shape, dtype=bool))
        masks[-1][:, measured] = mask
        put = {}
        for name in ("states", "derivatives", "state_deviations", "derivative_deviations"):
            put[name] = getattr(curve, name).copy()
            put[name][:, measured] = getattr(blind, name)
        curves.append(replace(curve, **put))
    return masks, curves


def _columns(run: Trajectory, some: np.ndarray) -> Trajectory:
    """Some states of a run."""
    errors = run.errors[:, some] if run.errors.size else run.errors
    return replace(run, states=run.states[:, some], names=tuple(np.array(run.names)[some]), errors=errors)


def _drives(run: Trajectory) -> np.ndarray:
    """Inputs and time."""
    return np.hstack([run.inputs, run.times[:, None]])


def _plain(curve: SmoothedTrajectory, run: Trajectory) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return curve.states, _drives(run), curve.derivatives
