"""The unit in which dates are counted: the one that suits how often was measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Count:
    """A unit of time.

    Attributes:
        unit: as in a header, ``d``.
        words: many of it, ``days``.
        seconds: its length.
    """

    unit: str
    words: str
    seconds: float


DAYS = Count("d", "days", 86_400.0)
COUNTS = (Count("s", "seconds", 1.0), Count("min", "minutes", 60.0), Count("h", "hours", 3_600.0), DAYS)


def counted_in(steps: np.ndarray) -> Count:
    """The smallest unit that the usual step is no longer than; days where there is none.

    So that a rate of change has a size that people know: measured every ten seconds it is one by the minute.

    Args:
        steps: seconds between successive times; those that go back, as from one run to the next, do not count.
    """
    forward = steps[steps > 0.0]
    usual = float(np.median(forward)) if len(forward) else DAYS.seconds
    return next((count for count in COUNTS if usual <= count.seconds), DAYS)
