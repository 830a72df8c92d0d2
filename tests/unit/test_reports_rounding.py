"""Decimal text of constants and measures."""

import math

import pytest

from discovery.reports.rounding import NOT_DETERMINED, percent, plain, rounded


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((0.024812, 0.0237, 0.0259), ("0.0248", "0.0237", "0.0259")),
        ((0.48173, 0.45, 0.51), ("0.482", "0.450", "0.510")),
        ((-0.91524, -0.99, -0.84), ("-0.915", "-0.990", "-0.840")),
        ((28.0001, 27.9, 28.1), ("28.00", "27.90", "28.10")),
        ((1.23456e-5, 1.1e-5, 1.4e-5), ("1.23e-5", "1.10e-5", "1.40e-5")),
        ((1e7, 0.9e7, 1.1e7), ("1.00e7", "9.0e6", "1.10e7")),
        ((-0.05, -0.1, -0.00003), ("-0.050", "-0.100", "-3e-5")),
        ((0.05, 0.0, 0.1), ("0.050", "0.000", "0.100")),
        ((0.03, -3.0, 60.0), ("0.030", "-3.000", "60.000")),
        ((8.25e-5, 0.0, 1.470884), ("8.2e-5", "0", "1.471")),
    ],
)
def test_value_and_bounds_share_the_last_place_that_the_interval_supports(bounds, expected):
    """Two digits of the half width are kept, and at least two of the value."""
    assert expected == rounded(*bounds)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((5.638e-244, 0.0, 0.1577187271928703), ("5.6e-244", "0", "0.1577")),
        ((2.563e-5, 0.0, 8.77e-5), ("2.6e-5", "0", "8.8e-5")),
        ((5.6e-9, -3.1e12, 4.2e250), ("5.6e-9", "-3.1e12", "4.2e250")),
        ((2.5, 0.0, 1e30), ("2.5", "0.0", "1e30")),
        ((3.2e250, 4.1e-12, 6.4e250), ("3.2e250", "4e-12", "6.4e250")),
        ((1.2e7, -1e-300, 1e300), ("1.2e7", "-1e-300", "1e300")),
    ],
)
def test_bounds_many_decades_off_the_value_stay_short(bounds, expected):
    """No bound has the digits of all decades between it and the value; zero is 0, without an exponent."""
    assert expected == rounded(*bounds)


def test_a_bound_of_the_next_decade_keeps_the_last_place():
    """One digit more than the value's, as where an interval of seven digits reaches over 1000000."""
    assert ("999999.0", "999998.9", "1000000.5") == rounded(999999.04, 999998.9, 1000000.5)


def test_an_unknown_interval_says_so():
    """NaN bounds become words; the value keeps four digits."""
    assert ("2.5", NOT_DETERMINED, NOT_DETERMINED) == rounded(2.50001, math.nan, math.nan)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(math.nan, "–"), (math.inf, "∞"), (1.04321, "1.04"), (1900.0, "1900"), (1.2e-7, "1.2e-7"), (3.4e9, "3.4e9")],
)
def test_measures_are_short(number, expected):
    """Three digits, whole numbers of moderate size in full."""
    assert expected == plain(number)


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.9999, "100 %"),
        (0.384, "38 %"),
        (0.0212, "2.1 %"),
        (0.0, "0 %"),
        (math.nan, "–"),
        (math.inf, "∞"),
        (1e9, "1e11 %"),
    ],
)
def test_shares_are_told_in_per_cent(share, expected):
    """Whole from ten on, and never as 1e2."""
    assert expected == percent(share)
