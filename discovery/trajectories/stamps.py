"""Times in two columns, whole seconds and the nanoseconds beyond them, as ROS 2 writes its stamps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from discovery.trajectories.columns import Column
from discovery.trajectories.time_names import only_rises

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
    def headers(self) -> tuple[str, str]:
        """Both."""
        return self.whole, self.beyond


def stamp_in_parts(free: Sequence[Column], told: str | None) -> Stamp | None:
    """The first two columns of numbers that are such a stamp and rise, as ``stamp.sec`` and ``stamp.nanosec`` do.

    Args:
        told: header of the column of times, which if it is one of them makes the pair that, whether it rises or not.
    """
    numbers = [column for column in free if column.kind == "number"]
    whole = {found[1]: one for one in numbers if (found := _WHOLE.fullmatch(one.header.strip())) and _whole(one)}
    for beyond in numbers:
        found = _BEYOND.fullmatch(beyond.header.strip())
        seconds = whole.get(found[1]) if found else None
        if seconds is None or seconds is beyond:
            continue
        below = np.all((beyond.values >= 0.0) & (beyond.values < 1.0 / _NANOSECOND) | np.isnan(beyond.values))
        times = replace(seconds, values=seconds.values + _NANOSECOND * beyond.values)
        if below and _whole(beyond) and (told in (seconds.header, beyond.header) or only_rises(times)):
            return Stamp(seconds.header, beyond.header, times.values)
    return None


def _whole(column: Column) -> bool:
    """Whether a column has whole numbers."""
    known = column.values[~np.isnan(column.values)]
    return bool(np.all(known == np.round(known)))
