"""Factors of a law that act on a few samples at one end of a state's range alone, as a wall does.

A fraction 1/(1 + c*exp(k*x)) may have a c of any size. With 1e-120 all its work is to end a motion where nothing else
of the law does: at a sensor's end, or before something was let go. No price keeps it out, as samples that do not belong
to the law cost more without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import sympy as sp

from discovery.symbolic.evaluate import compiled
from discovery.types import Finding, Law, Prediction, symbol

# A factor differs from 1 where the exponential is more than this share of what it is added to.
DIFFERS = 0.05
# Shares of the samples, and of the state's range, within which all that is a wall: a rest of a record that begins
# before the motion has 15 % of the samples and 4 % of the range; transitions that can be seen are wider.
SAMPLES, RANGE = 0.2, 0.1


def walls(law: Law, courses: Sequence[Prediction]) -> Iterator[Finding]:
    """A caution for each such factor of the equations, with the samples that it acts on.

    Args:
        courses: the law's own along the samples.
    """
    fits = [one.states for one in courses if one.kind == "fit"]
    if not fits or law.discrete:
        return
    names = law.states
    states = np.vstack(fits)
    found = {(place, part) for rhs in law.equations.values() for place, part in _parts(rhs, names)}
    for place, part in sorted(found, key=str):
        column = states[np.isfinite(states[:, place]), place]
        with np.errstate(all="ignore"):  # of an exponential that runs off
            acts = ~(np.abs(compiled([part], [names[place]])(column[:, None])[:, 0]) <= DIFFERS)
        count, width = int(np.count_nonzero(acts)), float(np.ptp(column)) if len(column) else 0.0
        if not 0 < count <= SAMPLES * len(column) or np.ptp(column[acts]) > RANGE * width:
            continue
        low, high = float(column[acts].min()), float(column[acts].max())
        above = high == column.max()
        if not above and low != column.min():
            continue
        side = f"above {low:.4g}" if above else f"below {high:.4g}"
        yield Finding(
            "caution",
            f"An exponential of {names[place]} in a denominator acts on {count} of {len(column)} samples alone, those "
            f"with {names[place]} {side}: a wall, which a sensor at its end or rows before the motion make, too; look "
            "at these, and find the law without them.",
        )


def _parts(rhs: sp.Expr, names: Sequence[str]) -> Iterator[tuple[int, sp.Expr]]:
    """Of sums in denominators the exponential of a state, over the number that it is added to, and that state."""
    for power in rhs.atoms(sp.Pow):
        if not (power.base.is_Add and power.exp.is_negative):
            continue
        number = power.base.as_independent(*power.base.free_symbols, as_Add=True)[0]
        rest = power.base - number
        places = [place for place, name in enumerate(names) if rest.free_symbols == {symbol(name)}]
        if places and number != 0 and (rest.is_Mul or isinstance(rest, sp.exp)) and rest.has(sp.exp):
            yield places[0], rest / number
