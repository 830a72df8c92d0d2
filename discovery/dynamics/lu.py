"""Products and small linear systems in compiled code, without the cost of a call to LAPACK."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True, error_model="numpy")
def factorise(matrix, pivots):
    """LU decomposition in place with partial pivoting; False where the matrix is singular or not finite."""
    size = matrix.shape[0]
    for column in range(size):
        best = column
        for row in range(column + 1, size):
            if abs(matrix[row, column]) > abs(matrix[best, column]):
                best = row
        pivots[column] = best
        if not abs(matrix[best, column]) > 0.0:
            return False
        if best != column:
            for j in range(size):
                matrix[column, j], matrix[best, j] = matrix[best, j], matrix[column, j]
        for row in range(column + 1, size):
            matrix[row, column] /= matrix[column, column]
            for j in range(column + 1, size):
                matrix[row, j] -= matrix[row, column] * matrix[column, j]
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def solve(matrix, pivots, right):
    """Solves for all columns of ``right`` in place, by the decomposition of :func:`factorise`."""
    size, columns = right.shape
    for row in range(size):  # whole rows of the decomposition were exchanged, so that all exchanges come first
        best = pivots[row]
        if best != row:
            for j in range(columns):
                right[row, j], right[best, j] = right[best, j], right[row, j]
    for row in range(size):
        for earlier in range(row):
            for j in range(columns):
                right[row, j] -= matrix[row, earlier] * right[earlier, j]
    for row in range(size - 1, -1, -1):
        for j in range(columns):
            for later in range(row + 1, size):
                right[row, j] -= matrix[row, later] * right[later, j]
            right[row, j] /= matrix[row, row]


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
def dot(one, other):
    """The sum of products, in the order in which the processor adds several at once."""
    total = 0.0
    for i in range(len(one)):
        total += one[i] * other[i]
    return total
