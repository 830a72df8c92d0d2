"""Phases of the laws that are compared, brought within one turn: whole turns change nothing but the number."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from discovery.dynamics.windows import Windows
from discovery.selection.refined import Refined
from discovery.symbolic.phases import phases
from discovery.types import Law

TURN = 2.0 * math.pi


def turned(item: Refined, windows: Windows) -> Refined:
    """The law with constants that only add to arguments of sines and cosines above -pi, and pi at most.

    The fit stays as it is. A phase of which a value is believed stays, and so does one whose bounds leave no such turn.
    """
    law = item.law
    drives = windows.drives
    stays = [windows.discrete or held for held in windows.held or (False,) * len(law.inputs)]
    whole = frozenset(
        name for i, name in enumerate(law.inputs) if stays[i] and np.all(drives[:, i] == np.round(drives[:, i]))
    )
    constants = list(law.constants)
    for place in phases(law.skeletons, len(constants), whole):
        value = constants[place] - TURN * math.ceil(constants[place] / TURN - 0.5)
        constants[place] = value if _allowed(law, place, value) else constants[place]
    if constants == list(law.constants):
        return item
    return replace(item, fit=replace(item.fit, law=law.with_constants(tuple(constants))))


def _allowed(law: Law, place: int, value: float) -> bool:
    """Whether nothing that was told of a constant speaks against a value."""
    if law.frame is None or place >= len(law.told):
        return True
    told = {one.name: one for one in law.frame.constants}.get(law.told[place])
    return told is None or (told.low < value < told.high and not math.isfinite(told.deviation))
