"""A free smooth curve as a forecast."""

import numpy as np
import pytest

from discovery.selection.trends import Trend, Trends

TIMES = np.linspace(0.0, 10.0, 300)
KNOWN = TIMES[:200], TIMES[200:]


def test_a_line_goes_on() -> None:
    """Exactly, in any unit, with gaps, and about its noise as well as the noise lets tell."""
    line = 5e6 - 3e6 * TIMES
    gaps = np.where(np.arange(300) % 7 < 2, np.nan, line)[:200]
    found = Trend.of([(KNOWN[0], gaps)]).expected((KNOWN[0], gaps), KNOWN[1])
    np.testing.assert_allclose(found, line[200:], rtol=1e-6)
    noisy = line + 1e5 * np.random.default_rng(0).standard_normal(300)
    found = Trend.of([(KNOWN[0], noisy[:200])]).expected((KNOWN[0], noisy[:200]), KNOWN[1])
    assert np.max(np.abs(found - line[200:])) < 3e5


def test_it_knows_how_far_noise_is_to_be_believed() -> None:
    """Noise about a level has that level; a walk of the slope goes on as its last samples do."""
    noise = 7.0 + np.random.default_rng(1).standard_normal(300)
    level = Trend.of([(KNOWN[0], noise[:200])])
    assert np.max(np.abs(level.expected((KNOWN[0], noise[:200]), KNOWN[1][:20]) - 7.0)) < 0.6
    walk = np.cumsum(np.cumsum(np.random.default_rng(2).standard_normal(300)))
    found = Trend.of([(KNOWN[0], walk[:200])]).expected((KNOWN[0], walk[:200]), KNOWN[1][:3])
    np.testing.assert_allclose(found, 2.0 * walk[199] - walk[198] + np.arange(3) * (walk[199] - walk[198]), rtol=0.02)


@pytest.mark.parametrize(("values", "expected"), [([], 0.0), ([2.0], 2.0), ([1.0, 2.0, 3.0], 3.0)])
def test_too_few_samples_have_no_slope(values: list[float], expected: float) -> None:
    """The last of them is expected."""
    record = np.arange(float(len(values))), np.array(values)
    np.testing.assert_array_equal(Trend.of([record]).expected(record, np.arange(5.0, 8.0)), np.full(3, expected))


def test_a_record_without_samples_is_expected_where_others_are() -> None:
    """The mean of what was measured, however short the records are."""
    short = np.arange(3.0), np.full(3, 10.0)
    trend = Trend.of([short, short, (np.empty(0), np.empty(0))])
    np.testing.assert_array_equal(trend.expected((np.empty(0), np.empty(0)), np.arange(2.0)), np.full(2, 10.0))


def test_a_state_at_rest_stays() -> None:
    """Without any noise."""
    record = (TIMES, np.full(300, 4.0))
    np.testing.assert_allclose(Trend.of([record]).expected(record, np.array([11.0, 20.0])), 4.0)


def test_forecasts_know_what_came_before_each_of_them_alone() -> None:
    """A kink is not foreseen, and followed from the next beginning on; a state that nothing measured does no harm."""
    kinked = np.minimum(TIMES, 8.0)
    states = np.column_stack([kinked, np.full(300, np.nan)])
    trends = Trends.of([(TIMES[:200], states[:200])])
    found = trends.forecast(TIMES, states, (200, 270), 300)
    assert (100, 2) == found.shape
    np.testing.assert_allclose(found[:70, 0], TIMES[200:270], rtol=1e-4)  # straight on
    assert np.max(np.abs(found[70:, 0] - 8.0)) < 1.2
    later = states.copy()
    later[270:] += 5.0
    np.testing.assert_array_equal(found, trends.forecast(TIMES, later, (200, 270), 300))
