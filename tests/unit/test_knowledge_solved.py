"""Sentences that have several derivatives of the highest order are solved together."""

import numpy as np
import pytest
import sympy as sp

from discovery.errors import DiscoveryError
from discovery.knowledge.knowledge import Knowledge, Names
from discovery.knowledge.understand import understand

CART = (
    "(M + m)*x'' + m*l*theta''*cos(theta) - m*l*theta'^2*sin(theta) + b*x' = F",
    "l*theta'' + x''*cos(theta) + g*sin(theta) = 0",
)


def told(columns: str, *sentences: str, inputs: str = "") -> Knowledge:
    """What is understood of these columns."""
    states, drives = ({c: c for c in names.split()} for names in (columns, inputs))
    return understand(sentences, Names(states, drives))


@pytest.mark.parametrize("sentences", [CART, CART[::-1]])
def test_accelerations_of_a_pole_on_a_cart_are_those_of_its_mass_matrix(sentences: tuple[str, ...]) -> None:
    """As Lagrange gives them, in any order; constants have the names that they have there."""
    frame = told("x theta", *sentences, inputs="F").frame
    values = {"x": 0.3, "theta": 0.7, "x_dot": -0.4, "theta_dot": 1.1, "F": 2.0, "M": 1.5, "m": 0.4, "l": 0.6, "b": 0.2}
    values["g"] = 9.81
    masses = np.array([[1.9, 0.24 * np.cos(0.7)], [np.cos(0.7), 0.6]])
    forces = np.array([2.0 + 0.2 * 0.4 + 0.24 * 1.1**2 * np.sin(0.7), -9.81 * np.sin(0.7)])
    expected = dict(zip(("x_dot", "theta_dot"), np.linalg.solve(masses, forces), strict=True))
    for state, acceleration in expected.items():
        side = frame.templates[frame.states.index(state)]
        point = {name: sp.Float(values[str(name).removeprefix("$")]) for name in side.free_symbols}
        assert float(side.xreplace(point)) == pytest.approx(acceleration)


def test_a_derivative_with_a_sentence_of_its_own_counts_among_them() -> None:
    """Which may have the other derivatives, too."""
    frame = told("x y", "x' + 2*y' = -x", "y' = -y - x'").frame
    x, y = sp.symbols("x y", real=True)
    assert [0, 0] == [sp.expand(side - right) for side, right in zip(frame.templates, (x - 2 * y, y - x), strict=True)]


@pytest.mark.parametrize(
    ("sentences", "message"),
    [
        (("x' + y' = -x",), "as many sentences are needed as derivatives"),
        (("x' + y' = -x", "x' + y' = -y", "x' - y' = 0"), "as many sentences are needed as derivatives"),
        (("x' + y' = -x", "2*x' + 2*y' = -y"), "one of the sentences follows from the others"),
        (("x' + sin(y') = -x", "y' = -y"), "y' has to stand in sums"),
        (("f(x)*x' + y' = -x", "y' = -y"), "An unknown function multiplies x'"),
        (("a' + b' + c' + x' + y' = x", *(f"{one}' = -x" for one in "abcx")), "at most 4 are solved for"),
    ],
)
def test_what_cannot_be_solved_is_said(sentences: tuple[str, ...], message: str) -> None:
    """With the sentences that it is about."""
    with pytest.raises(DiscoveryError, match=message):
        told("a b c x y", *sentences)
