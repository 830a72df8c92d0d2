"""Factors that act on a few samples at an end of a range alone."""

import numpy as np
import pytest

from discovery.selection.doubts import walls
from discovery.symbolic.parse import parse
from discovery.types import Law, Prediction

TIMES = np.linspace(0.0, 10.0, 200)
DECAY = np.where(TIMES < 0.9, 1020.0, 1020.0 * np.exp(-(TIMES - 0.9) / 2.0))


def told(equation: str, *constants: float, course: np.ndarray = DECAY) -> str:
    """What is said of a law of one state along a course."""
    law = Law(("x",), (parse(equation),), constants)
    return " ".join(one.text for one in walls(law, [Prediction("fit", "", TIMES, course[:, None])]))


def test_a_factor_at_the_end_of_a_range_alone_is_a_wall() -> None:
    """Whether it stands above or below, and however the fraction is written."""
    said = told("-c0*x/(c1*exp(c2*x) + 1)", 0.45, 7.9e-123, 0.2786)
    assert "acts on 19 of 200 samples alone, those with x above 1018" in said
    assert "acts on 19 of" in told("-x/(c0*exp(c1*x) + c2)", 7.9e-120, 0.2786, 1e3)
    assert "with x below" in told("c0/(c1*exp(-c2*x) + 1)", 0.9, 3.2e4, 0.355, course=1020.0 - DECAY)


@pytest.mark.parametrize(
    ("equation", "constants"),
    [
        ("-x/(c0*exp(c1*x) + 1)", (1e-3, 0.01)),  # it goes on through the range
        ("-x/(c0*exp(c1*x) + 1)", (1e-200, 0.01)),  # it never acts
        ("-x/(c0*x + 1)", (0.1, 0.0)),
        ("-c0*exp(c1*x)", (1e-3, 0.01)),
    ],
)
def test_what_acts_elsewhere_too_is_none(equation: str, constants: tuple[float, ...]) -> None:
    """A transition that is seen, and what is no such factor."""
    assert "" == told(equation, *constants[: 2 if "c1" in equation else 1])
