"""The scikit-learn face: an estimator that is fitted to trajectories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from discovery.dynamics.evaluate import values
from discovery.dynamics.simulate import simulate_or_fail
from discovery.errors import DataError, SimulationError
from discovery.export.formats import export
from discovery.protocols import Deadline
from discovery.reports import notebook, tables, text
from discovery.types import DiscoveryResult, Law, Trajectory
from pipelines.config import RunConfig
from pipelines.named_states import measured
from pipelines.ode import discover_ode
from pipelines.progress import progress

if TYPE_CHECKING:
    import pandas as pd


class EquationDiscovery(BaseEstimator):
    """Finds the differential equation behind trajectories.

    Where tables of pandas go in, tables with the same columns come out.

    Args:
        engines: search engines to use; None takes the default ones.
        noise: ``auto``, ``additive``, ``proportional`` or ``lognormal``.
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
        engines: Sequence[str] | None = None,
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

    def fit(self, X: Any, t: Any = None, *, names: Sequence[str] | None = None) -> Self:
        """Finds the law.

        Args:
            X: states, one row for each time; a DataFrame; a list of those for several runs; or trajectories.
            t: times of the rows, or the step between rows; a list of those for several runs; or, for tables, the name
                of the column that holds the times.
            names: a name for each state; a DataFrame brings its own.

        Raises:
            DataError: the data cannot be used.
        """
        config = (self.config or RunConfig()).changed(
            engines=None if self.engines is None else tuple(self.engines),
            noise=self.noise,
            smoother=self.smoother,
            laws=None if self.laws is None else tuple(self.laws),
            budget=self.budget,
            seed=self.seed,
        )
        measurements, self._columns = measured(X, t, names)
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
    def equations_(self) -> dict[str, str]:
        """Right-hand sides as text, by the state's name."""
        return {state: str(rhs) for state, rhs in self.law_.equations.items()}

    @property
    def front_(self) -> pd.DataFrame:
        """The laws that were compared, the chosen one first."""
        return tables.front(self._fitted())

    @property
    def coefficients_(self) -> pd.DataFrame:
        """The constants of the law with their terms and 95 % intervals."""
        return tables.constants(self._fitted())

    def equations(self, precision: int = 4) -> list[str]:
        """Right-hand sides as text, numbers rounded to that many significant digits."""
        return list(text.right_hand_sides(self.law_, precision))

    def print(self, precision: int = 4) -> None:
        """Prints the law, one equation a line."""
        print("\n".join(text.lines(self.law_, precision)))  # noqa: T201 -- what it is for

    def export(self, to: str) -> str:
        """The law in another language; see :data:`discovery.export.formats.FORMATS` for their names."""
        return export(self._fitted(), to)

    def predict(self, X: Any) -> Any:
        """Derivatives of the states at ``X``, one row for each point; a table from a table."""
        law = _measured(self._fitted(), self.law_)
        points = self._columns.read(X)
        return self._columns.like_points(values(law.skeletons, law.states, points, law.constants), X)

    def simulate(self, x0: Any, t: ArrayLike) -> Any:
        """States at times ``t`` from the initial state ``x0`` at ``t[0]``.

        Args:
            x0: one state, as array or by name; or several, as an array with a row for each or a table.

        Returns:
            An array (time, state), or (start, time, state) for several initial states; a table, indexed by time, or by
            start and time, where ``x0`` has names.

        Raises:
            SimulationError: the law cannot be followed so far.
        """
        law, times = _measured(self._fitted(), self.law_), np.asarray(t, dtype=np.float64)
        runs = [simulate_or_fail(law, start, times) for start in self._columns.starts(x0)]
        return self._columns.like_starts(np.array(runs), x0, times)

    def score(self, X: Any, t: Any = None) -> float:
        """R² of trajectories simulated from their first complete samples, variance-weighted over states and runs.

        Minus infinity where a trajectory cannot be simulated to its end.
        """
        law = _measured(self._fitted(), self.law_)
        return _explained(law, self._columns.trajectories(X, t))

    def _repr_latex_(self) -> str | None:
        """The law, typeset, for notebooks; nothing before ``fit``."""
        return notebook.latex(self.result_) if hasattr(self, "result_") else None

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        """The law and its verdict, for notebooks; scikit-learn's picture of the settings before ``fit``."""
        shown = notebook.html(self.result_) if hasattr(self, "result_") else None
        return super()._repr_mimebundle_(**kwargs) | ({} if shown is None else {"text/html": shown})


def _measured(result: DiscoveryResult, law: Law) -> Law:
    """The law, whose states have to be the columns.

    Raises:
        DataError: it has states that no column has.
    """
    states = result.trajectories[0].states
    hidden = [result.headers[n] for i, n in enumerate(law.states) if not np.isfinite(states[:, i]).any()]
    if hidden:
        raise DataError(
            f"The law has states that no column has ({', '.join(hidden)}), which these arrays cannot give. Use "
            "discovery.dynamics.simulate.simulate(model.law_, start, times)."
        )
    return law


def _explained(law: Law, trajectories: Sequence[Trajectory]) -> float:
    """Share of the measurements' variance that the law explains from the first complete sample of each run on."""
    total = error = 0.0
    for run in trajectories:
        complete = np.isfinite(run.states).all(axis=1)
        first = int(np.argmax(complete))
        states, times = run.states[first:], run.times[first:]
        try:
            simulated = simulate_or_fail(law, states[0], times)
        except SimulationError:
            return float("-inf")
        there = np.isfinite(states)
        error += float(((simulated - states)[there] ** 2).sum())
        total += float(((states - np.nanmean(states, axis=0))[there] ** 2).sum())
    return 1.0 - error / total if total > 0 else float("-inf")
