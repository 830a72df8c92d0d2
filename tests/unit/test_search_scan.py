"""Which supports are looked at closer."""

import math

import numpy as np
import pytest

from discovery.search.scan import Limits, Scan, bound, doubt, doubts
from discovery.search.sweep import WORD

LIMITS = Limits(
    response=False, rows=100, credible=3.0, near=1.5, behind=100.0, weight=0.1, keep=2, many=3
)  # fmt: skip
LENGTHS = np.array([1, 5, 2, *[1] * (WORD - 3), 7])


def scanned(masks: list[tuple[int, int]], errors: list[float], limits: Limits = LIMITS) -> Scan:
    """One size, one start: what is looked at of these supports."""
    shaped = np.array(masks, dtype=np.int64)[None, None], np.array(errors)[None, None]
    return Scan.of(*shaped, LENGTHS, np.array([[0.5]]), limits, 4)


def test_the_best_and_then_the_shortest_that_are_not_ruled_out() -> None:
    """Two fit best; of the others the shorter one comes next; one whose error is too large never."""
    found = scanned([(2, 0), (1, 0), (6, 0), (4, 0), (5, 0)], [10.0, 20.0, 30.0, 31.0, 1e6])
    assert [(2, 0), (1, 0), (4, 0)] == [tuple(map(int, mask)) for mask in found.masks]
    assert [5, 1, 2] == found.lengths.tolist()
    assert [4, 4, 4] == found.tables.tolist()
    np.testing.assert_array_equal(found.inner[:, 0], 0.5)


def test_the_second_word_counts() -> None:
    """A column beyond the sixtieth has its own length."""
    assert [7] == scanned([(0, 1)], [1.0]).lengths.tolist()


def test_empty_places_and_repetitions_are_left_out() -> None:
    """A mask of nothing is none; of equal masks the better is kept."""
    found = scanned([(0, 0), (1, 0), (1, 0)], [0.0, 3.0, 2.0])
    assert ([2.0], 1) == (found.errors.tolist(), len(found))


def test_beside_another_shape_only_the_best_counts() -> None:
    """Pairs are many already."""
    assert [10.0] == scanned([(1, 0), (2, 0)], [10.0, 10.1], LIMITS._replace(many=1)).errors.tolist()


def test_errors_weigh_by_what_is_independent() -> None:
    """Rows of a response err independently; those of derivatives are alike."""
    assert 300.0 == bound(LIMITS, 50.0)
    assert 750.0 == bound(LIMITS, 500.0)
    assert math.inf == bound(LIMITS._replace(response=True), 50.0)
    assert doubt(LIMITS._replace(response=True), 50.1, 50.0) == pytest.approx(0.01, rel=1e-3)
    assert doubt(LIMITS._replace(response=True), 750.0, 50.0) == pytest.approx(10.0 * math.log(8.0))
    np.testing.assert_allclose(doubts(LIMITS, np.array([10.0, 100.0 * math.e]), 10.0), [5.0 * math.log(0.5), 5.0])


def test_of_all_scans_each_support_once() -> None:
    """The start with the least error, in the order of errors; the best of a size."""
    both = Scan.joined([scanned([(1, 0)], [3.0]), scanned([(1, 0), (2, 0)], [2.0, 5.0])])
    assert [2.0, 5.0] == both.distinct().errors.tolist()
    assert [2.0] == both.best(1, 1).errors.tolist()
    assert 0 == len(both.best(2, 1)) == len(Scan.joined([]))
