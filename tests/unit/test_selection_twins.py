"""Other constants with which a told law is the same."""

from typing import cast

import numpy as np
import pytest
import sympy as sp

from discovery.laws import Frame, Start, Told, told_symbol
from discovery.selection.twins import twins
from discovery.symbolic.parse import parse
from discovery.types import Law, SmoothedTrajectory, Trajectory, symbol

RNG = np.random.default_rng(0)
DECAYS = {"A": "x + y", "x": "-k1*x", "y": "-k2*y"}


def said(
    sides: dict[str, str],
    values: dict[str, float],
    hidden: str = "",
    told: tuple[Told, ...] = (),
    starts: tuple[Start, ...] = (),
) -> list[str]:
    """What is said of the twins of a law with those constants, on a record in which some states are hidden."""
    states, known = tuple(sides), {one.name: one for one in told}
    written = [parse(side) for side in sides.values()]
    plain = {symbol(name): symbol(f"c{i}") for i, name in enumerate(values)}
    marked = {symbol(name): told_symbol(name) for name in values}
    frame = Frame(
        states,
        cast("tuple[sp.Expr, ...]", tuple(side.xreplace(marked) for side in written)),
        constants=tuple(known.get(name, Told(name)) for name in values),
        starts=starts,
        algebraic=("A",) if "A" in sides else (),
    )
    skeletons = cast("tuple[sp.Expr, ...]", tuple(side.xreplace(plain) for side in written))
    law = Law(states, skeletons, tuple(values.values()), told=tuple(values), frame=frame)
    times, course = np.arange(80.0), RNG.uniform(0.1, 2.0, (80, len(states)))
    seen = np.where([name in hidden for name in states], np.nan, course)
    curve = SmoothedTrajectory(times, course, course, course, course, states)
    return [one.said_of(law) for one in twins(law, [Trajectory(times, seen, states)], [curve])]


def test_what_is_added_up_can_change_places() -> None:
    """Two decays of which only the sum is measured, with the bound that tells them apart, unless more is known."""
    values = {"k1": 0.1, "k2": 2.0}
    (found,) = said(DECAYS, values, "xy")
    assert found.startswith("With k1 = 2 and k2 = 0.1 it is the same law, where x and y change places: ")
    assert found.endswith('a bound can: --law "k1 < 0.45".')
    assert [] == said(DECAYS, values, "xy", (Told("k1", high=1.0),))
    assert [] == said(DECAYS, values, "xy", starts=(Start("x", "x", 0.0, 1.0),))
    assert [] == said(DECAYS, values), "both were measured"


@pytest.mark.parametrize(
    ("side", "values", "bound"),
    [
        ("a*x/(k + x) + b*x/(q + x)", {"a": 1.0, "k": 0.3, "b": 2.0, "q": 1.5}, "a < 1.4"),
        ("r*(x - m)*(x - n)", {"r": 1.0, "m": 0.3, "n": 2.0}, "m < 0.77"),
        ("r*(x - b)*(1 - (x - b)/K)", {"r": 0.9, "b": 0.1, "K": 0.9}, ""),
        ("a*x - b*x^2", {"a": 0.9, "b": 0.1}, ""),
        ("a*b*x", {"a": 0.9, "b": 0.1}, ""),
    ],
)
def test_roots_and_saturations_of_one_kind_can_be_exchanged(side: str, values: dict[str, float], bound: str) -> None:
    """But not for a mirror image with negative constants, nor along a line, of which another note tells."""
    found = said({"x": side}, values)
    assert [bound] * bool(bound) == [one.partition('--law "')[2].rstrip('".') for one in found]
