"""Charts of the page against time."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.reports.charts import Chart, fit_charts, rival_charts
from discovery.reports.curves import curves
from discovery.symbolic.parse import parse
from discovery.types import (
    DiscoveryResult,
    Law,
    NoiseModel,
    Prediction,
    RankedLaw,
    Ranking,
    SmoothedTrajectory,
    Smoothing,
    Trajectory,
    Verdict,
)


@pytest.fixture
def swing() -> DiscoveryResult:
    """x'' = -2500 x told by its second derivative: the velocity, up to 50 times as great as x, has no column."""
    times = np.linspace(0.0, 0.5, 101)
    states = np.stack([np.cos(50.0 * times), -50.0 * np.sin(50.0 * times)], axis=1)
    measured = np.where([True, False], states, np.nan)
    slopes = np.stack([states[:, 1], -2500.0 * states[:, 0]], axis=1)
    ones, names = np.full_like(states, 0.01), ("x", "v")
    smooth = SmoothedTrajectory(times, states, slopes, ones, ones, names, "")
    law = Law(names, (parse("v"), parse("-c0*x")), (2500.0,), ("told", "sindy"))
    noise = NoiseModel("additive", np.full(2, 0.01), np.full(2, 0.01))
    return DiscoveryResult(
        {"x": "x", "v": "x'"}, "t", (Trajectory(times, measured, names, ""),),
        Smoothing((smooth,), None, noise, 1.0, "kalman"),
        Ranking((RankedLaw(law, 10.0, 1.0, 0.99, 3, 0.1, (2400.0,), (2600.0,)),), "shortest"),
        Verdict("found", "", (), {}), (Prediction("fit", "", times, states),),
    )  # fmt: skip


def _tall(chart: Chart) -> float:
    """The greatest number at the ticks of a chart."""
    texts = [part.split("<")[0] for part in chart.drawing.split('text-anchor="end">')[1:]]
    return max(float(text.replace("−", "-")) for text in texts if text[-1].isdigit())


def test_the_chart_of_a_velocity_with_no_column_holds_its_fit(swing):
    """Also the chart beside the rivals, where the axis was -1 to 1 and the curve a row of upright bars."""
    drawn = curves(swing, [swing.law], 1)
    for charts in (fit_charts(swing), rival_charts(swing, drawn)):
        assert [1.0, 50.0] == [_tall(chart) for chart in charts]


def test_a_state_with_no_samples_has_no_empty_chart_of_residuals(swing):
    """A frame with nothing in it tells nothing."""
    drawn = curves(swing, [swing.law], 1)
    assert [True, False] == [bool(chart.residuals) for chart in rival_charts(swing, drawn)]


def test_residuals_are_drawn_in_the_runs_that_have_samples(swing):
    """A state measured in the second run alone has a chart of residuals there."""
    first = swing.trajectories[0]
    whole = replace(first, states=swing.predictions[0].states, label="b")
    smooth = swing.smoothing.trajectories[0]
    both = replace(
        swing,
        trajectories=(replace(first, label="a"), whole),
        smoothing=replace(swing.smoothing, trajectories=(smooth, replace(smooth, label="b"))),
    )
    drawn = curves(both, [swing.law], 2)
    assert [True, False, True, True] == [bool(chart.residuals) for chart in rival_charts(both, drawn)]
