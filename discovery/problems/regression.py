"""Two views of one regression, target = operator @ f(states): derivatives, and integrals against test functions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from scipy import sparse

from discovery.errors import UsageError
from discovery.types import Regression, SmoothedTrajectory, Smoothing, Trajectory

# Regressions of a few states by tens of terms are settled by far fewer rows; more cost time only.
MAX_ROWS = 2000
# Exponent of the test function (1 - s^2)^4: three derivatives vanish at its ends, so the trapezoid rule converges fast
# (Messenger & Bortz 2021, J. Comput. Phys. 443:110525, section 3).
BUMP = 4
# Fewest samples of half a bump; the trapezoid rule needs a few on each flank.
NARROWEST = 4
# Deviations below this share of a target's spread are not believed; smoothers are overconfident on clean data.
FLOOR = 1e-4


def even_rows(count: int, most: int) -> Int[np.ndarray, " row"]:
    """Rows that are spread evenly over ``count``, the first and last among them; all where there are no more."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))


def derivative_regression(smoothing: Smoothing) -> Regression:
    """Smoothed derivatives as targets; ends of trajectories count less by their larger deviations."""
    states = np.vstack([run.states for run in smoothing.trajectories])
    targets = np.vstack([run.derivatives for run in smoothing.trajectories])
    deviations = np.vstack([run.derivative_deviations for run in smoothing.trajectories])
    rows = even_rows(len(states), MAX_ROWS)
    floor = FLOOR * np.maximum(targets.std(axis=0), 1e-300)
    return Regression(
        "derivative", states[rows], targets[rows], np.maximum(deviations[rows], floor), lambda terms: terms
    )


def weak_regression(trajectories: Sequence[Trajectory], smoothing: Smoothing) -> Regression | None:
    """Integrals against bumps: -∫ φ' x dt = ∫ φ f(x) dt, with x raw on the left and smoothed on the right.

    The derivative falls on the test function, so that noise is averaged and not amplified. What is smooth in x is
    integrated by parts before it is summed, -∫ φ' x dt = ∫ φ s' dt - ∫ φ' (x - s) dt with s the smoothed curve: both
    sides then have one error of quadrature, which cancels; at uneven times it would exceed the noise. Trajectories
    that are too short for a bump are left out; None where no trajectory is long enough.

    Source: Messenger & Bortz (2021), J. Comput. Phys. 443:110525, equation 2.4.
    """
    pairs = [
        (trajectory, run)
        for trajectory, run in zip(trajectories, smoothing.trajectories, strict=True)
        if len(run.times) >= 2 * NARROWEST + 1
    ]
    if not pairs:
        return None
    share = MAX_ROWS / sum(len(run.times) for _, run in pairs)
    blocks, targets, deviations = [], [], []
    for trajectory, run in pairs:
        width = _width(run)
        rows = max(3, min(len(run.times) // 2, round(share * len(run.times))))
        bumps, slopes = _bumps(run.times, width, rows)
        measured = np.where(np.isfinite(trajectory.states), trajectory.states, run.states)
        blocks.append(bumps)
        targets.append(bumps @ run.derivatives - slopes @ (measured - run.states))
        deviations.append(np.sqrt(slopes.power(2) @ smoothing.noise.deviation(run.states, trajectory.errors) ** 2))
    states = np.vstack([run.states for _, run in pairs])
    operator = sparse.block_diag(blocks, format="csr")
    left = np.vstack(targets)
    floor = FLOOR * np.maximum(left.std(axis=0), 1e-300)
    deviation = np.maximum(np.vstack(deviations), floor)
    return Regression("weak", states, left, deviation, lambda terms: operator @ terms, sparse.csr_array(operator))


def _width(run: SmoothedTrajectory) -> int:
    """Half the support of a bump, in samples: about the time in which the fastest state changes by its deviation."""
    pace = run.derivatives.std(axis=0) / np.maximum(run.states.std(axis=0), 1e-300)
    step = (run.times[-1] - run.times[0]) / (len(run.times) - 1)
    fastest = 1.0 / max(float(pace.max()), 1e-300)
    return round(min(max(fastest / step, NARROWEST), max(NARROWEST, len(run.times) // 8)))


def _bumps(times: Float[np.ndarray, " time"], width: int, rows: int) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Quadrature rows of φ and of φ', with φ = (1 - s²)^4 on windows of 2 width + 1 samples."""
    weights = np.zeros_like(times)
    steps = np.diff(times)
    weights[:-1] += steps / 2
    weights[1:] += steps / 2
    centres = np.unique(np.linspace(width, len(times) - 1 - width, rows).round().astype(int))
    index = centres[:, None] + np.arange(-width, width + 1)
    left, right = times[index[:, :1]], times[index[:, -1:]]
    half = (right - left) / 2
    s = np.clip((times[index] - (left + right) / 2) / half, -1.0, 1.0)
    bump = (1 - s**2) ** BUMP * weights[index] / half
    slope = -2 * BUMP * s * (1 - s**2) ** (BUMP - 1) / half * weights[index] / half
    row = np.broadcast_to(np.arange(len(centres))[:, None], index.shape)
    shape = (len(centres), len(times))
    flat = (row.ravel(), index.ravel())
    return sparse.csr_array((bump.ravel(), flat), shape=shape), sparse.csr_array((slope.ravel(), flat), shape=shape)


def regressions(trajectories: Sequence[Trajectory], smoothing: Smoothing) -> tuple[Regression, ...]:
    """All regressions that these data allow.

    Raises:
        UsageError: the smoothing has states that were not measured, as a neural ODE of second order has.
    """
    measured, smoothed = trajectories[0].names, smoothing.trajectories[0].names
    if measured != smoothed:
        raise UsageError(
            f"The smoother gives the states {', '.join(smoothed)}, but {', '.join(measured)} was measured, and laws "
            "are looked for in measured states. Add a column for the velocity, by differences of the raw positions, "
            "and leave the setting `order` at 1."
        )
    weak = None if trajectories[0].discrete else weak_regression(trajectories, smoothing)
    return (derivative_regression(smoothing), *(() if weak is None else (weak,)))
