"""A first law, seconds after the start: classical smoothing, sparse regression on polynomials, a quick refinement.

It is for those who wait, and for a run whose time is bounded: it is fallen back on, and what was shown gives way to a
better law alone. It has no part in the result of other runs. All its work is bounded, however long the data are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from discovery.dynamics.evaluate import values
from discovery.dynamics.windows import Windows
from discovery.errors import DiscoveryError
from discovery.laws import FIRST
from discovery.library.grammar import Library, polynomial
from discovery.problems.regression import regressions
from discovery.protocols import NEVER, Deadline, Progress, silent
from discovery.search.paths import Path
from discovery.search.scaled import LARGEST, scaled
from discovery.search.thresholding import refitted, supports
from discovery.selection.beam import Beam, systems
from discovery.selection.growth import Growth, levels
from discovery.selection.pool import pool
from discovery.selection.ranked import ranked_law
from discovery.selection.soundness import sound
from discovery.smoothing.kalman import Kalman
from discovery.smoothing.series import excerpt
from discovery.types import DiscoveryProblem, EquationCandidate, RankedLaw, Regression, Trajectory

# Samples that are smoothed, in blocks spread over the data, and of these samples on which constants are refined. On
# Lorenz with 5000 samples that takes 0.3 CPU seconds in all, imports aside (benchmarks/start.py).
SAMPLES, REFINED = 1000, 600
# Monomials of a library: cubes for up to three states, squares for up to six, then the plain states; fewer where the
# rows are few. Longer equations than these are no first sight of a law.
MOST_TERMS, ROWS_PER_TERM, LONGEST = 30, 3, 8
THRESHOLDS = np.geomspace(0.003, 1.0, 16)  # as in search/sindy.py, and so is the ridge
RIDGE = 1e-6
# Candidates of each equation that are refined, and how; laws of which the first is taken that can be followed.
TRIED, FOLLOWED = 8, 12
BEAM = Beam(sweeps=2, width=2, combinations=4)


def first_law(
    trajectories: Sequence[Trajectory], *, seed: int, deadline: Deadline = NEVER, progress: Progress = silent
) -> RankedLaw | None:
    """A polynomial law with refined constants; None where the data give none so quickly."""
    try:
        return _first_law(trajectories, seed, deadline, progress)
    except (DiscoveryError, np.linalg.LinAlgError, FloatingPointError):
        return None  # the work proper will say what is wrong with these data


def _first_law(
    trajectories: Sequence[Trajectory], seed: int, deadline: Deadline, progress: Progress
) -> RankedLaw | None:
    if deadline.passed():
        return None
    some = excerpt(trajectories, SAMPLES)
    progress("first law", "classical smoothing")
    smoothing = Kalman(noise="additive").smooth(some, seed=seed, deadline=deadline)
    problem = DiscoveryProblem(some, smoothing, regressions(some, smoothing))
    progress("first law", "sparse regression")
    candidates = tuple(_candidates(problem))
    pools = pool(candidates, problem, per_size=1, most=TRIED, deadline=deadline).entries
    if not all(pools.values()):
        return None
    progress("first law", "refining constants")
    ladder: list[Windows] = levels(problem, Growth(), max_samples=REFINED)[:1]
    beam = replace(BEAM, shooting=replace(BEAM.shooting, deadline=deadline))
    found = systems(pools, (), ladder, beam, threads=1, deadline=deadline, progress=silent)
    # A law that cannot be followed along the data is none to fall back on.
    follows = (item for item in found[:FOLLOWED] if sound(item.fit, ladder[-1], some))
    first = next(follows, None)
    return ranked_law(first, ladder[-1]) if first is not None else None


def _candidates(problem: DiscoveryProblem) -> Iterator[EquationCandidate]:
    """Sparse polynomials of every size and degree, from both regressions."""
    names = problem.names
    most = min(MOST_TERMS, sum(len(run) for run in problem.trajectories) // ROWS_PER_TERM)
    libraries = [polynomial(names, degree) for degree in (1, 2, 3)]
    fitting = [library for library in libraries[1:] if len(library.terms) <= most]
    for library in fitting or libraries[:1]:
        for regression in problem.regressions:
            for equation in range(len(names)):
                for _, candidate in _path(regression, library, names, equation):
                    yield candidate


def _path(
    regression: Regression, library: Library, names: tuple[str, ...], equation: int
) -> Iterator[tuple[object, EquationCandidate]]:
    columns = values(library.terms, names, regression.states)
    usable = np.all(np.abs(columns) < LARGEST, axis=0)
    design = regression.operator(np.where(usable, columns, 0.0))[None]
    one = scaled(design, regression.targets[:, equation], regression.deviations[:, equation])
    if one is None:
        return
    chosen = supports(one.grams, THRESHOLDS, ridge=RIDGE)
    solved, errors = refitted(one.grams, chosen)
    path = Path(
        names[equation],
        regression.kind,
        library,
        (FIRST,) * len(THRESHOLDS),
        solved[0] * one.length / one.lengths[0],
        one.misfits(errors[0]),
    )
    yield from path.candidates(LONGEST)
