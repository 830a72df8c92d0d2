"""Which further run would tell most: initial states tried by what the fitted law predicts of them.

Source: D-optimal design (Atkinson, Donev & Tobias 2007, Optimum Experimental Designs, with SAS, ch. 10-11), Bayesian in
that a weak belief keeps the determinant finite; model discrimination as Hunter & Reiner (1965), Technometrics 7:307.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float

from discovery.advice import Experiment
from discovery.dynamics.beliefs import Beliefs
from discovery.dynamics.evaluate import values
from discovery.dynamics.shooting import Fit, Shooting, fit
from discovery.dynamics.simulate import simulate
from discovery.dynamics.windows import cut, known_states
from discovery.headers import split_header
from discovery.selection.identifiability import Relative
from discovery.types import DiscoveryProblem, Law, RankedLaw, SmoothedTrajectory, Trajectory, measured_states
from discovery.wording import listed

# Initial states tried, half of them in the measured box and half within its width around it. Twice as many find
# starts that tell a tenth more.
TRIED = 24
MARGIN = 1.0
# A state is never below zero that is so at most by so many deviations of its noise, more than which come once in 30 000
# samples, and by this share of its width: one that swings about zero is below it by half of that.
NOISE, ABOUT_ZERO = 4.0, 0.1
# Words of what is a part of a whole, and the whole by its unit; a frequency in hertz has one, and is none.
PARTS = frozenset(
    {"frequency", "freq", "fraction", "frac", "proportion", "share", "probability", "prob", "prevalence", "coverage"}
    | {"occupancy", "anteil", "häufigkeit", "fréquence", "proporción"}
)
_WHOLES = {None: 1.0, "1": 1.0, "-": 1.0, "%": 100.0}
# Rates of change of a sum, relative to the largest of any, that are rounding; and projections that find a start which
# keeps it.
CONSERVED, TURNS = 1e-9, 50
# Samples of a tried run; real ones count as often as they are more.
SAMPLES = 96
# A proposal has to promise this many times what a repetition would.
WORTHWHILE = 1.1
# Nats behind within which a rival is worth an experiment, and rivals looked at.
NEAR = 10.0
RIVALS = 4
# Measured starts of which the best stands for a run that is repeated; each costs as much as one that is tried.
STARTS = 4
# Differences beyond this many noise deviations are all the same: the laws can be told apart.
PLAIN = 100.0


@dataclass(frozen=True)
class Stage:
    """Where and when a further run may take place."""

    problem: DiscoveryProblem
    times: Float[np.ndarray, " time"]
    each: int  # real samples that one of these stands for
    length: int  # samples that the law can be followed
    measured: Float[np.ndarray, "run state"]
    tried: Float[np.ndarray, "run state"]
    names: tuple[str, ...]  # of the states, as the user wrote them
    unit: str = ""  # of time

    @property
    def duration(self) -> float:
        """Of the run."""
        return float(self.times[-1] - self.times[0])

    @cached_property
    def seen(self) -> Bool[np.ndarray, " state"]:
        """Which states are measured: a further run would not tell of the others either."""
        return measured_states(self.problem.trajectories)

    @cached_property
    def bound(self) -> Float[np.ndarray, " state"]:
        """Ten times the largest magnitude that was measured: the law is not believed beyond."""
        states = known_states(self.problem.trajectories, self.problem.smoothing.trajectories)
        return 10.0 * (np.nanmax(np.abs(states), axis=0) + np.nanstd(states, axis=0))

    @property
    def followed(self) -> float:
        """Time for which the law can be followed."""
        return float(self.times[min(self.length, len(self.times)) - 1] - self.times[0])


def stage_of(
    problem: DiscoveryProblem,
    length: int,
    headers: Mapping[str, str] | None = None,
    *,
    unit: str = "",
    law: Law | None = None,
) -> Stage:
    """A run as long as the longest that was measured.

    Args:
        length: samples of the longest windows that the law was fitted on.
        headers: names of the states for people.
        unit: of time, where it is known.
        law: whose conserved sums a start changes no more than those differ that were measured.
    """
    from scipy.stats import qmc  # takes half a second to load

    longest = max(problem.trajectories, key=lambda run: run.times[-1] - run.times[0])
    each = -(-len(longest) // SAMPLES)
    states = known_states(problem.trajectories, problem.smoothing.trajectories)
    low, high = np.nanmin(states, axis=0), np.nanmax(states, axis=0)
    width = np.maximum(high - low, 1e-12)
    points = qmc.Halton(len(low), scramble=False).random(TRIED + 1)[1:]  # the first point is a corner
    around = np.where(np.arange(TRIED) % 2 == 0, MARGIN, 0.0)[:, None]
    tried = low - around * width + points * (1.0 + 2.0 * around) * width
    noise = problem.smoothing.noise.deviation(np.zeros((1, len(low))))[0]
    names = tuple((headers or {}).get(name, name) for name in problem.names)
    limits = _least(low, width, noise), np.minimum(-_least(-high, width, noise), _whole(names, low, high, noise))
    tried = np.clip(tried, *limits)
    if law is not None:
        tried = _conserving(law, states, tried, limits)
    measured = np.array([run.states[0] for run in problem.smoothing.trajectories])
    return Stage(
        problem, longest.times[::each], each, max(4, length // each), measured, _round(tried, width), names, unit
    )


def _least(
    low: Float[np.ndarray, " state"], width: Float[np.ndarray, " state"], noise: Float[np.ndarray, " state"]
) -> Float[np.ndarray, " state"]:
    """The least value of a start: no concentration is below zero, whatever the noise makes of it."""
    never = -low <= np.minimum(NOISE * noise, ABOUT_ZERO * width)
    return np.where(low >= 0.0, low - MARGIN * np.minimum(low, width), np.where(never, 0.0, -np.inf))


def _whole(
    names: Sequence[str],
    low: Float[np.ndarray, " state"],
    high: Float[np.ndarray, " state"],
    noise: Float[np.ndarray, " state"],
) -> Float[np.ndarray, " state"]:
    """The largest value of a start: what is called a part of a whole, and is one but for noise, is never more than it.

    Args:
        names: of the states, as the user wrote them, with their units.
    """
    parts = [split_header(name) for name in names]
    wholes = np.array([_WHOLES.get(unit, np.inf) for _, unit in parts])
    called = np.array([bool({*re.split(r"[\W\d_]+", name.lower())} & PARTS) for name, _ in parts])
    slack = np.minimum(NOISE * noise, ABOUT_ZERO * (high - low))
    return np.where(called & (low >= -slack) & (high <= wholes + slack), wholes, np.inf)


def _conserving(
    law: Law,
    states: Float[np.ndarray, "sample state"],
    tried: Float[np.ndarray, "point state"],
    limits: tuple[Float[np.ndarray, " state"], Float[np.ndarray, " state"]],
) -> Float[np.ndarray, "point state"]:
    """The nearest starts, in widths of the states, at which sums that the law conserves are as in the data.

    Whoever has 5000 people cannot begin with 17 000.
    """
    if not law.autonomous:
        return tried
    known = states[np.isfinite(states).all(axis=1)]
    if len(known) <= len(law.states):  # nothing is known of sums, and fewer rates than states are always dependent
        return tried
    width = np.maximum(np.ptp(known, axis=0), 1e-12)
    rates = values(tuple(law.equations.values()), law.states, known)
    rates = (rates - known if law.discrete else rates) / width
    if not np.isfinite(rates).all():
        return tried
    _, sizes, directions = np.linalg.svd(rates, full_matrices=len(rates) < len(width))
    sums = directions[np.count_nonzero(sizes > CONSERVED * sizes[0]) :]  # of states in their widths
    have = known / width @ sums.T
    points = tried
    for _ in range(TURNS):  # projections on both in turn end where both hold
        told = points / width @ sums.T
        points = points + (np.clip(told, have.min(axis=0), have.max(axis=0)) - told) @ sums * width
        points = np.clip(points, *limits)
    return points


def _round(points: Float[np.ndarray, "point state"], width: Float[np.ndarray, " state"]) -> np.ndarray:
    """Two digits of the width, or of the value itself where it is smaller: what a person would set."""
    size = np.maximum(np.minimum(np.abs(points), width), 1e-9 * width)
    step = 10.0 ** (np.floor(np.log10(size)) - 1.0)
    return np.round(points / step) * step


def informative(fitted: Fit, stage: Stage, settings: Shooting) -> Experiment | None:
    """The run that narrows the intervals of the constants most; None if none does clearly more than a repetition."""
    number = len(fitted.law.constants)
    if number == 0:
        return None
    known = Relative.of(fitted)
    scale = np.outer(known.sizes, known.sizes) / max(1.0, fitted.reduced)
    have = np.linalg.slogdet(known.believed)[1]

    def narrowing(start: Float[np.ndarray, " state"]) -> float:
        further = _information(fitted.law, start, stage, settings)
        if further is None:
            return 0.0
        return float(np.exp(0.5 * (np.linalg.slogdet(known.believed + further * scale)[1] - have) / number))

    usual = max([narrowing(start) for start in stage.measured[:STARTS]])
    gains = [narrowing(start) for start in stage.tried]
    best = int(np.argmax(gains))
    if gains[best] < WORTHWHILE * max(usual, 1.0):
        return None
    # Below one where the law can be followed from no measured start: there is nothing to compare with.
    beside = f"; repeating a measured run, {usual:.2g} times" if usual >= 1.0 else ""
    text = (
        f"A further run from {_place(stage, best)} over {stage.duration:.3g} {fitted.law.spans(stage.unit)} would make "
        f"the intervals {gains[best]:.2g} times narrower (geometric mean){beside}."
    )
    return Experiment("constants", _tuple(stage.tried[best]), stage.duration, gains[best], usual, text)


def discriminating(front: Sequence[RankedLaw], stage: Stage) -> Experiment | None:
    """The run on which the chosen law and those near behind differ most; None if nothing is near."""
    rivals = [(rank, one.law) for rank, one in enumerate(front, 1) if rank > 1 and one.score - front[0].score < NEAR]
    rivals = rivals[:RIVALS]
    if not rivals:
        return None
    law = front[0].law

    def difference(start: Float[np.ndarray, " state"]) -> float:
        return min(_difference(law, rival, start, stage) for _, rival in rivals)

    usual = max(difference(start) for start in stage.measured[:STARTS])
    gains = [difference(start) for start in stage.tried]
    best = int(np.argmax(gains))
    if gains[best] < max(1.0, WORTHWHILE * usual):
        return None
    named = listed([str(rank) for rank, _ in rivals])
    amount = f"more than {PLAIN:g}" if gains[best] >= PLAIN else f"{gains[best]:.2g}"
    text = (
        f"To distinguish it from law{'s' * (len(rivals) > 1)} {named}, start a run at {_place(stage, best)}: over "
        f"{stage.followed:.3g} {law.spans(stage.unit)} the predictions then differ by {amount} SD of the noise (root "
        f"mean square), from the measured starts only by {usual:.2g}."
    )
    return Experiment("rivals", _tuple(stage.tried[best]), stage.followed, gains[best], usual, text)


def _information(
    law: Law, start: Float[np.ndarray, " state"], stage: Stage, settings: Shooting
) -> Float[np.ndarray, "constant constant"] | None:
    """Information of the constants in a run from ``start``, whose own state is not known better than it is measured."""
    states = simulate(law, start, stage.times, rtol=settings.rtol)
    if not np.all(np.isfinite(states)) or not np.all(np.abs(states) <= stage.bound):
        return None
    noise = stage.problem.smoothing.noise
    if noise.kind == "lognormal" and np.any(states <= 0.0):
        return None
    none = np.zeros_like(states)
    run = Trajectory(stage.times, states, law.states, discrete=law.discrete)
    windows = cut([run], [SmoothedTrajectory(stage.times, states, none, none, none, law.states)], noise, stage.length)
    weights = windows.weights * np.sqrt(stage.each) * stage.seen
    windows = replace(windows, weights=weights, bound=10.0 * stage.bound)
    found = fit(law, windows, settings=replace(settings, iterations=0))
    if found is None or (beliefs := Beliefs.of(law)) is None:
        return None if found is None else found.information
    return found.information - beliefs.curvature(len(law.constants))  # which no further run says again


def _difference(law: Law, rival: Law, start: Float[np.ndarray, " state"], stage: Stage) -> float:
    """Root mean square difference of two laws' predictions in noise deviations, as far as the chosen one is followed.

    Zero where the chosen law itself cannot be followed.
    """
    times = stage.times[: stage.length]
    ours, theirs = (simulate(one, start, times, rtol=1e-6) for one in (law, rival))
    if not np.all(np.isfinite(ours)) or not np.all(np.abs(ours) <= stage.bound):
        return 0.0
    apart = np.abs(np.where(np.isfinite(theirs), theirs, np.inf) - ours) / stage.problem.smoothing.noise.deviation(ours)
    apart = apart[:, stage.seen]
    return float(np.sqrt(np.mean(np.minimum(apart, PLAIN) ** 2)))


def _place(stage: Stage, best: int) -> str:
    return ", ".join(f"{name} = {value:.4g}" for name, value in zip(stage.names, stage.tried[best], strict=True))


def _tuple(values: Float[np.ndarray, " state"]) -> tuple[float, ...]:
    return tuple(float(f"{v:.12g}") for v in values)
