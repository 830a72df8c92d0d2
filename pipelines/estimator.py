"""The scikit-learn face: an estimator that is fitted to trajectories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from discovery.dynamics.evaluate import values
from discovery.dynamics.simulate import simulate_or_fail
from discovery.errors import DataError, SimulationError
from discovery.protocols import Deadline
from discovery.reports.notation import law_latex
from discovery.trajectories.arrays import from_arrays
from discovery.types import DiscoveryResult, Law
from pipelines.config import RunConfig
from pipelines.ode import discover_ode


class EquationDiscovery(BaseEstimator):
    """Finds the differential equation behind trajectories.

    Args:
        engines: search engines to use; None takes the default ones.
        noise: ``auto``, ``additive``, ``proportional`` or ``lognormal``.
        smoother: ``auto``, ``neural_ode``, ``gaussian_process``, ``kalman``, ``spline`` or ``local_polynomial``.
        budget: seconds after which work is cut off; None lets it finish.
        seed: same data and seed, same law.
        config: all settings at once; the arguments above replace what it says where they are not None.

    Attributes:
        result_ (DiscoveryResult): everything that is known of the law.
        equations_ (dict): right-hand side of each state's derivative, as text.
        law_ (Law): the law itself.

    Examples:
        >>> import numpy as np
        >>> from discovery import EquationDiscovery
        >>> t = np.linspace(0, 5, 60)
        >>> x = 3.0 * np.exp(-0.8 * t)
        >>> model = EquationDiscovery(engines=("sindy",), smoother="gaussian_process").fit(x[:, None], t)
        >>> round(float(model.predict([[2.0]])[0, 0]), 3)
        -1.6
    """

    def __init__(
        self,
        *,
        engines: Sequence[str] | None = None,
        noise: str | None = None,
        smoother: str | None = None,
        budget: float | None = None,
        seed: int | None = None,
        config: RunConfig | None = None,
    ) -> None:
        self.engines = engines
        self.noise = noise
        self.smoother = smoother
        self.budget = budget
        self.seed = seed
        self.config = config

    def fit(self, X: Any, t: Any = None, *, names: Sequence[str] | None = None) -> Self:
        """Finds the law.

        Args:
            X: states, one row for each time; a DataFrame; a list of those for several runs; or trajectories.
            t: times of the rows, or the step between rows; a list of those for several runs.
            names: a name for each state; a DataFrame brings its own.

        Raises:
            DataError: the data cannot be used.
        """
        config = (self.config or RunConfig()).changed(
            engines=None if self.engines is None else tuple(self.engines),
            noise=self.noise,
            smoother=self.smoother,
            budget=self.budget,
            seed=self.seed,
        )
        self.result_: DiscoveryResult = discover_ode(from_arrays(X, t, names=names), config, deadline=Deadline())
        self.n_features_in_ = len(self.result_.headers)
        return self

    @property
    def law_(self) -> Law:
        """The law.

        Raises:
            NotFittedError: before ``fit``.
            DataError: no law was found that can be simulated.
        """
        if not hasattr(self, "result_"):
            raise NotFittedError("This EquationDiscovery is not fitted yet. Call fit(X, t) first.")
        law = self.result_.law
        if law is None:
            raise DataError("No law was found in these data. See result_.verdict for the reasons.")
        return law

    @property
    def equations_(self) -> dict[str, str]:
        """Right-hand sides as text, by the state's name."""
        return {state: str(rhs) for state, rhs in self.law_.equations.items()}

    def predict(self, X: ArrayLike) -> Float[np.ndarray, "point state"]:
        """Derivatives of the states at ``X``."""
        law = self.law_
        states = self._states(X)
        return values(law.skeletons, law.states, states, law.constants)

    def simulate(self, x0: ArrayLike, t: ArrayLike) -> Float[np.ndarray, "time state"]:
        """States at times ``t`` from the initial state ``x0`` at ``t[0]``.

        Raises:
            SimulationError: the law cannot be followed so far.
        """
        start = self._states(np.atleast_2d(np.asarray(x0, dtype=np.float64)))[0]
        return simulate_or_fail(self.law_, start, np.asarray(t, dtype=np.float64))

    def score(self, X: Any, t: Any = None) -> float:
        """R² of trajectories simulated from their first samples, variance-weighted over states and runs.

        Minus infinity where a trajectory cannot be simulated to its end.
        """
        total = error = 0.0
        for run in from_arrays(X, t).trajectories:
            try:
                simulated = simulate_or_fail(self.law_, run.states[0], run.times)
            except SimulationError:
                return float("-inf")
            there = np.isfinite(run.states)
            error += float(((simulated - run.states)[there] ** 2).sum())
            total += float(((run.states - np.nanmean(run.states, axis=0))[there] ** 2).sum())
        return 1.0 - error / total if total > 0 else float("-inf")

    def _states(self, X: ArrayLike) -> Float[np.ndarray, "point state"]:
        states = np.asarray(X, dtype=np.float64)
        if states.ndim != 2 or states.shape[1] != len(self.law_.states):
            raise DataError(
                f"X has shape {states.shape}; the law has the states {', '.join(self.law_.states)}. Pass one row for "
                f"each point and {len(self.law_.states)} columns."
            )
        return states

    def _repr_latex_(self) -> str:
        """The law, typeset, for notebooks."""
        return f"$${law_latex(self.result_)}$$"
