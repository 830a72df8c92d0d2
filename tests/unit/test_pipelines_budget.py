"""What of a budget is left for the work."""

import time
from dataclasses import replace

import numpy as np
import pytest

from discovery.types import Trajectory
from pipelines.budget import LATE, Budget
from pipelines.config import RunConfig


def test_the_work_ends_before_the_report_begins() -> None:
    """What loading and reading took is gone already, and the report has its seconds."""
    assert 100.0 + 60.0 - 3.0 == Budget(60.0, begin=100.0, report=3.0).deadline.moment


def test_a_short_budget_is_not_all_kept_for_the_report() -> None:
    """The better part is for the work."""
    assert 100.0 + 0.7 * 4.0 == pytest.approx(Budget(4.0, begin=100.0, report=3.0).deadline.moment)


def test_without_a_budget_nothing_ends() -> None:
    """Nothing is loaded before it is needed either."""
    budget = Budget(None, time.monotonic())
    assert float("inf") == budget.deadline.moment
    assert budget.loaded(1000, 2) is budget
    assert float("inf") == budget.end.moment


def test_a_report_on_more_data_is_given_more_time() -> None:
    """As benchmarks/stages.py measured; never none."""
    Budget(60.0, time.monotonic()).loaded(50, 3)  # the first loads, which takes longer
    small, large = (Budget(60.0, time.monotonic()).loaded(rows, 3).report for rows in (50, 5000))
    assert 0.0 < small < large


@pytest.mark.parametrize(("seconds", "late"), [(5.0, LATE), (40.0, LATE), (600.0, 60.0)])
def test_the_report_ends_before_the_run_is_too_late(seconds: float, late: float) -> None:
    """Five seconds after the end, or a tenth of the budget; there is time to print what was found, too."""
    end = Budget(seconds, begin=100.0, report=3.0).end.moment
    assert 100.0 + seconds + 0.5 * late < end < 100.0 + seconds + late


def test_a_field_is_not_learned_without_time() -> None:
    """Nor is torch loaded; the note says which smoother was left out."""
    from pipelines.told import smoother_for

    many = Trajectory(np.arange(700.0), np.ones((700, 1)), ("x",))
    smoother, why = smoother_for(None, RunConfig(), [many], hurried=True)
    assert "Kalman" == type(smoother).__name__
    assert "There was no time for the smoother auto; a classical one took its place." == why
    assert "" == smoother_for(None, RunConfig(smoother="kalman"), [many], hurried=True)[1]


def test_switched_inputs_have_the_smoother_with_kinks_without_time_too() -> None:
    """However many samples there are, as where the start of a neural ODE is chosen."""
    from pipelines.told import smoother_for

    times = np.arange(700.0)
    run = Trajectory(times, np.ones((700, 1)), ("x",), inputs=(times[:, None] > 300.0).astype(float), held=(True,))
    assert "GaussianProcess" == type(smoother_for(None, RunConfig(), [run], hurried=True)[0]).__name__
    smooth = replace(run, held=(False,))
    assert "Kalman" == type(smoother_for(None, RunConfig(), [smooth], hurried=True)[0]).__name__
