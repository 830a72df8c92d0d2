"""Windows that grow: refined laws are fitted again on longer windows, as far as the best of them can follow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from discovery.dynamics.shooting import Shooting
from discovery.dynamics.windows import Windows, cut
from discovery.protocols import Deadline
from discovery.selection.refined import Refined, in_order, lengthen, refine, side_by_side
from discovery.types import DiscoveryProblem, Law


@dataclass(frozen=True)
class Growth:
    """Settings of the growing windows.

    Attributes:
        first: samples of the shortest windows.
        factor: ratio of one length to the one before.
        leaders: laws that decide how far the windows grow.
        shrink: share of the laws that stays in the race from one length to the next.
        survivors: laws that are never dropped for being behind.
        worsening: the windows stop growing where the best chi-squared by value is more than this many times that
            on shorter windows: the law is chaotic on that length (or wrong, as all others are).
        max_samples: samples used at most; more data than this change constants by less than their intervals.
    """

    first: int = 16
    factor: int = 2
    leaders: int = 4
    shrink: float = 0.7
    survivors: int = 8
    worsening: float = 1.5
    max_samples: int = 20_000
    shooting: Shooting = Shooting(iterations=20, tolerance=1e-4)


def levels(problem: DiscoveryProblem, settings: Growth) -> list[Windows]:
    """Windows of all lengths, from ``first`` to whole trajectories."""
    longest = max(len(trajectory) for trajectory in problem.trajectories)
    lengths = [settings.first]
    while lengths[-1] < longest:
        lengths.append(lengths[-1] * settings.factor)
    smoothing = problem.smoothing
    every = [
        cut(problem.trajectories, smoothing.trajectories, smoothing.noise, length, max_samples=settings.max_samples)
        for length in lengths
    ]
    return [w for i, w in enumerate(every) if i == 0 or len(w.starts) < len(every[i - 1].starts)]


def grow(
    laws: Sequence[Law], ladder: Sequence[Windows], settings: Growth, *, threads: int, deadline: Deadline
) -> tuple[list[Refined], Windows]:
    """All laws fitted on the longest windows that the leaders can follow, best first, and those windows."""
    refined = side_by_side(lambda law: refine(law, ladder[0], settings=settings.shooting), laws, threads)
    refined = in_order(refined)
    windows = ladder[0]
    for longer in ladder[1:]:
        if not refined or deadline.passed():
            break
        before = windows

        def climb(item: Refined, before: Windows = before, longer: Windows = longer) -> Refined | None:
            return lengthen(item, before, longer, settings.shooting)

        leaders = side_by_side(climb, refined[: settings.leaders], threads)
        reached = min((item.fit.misfit for item in leaders), default=float("inf"))
        if reached > settings.worsening * max(min(r.fit.misfit for r in refined[: settings.leaders]), 0.5):
            break
        stay = max(settings.survivors, math.ceil(settings.shrink * len(refined)))
        others = side_by_side(climb, refined[settings.leaders : stay], threads)
        refined, windows = in_order([*leaders, *others]), longer
    return refined, windows
