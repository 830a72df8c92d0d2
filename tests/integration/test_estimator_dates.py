"""Times that are dates, given to the estimator in every form that it takes."""

import numpy as np
import pandas as pd
import pytest

from discovery import EquationDiscovery
from discovery.errors import DataError
from pipelines.config import RunConfig
from pipelines.initial import moments_of
from pipelines.named_states import measured


def test_dates_become_hours_and_one_engine_needs_no_list() -> None:
    """As in files, with the unit in the name of time; of several tables since the first of all."""
    hours = pd.date_range("2026-03-01", periods=60, freq="h")
    table = pd.DataFrame({"when": hours, "x": 3.0 * np.exp(-0.1 * np.arange(60.0))})
    later = table.assign(when=table["when"] + pd.Timedelta(2, "h"))
    model = EquationDiscovery(engines="sindy", smoother="gaussian_process").fit([table, later], "when")
    assert "when [h]" == model.result_.time_name
    np.testing.assert_allclose(model.law_.constants, (-0.1,), rtol=1e-3)
    assert [0.0, 2.0] == [float(run.times[0]) for run in model.result_.trajectories]
    assert any("since 2026-03-01" in note for note in model.result_.notes)


def test_dates_count_from_the_same_moment_wherever_they_come() -> None:
    """A law in which time stands is followed in later data, too: dates are told by column, index and array alike."""
    every = pd.date_range("2026-03-01", periods=200, freq="150s")
    t = np.arange(200.0) / 24.0
    table = pd.DataFrame({"when": every, "x": 2.0 - np.cos(2.5 * t)})  # x' = 2.5 sin(2.5 t)
    model = EquationDiscovery(engines="sindy", smoother="gaussian_process", laws=("x' = a*sin(2.5*t)",))
    model.fit(table[["x"]], table["when"])
    later = table.iloc[30:]
    assert model.score(later, "when") > 0.999
    assert model.score(later[["x"]], pd.DatetimeIndex(later["when"])) > 0.999
    simulated = model.simulate({"x": later["x"].iloc[0]}, later["when"])
    np.testing.assert_allclose(simulated["x"], later["x"], atol=0.05)
    assert list(later["when"]) == list(simulated.index)
    np.testing.assert_allclose(model.simulate({"x": 1.0}, t[:3]).index, t[:3])
    np.testing.assert_allclose(model.predict(later[["x"]], later["when"])["x"], 2.5 * np.sin(2.5 * t[30:]), atol=0.05)


def test_periods_are_the_dates_that_they_start_at() -> None:
    """Weeks and months of pandas, as a column, as an index and in a forecast, count as their first days do."""
    weeks = pd.period_range("2026-01-05", periods=60, freq="W")
    table = pd.DataFrame({"week": weeks, "x": 3.0 * np.exp(-0.1 * np.arange(60.0))})
    model = EquationDiscovery(engines="sindy", smoother="gaussian_process").fit(table, "week")
    assert "week [d]" == model.result_.time_name
    np.testing.assert_allclose(model.result_.trajectories[0].times, 7.0 * np.arange(60))
    np.testing.assert_allclose(model.law_.constants, (-0.1 / 7,), rtol=1e-3)
    assert any("since 2026-01-05" in note for note in model.result_.notes)
    assert model.score(table[["x"]], weeks) > 0.999
    np.testing.assert_allclose(model.simulate([3.0], weeks[:10])[:, 0], table["x"][:10], rtol=1e-3)


@pytest.mark.parametrize(
    ("t", "told"),
    [
        (pd.date_range("2026-03-01", periods=3, freq="h", tz="UTC"), "time zone"),
        (["noon"], "holds no times"),
    ],
)
def test_times_of_another_kind_are_refused(t: object, told: str) -> None:
    """What is no date, or a date that cannot be compared with those of the data."""
    hours = pd.date_range("2026-03-01", periods=60, freq="h")
    table = pd.DataFrame({"when": hours, "x": 3.0 * np.exp(-0.1 * np.arange(60.0))})
    model = EquationDiscovery(engines="sindy", smoother="gaussian_process").fit(table, "when")
    with pytest.raises(DataError, match=told):
        model.simulate([1.0], t)


def test_runs_with_and_without_a_time_zone_are_refused() -> None:
    """And runs of which some have dates and others numbers."""
    table = pd.DataFrame({"when": pd.date_range("2026-03-01", periods=60, freq="h"), "x": np.arange(60.0) ** 2})
    with pytest.raises(DataError, match="Dates of run 0 have no time zone"):
        EquationDiscovery(engines="sindy").fit([table, table.assign(when=table["when"].dt.tz_localize("UTC"))], "when")
    with pytest.raises(DataError, match="Times of run 1 are no dates"):
        EquationDiscovery(engines="sindy").fit([table, table.assign(when=np.arange(60.0))], "when")


def test_a_table_that_dates_index_needs_no_times() -> None:
    """Nor do those of several runs, and a forecast for dates is a table by date."""
    hours = pd.date_range("2026-03-01", periods=60, freq="h", name="when")
    table = pd.DataFrame({"x": 3.0 * np.exp(-0.1 * np.arange(60.0))}, index=hours)
    model = EquationDiscovery(engines="sindy", smoother="gaussian_process").fit(table)
    assert "when [h]" == model.result_.time_name
    np.testing.assert_allclose(model.law_.constants, (-0.1,), rtol=1e-3)
    assert model.score([table, table.iloc[5:]]) > 0.999
    forecast = model.simulate({"x": 3.0}, hours[:4])
    pd.testing.assert_frame_equal(forecast, table.iloc[:4], check_freq=False, rtol=1e-3)
    starts = model.simulate(table.iloc[:2], [*hours[:4].to_pydatetime()])
    assert (hours[0], hours[3]) == starts.index[3]
    with pytest.raises(DataError, match=r"Times are durations, but those of the data .* are dates"):
        model.simulate({"x": 3.0}, hours - hours[0])


def test_durations_are_counted_in_a_unit_that_suits_them() -> None:
    """As index, column, array, list and step; they have no date of origin, and are followed as such."""
    since = pd.to_timedelta(5.0 * np.arange(60.0), unit="min")
    table = pd.DataFrame({"x": 3.0 * np.exp(-0.1 * np.arange(60.0))})
    named = table.assign(since=since)
    model = EquationDiscovery(engines="sindy", smoother="gaussian_process").fit(named, "since")
    assert ("since [h]", "") == (model.result_.time_name, model.result_.origin)
    assert "Durations were turned into hours." in model.result_.notes
    np.testing.assert_allclose(model.law_.constants, (-1.2,), rtol=1e-3)
    expected = model.result_.trajectories[0].times
    every = since.to_numpy(), list(since), [one.to_pytimedelta() for one in since], since[1], np.timedelta64(5, "m")
    for t in every:
        np.testing.assert_allclose(measured(table, t)[0].trajectories[0].times, expected)
    assert model.score(table.set_index(since)) > 0.999
    assert list(since[:3]) == list(model.simulate({"x": 3.0}, since[:3]).index)
    with pytest.raises(DataError, match=r"Times are dates, but those of the data .* are durations"):
        model.simulate({"x": 3.0}, pd.date_range("2026-03-01", periods=3))


def test_single_dates_and_objects_are_dates_in_every_form() -> None:
    """Lists of periods or days, arrays and columns of objects, indices of days, and one date for all points."""
    days = pd.date_range("2026-03-01", periods=60, freq="D")
    table = pd.DataFrame({"x": 3.0 * np.exp(-0.1 * np.arange(60.0))})
    expected, columns = measured(table, days)
    plain = [one.date() for one in days]
    objects = np.array(list(days), dtype=object)
    for t in (objects, pd.Series(list(days), dtype=object), list(days.to_period("D")), plain, pd.Series(plain)):
        again = measured(table, t)[0]
        np.testing.assert_array_equal(expected.trajectories[0].times, again.trajectories[0].times)
    indexed = measured(table.set_index(pd.Index(plain)), None)[0]
    np.testing.assert_array_equal(expected.trajectories[0].times, indexed.trajectories[0].times)
    durations = np.array([one.to_pytimedelta() for one in days - days[0]], dtype=object)
    np.testing.assert_array_equal(expected.trajectories[0].times, measured(table, durations)[0].trajectories[0].times)
    singles = days[2], plain[2], days[2].to_pydatetime(), days.to_period("D")[2], days[2].to_datetime64()
    assert [2.0] * 5 == [float(columns.times(one)) for one in singles]
    with pytest.raises(DataError, match=r"t is one number\. Pass all times"):
        moments_of(columns, days[2])


def test_a_step_may_be_a_duration_where_the_data_had_dates() -> None:
    """Rows are that far apart, whenever they were measured."""
    table = pd.DataFrame({"x": 3.0 * np.exp(-0.1 * np.arange(60.0))})
    _, columns = measured(table, pd.date_range("2026-03-01", periods=60, freq="h"))
    for step in (pd.Timedelta(30, "min"), np.timedelta64(30, "m")):
        (run,) = columns.trajectories(table, step)
        np.testing.assert_allclose(run.times, 0.5 * np.arange(60))


def test_the_samples_of_a_map_are_counted_and_need_no_times() -> None:
    """Neither to find it nor to tell how good it is."""
    x = [0.3]
    for _ in range(59):
        x.append(0.8 * x[-1] + 1.0)
    config = RunConfig(map=True, engines=("sindy",), smoother="gaussian_process")
    model = EquationDiscovery(config=config).fit(np.array(x)[:, None])
    assert model.score([np.array(x), np.array(x[7:])]) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("every", ["YS", "MS", "7D", "2h"])
def test_dates_of_a_map_number_its_samples(every: str) -> None:
    """A step of the law is one of the data, however long: years, months, weeks or two hours; between there is none."""
    x = [0.3]
    for _ in range(59):
        x.append(0.8 * x[-1] + 1.0)
    dates = pd.date_range("1950", periods=60, freq=every)
    model = EquationDiscovery(config=RunConfig(map=True, engines=("sindy",), smoother="gaussian_process"))
    table = pd.DataFrame({"N": x}, index=dates)
    model.fit(table)
    np.testing.assert_allclose(model.simulate({"N": x[0]}, dates)["N"], x, rtol=1e-6)
    np.testing.assert_allclose(model.simulate([x[7]], dates[[7, 9, 30]])[:, 0], np.array(x)[[7, 9, 30]], rtol=1e-6)
    np.testing.assert_allclose(model.simulate([x[0]], [0, 2])[:, 0], x[:3:2], rtol=1e-6)
    assert model.score(table) > 0.999
    assert not [note for note in model.result_.notes if "Dates were turned" in note]
    with pytest.raises(DataError, match=r"The law is a map, of which each step is .* days, since 1950-01-01"):
        model.simulate({"N": 0.3}, [dates[0], dates[0] + (dates[1] - dates[0]) / 2])
