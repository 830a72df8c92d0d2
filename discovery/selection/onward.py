"""What errors larger than the noise may come from, of a map one step on too, and what a fit that was cut off lacks."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from discovery.dynamics.windows import Windows
from discovery.symbolic.evaluate import evaluate
from discovery.types import Law

# Chi-squared by value up to which residuals pass as noise; the estimate of the noise is itself uncertain by this much.
NOISE_LEVEL = 1.5
# Of Lorenz with 50 000 samples and a budget of 100 s, four of seven intervals missed the truth, by up to seven standard
# errors, at residuals like noise: the constants were still those of shorter windows or of regressions.
CUT_OFF = (
    "Work was cut off, perhaps before the fits had ended: the intervals of the constants may be far too narrow. "
    "Give it more time, or fewer samples."
)


def exceeding(law: Law, misfit: float, windows: Windows) -> str:
    """What residuals above the noise may come from.

    Whole records are followed. What happens by chance in a step of a map, unlike noise of the measurements, goes on
    into the next ones; single steps have but their own share of it.
    """
    told = f"Residuals exceed the estimated noise (chi-squared per value {misfit:.3g}): the law lacks something, "
    if not windows.discrete or windows.steps:
        return f"{told}or the noise is larger than it looks."
    single = one_step(law, windows)
    if not single <= NOISE_LEVEL:
        return (
            f"{told}the noise is larger than it looks, or steps are random, as births are: --noise process is for that."
        )
    return (
        f"{told}or steps are random, as births are: one step on from each sample the law is as near as the "
        f"noise lets it be (chi-squared per value {single:.3g}), and chance in a step goes on into the next ones. "
        "--noise process fits each step by itself."
    )


def one_step(law: Law, windows: Windows) -> float:
    """Chi-squared by value of what a map makes of each measured sample, beside the next one; NaN where none is whole.

    A sample's own noise goes one step on with it, by the map's slopes.
    """
    rows = np.flatnonzero(np.diff(windows.times) == 1.0)
    rows = np.setdiff1d(rows, windows.offsets[1:-1] - 1)  # from window to window there is no step
    whole = np.all(windows.weights > 0.0, axis=1)
    rows = rows[whole[rows] & whole[rows + 1]]
    if not len(rows) or law.algebraic:
        return float("nan")
    before, deviations = windows.values[rows], 1.0 / windows.weights[rows]
    centre = _following(law, windows, rows, before)
    variances = windows.weights[rows + 1] ** -2.0
    for state in range(before.shape[1]):
        moved = before.copy()
        moved[:, state] += deviations[:, state]
        variances = variances + (_following(law, windows, rows, moved) - centre) ** 2
    squares = (centre - windows.values[rows + 1]) ** 2 / variances
    return float(np.mean(squares)) if np.all(np.isfinite(squares)) else float("nan")


def _following(
    law: Law, windows: Windows, rows: np.ndarray, values: Float[np.ndarray, "row state"]
) -> Float[np.ndarray, "row state"]:
    """The next values of a map, shown as measurements are: as logarithms where these are compared."""
    states = windows.units * np.exp(values) if windows.logarithmic else values
    drives = windows.drives[rows] if windows.drives.shape[1] else np.empty((len(rows), 0))
    columns = np.column_stack([states, drives, windows.times[rows]])
    names = (*law.states, *law.inputs, "t")
    found = np.column_stack([evaluate(side, names, columns) for side in law.equations.values()])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log(found / windows.units) if windows.logarithmic else found
