"""What is said of residuals that are white, nearly white, or not."""

import numpy as np
import pytest

from discovery.selection.doubts import left_over
from discovery.selection.residuals import Whiteness, whiteness


def said(residuals: np.ndarray) -> tuple[str, str]:
    """Level and text of the one finding."""
    (test,) = whiteness(residuals[:, None])
    assert test is not None
    (one,) = left_over({"x": test})
    return one.level, one.text


def test_residuals_that_are_alike_are_a_caution() -> None:
    """A slow wave is left in them, or each is the opposite of the one before."""
    wave = np.sin(np.arange(200) / 10.0)
    level, text = said(wave)
    assert "caution" == level
    assert "successive ones alike" in text
    assert "successive ones opposite" in said(wave * (-1.0) ** np.arange(200))[1]


@pytest.mark.parametrize(("size", "told"), [(0.45, "are no white noise (probability below"), (0.25, "hardly pass for")])
def test_residuals_that_are_not_white_are_a_caution_however_little_alike(size: float, told: str) -> None:
    """A slow wave of a third or a sixth of the noise in two thousand samples."""
    wave = size * np.sin(np.arange(2000) / 40.0) + np.random.default_rng(1).standard_normal(2000)
    (test,) = whiteness(wave[:, None])
    assert test is not None
    assert abs(test.correlation) < 0.2
    level, text = said(wave)
    assert "caution" == level
    assert told in text


@pytest.mark.parametrize(
    ("probability", "level"), [(0.06, "good"), (0.04, "note"), (0.0011, "note"), (0.0009, "caution")]
)
def test_residuals_that_pass_for_white_by_a_little_are_not_praised(probability: float, level: str) -> None:
    """Between the limit and a probability of 5 % they neither speak for nor against a law; the limit is told."""
    (one,) = left_over({"x": Whiteness(0.1, probability / 2.0, 1.0)})
    assert level == one.level
    assert (level == "note") == ("is doubtful: the least probability, corrected for two tests" in one.text)
    assert (level == "note") == ("and the limit is 0.001." in one.text)


def test_residuals_above_the_noise_are_not_praised_for_being_white() -> None:
    """They leave something to explain, though successive ones do not resemble each other."""
    tests = {"x": Whiteness(0.5, 0.047, 0.05)}
    for noisy, level in ((False, "good"), (True, "note")):
        (one,) = left_over(tests, noisy=noisy)
        assert (level, True) == (one.level, "two tests of each state, is 0.094 (x)" in one.text)


def test_where_nothing_was_tested_nothing_is_said() -> None:
    """Nor is the state with the best test named, where there are several."""
    assert [] == list(left_over({}))
    (one,) = left_over({"x": Whiteness(0.0, 0.5, 0.5), "y": Whiteness(0.6, 1e-9, 0.5)})
    assert "Residuals of y are structured" in one.text
