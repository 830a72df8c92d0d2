"""Vectors by their lengths: which states are components, and laws of drag and gravity in the plane."""

from collections.abc import Callable

import numpy as np
import pytest

from discovery.laws import Frame, Unknown, unknown_symbol
from discovery.library.grammar import radial
from discovery.problems.vectors import among, vectors_of
from discovery.search.structured import StructuredSearch
from discovery.symbolic.complexity import description_length
from discovery.symbolic.constants import abstract
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, EquationCandidate, Law, symbol

POSITIONS, VELOCITIES = ("x", "y"), ("u", "v")
SETTLED = {"x": symbol("u"), "y": symbol("v")}
NAMES = (*POSITIONS, *VELOCITIES)


@pytest.fixture
def falling(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """Three throws with drag along the velocity, in proportion to the square of its size."""
    law = law_of({"x": "u", "y": "v", "u": "-c0*u*sqrt(u**2 + v**2)", "v": "-c1 - c0*v*sqrt(u**2 + v**2)"}, 0.03, 9.8)
    starts = [[0.0, 1.0, 10.0, 15.0], [0.0, 1.0, 18.0, 14.0], [0.0, 1.0, 5.0, 20.0]]
    return problem_of(law, starts, np.linspace(0.0, 2.0, 60)).settling(SETTLED)


def test_positions_with_their_velocities_are_two_vectors(falling: DiscoveryProblem) -> None:
    """Of one position, and of states that are no velocities, there is none."""
    assert (POSITIONS, VELOCITIES) == vectors_of(falling)
    one = DiscoveryProblem(falling.trajectories, falling.smoothing, falling.regressions)
    assert () == vectors_of(one)
    assert () == vectors_of(one.settling({"x": symbol("u")}))
    assert () == vectors_of(one.settling({"x": symbol("u"), "y": symbol("u")}))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("x y", (("a", "b"),)),
        ("v u", (("b", "a"),)),
        ("x y u v", (("a", "b"), ("c", "d"))),
        ("x u", ()),
        ("x**2 y", ()),
        ("y z", ()),
    ],
)
def test_variables_of_a_function_are_components_where_the_frame_has_velocities(
    arguments: str, expected: tuple[tuple[str, ...], ...]
) -> None:
    """In the function's own names; two states of a law of first order are no vector."""
    parsed = tuple(parse(one, (*NAMES, "z")) for one in arguments.split())
    unknown = Unknown("f", tuple("abcd"[: len(parsed)]), parsed)
    f = unknown_symbol("f")
    frame = Frame((*NAMES, "z"), (symbol("u"), symbol("v"), f, f, f), (unknown,))
    assert expected == among(frame, unknown)
    first = Frame((*NAMES, "z"), (f,) * 5, (unknown,))
    assert () == among(first, unknown)


def test_drag_along_the_velocity_is_proposed(falling: DiscoveryProblem) -> None:
    """For both components, with the constants that it has."""
    found = [one for one in StructuredSearch().search(falling, seed=0) if isinstance(one, EquationCandidate)]
    for state, rest in (("u", 0.0), ("v", -9.8)):
        speed = symbol(state) * parse("sqrt(u**2 + v**2)", NAMES)
        sides = [one.expression.as_coefficients_dict() for one in found if one.state == state]
        right = [side for side in sides if set(side) == ({speed, 1} if rest else {speed})]
        assert any(
            abs(float(side[speed]) + 0.03) < 1e-3 and abs(float(side.get(1, 0.0)) - rest) < 0.02 for side in right
        )


def test_negative_powers_are_of_lengths_that_do_not_vanish() -> None:
    """A vector that passes zero has a speed, and no direction there."""
    clear = np.array([[1.0, 0.2], [0.9, -0.4], [-1.1, 0.1]])
    terms = set(map(str, radial(POSITIONS, clear, [POSITIONS]).terms))
    assert {"x/(x**2 + y**2)**(3/2)", "y/(x**2 + y**2)", "x*sqrt(x**2 + y**2)", "x/sqrt(x**2 + y**2)"} <= terms
    through = set(map(str, radial(POSITIONS, np.vstack([clear, [[0.0, 0.0]]]), [POSITIONS]).terms))
    assert {"x*sqrt(x**2 + y**2)", "y*sqrt(x**2 + y**2)"} == {one for one in through if "(x**2 + y**2)" in one}


def test_a_length_has_no_constants_of_its_own() -> None:
    """It is a function of its components; another sum of squares is spelled out."""

    def constants(text: str) -> int:
        return len(abstract(parse(text, NAMES), implicit=True, inner=False)[1])

    assert [1, 1, 1] == [constants(f"2*x*(x**2 + y**2)**({power})") for power in ("1/2", "-1/2", "-3/2")]
    assert 2 == constants("2*x*sqrt(x**2 + 3*y**2)")
    assert 2 == constants("2*x*sqrt(x**2 + y)")
    assert 2 == constants("2*x/(x**2 + y**2)**2")  # the square of a length is a sum like others
    assert 2 == len(abstract(parse("2*x*sqrt(x**2 + y**2)", NAMES), implicit=True, inner=True)[1])


def test_a_length_is_stated_as_one_thing() -> None:
    """As the size of a single state is, and not as a root of squares."""

    def length(text: str) -> float:
        return description_length(parse(text, NAMES))

    assert length("u*sqrt(u**2 + v**2)") < length("u**2 + u*Abs(v)") < length("u*sqrt(u**2 + v)")
    assert length("x/(x**2 + y**2)**(3/2)") < length("x/(x**2 + y)**(3/2)")
    assert length("x*sqrt(x**2 + 2*y**2)") == length("x*sqrt(x**2 + 3*y**2)") > length("x*sqrt(x**2 + y**2)")
