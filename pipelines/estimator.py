"""The scikit-learn face: an estimator that is fitted to trajectories."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self, overload

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator

from discovery.dynamics.evaluate import values
from discovery.dynamics.simulate import simulate, simulate_or_fail
from discovery.dynamics.single_steps import expected
from discovery.dynamics.unmeasured import begun
from discovery.errors import DataError, SimulationError
from discovery.problems.hidden import with_columns
from discovery.protocols import Deadline
from discovery.reports import notebook
from discovery.symbolic.constants import substituted
from discovery.types import DiscoveryResult, Law, Trajectory, symbol
from pipelines.config import RunConfig
from pipelines.courses import course_of
from pipelines.dates import brings_times, own_times
from pipelines.fitted import FittedLaw
from pipelines.maps import counted
from pipelines.named_states import Columns, measured
from pipelines.ode import discover_ode
from pipelines.progress import progress


class EquationDiscovery(FittedLaw, BaseEstimator):
    """Finds the differential equation behind trajectories.

    Where tables of pandas go in, tables with the same columns come out.

    Args:
        engines: search engines to use; None takes the default ones.
        noise: ``auto``, ``additive``, ``counts`` (Poisson), ``proportional``, ``lognormal`` or ``given``;
            ``process`` where chance acts on the states themselves.
        smoother: ``auto``, ``neural_ode``, ``gaussian_process``, ``kalman``, ``spline`` or ``local_polynomial``.
        laws: what is known of the law, one sentence each, such as ``x'' = -k*x + f(x')``.
        budget: seconds after which work is cut off; None lets it finish.
        seed: same data and seed, same law.
        config: all settings at once; the arguments above replace what it says where they are not None.
        verbose: whether ``fit`` tells how far it is: in the output of a notebook's cell, elsewhere on stderr.

    Attributes:
        result_ (DiscoveryResult): everything that is known of the law.
        equations_ (dict): right-hand side of each state's derivative, as text with all digits.
        law_ (Law): the law itself.
        front_ (DataFrame): the laws that were compared; see :func:`discovery.reports.tables.front`.
        coefficients_ (DataFrame): the constants and their intervals; see :func:`discovery.reports.tables.constants`.
        n_features_in_ (int): number of columns of the data, those that are no states among them.
        feature_names_in_ (array): names of those columns, where the data came as a table.

    Examples:
        >>> import numpy as np
        >>> from discovery import EquationDiscovery
        >>> t = np.linspace(0, 5, 60)
        >>> x = 3.0 * np.exp(-0.8 * t)
        >>> model = EquationDiscovery(engines=("sindy",), smoother="gaussian_process").fit(x[:, None], t)
        >>> model.print(precision=3)
        (x0)' = -0.8*x0
        >>> round(float(model.predict([[2.0]])[0, 0]), 3)
        -1.6
    """

    def __init__(
        self,
        *,
        engines: str | Sequence[str] | None = None,
        noise: str | None = None,
        smoother: str | None = None,
        laws: Sequence[str] | None = None,
        budget: float | None = None,
        seed: int | None = None,
        config: RunConfig | None = None,
        verbose: bool = False,
    ) -> None:
        self.engines = engines
        self.noise = noise
        self.smoother = smoother
        self.laws = laws
        self.budget = budget
        self.seed = seed
        self.config = config
        self.verbose = verbose

    def fit(
        self,
        X: Any,
        t: Any = None,
        *,
        names: Sequence[str] | None = None,
        inputs: Any = None,
        held: str | Sequence[str] = (),
        errors: Any = None,
    ) -> Self:
        """Finds the law.

        Args:
            X: states, one row for each time; a DataFrame; a list of those for several runs; or trajectories.
            t: times of the rows, or the step between rows; a list of those for several runs; or, for tables, the name
                of the column that holds the times. Dates and durations are counted in a unit that suits their steps;
                tables that they index need no t, nor does a map, whose samples are counted.
            names: a name for each state; a DataFrame brings its own.
            inputs: what drives the states, in the form of ``X``; or, for tables, names of its columns.
            held: names of the inputs that hold their value until the next row, whatever they look like; of an array
                without names they are u0, u1, ...; ``none`` among them: no other is held.
            errors: of the measurements, in the form of ``X``, in any unit; columns of tables that are called so, as
                ``mag_err`` beside ``mag``, are taken by themselves. Samples are weighed by them, where that is the
                likeliest noise.

        Raises:
            DataError: the data cannot be used.
        """
        config = (self.config or RunConfig()).changed(
            engines=self.engines if self.engines is None or isinstance(self.engines, str) else tuple(self.engines),
            noise=self.noise,
            smoother=self.smoother,
            laws=self.laws if self.laws is None or isinstance(self.laws, str) else tuple(self.laws),
            budget=self.budget,
            seed=self.seed,
        )
        t = _stepped(X, t, discrete=config.map)
        measurements, self._columns = measured(X, t, names, inputs, held, errors)
        with progress(self.verbose) as told:
            self.result_: DiscoveryResult = discover_ode(measurements, config, deadline=Deadline(), progress=told)
        self.n_features_in_ = len(self._columns.given)
        self.__dict__.pop("feature_names_in_", None)  # of an earlier fit
        if self._columns.named:
            self.feature_names_in_ = np.array(self._columns.given, dtype=object)
        return self

    def __sklearn_tags__(self) -> Any:
        """Gaps in the data are NaN."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

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
        times = np.broadcast_to(columns.times(0.0 if t is None else t), len(points))
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
        """States at times ``t`` from the initial state ``x0`` at ``t[0]``; of a map, times are numbers of samples.

        Args:
            x0: one state, as array or by name; or several, as an array with a row for each or a table. States that no
                column of the data has are named as in ``result_.headers``, ``x'``, and come last in arrays.
                Columns that the law tells by their values are left out.
            inputs: what drives the states from all initial states: a row for each time; or a table with the column of
                times of the data, which has rows at its own; between rows as measured. Or what stays as it is,
                ``{"u": 0.2}``; or a function that gives them at one time, as the data count it.

        Returns:
            An array (time, state), or (start, time, state) for several initial states; a table, indexed by time, or by
            start and time, where ``x0`` has names. Dates come back as dates.

        Raises:
            SimulationError: the law cannot be followed so far.
        """
        (law, columns), times = self._of_all_states(), self._columns.moments(t)
        drive = course_of(columns, inputs, times, self.result_.trajectories[0].held)
        kept = [law.states.index(name) for name in law.moving.states]
        moving = tuple(columns.states[place] for place in kept)
        given = replace(columns, given=moving, states=moving).starts(x0) if law.algebraic else columns.starts(x0)
        starts = np.full((len(given), len(law.states)), np.nan)
        starts[:, kept] = given
        runs = [simulate_or_fail(law, start, times, drive=drive) for start in starts]
        return columns.like_starts(np.array(runs), x0, t)

    def score(self, X: Any, t: Any = None, *, inputs: Any = None) -> float:
        """R² of trajectories simulated from their first complete samples, variance-weighted over states and runs.

        A state that no column has begins in each run where the law then explains most of it. Where chance acts on the
        states (noise ``process``), each sample is told from the one before it. Minus infinity where a trajectory cannot
        be simulated to its end. Arguments are as for ``fit``.
        """
        law, _ = self._of_all_states()
        t = _stepped(X, t, discrete=law.discrete)
        held = self.result_.trajectories[0].held
        runs = [replace(run, held=held) for run in self._columns.trajectories(X, t, inputs)]
        hidden = law.states[len(self._columns.states) :]
        runs = [with_columns(run, hidden) for run in runs] if hidden else runs
        fitted = [one.states[0] for one in self.result_.predictions if one.kind == "fit"]
        usual = np.median(fitted, axis=0) if fitted else np.zeros(len(law.states))
        runs = [counted(run) for run in runs] if law.discrete else runs
        return _explained(law, runs, usual, by_steps=self.result_.smoothing.noise.process)

    def _of_all_states(self) -> tuple[Law, Columns]:
        """The law and its states as columns, those besides that no column of the data has."""
        law = _shared(self._fitted(), self.law_)
        states = tuple(self.result_.headers[name] for name in law.states)
        hidden = len(states) > len(self._columns.states)
        return law, replace(self._columns, given=states, states=states) if hidden else self._columns

    @property
    def _repr_html_(self) -> Callable[[], str]:
        """The same for those who ask for HTML alone; scikit-learn has a property here."""
        if not hasattr(self, "result_"):
            return super()._repr_html_
        return lambda: notebook.html(self.result_)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        """The law and its verdict, for notebooks; scikit-learn's picture of the settings before ``fit``."""
        shown = notebook.html(self.result_) if hasattr(self, "result_") else None
        return super()._repr_mimebundle_(**kwargs) | ({} if shown is None else {"text/html": shown})


def _stepped(X: Any, t: Any, *, discrete: bool) -> Any:
    """The times as they came; of a map one step from row to row where there are none."""
    return 1.0 if discrete and t is None and not brings_times(X) else t


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


def _explained(law: Law, trajectories: Sequence[Trajectory], usual: np.ndarray, *, by_steps: bool = False) -> float:
    """Share of the measurements' variance that the law explains from the first complete sample of each run on.

    Args:
        usual: where runs begin in states that were not measured, as a first guess.
        by_steps: follow it from each sample to the next alone.
    """
    total = error = 0.0
    for run in trajectories:
        known = np.isfinite(run.states).any(axis=0)
        first = int(np.argmax(np.isfinite(run.states[:, known]).all(axis=1)))
        start = run.states[first] if known.all() else begun(law, run.part(slice(first, None)), usual)
        states, times = run.states[first:, known], run.times[first:]
        there = np.isfinite(states)
        try:
            if by_steps:  # nothing is expected behind a sample that is not whole
                there[1:] &= there[:-1].all(axis=1, keepdims=True)
                simulated = expected(law, run.part(slice(first, None)))
                followed = np.isfinite(simulated[there]).all()
            else:
                whole = simulate(law, start, times, drive=run.drive)
                simulated, followed = whole[:, known], np.isfinite(whole).all()
        except SimulationError:
            return float("-inf")
        if not followed:
            return float("-inf")
        error += float(((simulated - states)[there] ** 2).sum())
        total += float(((states - np.nanmean(states, axis=0))[there] ** 2).sum())
    return 1.0 - error / total if total > 0 else float("-inf")
