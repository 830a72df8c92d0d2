"""Whether the data bear out what a user says is conserved."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from discovery.errors import DataError
from discovery.knowledge.knowledge import Conservation
from discovery.symbolic.evaluate import compiled, slope
from discovery.types import Smoothing, Trajectory, symbol

# Times that a quantity may scatter more than noise makes it: noise is known to tens of per cent, and a smoother's idea
# of it is small where there is none.
BORNE_OUT = 3.0
# Share of the quantity's own size that is no change, however small the noise.
SLIGHT = 1e-3


def check_conserved(told: Sequence[Conservation], trajectories: Sequence[Trajectory], smoothing: Smoothing) -> None:
    """Looks at each quantity in the rows that have what it holds; states that nothing measured have none.

    Raises:
        DataError: a quantity changes by more than noise explains.
    """
    names = trajectories[0].names
    for one in told:
        held = np.array([symbol(name) in one.quantity.free_symbols for name in names])
        program = compiled([one.quantity], names)
        slopes = compiled([slope(one.quantity, symbol(name)) for name in names], names)
        scatter = expected = size = count = 0.0
        for run in trajectories:
            run = run.part(np.flatnonzero(np.isfinite(run.states[:, held]).all(axis=1)))
            whole = np.hstack([program(run.states), slopes(run.states)])
            run = run.part(np.flatnonzero(np.isfinite(whole).all(axis=1)))  # log of a count of zero
            states = run.states
            values = program(states)[:, 0]
            if len(values) < 2:
                continue
            noise = smoothing.noise.deviation(states, run.errors)[:, held] * slopes(states)[:, held]
            scatter += float(np.sum((values - values.mean()) ** 2))
            expected += float(np.sum(noise**2))
            size += float(np.sum(values**2))
            count += len(values)
        if not count:
            continue
        changes, makes, whole = (float(np.sqrt(total / count)) for total in (scatter, expected, size))
        if not changes <= max(BORNE_OUT * makes, SLIGHT * whole):
            raise DataError(
                f"{one.sentence!r} does not hold for these data: the quantity changes by {changes:.3g} (root mean "
                f"square), where noise makes {makes:.3g}. Leave that sentence out, or correct it."
            )
