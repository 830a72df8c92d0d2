"""What is chosen: the ranking with forecasts and intervals of its leading laws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from discovery.dynamics.horizon import prediction_horizon
from discovery.dynamics.shooting import Shooting, beginnings
from discovery.dynamics.windows import Windows
from discovery.problems.hidden import followed
from discovery.protocols import Deadline
from discovery.selection.averaging import averaged
from discovery.selection.credits import Credit
from discovery.selection.ended import ended
from discovery.selection.held_out import HeldOut, crossed, hold_out
from discovery.selection.nulls import resting
from discovery.selection.polish import Polished, believed, polished
from discovery.selection.ranked import ranked_law
from discovery.selection.reconstruction import courses, reconstruct, with_beginnings
from discovery.selection.refined import Refined
from discovery.selection.residuals import WRONG
from discovery.selection.score import RULE, residual_length
from discovery.selection.soundness import sound_first
from discovery.types import Beginning, DiscoveryProblem, Law, NoiseModel, Prediction, RankedLaw, Ranking


@dataclass(frozen=True)
class Selected:
    """The ranking, and what the verdict needs of how it came about.

    Attributes:
        refined: the ranked laws' fits, in the order of the ranking.
        windows: the windows that they were fitted on at last.
        null: description length of a law that says that nothing changes within a window.
        held_out: forecasts of the chosen law on samples kept out; None if there are too few samples.
        horizon: time for which the chosen law can be followed, infinite unless it is sensitive to its start.
        fitted: simulated states at all samples of each trajectory, from the fitted window starts.
        residuals: those minus the measurements, in standard deviations; None if there is no law.
        last: the last fits of the leading laws, with the noise about their curves, in the order of the ranking.
        sound: whether the chosen law stays finite on the data; if not, no law that was compared does.
        refused: laws, or candidates for a function, that are not as they were told to be, where that left none.
        unsound: laws at the end of the ranking that blow up on the data, however short they describe them.
        proposed: engines that proposed each equation of the chosen law; empty where that was not looked at.
        crossed: of two runs, forecasts of each by the chosen law refitted to the other.
        balance: nats in the chosen law's description for a start on a needle's point (:mod:`.soundness`).
        shooting: settings of the fits; who fits once more and compares takes them, as the loss may be a robust one.
    """

    ranking: Ranking
    refined: tuple[Refined, ...]
    windows: Windows
    null: float
    held_out: HeldOut | None
    horizon: float
    fitted: tuple[Prediction, ...]
    residuals: Float[np.ndarray, "sample state"] | None
    last: tuple[Polished, ...] = ()
    sound: bool = True
    refused: int = 0
    unsound: int = 0
    proposed: Credit = ()
    crossed: HeldOut | None = None
    balance: float = 0.0
    shooting: Shooting = field(default_factory=Shooting)

    @property
    def rivals(self) -> tuple[RankedLaw, ...]:
        """The chosen law and those that it is compared with."""
        return self.ranking.front[: len(self.ranking.front) - self.unsound]

    def noise(self, before: NoiseModel) -> NoiseModel:
        """The noise about the chosen law's curve, no larger than a smoother saw it unless it is of another kind.

        Args:
            before: the smoother's, which is told where the chosen law is wrong or there is none.
        """
        return _noise(self.refined[0], self.last[0], before) if self.last else before


def selected(
    refined: Sequence[Refined],
    windows: Windows,
    problem: DiscoveryProblem,
    settings: Shooting,
    *,
    forecast: int,
    polish: int,
    deadline: Deadline,
) -> Selected:
    """The laws with forecasts and intervals of the leading ones, beside what selection is judged by.

    Args:
        refined: fitted on ``windows``, best first.
        forecast, polish: leading laws whose forecasts are computed, and whose constants and noise are fitted in turn.
    """
    null = residual_length(windows.worth * resting(windows, settings.bend), windows.worth * windows.count)
    if not refined:
        return Selected(Ranking((), RULE), (), windows, null, None, np.inf, (), None, shooting=settings)
    refined = ended(refined, windows, problem, settings, deadline)
    order = sound_first(refined, windows, problem.trajectories, deadline=deadline)
    refined, best = order.laws, order.laws[0]
    last = tuple(
        _last(item, windows, problem, settings, chosen=place == 0)
        for place, item in enumerate(refined[:polish])
        if place == 0 or not deadline.passed()
    )
    # Forecasts are judged by the noise that is told: a smoother that misses steep starts takes it for larger.
    noise = _noise(best, last[0], problem.smoothing.noise)
    judged = replace(problem, smoothing=replace(problem.smoothing, noise=noise))
    begun = beginnings(last[0].fit, last[0].windows, settings)
    horizon = _horizon(best.law, problem, windows, begun)
    length = _samples(horizon, problem, _followed_for(horizon, windows, problem))
    tried = [
        None
        if deadline.passed()
        else hold_out(item.law, _followed(judged, item, windows), length, settings, curves=place == 0)
        for place, item in enumerate(refined[:forecast])
    ]
    other = None if deadline.passed() else crossed(best.law, _followed(judged, best, windows), length, settings)
    ranked = [
        ranked_law(
            item,
            windows,
            tried[place] if place < len(tried) else None,
            last=last[place] if place < len(last) else None,
        )
        for place, item in enumerate(refined)
    ]
    fitted, residuals = reconstruct(last[0].fit, windows, problem.trajectories)
    return Selected(
        Ranking(tuple(ranked), RULE), order.laws, windows, null, tried[0], horizon,
        with_beginnings(fitted, begun, windows), residuals, last, order.sound, unsound=order.unsound, crossed=other,
        balance=order.balance, shooting=settings,
    )  # fmt: skip


def _last(item: Refined, windows: Windows, problem: DiscoveryProblem, settings: Shooting, *, chosen: bool) -> Polished:
    """The last fit, its intervals averaged over whether relations between the constants hold.

    Profiles are followed for the chosen law alone: for three, they took half the time of a run of 22 falling balls.
    """
    runs, noise = problem.trajectories, problem.smoothing.noise
    one = polished(item.fit, windows, runs, noise, settings, profiles=chosen)
    if item.free is None:
        return one
    free = polished(item.free.fit, windows, runs, noise, settings, profiles=chosen)
    lead = item.free.score - item.score
    ends = averaged(one.fit.law, one.bounds, free.fit.law, free.bounds, item.free.held, lead)
    return replace(one, bounds=ends)


def _followed(problem: DiscoveryProblem, item: Refined, windows: Windows) -> DiscoveryProblem:
    """The problem with the law's own course of states that nothing measured."""
    if problem.frame is None:
        return problem
    return followed(problem, reconstruct(item.fit, windows, problem.trajectories)[0])


def _noise(best: Refined, last: Polished, before: NoiseModel) -> NoiseModel:
    """The noise about the chosen law's curve, no larger than a smoother saw it; the smoother's if the law is wrong."""
    if best.fit.reduced > WRONG:
        return before
    if before.process:
        return last.noise
    found = believed(last.noise, before, np.vstack(courses(last.fit, last.windows)))
    return replace(
        found,
        scale=np.minimum(found.scale, last.noise.scale),
        constant=np.minimum(found.constant, last.noise.constant),
    )


def _horizon(law: Law, problem: DiscoveryProblem, windows: Windows, begun: Sequence[Beginning]) -> float:
    """How long the law can be followed; a step ends with its own chance, however long that is."""
    if windows.steps:
        return np.inf
    drives = [run.drive for run in problem.trajectories]
    doubt = doubt_of(problem, begun)
    return prediction_horizon(law, problem.smoothing.trajectories, doubt, windows.spread, drives)


def _followed_for(horizon: float, windows: Windows, problem: DiscoveryProblem) -> int:
    """Samples that a forecast may have: a law that is not sensitive to its start has no reason to begin anew."""
    if np.isfinite(horizon):
        return windows.length
    return max(len(run) for run in problem.trajectories)


def doubt_of(problem: DiscoveryProblem, begun: Sequence[Beginning]) -> Float[np.ndarray, " state"]:
    """Mean deviation of the states where they were measured; of those that never were, as the fit knows its starts.

    A smoother tells these from its own derivatives, and the law from all samples that follow: in an oscillation of
    which the position was measured ten times better.

    Args:
        begun: how well the starts of the fit are known; none where that could not be told.
    """
    there = np.isfinite(np.vstack([run.states for run in problem.trajectories]))
    hidden = ~there.any(axis=0)
    curves = np.vstack([run.state_deviations for run in problem.smoothing.trajectories])
    doubt = np.mean(curves, axis=0, where=there | hidden)
    if not (begun and hidden.any()):
        return doubt
    starts = np.median([np.sqrt(np.diag(one.scatter)) for one in begun], axis=0)
    return np.where(hidden, np.minimum(doubt, starts), doubt)


def _samples(horizon: float, problem: DiscoveryProblem, most: int) -> int:
    """Samples of a forecast that a law with that horizon can be asked for: half of it, at least two."""
    steps = [np.median(np.diff(run.times)) for run in problem.trajectories if len(run) > 1]
    return int(min(most, max(2.0, 0.5 * horizon / float(np.median(steps)))))
