"""Where what was told has no value on the data: which root or logarithm is of what is negative there."""

from __future__ import annotations

import numpy as np
import sympy as sp

from discovery.laws import Frame
from discovery.problems.points import Points
from discovery.symbolic.domain import arguments
from discovery.types import symbol


def said_of_negative(frame: Frame, points: Points) -> str:
    """Which root or logarithm is of what is negative at samples, and what to write if noise makes it so; else empty.

    A vessel that runs empty is read as less than nothing by noise, and a law stays as it is where the argument is its
    positive part: no other form of it is as near.
    """
    known: set[sp.Basic] = {symbol(name) for name in points.names}
    for one in arguments(frame.templates):
        argument, written = one.value, one.written
        if not argument.free_symbols or not argument.free_symbols <= known:
            continue
        values = points.values((argument,), (), ())[:, 0]
        negative = int(np.count_nonzero(values < 0.0))
        if negative:
            least, most = np.nanmin(values), np.nanmax(values)
            said = (
                f"In {written} {argument} is negative in {negative} of {len(values)} samples, {least:.3g} at the least"
            )
            return f"{said} and {most:.3g} at most. If that is noise about zero, {_remedy(str(argument), written)}"
    return ""


def _remedy(argument: str, written: str) -> str:
    if written.startswith("log("):
        return f"leave those samples out: the logarithm of {argument} has no value at zero either."
    return f"write ({argument} + abs({argument}))/2 for {argument} there, which is zero then."
