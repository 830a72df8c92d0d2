"""Settings of a method by samples left out: the error of predicting each from the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from jaxtyping import Bool, Float

Series = Float[np.ndarray, " time"]
Predict = Callable[[Series, Series, Series], Series]  # times and values that are seen, times that are not

PARTS = 5


def folds(count: int, tried: int = PARTS) -> Iterator[Bool[np.ndarray, " time"]]:
    """Marks every fifth sample, from each of the first ``tried`` offsets; never the first or last two."""
    rows = np.arange(count)
    inner = (rows >= 2) & (rows < count - 2)
    for offset in range(tried):
        yield inner & (rows % PARTS == offset)


def left_out_error(times: Series, values: Series, predict: Predict) -> float:
    """Mean squared error of samples that ``predict`` has not seen; infinite where it breaks."""
    squares: list[Series] = []
    for hidden in folds(len(times)):
        try:
            guess = predict(times[~hidden], values[~hidden], times[hidden])
        except (ArithmeticError, ValueError, IndexError, RuntimeError, np.linalg.LinAlgError):
            return np.inf
        squares.append((guess - values[hidden]) ** 2)
    error = float(np.mean(np.concatenate(squares)))
    return error if np.isfinite(error) else np.inf


def filled_error(times: Series, values: Series, smooth: Callable[[Series], Series], tried: int = PARTS) -> float:
    """The same for methods that need even samples: what is left out is filled in by a line between its neighbours."""
    squares: list[Series] = []
    for hidden in folds(len(times), tried):
        filled = values.copy()
        filled[hidden] = np.interp(times[hidden], times[~hidden], values[~hidden])
        squares.append((smooth(filled)[hidden] - values[hidden]) ** 2)
    error = float(np.mean(np.concatenate(squares)))
    return error if np.isfinite(error) else np.inf
