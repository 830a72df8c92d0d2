"""Laws that are one in two writings stand once in a ranking."""

from collections.abc import Callable

import numpy as np
import pytest

from discovery.dynamics.shooting import Fit
from discovery.selection.refined import Refined
from discovery.selection.rewritten import distinct
from discovery.types import Law, Trajectory

FIRST = ("x*c0 + c1 + c2/(x**2*c3 + 1)", (-0.35, 929.7, -909.6, 1.56e-4))
OTHER = ("x*c0 + c1 + x**2*c2/(x**2*c3 + 1)", (-0.35, 20.1, 0.14190, 1.56e-4))
RUNS = (Trajectory(np.arange(5.0), np.linspace(0.0, 1000.0, 5)[:, None], ("x",)),)


@pytest.fixture(name="item")
def _item(law_of: Callable[..., Law]) -> Callable[..., Refined]:
    def make(text: str, constants: tuple[float, ...], cost: float = 100.0) -> Refined:
        law = law_of({"x": text}, *constants)
        return Refined(Fit(law, np.zeros((1, 1)), cost, np.array([cost]), np.eye(len(constants)), 100), 0.0)

    return make


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (FIRST, OTHER),
        (OTHER, FIRST),
        (("x*c0/(x + c1)", (2.0, 50.0)), ("x*c0/(x*c1 + 1)", (0.04, 0.02))),
        (("exp(c0 - c1*x)", (1.0, 0.002)), ("c0*exp(-c1*x)", (2.718281828, 0.002))),
    ],
)
def test_a_law_in_another_writing_is_left_out(
    item: Callable[..., Refined], one: tuple[str, tuple[float, ...]], two: tuple[str, tuple[float, ...]]
) -> None:
    """Its constants are others and its fit ends a little elsewhere; the first of the two is kept."""
    first = item(*one)
    assert [first] == distinct([first, item(*two, 100.001)], RUNS)


def test_other_laws_stay(item: Callable[..., Refined]) -> None:
    """One that fits as well by chance, one that fits worse, and one with another number of constants."""
    items = [
        item(*FIRST),
        item("x*c0 + c1 + c2/(x*c3 + 1)", FIRST[1]),
        item(*OTHER, 101.0),
        item("x*c0 + c1 + c2/(x**2*c3 + c4)", (*FIRST[1], 1.0)),
    ]
    assert items == distinct(items, RUNS)
    assert [] == distinct([], RUNS)


@pytest.mark.parametrize(
    ("one", "two"),
    [("c0*sqrt(x)", "c0*x**(1/3)"), ("c0*x**2 + c1*x", "c0*x**(3/2) + c1*x"), ("c0*exp(-2*x)", "c0*exp(-3*x)")],
)
def test_numbers_that_are_no_constants_tell_laws_apart(item: Callable[..., Refined], one: str, two: str) -> None:
    """Another exponent is another law, however well both fit."""
    values = (1.2, 0.3)[: one.count("c")]
    items = [item(one, values), item(two, values)]
    assert items == distinct(items, RUNS)
