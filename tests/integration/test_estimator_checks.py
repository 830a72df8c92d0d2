"""scikit-learn's own checks of an estimator, with those that cannot hold named and reasoned."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from discovery import EquationDiscovery

QUICK: dict[str, Any] = {"engines": ("sindy",), "smoother": "local_polynomial"}
TIMES_INCREASE = "the second argument is the times of the rows, which increase; the check passes labels or a target"
# What holds of no estimator of this kind, also where times are given.
ALWAYS = {
    "check_dtype_object": "what is no number is a DataError, which is a ValueError; the check wants a TypeError",
    "check_estimators_empty_data_messages": "data without columns are refused, in words of this package",
}
WITH_TIMES = ALWAYS | {"check_fit1d": "a single state may come as an array of one axis"}
WITH_TARGETS = ALWAYS | dict.fromkeys(
    (
        "check_fit_score_takes_y",
        "check_estimators_overwrite_params",
        "check_dont_overwrite_parameters",
        "check_estimators_fit_returns_self",
        "check_readonly_memmap_input",
        "check_n_features_in_after_fitting",
        "check_positive_only_tag_during_fit",
        "check_estimators_dtypes",
        "check_pipeline_consistency",
        "check_estimators_pickle",
        "check_f_contiguous_array_estimator",
        "check_methods_sample_order_invariance",
        "check_methods_subset_invariance",
        "check_fit2d_1feature",
        "check_dict_unchanged",
        "check_fit_idempotent",
        "check_fit_check_is_fitted",
        "check_n_features_in",
        "check_fit2d_predict1d",
    ),
    TIMES_INCREASE,
)


class Clocked(EquationDiscovery):
    """The estimator with a second argument that is ignored: rows are a unit of time apart."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """At unit steps."""
        return super().fit(X, 1.0)

    def score(self, X: Any, y: Any = None) -> float:
        """At unit steps."""
        return super().score(X, 1.0)


def expected(estimator: EquationDiscovery) -> dict[str, str]:
    """Checks that fail, with the reason; that they do is checked too."""
    return WITH_TIMES if isinstance(estimator, Clocked) else WITH_TARGETS


@parametrize_with_checks([Clocked(**QUICK), EquationDiscovery(**QUICK)], expected_failed_checks=expected)
def test_the_estimator_keeps_scikit_learns_rules(estimator: EquationDiscovery, check: Any) -> None:
    """Parameters, clones, pickles, dtypes, read-only data, names of columns, and what is refused with which error."""
    check(estimator)


@pytest.fixture(scope="module")
def runs() -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Six runs of x' = -0.8 x with noise."""
    rng = np.random.default_rng(0)
    times = [np.linspace(0.0, 4.0, 40 + 2 * i) for i in range(6)]
    return [
        (i + 1.0) * np.exp(-0.8 * t)[:, None] + 0.01 * rng.normal(size=(len(t), 1)) for i, t in enumerate(times)
    ], times


def test_runs_are_cross_validated(runs: tuple[list[np.ndarray], list[np.ndarray]]) -> None:
    """Whole runs are held out; each is forecast from its first sample."""
    scores = cross_val_score(EquationDiscovery(**QUICK), *runs, cv=KFold(3))
    assert (3,) == scores.shape
    assert scores.min() > 0.99


def test_settings_are_chosen_by_a_grid(runs: tuple[list[np.ndarray], list[np.ndarray]]) -> None:
    """The smoother by the forecasts of runs held out; the best one is fitted again to all runs."""
    smoothers = ["local_polynomial", "gaussian_process"]
    grid = GridSearchCV(EquationDiscovery(**QUICK), {"smoother": smoothers}, cv=2, error_score="raise")
    grid.fit(*runs)
    assert grid.best_params_["smoother"] in smoothers
    assert pytest.approx((-0.8,), rel=0.02) == grid.best_estimator_.law_.constants
    assert 6 == len(grid.best_estimator_.result_.trajectories)
