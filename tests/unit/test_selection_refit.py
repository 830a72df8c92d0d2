"""Squared errors and least squares of many sums at once."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import sparse

from discovery.selection.refit import chi_squared, refitted
from discovery.symbolic.parse import parse
from discovery.symbolic.sums import Sums

X, Y = parse("x"), parse("y")


@pytest.fixture
def sums() -> Sums:
    """Forty sums of some of eight terms."""
    rng = np.random.default_rng(0)
    return Sums(tuple(X**i for i in range(1, 9)), sparse.csr_array(sparse.random_array((40, 8), density=0.3, rng=rng)))


@pytest.fixture
def columns() -> np.ndarray:
    """Values of the eight terms at thirty rows."""
    return np.random.default_rng(1).standard_normal((30, 8))


@pytest.fixture
def targets() -> np.ndarray:
    """One for each row."""
    return np.random.default_rng(2).standard_normal(30)


@pytest.mark.parametrize(
    "change",
    [
        lambda columns: columns,
        np.asfortranarray,
        lambda columns: np.repeat(columns, 2, axis=1)[:, ::2],
        lambda columns: columns[:0],
        lambda columns: (4.0 * columns).astype(int),
    ],
    ids=["rows", "columns", "strided", "none", "whole"],
)
def test_squared_errors_are_those_of_arrays(
    sums: Sums, columns: np.ndarray, targets: np.ndarray, change: Callable[[np.ndarray], np.ndarray]
) -> None:
    """However the values lie in memory, and where nobody may write to them."""
    columns = change(columns)
    columns.flags.writeable = False
    targets = targets[: len(columns)]
    expected = np.sum((sums.coefficients @ columns.T - targets) ** 2, axis=1)
    np.testing.assert_allclose(chi_squared(sums, columns, targets), expected, rtol=1e-12)


@pytest.mark.parametrize("asked", [chi_squared, refitted])
def test_values_of_other_terms_or_rows_are_refused(
    sums: Sums, columns: np.ndarray, targets: np.ndarray, asked: Callable[..., object]
) -> None:
    """Compiled code would read what lies beside them."""
    for other in (columns[:, 1:], columns[1:], np.vstack([columns, columns])):
        with pytest.raises(ValueError, match="terms"):
            asked(sums, other, targets)


def test_what_overflows_is_infinite_and_what_is_undefined_stays_so() -> None:
    """Neither ends with an error: such a sum is out of the question, others are not."""
    sums = Sums((X,), sparse.csr_array(np.array([[1.0], [math.nan], [0.0]])))
    found = chi_squared(sums, np.array([[1e200]]), np.array([1.0]))
    assert [math.inf, 1.0] == found[[0, 2]].tolist()
    assert math.isnan(found[1])


def test_coefficients_are_those_of_least_squares(sums: Sums, columns: np.ndarray, targets: np.ndarray) -> None:
    """Of each sum on its own terms, one of which is zero at all rows."""
    columns[:, 3] = 0.0
    found = refitted(sums, columns, targets)
    for row in range(40):
        support, numbers = found.row(row)
        assert sums.row(row)[0] == support
        expected = np.linalg.lstsq(columns[:, support], targets)[0]
        np.testing.assert_allclose(numbers, expected, atol=1e-8)


def test_equal_terms_share_a_coefficient() -> None:
    """Their sum is what the data tell."""
    column = np.linspace(1.0, 2.0, 20)
    sums = Sums((X, Y), sparse.csr_array(np.ones((1, 2))))
    found = refitted(sums, np.stack([column, column], axis=1), 3.0 * column)
    np.testing.assert_allclose(found.coefficients.toarray(), [[1.5, 1.5]], rtol=1e-5)
