"""Forecasts as a table, and what is said against them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from discovery.errors import EdgeReached
from discovery.samples import Trajectory
from pipelines.forecasts import doubts, forecast_table, until_it_ends
from pipelines.store import load

START, TIMES = np.array([0.01]), np.linspace(0.0, 1.0, 3)


def test_a_state_that_never_was_negative_does_not_begin_there(run: Path) -> None:
    """However uncertain its start is; one that was goes below."""
    result = load(run)
    wide = np.array([0.5])
    assert 0.0 == forecast_table(result, START, TIMES, errors=wide, draws=40)["x_low"].min()
    signed = replace(result.trajectories[0], states=result.trajectories[0].states - 10.0)
    result = replace(result, trajectories=(signed,))
    assert forecast_table(result, START, TIMES, errors=wide, draws=40)["x_low"].min() < -0.5


def test_what_speaks_against_a_forecast_is_said(run: Path) -> None:
    """A law that was not found, a start where nothing can be, and a band without an end; of a good one nothing."""
    result = load(run)
    table = forecast_table(result, START, TIMES, draws=40)
    assert () == doubts(result, START, table)
    refuted = replace(result, verdict=replace(result.verdict, status="not_found", headline="No."))
    assert ("No.",) == doubts(refuted, START, table)
    noise = replace(result.smoothing.noise, kind="lognormal")
    positive = replace(result, smoothing=replace(result.smoothing, noise=noise))
    assert any("beyond what was measured" in said for said in doubts(result, START, table.assign(x=50.0)))
    (said,) = doubts(positive, -START, table)
    assert said.startswith("x starts at zero or below")
    table.loc[1:, "x_high"] = np.inf
    (said,) = doubts(result, START, table)
    assert said.startswith("From t = 0.5 on the band has no end")


def test_a_state_that_nothing_measured_has_the_range_of_its_course_through_the_data(run: Path) -> None:
    """A start far outside of it is as untested as one outside of measurements."""
    result = load(run)
    unseen = replace(result.trajectories[0], states=np.full_like(result.trajectories[0].states, np.nan))
    hidden = replace(result, trajectories=(unseen,))
    table = forecast_table(result, START, TIMES, draws=0)
    assert () == doubts(hidden, START, table)
    (said,) = doubts(hidden, START, table.assign(x=50.0))
    assert said.startswith("From t = 0 on x is beyond its course through the data (")


def test_names_of_columns_do_not_collide(run: Path) -> None:
    """A state that is called as time is, or as the end of another's band, keeps its column."""
    result = load(run)
    table = forecast_table(replace(result, headers={"x": "n"}, time_name="n"), START, TIMES, draws=40)
    assert ["n_", "n", "n_low", "n_high"] == list(table.columns)
    assert () == doubts(replace(result, headers={"x": "n"}, time_name="n"), START, table)


def test_a_state_that_nothing_measured_may_begin_below_zero(run: Path) -> None:
    """Nothing says that it never was there."""
    result = load(run)
    unseen = replace(result.trajectories[0], states=np.full_like(result.trajectories[0].states, np.nan))
    table = forecast_table(replace(result, trajectories=(unseen,)), START, TIMES, errors=np.array([0.5]), draws=40)
    assert table["x_low"].min() < -0.5


def test_a_band_from_the_fitted_start_is_as_wide_as_that_is_known(run: Path) -> None:
    """And not as the noise of one measurement, unless that is asked for; an older run does not know better."""
    result = load(run)
    fit = result.predictions[0]
    assert fit.beginning is not None
    noisy = replace(result.smoothing, noise=replace(result.smoothing.noise, scale=np.array([0.5])))
    result = replace(result, smoothing=noisy)
    known = forecast_table(result, fit.states[0], TIMES, beginning=fit.beginning, draws=200)
    told = np.array([0.5])
    given = forecast_table(result, fit.states[0], TIMES, errors=told, beginning=fit.beginning, draws=200)
    older = forecast_table(result, fit.states[0], TIMES, draws=200)
    widths = [(table["x_high"] - table["x_low"])[0] for table in (known, given, older)]
    deviation = np.sqrt(fit.beginning.covariance(np.array(result.advice.covariance)))[0, 0]
    np.testing.assert_allclose(widths, np.array([deviation, 0.5, 0.5]) * 2 * 1.96, rtol=0.2)


def test_a_start_far_from_all_courses_is_said_though_each_state_is_within_its_range(run: Path) -> None:
    """The middle of a circle; on it, between samples too, and outside, of which the ranges tell, nothing is said."""
    result, angles = load(run), np.linspace(0.0, 2.0 * np.pi, 9)
    circle = np.column_stack([np.cos(angles), 10.0 * np.sin(angles)])
    one = Trajectory(angles, circle, ("x", "y"))
    result = replace(result, headers={"x": "x [m]", "y": "y"}, trajectories=(one,))

    def said(*start: float) -> str:
        table = pd.DataFrame({"t": [0.0], "x [m]": [start[0]], "y": [start[1]]})
        return " ".join(doubts(result, np.array(start), table))

    assert said(0.0, 0.0) == (
        "The start is far from all that was measured, by 0.46 of the ranges of x [m], y, though it is outside of none "
        "of them: there the law was not tested."
    )
    assert said(0.9, 3.5) == ""
    assert "far from" not in said(2.0, 0.0)
    smoothing = replace(result.smoothing, trajectories=(one,))
    result = replace(result, trajectories=(replace(one, states=circle * [1.0, np.nan]),), smoothing=smoothing)
    assert said(0.0, 0.0) == ""


def test_between_the_steps_of_a_map_there_is_no_course(run: Path) -> None:
    """It jumps from one end to the other, and never was in between."""
    result, steps = load(run), np.arange(6.0)
    jumps = Trajectory(steps, np.column_stack([(-1.0) ** steps, (-1.0) ** steps]), ("x", "y"), discrete=True)
    result = replace(result, headers={"x": "x", "y": "y"}, trajectories=(jumps,))
    table = pd.DataFrame({"n": [0.0], "x": [0.0], "y": [0.0]})
    assert "by 0.71 of the ranges of x, y" in " ".join(doubts(result, np.zeros(2), table))
    straight = replace(result, trajectories=(replace(jumps, discrete=False),))
    assert () == doubts(straight, np.zeros(2), table)


def test_a_law_that_ends_sooner_when_asked_again_has_rows_all_the_same(run: Path) -> None:
    """Steps of a solver that end at other times may come less far."""
    ends = iter([0.8, 0.9, 0.4])

    def forecast_at(times: np.ndarray) -> pd.DataFrame:
        if (end := next(ends, None)) is not None:
            raise EdgeReached("x", "sqrt(x)", end, below=True)
        return pd.DataFrame({"t": times})

    table, end = until_it_ends(forecast_at, np.linspace(0.0, 1.0, 11), load(run))
    assert [0.0, 0.1, 0.2, 0.3, 0.4] == pd.Series(table["t"]).round(9).tolist()
    assert end is not None
    assert 0.8 == end.time


def test_a_band_without_an_end_is_no_fault_of_the_start_where_the_law_ends(run: Path) -> None:
    """A few of the tanks run empty before: no start that is known better gives the last rows a band."""
    table = forecast_table(load(run), START, TIMES, draws=40)
    table.loc[2:, ["x_low", "x_high"]] = [-np.inf, np.inf]
    end = EdgeReached("x", "sqrt(x)", 1.0, below=True)
    (said,) = doubts(load(run), START, table, end=end)
    assert said.startswith("From t = 1 on the band has no end: more than one solution in twenty ")
    assert said.endswith("when it ends is as uncertain as its constants and its start.")
    assert "--start-error" not in said
