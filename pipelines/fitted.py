"""What a fitted estimator tells of its law: as values, as text, as tables, where it leads, and to a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, overload

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.exceptions import NotFittedError

from discovery.dynamics.evaluate import values
from discovery.dynamics.simulate import simulate_or_fail
from discovery.errors import DataError
from discovery.export.formats import export
from discovery.headers import bare
from discovery.reports import notebook, tables, text
from discovery.reports.owning import collapsed
from discovery.reports.rows import span
from discovery.symbolic.constants import substituted
from discovery.types import DiscoveryResult, Law, symbol
from pipelines.courses import course_of
from pipelines.dates import own_times
from pipelines.initial import like_starts, moments_of, starts_of
from pipelines.named_states import Columns


class FittedLaw:
    """The part of an estimator that reads its result."""

    result_: DiscoveryResult
    _columns: Columns

    def _fitted(self) -> DiscoveryResult:
        if not hasattr(self, "result_"):
            raise NotFittedError("This EquationDiscovery is not fitted yet. Call fit(X, t) first.")
        return self.result_

    @property
    def law_(self) -> Law:
        """The law.

        Raises:
            NotFittedError: before ``fit``.
            DataError: no law was found that can be simulated.
        """
        law = self._fitted().law
        if law is None:
            raise DataError("No law was found in these data. See result_.verdict for the reasons.")
        return law

    @property
    def _written_law(self) -> Law:
        """The law with one letter for constants that differ between groups."""
        return collapsed(self.law_, self.result_.structure.owned)

    @property
    def equations_(self) -> dict[str, str]:
        """Right-hand sides as text for code, by identifiers, ``S_`` for a column ``S``; ``["S"]`` leads there, too."""
        sides = {state: str(rhs) for state, rhs in self._written_law.equations.items()}
        return _Equations(sides, self._fitted().headers)

    @property
    def front_(self) -> pd.DataFrame:
        """The laws that were compared, the chosen one first."""
        return tables.front(self._fitted())

    @property
    def coefficients_(self) -> pd.DataFrame:
        """The constants of the law with their terms and 95 % intervals."""
        return tables.constants(self._fitted())

    def equations(self, precision: int = 4) -> list[str]:
        """Right-hand sides as text in the columns' own names, numbers rounded to that many significant digits.

        Those in waves of time get more where the record needs them.
        """
        return list(
            text.right_hand_sides(self._written_law, precision, span(self.result_), text.columns_of(self.result_))
        )

    def print(self, precision: int = 4) -> None:
        """Prints the law, one equation a line."""
        lines = text.lines(self._written_law, precision, span(self.result_), text.columns_of(self.result_))
        print("\n".join(lines))  # noqa: T201 -- what it is for

    def export(self, to: str) -> str:
        """The law in another language; see :data:`discovery.export.formats.FORMATS` for their names."""
        return export(self._fitted(), to)

    # A table can be read as an array, too, so that overloads overlap: the first that fits says what comes out.
    @overload
    def predict(  # pyright: ignore[reportOverlappingOverload]
        self, X: pd.DataFrame, t: Any = None, *, inputs: Any = None
    ) -> pd.DataFrame: ...

    @overload
    def predict(self, X: ArrayLike, t: Any = None, *, inputs: Any = None) -> np.ndarray: ...

    def predict(self, X: Any, t: Any = None, *, inputs: Any = None) -> np.ndarray | pd.DataFrame:
        """Derivatives of the states at ``X``, of a map the next states, one row for each point; a table from a table.

        Of a column that the law tells by its value at each time, that value. NaN where a state that is needed is NaN
        or masked.

        Args:
            t: time of each point, or of all, where time stands in the law.
            inputs: what drives the states there, a row for each point, or a number by name; a table ``X`` may have
                them as columns.
        """
        law, columns = self._of_all_states()
        time, column = symbol("t"), symbol("time of a point")  # to `values` t is no column
        if t is None and any(time in side.free_symbols for side in law.skeletons):
            t = own_times(X)
            if t is None:
                raise DataError("Time stands in the law. Pass t: the time of each point.")
        points = columns.read(X)
        times = _of_points(columns.times(0.0 if t is None else t), len(points))
        places = np.column_stack([points, columns.drives(inputs, len(points), X), times])
        sides = [substituted(side, {time: column}) for side in law.skeletons]
        slopes = values(sides, (*law.states, *law.inputs, column.name), places, law.constants)
        return columns.like_points(slopes, X)

    @overload
    def simulate(  # pyright: ignore[reportOverlappingOverload]
        self, x0: pd.DataFrame | pd.Series | Mapping[str, float], t: Any, *, inputs: Any = None
    ) -> pd.DataFrame: ...

    @overload
    def simulate(self, x0: ArrayLike, t: Any, *, inputs: Any = None) -> np.ndarray: ...

    def simulate(self, x0: Any, t: Any, *, inputs: Any = None) -> np.ndarray | pd.DataFrame:
        """States at times ``t`` from the initial state ``x0`` at ``t[0]``.

        Of a map, times are numbers of samples, or their dates where the data had dates.

        Args:
            x0: one state, as array or by name; or several, as an array with a row for each or a table. States that no
                column of the data has are named as in ``result_.headers``, ``x'``, and come last in arrays.
                Columns that the law tells by their values are left out.
            inputs: what drives the states from all initial states: a row for each time; or a table with the column of
                times of the data, which has rows at its own; between rows as measured. Or what stays as it is,
                ``{"u": 0.2}``; or a function that gives them at one time, as the data count it, which is taken at 4096
                even times, more often where it bends: pulses that are shorter may be missed, and need a table. Of a
                map it is taken at each step.

        Returns:
            An array (time, state), or (start, time, state) for several initial states; a table, indexed by time, or by
            start and time, where ``x0`` has names. Dates come back as dates.

        Raises:
            SimulationError: the law cannot be followed so far.
            EdgeReached: it ends soon after ``time`` of the error, as what a root is taken of reaches zero there.
        """
        law, columns = self._of_all_states()
        times = moments_of(columns, t)
        drive = course_of(columns, inputs, times, self.result_.trajectories[0].held, discrete=law.discrete)
        kept = [law.states.index(name) for name in law.moving.states]
        moving = tuple(columns.states[place] for place in kept)
        given = starts_of(replace(columns, given=moving, states=moving) if law.algebraic else columns, x0)
        starts = np.full((len(given), len(law.states)), np.nan)
        starts[:, kept] = given
        runs = [simulate_or_fail(law, start, times, drive=drive) for start in starts]
        return like_starts(columns, np.array(runs), x0, t)

    def _of_all_states(self) -> tuple[Law, Columns]:
        """The law and its states as columns, also those that no column has; dates of a map count samples."""
        law = _shared(self._fitted(), self.law_)
        states = tuple(self.result_.headers[name] for name in law.states)
        columns = self._columns
        if columns.samples is not None:
            columns = replace(columns, calendar=columns.samples, time=bare(columns.time))
        hidden = len(states) > len(columns.states)
        return law, replace(columns, given=states, states=states) if hidden else columns

    def _repr_latex_(self) -> str | None:
        """The law, typeset, for notebooks; nothing before ``fit``."""
        return notebook.latex(self.result_) if hasattr(self, "result_") else None


class _Equations(dict[str, str]):
    """Right-hand sides by identifiers, which are found by the columns' names, with or without their units, too."""

    def __init__(self, sides: Mapping[str, str], headers: Mapping[str, str]) -> None:
        super().__init__(sides)
        self.headers = dict(headers)

    def __missing__(self, name: str) -> str:
        called = [one for one in self if name in (self.headers.get(one), bare(self.headers.get(one, one)))]
        if len(called) != 1:
            raise KeyError(name)
        return self[called[0]]


def _shared(result: DiscoveryResult, law: Law) -> Law:
    """The law, which has to be the same for all runs.

    Raises:
        DataError: it has constants that differ between runs.
    """
    if result.structure.owned:
        names = ", ".join(one.name for one in result.structure.owned)
        raise DataError(
            f"Constants of the law differ between runs ({names}), and an array does not say which run it is of. Use "
            "result_.structure.owned for their values, or discover simulate RUN --group."
        )
    return law


def _of_points(times: np.ndarray, count: int) -> np.ndarray:
    """A time for each point; one is that of all."""
    if times.shape not in ((), (1,), (count,)):
        raise DataError(f"t has the shape {times.shape} for {count} points. Pass one time for each, or one.")
    return np.broadcast_to(times, count)
