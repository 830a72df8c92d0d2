"""Figures of merit in words."""

from dataclasses import replace

import pytest

from discovery.reports.merit import merits
from discovery.types import DiscoveryResult, NoiseModel, Ranking, Smoothing, Trajectory, Verdict


@pytest.fixture
def result() -> DiscoveryResult:
    """A result with a few measures, one of which is not a number."""
    measures = {"misfit": 3.46, "r_squared": 0.99987, "held_out_skill": 0.951, "horizon": float("nan")}
    run = Trajectory([0.0, 1.0], [[1.0], [2.0]], ("x",))
    smoothing = Smoothing((), None, NoiseModel("additive", [1.0], [1.0]), 0.0, "exact")
    verdict = Verdict("found", "", (), {**measures, "lead_over_second": 1.2})
    return DiscoveryResult({"x": "x"}, "year", (run,), smoothing, Ranking((), ""), verdict, ())


def test_the_figures_that_are_known_are_shown_in_a_fixed_order(result):
    """What is not a number is left out."""
    assert ["R²", "χ² per value", "Forecast skill", "Lead"] == [merit.name for merit in merits(result)]
    assert ["0.9999", "3.46", "95.1 %", "1.2"] == [merit.value for merit in merits(result)]


def test_a_reader_is_told_what_a_figure_means(result):
    """The same thresholds as the verdict's."""
    readings = {merit.name: merit.reading for merit in merits(result)}
    assert readings["χ² per value"].endswith("something is missing")
    assert readings["Lead"].endswith("below 3 they tie")
    good = replace(result, verdict=replace(result.verdict, measures={"misfit": 1.0, "lead_over_second": 30.0}))
    assert [
        "1 is the level of the noise",
        "nats ahead of the second law; from 3 on it is preferred, from 10 on the other is ruled out",
    ] == [merit.reading for merit in merits(good)]


@pytest.mark.parametrize(("skill", "told"), [(0.9949, "99.5 %"), (1.0, "more than 99 %"), (-114.0, "-11400 %")])
def test_no_forecast_is_said_to_remove_all_error(result: DiscoveryResult, skill: float, told: str) -> None:
    """What measurement noise explains is taken off, so that a skill of 1 leaves the noise."""
    (merit,) = merits(replace(result, verdict=replace(result.verdict, measures={"held_out_skill": skill})))
    assert (told, True) == (merit.value, merit.reading.endswith("is removed, noise apart"))


@pytest.mark.parametrize(("time", "told"), [("year", "years"), ("t [s]", "s"), ("tau", "in tau")])
def test_a_horizon_is_counted_in_units_of_time(result: DiscoveryResult, time: str, told: str) -> None:
    """So that its number can be read before it; where no unit is known by the column's name."""
    verdict = replace(result.verdict, measures={"horizon": 8.85})
    (merit,) = merits(replace(result, verdict=verdict, time_name=time))
    assert ("8.85", f"{told}, until a state is off by 0.4 of its standard deviation") == (merit.value, merit.reading)
