"""Times in two columns, whole seconds and the nanoseconds beyond them, as ROS 2 writes its stamps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from discovery.trajectories.columns import Column

_WHOLE = re.compile(r"(.*?)secs?", re.IGNORECASE)
_BEYOND = re.compile(r"(.*?)(?:nanosecs?|nsecs?)", re.IGNORECASE)
_NANOSECOND = 1e-9


@dataclass(frozen=True)
class Stamp:
    """Headers of the two columns, and what they say together, in seconds."""

    whole: str
    beyond: str
    times: Float[np.ndarray, " row"]

    @property
    def note(self) -> str:
        """What was done."""
        return f"{self.whole!r} and {self.beyond!r} were put together: seconds, and nanoseconds beyond them."


def stamp_in_parts(free: Sequence[Column], told: str | None) -> Stamp | None:
    """The first two columns of numbers that are such a stamp, ``header.stamp.sec`` and ``header.stamp.nanosec``.

    Args:
        told: header of the only column that may be one of them.
    """
    numbers = [column for column in free if column.kind == "number"]
    whole = {found[1]: one for one in numbers if (found := _WHOLE.fullmatch(one.header.strip())) and _steps(one)}
    for beyond in numbers:
        found = _BEYOND.fullmatch(beyond.header.strip())
        seconds = whole.get(found[1]) if found else None
        if seconds is None or seconds is beyond or told not in (None, seconds.header, beyond.header):
            continue
        known = beyond.values[~np.isnan(beyond.values)]
        if np.all((known >= 0.0) & (known < 1.0 / _NANOSECOND) & (known == np.round(known))):
            return Stamp(seconds.header, beyond.header, seconds.values + _NANOSECOND * beyond.values)
    return None


def _steps(column: Column) -> bool:
    """Whether a column has whole numbers."""
    known = column.values[~np.isnan(column.values)]
    return bool(np.all(known == np.round(known)))
