"""Whether a state goes one way in each run, as every solution of an autonomous equation of first order does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import isotonic_regression

from discovery.noise_parts import parts
from discovery.trajectories.noise import residuals
from discovery.types import Trajectory

# Deviations by which samples miss the nearest monotonic course, and the share of the samples that do, from which on no
# noise explains it: of Student's noise with three degrees of freedom one sample in fifty is five deviations off.
OFF, SHARE = 5.0, 0.05


def turns_back(trajectories: Sequence[Trajectory], state: int) -> bool:
    """Whether many samples are far off the nearest course that only rises or only falls, whatever the noise is.

    Turns alone may be chance where noise is large: at the top of a decay counts scatter by many times what they do at
    its end, and noise with tails jumps.
    """
    left = residuals(trajectories, state)
    if not len(left.errors):
        return False
    noise = parts(left.errors, left.values)
    off, count = 0, 0
    for run in trajectories:
        _, values = run.measured(state)
        if len(values) < 2:
            continue
        courses = [isotonic_regression(values, increasing=way).x for way in (True, False)]
        course = min(courses, key=lambda one: float(np.sum((values - one) ** 2)))
        deviations = np.maximum(noise.deviation(course), left.scale)
        off += int(np.count_nonzero(np.abs(values - course) > OFF * deviations))
        count += len(values)
    return off > SHARE * count
