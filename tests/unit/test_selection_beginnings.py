"""Intervals of where hidden states began."""

from discovery.selection.beginnings import interval


def test_a_start_of_which_the_law_has_a_logarithm_has_no_interval_below_zero() -> None:
    """It is one of the logarithm; of other states it is as wide to both sides."""
    assert "0.95 (0.5057 … 1.785)" == interval(0.95, 0.599, positive=True)
    assert "0.95 (0.351 … 1.549)" == interval(0.95, 0.599, positive=False)
    assert "1 (0 … 1.404e+217)" == interval(1.0, 1e4, positive=True)
