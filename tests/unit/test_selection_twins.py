"""Other constants with which a told law is the same."""

from typing import cast

import numpy as np
import pytest
import sympy as sp

from discovery.dynamics.shooting import Shooting, fit
from discovery.dynamics.simulate import simulate
from discovery.dynamics.windows import cut
from discovery.laws import Frame, Told, told_symbol
from discovery.selection.twins import Twin, refitted, renamed
from discovery.symbolic.parse import parse
from discovery.types import Law, NoiseModel, SmoothedTrajectory, Trajectory, symbol

RNG = np.random.default_rng(0)
DECAYS = {"A": "x + y", "x": "-k1*x", "y": "-k2*y"}


def said(
    sides: dict[str, str],
    values: dict[str, float],
    hidden: str = "",
    told: tuple[Told, ...] = (),
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
        algebraic=("A",) if "A" in sides else (),
    )
    skeletons = cast("tuple[sp.Expr, ...]", tuple(side.xreplace(plain) for side in written))
    law = Law(states, skeletons, tuple(values.values()), told=tuple(values), frame=frame)
    points = np.column_stack([RNG.uniform(0.1, 2.0, (80, len(states))), np.arange(80.0)])
    return [one.said_of(law) for one in renamed(law, points, [*hidden])]


def test_what_is_added_up_can_change_places() -> None:
    """Two decays of which only the sum is measured, with the bound that tells them apart, unless more is known."""
    values = {"k1": 0.1, "k2": 2.0}
    (found,) = said(DECAYS, values, "xy")
    assert found.startswith("With k1 = 2 and k2 = 0.1 it is the same law, where x and y change places: ")
    assert found.endswith('a bound can: --law "k1 < 0.45".')
    assert [] == said(DECAYS, values, "xy", (Told("k1", high=1.0),))
    assert [] == said(DECAYS, values), "both were measured"


def test_one_bound_is_for_the_constants_of_all_groups() -> None:
    """As sentences have it; where none tells all of them apart, none is proposed."""
    law = Law(("x",), (symbol("x"),), (0.1, 0.2, 1.0), told=("k[A]", "k[B]", "q"))
    for its, end in (((0.9, 2.0), '--law "k < 0.42".'), ((0.15, 0.1), 'which is meant; a bound can: --law "q < 1.4".')):
        assert Twin((*its, 2.0)).said_of(law).endswith(end)
    assert Twin((0.15, 0.1, 1.0)).said_of(law).endswith("data cannot tell which is meant.")


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


def test_of_a_source_and_what_it_feeds_the_rates_can_be_exchanged() -> None:
    """Where the source has no samples; it begins lower then. With a rate that is known there is no other."""
    times, states = np.linspace(0.0, 10.0, 60), ("source", "fed")
    sides = tuple(map(parse, ("-c0*source", "c0*source - c1*fed")))
    for told in ((Told("k"), Told("q")), (Told("k", low=1.0), Told("q"))):
        law = Law(states, sides, (2.0, 0.5), told=("k", "q"), frame=Frame(states, sides, constants=told))
        course = simulate(law, np.array([3.0, 0.0]), times)
        seen, near = np.where([True, False], np.nan, course), 0.0 * course + 1.0
        curve = SmoothedTrajectory(times, course, near, near, near, states)
        noise = NoiseModel("additive", np.array([0.1, 0.01]), np.array([1e-3, 1e-3]))
        windows = cut([Trajectory(times, seen, states)], [curve], noise, len(times))
        fitted = fit(law, windows, settings=Shooting(iterations=60))
        assert fitted is not None
        found = refitted(fitted, windows, ["source"], Shooting(iterations=200))
        if told[0].low > 0.0:
            assert [] == found
            continue
        (twin,) = found
        np.testing.assert_allclose(twin.constants, (0.5, 2.0), rtol=0.01)
        assert "another course of source the law fits as well" in twin.said_of(law)
