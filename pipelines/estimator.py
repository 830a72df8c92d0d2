"""The scikit-learn face: an estimator that is fitted to trajectories."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator

from discovery.dynamics.simulate import simulate
from discovery.dynamics.single_steps import expected
from discovery.dynamics.unmeasured import begun
from discovery.errors import SimulationError
from discovery.problems.hidden import with_columns
from discovery.protocols import Deadline
from discovery.reports import notebook
from discovery.types import DiscoveryResult, Law, Trajectory
from pipelines.config import RunConfig
from pipelines.dates import brings_times
from pipelines.fitted import FittedLaw
from pipelines.maps import counted
from pipelines.named_states import by_samples, measured
from pipelines.ode import discover_ode
from pipelines.progress import progress


class EquationDiscovery(FittedLaw, BaseEstimator):
    """Finds the differential equation behind trajectories.

    Where tables of pandas go in, tables with the same columns come out.

    Args:
        engines: search engines to use; None takes the default ones.
        noise: ``auto``, ``additive``, ``counts`` (Poisson), ``proportional``, ``combined`` (a constant part and one in
            proportion), ``lognormal`` or ``given``; ``process`` where chance acts on the states themselves.
        smoother: ``auto``, ``neural_ode``, ``gaussian_process``, ``kalman``, ``spline`` or ``local_polynomial``.
        laws: what is known of the law, one sentence each, such as ``x'' = -k*x + f(x')``; without any, a column alone
            that turns back gets a law of second order, which ``predict`` and ``simulate`` then take x' for, too.
        budget: seconds after which work is cut off; None lets it finish.
        seed: same data and seed, same law.
        config: all settings at once; the arguments above replace what it says where they are not None.
        verbose: whether ``fit`` tells how far it is: in the output of a notebook's cell, elsewhere on stderr.

    Attributes:
        result_ (DiscoveryResult): everything that is known of the law.
        equations_ (dict): right-hand sides of derivatives, as text with all digits, by the identifiers of states, as
            ``N_`` for a column ``N``; the column's own name, ``equations_["N"]``, leads there too.
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
                tables that they or numbers of times index need no t, nor does a map, whose samples are counted.
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
        measurements, columns = measured(X, t, names, inputs, held, errors)
        measurements, self._columns = by_samples(measurements, columns) if config.map else (measurements, columns)
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

    def score(self, X: Any, t: Any = None, *, inputs: Any = None) -> float:
        """R² of trajectories simulated from their first complete samples, variance-weighted over states and runs.

        A state that no column has, or that is never measured along with the others, begins in each run where the law
        then explains most of it. Where chance acts on the
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
        start = begun(law, run.part(slice(first, None)), usual)
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
    if error == 0.0:
        return 1.0  # also of what rests, as the law has it
    return 1.0 - error / total if total > 0.0 else float("-inf")
