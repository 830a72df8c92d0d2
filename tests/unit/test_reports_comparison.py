"""How rivals differ from the chosen law, and why they were not chosen."""

import math

import pytest

from discovery.reports.comparison import differences, why_not
from discovery.symbolic.parse import parse
from discovery.types import Law, RankedLaw


def law(*equations: str, constants: int = 2) -> Law:
    """A law of x and y."""
    return Law(("x", "y")[: len(equations)], tuple(parse(text) for text in equations), (1.0,) * constants)


def ranked(score: float, misfit: float, constants: int, held_out: float = math.nan, size: int = 9) -> RankedLaw:
    """A law of which only the figures matter."""
    return RankedLaw(law("c0*x", constants=constants), score, misfit, 0.9, size, held_out)


def test_terms_are_compared_without_their_factors():
    """Only the equation that differs is told, with what it has more and less; inner constants are all alike."""
    chosen = law("c0*x - c1*x*y", "c2*x/(c3 + x)", constants=4)
    rival = law("-2*x + c0*x*y**2", "c1*x/(c2 + x)", constants=3)
    (one,) = differences(rival, chosen)
    assert ("x", (parse("x*y**2"),), (parse("x*y"),)) == (one.state, one.added, one.missing)
    assert () == differences(law("c0*x*y + c1*x", "c2*x/(c3 + x)", constants=4), chosen)


@pytest.mark.parametrize(
    ("rival", "expected"),
    [
        (ranked(20.0, 2.0, 2), "It fits worse (χ²/N 2 against 1)."),
        (ranked(20.0, 2.0, 1), "It fits worse (χ²/N 2 against 1), though with 1 constant fewer."),
        (ranked(20.0, 0.9, 5), "It fits better (χ²/N 0.9 against 1), but not by enough to pay for 3 constants more."),
        (ranked(20.0, 0.9, 2), "It fits better (χ²/N 0.9 against 1), but not by enough to pay for its longer formula."),
        (ranked(20.0, 1.0, 3), "It fits no better with 1 constant more."),
        (ranked(20.0, 1.0, 2, size=12), "It fits as well, but is longer to state."),
        (ranked(12.0, 1.0, 3), "Not excluded, within 3 nats: it fits no better with 1 constant more."),
        (
            ranked(20.0, 1.0, 3, 0.9),
            "It fits no better with 1 constant more; its forecasts err more (0.9 against 0.5).",
        ),
        (
            ranked(20.0, 1.0, 3, 0.1),
            "It fits no better with 1 constant more; its forecasts err less (0.1 against 0.5).",
        ),
        (ranked(math.inf, math.inf, 3), "It cannot be followed along the measured trajectories."),
    ],
)
def test_a_reason_is_given_in_the_figures_of_the_ranking(rival, expected):
    """Fit, constants and forecasts; a tie is called one, and what speaks for the rival is said too."""
    assert expected == why_not(rival, ranked(10.0, 1.0, 2, 0.5))
