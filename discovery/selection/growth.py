"""Windows that grow: refined laws are fitted again on longer windows, as far as the best of them can follow."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

import numpy as np

from discovery.dynamics.shooting import Shooting
from discovery.dynamics.windows import Windows, cut
from discovery.protocols import Deadline
from discovery.selection.refined import Refined, in_order, lengthen, refine, side_by_side
from discovery.selection.restarts import restarted
from discovery.types import DiscoveryProblem, Law

# Share of the tolerance by which a solution is looked at again, and how many times the steps that takes: the lower of
# the methods' orders is four.
FINER = 1e-2
MORE = FINER**-0.25


@dataclass(frozen=True)
class Growth:
    """Settings of the growing windows.

    Attributes:
        first: samples of the shortest windows; a quarter of the longest trajectory if that is less, at least five, or
            a third of a turn of the fastest state, at least eight, beyond which a fit from wrong starts gets stuck.
        restarted: laws that are fitted from other beginnings where they do not fit the shortest windows.
        compared: longest windows, in samples, on which systems are compared while equations are varied.
        factor: ratio of one length to the one before.
        leaders: laws that decide how far the windows grow.
        shrink: share of the laws that stays in the race from one length to the next.
        survivors: laws that are never dropped for being behind.
        worsening: the windows stop growing where the best chi-squared by degree of freedom is more than this many times
            that on shorter windows: the laws cannot be followed so far, by chaos or by what they lack.
        faithful: chi-squared by value by which a hundred times tighter integration may differ; where it differs by
            more, a chaotic law has made the integration's own error as large as the noise, and growth stops.
        max_samples: samples used at most; more data than this change constants by less than their intervals.
    """

    first: int = 16
    compared: int = 24
    factor: int = 2
    leaders: int = 4
    shrink: float = 0.7
    survivors: int = 8
    restarted: int = 8
    worsening: float = 4.0
    faithful: float = 0.1
    max_samples: int = 20_000
    shooting: Shooting = Shooting(iterations=20, tolerance=1e-4)


def levels(problem: DiscoveryProblem, settings: Growth, *, max_samples: int | None = None) -> list[Windows]:
    """Windows of all lengths, from the shortest to whole trajectories."""
    longest = max(len(trajectory) for trajectory in problem.trajectories)
    turn = _turn(problem) / 3.0  # infinite where nothing moves
    lengths = [min(settings.first, max(5, longest // 4), max(8, round(min(turn, longest))))]
    while lengths[-1] < longest:
        lengths.append(lengths[-1] * settings.factor)
    most = settings.max_samples if max_samples is None else max_samples
    smoothing = problem.smoothing
    every = [
        cut(problem.trajectories, smoothing.trajectories, smoothing.noise, length, max_samples=most)
        for length in lengths
    ]
    return [w for i, w in enumerate(every) if i == 0 or len(w.starts) < len(every[i - 1].starts)]


def _turn(problem: DiscoveryProblem) -> float:
    """Samples in a turn of the fastest state: that of a sine with its deviation and its mean squared rate."""
    runs = problem.smoothing.trajectories
    deviation = np.vstack([run.states for run in runs]).std(axis=0)
    rate = np.sqrt(np.mean(np.vstack([run.derivatives for run in runs]) ** 2, axis=0))
    step = float(np.mean([(run.times[-1] - run.times[0]) / max(len(run.times) - 1, 1) for run in runs]))
    moving = (rate > 0.0) & (deviation > 0.0)
    return min((2.0 * math.pi * deviation[moving] / rate[moving] / step), default=math.inf)


def climb(law: Law, ladder: Sequence[Windows], settings: Shooting) -> Refined | None:
    """The law fitted on each length of windows in turn; None if it cannot be followed to the last."""
    refined = refine(law, ladder[0], settings=settings)
    for shorter, longer in pairwise(ladder):
        if refined is None:
            return None
        refined = lengthen(refined, shorter, longer, settings)
    return refined


def grow(
    laws: Sequence[Law],
    ladder: Sequence[Windows],
    settings: Growth,
    *,
    threads: int,
    deadline: Deadline,
    witness: Callable[[Sequence[Refined], Windows], None] | None = None,
    kept: Sequence[Law] = (),
) -> tuple[list[Refined], Windows]:
    """All laws fitted on the longest windows that the leaders can follow, best first, and those windows.

    Args:
        witness: shown the laws after each length.
        kept: laws whose form stays in the race however it does on short windows.
    """
    forms = {law.skeletons for law in kept}

    def begin(law: Law) -> Refined | None:
        return refine(law, ladder[0], settings=settings.shooting)

    leading = side_by_side(begin, laws[: settings.leaders], threads)  # also when time is up: there has to be a law
    refined = in_order([*leading, *side_by_side(begin, laws[settings.leaders :], threads, deadline)])
    refined = refined or list(islice(filter(None, map(begin, laws[settings.leaders :])), 1))
    windows = ladder[0]
    guesses = {law.skeletons: law for law in laws}

    def again(item: Refined) -> Refined:
        late = deadline.passed()
        return item if late else restarted(item, guesses[item.law.skeletons], windows, settings.shooting)

    some = side_by_side(again, refined[: settings.restarted], threads)
    refined = in_order([*some, *refined[settings.restarted :]])
    for longer in ladder[1:]:
        if not refined or deadline.passed():
            break
        before = windows

        def step(item: Refined, before: Windows = before, longer: Windows = longer) -> Refined | None:
            return lengthen(item, before, longer, settings.shooting)

        ahead = [item for i, item in enumerate(refined) if i < settings.leaders or item.law.skeletons in forms]
        leaders = side_by_side(step, ahead, threads)
        reached = min((item.fit.reduced for item in leaders), default=math.inf)
        if reached > settings.worsening * max(min(item.fit.reduced for item in ahead), 0.5):
            break
        if not _faithful(min(leaders, key=lambda item: item.fit.misfit), longer, settings):
            break
        stay = max(settings.survivors, math.ceil(settings.shrink * len(refined)))
        behind = [item for item in refined[:stay] if not any(item is other for other in ahead)]
        others = side_by_side(step, behind, threads, deadline)
        refined, windows = in_order([*leaders, *others]), longer
        if witness is not None:
            witness(refined, windows)
    return refined, windows


def _faithful(item: Refined, windows: Windows, settings: Growth) -> bool:
    """Whether the fitted solution is the law's, and not the integration error's."""
    loose = settings.shooting
    tight = replace(loose, iterations=0, rtol=FINER * loose.rtol, steps_a_sample=round(MORE * loose.steps_a_sample))
    again = refine(item.law, windows, starts=item.fit.starts, settings=tight)
    return again is not None and abs(again.fit.misfit - item.fit.misfit) <= settings.faithful
