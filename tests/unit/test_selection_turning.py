"""Phases within one turn: the same law with a number that can be read."""

import math

import numpy as np
import pytest

from discovery.dynamics.shooting import Fit, fit
from discovery.dynamics.windows import Windows
from discovery.laws import Frame, Law, Told, told_symbol
from discovery.selection.identifiability import Relative, loose_combinations
from discovery.selection.refined import Refined
from discovery.selection.turning import turned
from discovery.symbolic.parse import parse

TIMES = np.linspace(1950.0, 1960.0, 200)
PHASE = 0.3 - 588 * 2 * math.pi


def season(**known: float) -> tuple[Refined, Windows]:
    """x' = a cos(w t + phi) since the year 1950, fitted from a phase that is hundreds of turns away."""
    values = (np.sin(2 * math.pi * TIMES + 0.3) / (2 * math.pi) * 1.5)[:, None]
    side = told_symbol("a") * parse("cos(6.283185307179586*t + phi)").subs(parse("phi"), told_symbol("phi"))
    frame = Frame(("x",), (side,), constants=(Told("a"), Told("phi", **known)))
    windows = Windows(
        TIMES, values, np.full((200, 1), 100.0), np.array([0, 200]), values[:1], np.ones(1), np.ones(1), False, 200,
        ((0, 0),),
    )  # fmt: skip
    fitted = fit(frame.law((), (1.5, PHASE)), windows)
    assert fitted is not None
    return Refined(fitted, 10.0), windows


def test_a_phase_is_brought_within_a_turn_and_the_fit_stays() -> None:
    """Another number for the same law: told as 0.3 and not as -3694.2, with the same cost on the same starts."""
    item, windows = season()
    there = turned(item, windows)
    np.testing.assert_allclose(there.law.constants, (1.5, 0.3), rtol=1e-3)
    again = fit(there.law, windows, starts=there.fit.starts)
    assert again is not None
    np.testing.assert_allclose(again.cost, item.fit.cost, rtol=0.01, atol=1e-3)
    assert there.fit.information is item.fit.information
    assert turned(there, windows) is there


@pytest.mark.parametrize("known", [{"high": -3000.0}, {"mean": -3694.0, "deviation": 1.0}], ids=["bounds", "belief"])
def test_a_phase_stays_where_it_was_told_to_be(known: dict[str, float]) -> None:
    """Bounds and beliefs speak of the number itself."""
    item, windows = season(**known)
    assert turned(item, windows) is item


def test_a_phase_near_zero_is_as_well_known_as_any_other() -> None:
    """Its size is where one begins to count the time, which says nothing of how well it is known."""
    law = Law(("x",), (parse("c0*cos(t + c1)"),), (1.5, 1e-3))
    known = Fit(law, np.zeros((1, 1)), 100.0, np.array([100.0]), np.diag([1e4, 1e4]), 100)
    assert () == loose_combinations(known, {"c1"})
    np.testing.assert_allclose(np.diag(Relative.of(known).covariance()), 1e-4 * 100 / 97, rtol=0.01)


@pytest.mark.parametrize("held", [(True,), (False,), ()], ids=["held", "interpolated", "nothing said"])
def test_whole_turns_of_an_input_count_where_it_is_whole_all_the_time(held: tuple[bool, ...]) -> None:
    """Between samples an input that is interpolated takes all values."""
    side = told_symbol("a") * parse("sin(b*u + x)").subs(parse("b"), told_symbol("b"))
    law = Frame(("x",), (side,), constants=(Told("a"), Told("b")), inputs=("u",)).law((), (1.0, 4.0))
    times = np.arange(60.0)
    windows = Windows(
        times, np.zeros((60, 1)), np.ones((60, 1)), np.array([0, 60]), np.zeros((1, 1)), np.ones(1), np.ones(1), False,
        60, ((0, 0),), np.abs(times % 20.0 - 10.0)[:, None], held,
    )  # fmt: skip
    item = Refined(Fit(law, np.zeros((1, 1)), 1.0, np.ones(1), np.eye(2), 60), 10.0)
    assert (4.0 - 2.0 * math.pi if held == (True,) else 4.0) == pytest.approx(turned(item, windows).law.constants[1])
