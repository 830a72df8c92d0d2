"""A sensor at the end of its range is known by values that stay exactly there beside noise."""

import json

import numpy as np
import pytest

from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.checks import DataCheck, check, document

TIMES = np.linspace(0.0, 20.0, 400)
NOISE = np.random.default_rng(0).normal(size=400)
WAVE = np.sin(TIMES)


def checked(column: np.ndarray) -> DataCheck:
    """The check of one column of one run."""
    return check(from_arrays(column[:, None], TIMES[: len(column)], names=["v [V]"]))


def told(column: np.ndarray) -> list[str]:
    """What is said of clipping."""
    return [alert.text for alert in checked(column).alerts if alert.subject == "clipped"]


def rounded(column: np.ndarray, step: float) -> np.ndarray:
    """The column as a converter of that step writes it."""
    return np.round(column / step) * step


def test_a_sensor_at_its_end_is_told_with_its_stretches() -> None:
    """At either end, of a converter and of a number of many digits, in a document too; nothing is said without."""
    noisy = WAVE + 0.01 * NOISE
    (low,) = told(np.clip(rounded(noisy, 0.01), -0.5, 2.0))
    assert low.startswith("v [V] stays exactly at its least value, -0.5, in 3 stretches, of ")
    assert low.endswith(" samples, beside noise: it was clipped, it seems.")
    (high,) = told(np.clip(noisy, -2.0, 0.5))
    assert high.startswith("v [V] stays exactly at its greatest value, 0.5, in 4 stretches, of ")
    (state,) = json.loads(json.dumps(document(checked(np.clip(noisy, -2.0, 0.5)))))["states"]
    assert [("greatest", 0.5)] == [(one["end"], one["value"]) for one in state["clipped"]]
    assert [] == told(rounded(noisy, 0.01))


@pytest.mark.parametrize(
    "column",
    [
        np.round(np.exp(-TIMES), 3),  # rests, with no noise
        np.round(np.exp(-TIMES) * (1.0 + 0.1 * NOISE), 3),  # rests, with noise in proportion
        np.maximum(WAVE, 0.0),  # no noise at all
        rounded(np.exp(-TIMES) + 0.006 * NOISE, 0.01),  # noise that is hardly more than rounding
        np.random.default_rng(1).poisson(100.0 * np.exp(-TIMES)).astype(float),  # nothing left to count
        np.where(WAVE > 0.0, 1.0, 0.0),  # a switch
    ],
)
def test_what_rests_is_not_clipped(column: np.ndarray) -> None:
    """States without noise where they rest, noise that rounding hides, counts and switches."""
    assert [] == told(column)


def test_a_slow_sensor_whose_values_are_repeated_is_not_clipped() -> None:
    """Its greatest value lasts no longer than all others; one at its end does."""
    slow = (np.sin(np.linspace(0.0, 20.0, 60)) + 0.1 * np.random.default_rng(0).normal(size=60)).round(2)
    assert [] == told(np.repeat(slow, 8)[:400])
    (high,) = told(np.repeat(np.minimum(slow, 0.5), 8)[:400])
    assert "greatest value, 0.5" in high


def test_a_converter_in_whole_numbers_is_clipped_at_its_greatest_value_alone() -> None:
    """Counts may be zero for long; totals, and the number of those who are left, stay at their ends, too."""
    decay = 1600.0 * np.exp(-TIMES / 5.0)
    (high,) = told(np.clip(np.round(decay + 0.8 * NOISE), 0.0, 1023.0))
    assert high.startswith("v [V] stays exactly at its greatest value, 1023, in 1 stretch, of 4")
    assert [] == told(np.clip(np.round(500.0 * WAVE + 2.0 * NOISE), 0.0, 1023.0))
    total = np.cumsum(np.random.default_rng(0).poisson(20.0 * np.exp(-((TIMES - 6.0) ** 2)))).astype(float)
    assert [] == told(total)
    assert [] == told(total[-1] - total)


def test_pulses_are_not_clipped_and_a_sensor_that_cannot_go_below_zero_is() -> None:
    """Rain is as strong beside a dry day as on any other; a wave comes and goes by small steps."""
    random = np.random.default_rng(0)
    rain = np.where(random.random(400) < 0.3, np.round(random.gamma(0.7, 8.0, 400), 1), 0.0)
    assert [] == told(rain)
    assert [True] == [state.pulsed for state in checked(rain).facts.states]
    assert 1 == len(told(np.maximum(WAVE + 0.01 * NOISE, 0.0)))


def rain_of(seed: int, wet: float = 0.3) -> np.ndarray:
    """A hundred and fifty days of rain in tenths of a millimetre."""
    random = np.random.default_rng(seed)
    return np.where(random.random(150) < wet, np.round(random.gamma(0.8, 10.0, 150), 1), 0.0)


def test_short_records_of_rain_come_in_pulses() -> None:
    """Though few days follow each other in rain, where steps may be small; no entry is astray or to be emptied."""
    for seed in (0, 10, 16, 22):
        found = checked(rain_of(seed))
        assert [True] == [state.pulsed for state in found.facts.states]
        assert {"clipped", "strays", "noise"}.isdisjoint(alert.subject for alert in found.alerts)


@pytest.mark.parametrize("header", ["Rain (mm/d)", "daily_rainfall", "PRECIP [mm]", "Irrigation"])
def test_a_name_settles_what_falls(header: str) -> None:
    """Where a column is zero for long; long showers come and go as a wave does."""
    drizzle = np.maximum(WAVE + 0.01 * NOISE, 0.0)
    for column, there in ((drizzle, True), (WAVE, False), (drizzle + 1.0, False)):
        (state,) = check(from_arrays(column[:, None], TIMES, names=[header])).facts.states
        assert there == state.pulsed
    (state,) = check(from_arrays(drizzle[:, None], TIMES, names=["strain"])).facts.states
    assert not state.pulsed


def test_who_is_told_of_entries_to_empty_is_told_of_inputs_where_they_are_zero() -> None:
    """A sensor that ends there and what is given from outside may look alike."""
    for end, input_too in ((0.0, True), (-0.5, False)):
        (found,) = [one for one in checked(np.maximum(WAVE + 0.01 * NOISE, end)).alerts if one.subject == "clipped"]
        assert input_too == ("If it is zero there" in found.advice)
        assert "name it with --inputs" in found.advice


DAYLIGHT = 1400.0 * np.maximum(np.sin(np.arange(288) * np.pi / 24.0), 0.0)  # six days, every half hour


def test_what_is_exactly_zero_each_night_is_an_input() -> None:
    """In whole numbers, with clouds, and of any name; a state at rest would stay there."""
    clouds = np.repeat([1.0, 0.6, 0.9, 0.3, 1.0, 0.8], 48)
    lake = np.sin(np.arange(288) * np.pi / 24.0) + 0.05 * NOISE[:288]
    found = check(from_arrays(np.column_stack([lake, np.round(DAYLIGHT * clouds)]), 0.5, names=["DO", "u"]))
    assert [False, True] == [state.rests for state in found.facts.states]
    assert (("u",), ()) == (found.switches, found.pulses)
    (alert,) = [one for one in found.alerts if one.subject == "input"]
    assert alert.text.startswith("u is exactly zero for long and comes back")
    assert "--inputs" in alert.advice


@pytest.mark.parametrize(
    "column",
    [
        np.where(np.arange(288) < 48, DAYLIGHT, 0.0),  # it stays at rest
        np.random.default_rng(0).poisson(DAYLIGHT / 400.0).astype(float),  # counts, which are small beside zeros
        DAYLIGHT - 700.0 * (DAYLIGHT > 0.0),  # it is less than zero, too
    ],
)
def test_what_may_be_a_state_is_none(column: np.ndarray) -> None:
    """Where zeros say nothing of what drives it."""
    (state,) = check(from_arrays(column[:, None], 0.5, names=["v"])).facts.states
    assert not state.rests


def test_light_with_noise_is_no_sensor_that_was_clipped() -> None:
    """Its name says that zero is what there was."""
    light = np.maximum(WAVE + 0.01 * NOISE, 0.0)
    for header, rests in (("PAR (umol/m2/s)", True), ("v", False)):
        (state,) = check(from_arrays(light[:, None], TIMES, names=[header])).facts.states
        assert (rests, not rests) == (state.rests, bool(state.clipped))


@pytest.mark.parametrize("days", [120, 400])
def test_rain_in_whole_millimetres_comes_in_pulses_too(days: int) -> None:
    """However few its values are; counts of what is rare are small, and those of an outbreak come and go steadily."""
    random = np.random.default_rng(0)
    rain = np.where(random.random(days) < 0.3, np.round(random.gamma(0.7, 8.0, days)), 0.0)
    rare = random.poisson(0.8, days).astype(float)
    outbreak = random.poisson(40.0 * np.maximum(np.sin(np.arange(days) / 15.0), 0.0) ** 2).astype(float)
    found = check(from_arrays(np.column_stack([rain, rare, outbreak]), 1.0)).facts.states
    assert [True, False, False] == [state.pulsed for state in found]


@pytest.mark.parametrize("most", [50, 200])
@pytest.mark.parametrize("seed", range(3))
def test_all_of_those_that_there_are_is_no_end_of_a_sensor(most: int, seed: int) -> None:
    """Counts of a fixed number stay at it, as of cells that have all divided; a converter's last number is an end."""
    share = 1.0 / (1.0 + np.exp(-(np.arange(120.0) - 40.0) / 8.0))
    counts = np.random.default_rng(seed).binomial(most, share).astype(float)
    (state,) = check(from_arrays(counts[:, None], 1.0, names=["alive"])).facts.states
    assert not state.clipped
    converted = np.minimum(np.round(1500.0 * share + 3.0 * np.random.default_rng(seed).normal(size=120)), 1023.0)
    (state,) = check(from_arrays(converted[:, None], 1.0, names=["light"])).facts.states
    assert [one.value for one in state.clipped] == [1023.0]
