"""What kept-out steps say of a law where chance acts on the states."""

import math
from dataclasses import replace

import pytest

from discovery.selection.held_out import HeldOut
from discovery.selection.residuals import Whiteness
from discovery.selection.stepping import against, alike, cautions, gain, share, speaking_for

HELD = HeldOut(error=0.5, persistence=1.0, mean=2.0, noise=0.5, count=40, whole=True, predictions=())


def test_a_gain_is_half_the_logarithm_of_the_better_null_by_value() -> None:
    """In nats, as each explains the steps by a scatter of its own; minus infinity where the law cannot be followed."""
    assert gain(HELD) == pytest.approx(20.0 * math.log(2.0))
    assert gain(replace(HELD, mean=0.25)) == pytest.approx(-20.0 * math.log(2.0))
    assert -math.inf == gain(replace(HELD, error=math.inf)) == share(replace(HELD, error=math.inf))
    assert 0.5 == share(HELD)


def test_steps_that_are_likelier_speak_for_a_law() -> None:
    """With the null that is the harder to beat, and the share of its error."""
    (one,) = speaking_for(HELD)
    assert "good" == one.level
    assert "are 13.9 nats likelier than by no change, of whose error the law removes 50 % (40 values)" in one.text
    assert "by the mean" in next(speaking_for(replace(HELD, persistence=3.0))).text
    assert [] == [*against(HELD), *cautions(HELD)]


def test_steps_that_are_less_likely_are_against_it() -> None:
    """From three nats on; between, they tell nothing, which is said."""
    (one,) = against(replace(HELD, error=1.5))
    assert "bad" == one.level
    assert "forecast worse than by no change: by 8.11 nats" in one.text
    little = replace(HELD, error=0.95)
    assert [] == [*against(little), *speaking_for(little)]
    assert "by 1 nats only: most of a step is chance" in next(cautions(little)).text
    assert "too few steps to keep some out" in next(cautions(None)).text


@pytest.mark.parametrize(
    ("correlation", "probability", "why"),
    [
        (0.5, 1e-9, "a state is not among the columns"),
        (-0.4, 1e-9, "measurements scatter, too"),
        (0.5, 1e-3, ""),
        (0.1, 1e-9, ""),
    ],
)
def test_chance_that_is_alike_in_successive_steps_is_none(correlation: float, probability: float, why: str) -> None:
    """A rate is missing, or what was measured is not where the states were."""
    found = list(alike({"x": Whiteness(0.0, 0.5, 0.5), "y": Whiteness(correlation, probability / 2.0, 1.0)}))
    assert bool(why) == bool(found)
    for one in found:
        assert "bad" == one.level
        assert "What would be chance in y is no chance" in one.text
        assert why in one.text
