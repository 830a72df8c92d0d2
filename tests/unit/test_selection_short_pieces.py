"""Laws that could be followed for short pieces only."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.windows import Windows
from discovery.selection.doubts import followed_too_briefly

TIMES = np.arange(100.0)


def pieces(length: int) -> Windows:
    """A record of 100 samples in pieces, of each of which the last sample is the first of the next."""
    edges = np.arange(0, 101, length)
    places = tuple((0, int(edge)) for edge in edges[:-1])
    nothing = np.zeros((100, 1))
    one = np.ones(1)
    return Windows(TIMES, nothing, nothing + 1.0, edges, nothing[: len(places)], one, one, False, length, places)


@pytest.mark.parametrize(
    ("misfit", "length", "horizon", "why"),
    [(5.0, 5, np.inf, "the record lasts for 99"), (5.0, 5, 50.0, "its errors stay small for 50")],
)
def test_a_law_that_should_have_been_followed_further_is_refused(
    misfit: float, length: int, horizon: float, why: str
) -> None:
    """Its errors do not grow so fast, and still it leaves more than the noise on each piece."""
    (finding,) = followed_too_briefly(misfit, pieces(length), horizon, "hours")
    assert "bad" == finding.level
    assert "(chi-squared per value 5)" in finding.text
    assert "pieces of 5 samples, 4 hours" in finding.text
    assert f"{why} hours." in finding.text


@pytest.mark.parametrize(
    ("misfit", "length", "horizon"),
    [(1.0, 5, np.inf), (5.0, 20, np.inf), (5.0, 5, 20.0)],
    ids=["at the noise", "longer pieces", "chaotic"],
)
def test_others_are_not(misfit: float, length: int, horizon: float) -> None:
    """What fits, what was followed for a fifth of the record, and what no law could follow further."""
    assert not [*followed_too_briefly(misfit, pieces(length), horizon)]


def test_steps_are_as_short_as_they_are() -> None:
    """Where chance acts on the states each step is a piece, and without pieces nothing is said."""
    windows = replace(pieces(5), steps=True)
    assert not [*followed_too_briefly(5.0, windows, np.inf)]
    empty = replace(windows, steps=False, times=TIMES[:0], offsets=np.zeros(1, dtype=np.int64), places=())
    assert not [*followed_too_briefly(5.0, empty, np.inf)]
