"""What a right-hand side leaves of a derivative, and that genetic search finds the function in it."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from discovery.search.backfitting import Rest, rest_of
from discovery.search.genetic_points import weighted_points
from discovery.search.operon import Operon
from discovery.symbolic.evaluate import compiled
from discovery.symbolic.parse import parse
from discovery.types import (
    DiscoveryProblem,
    EquationCandidate,
    NoiseModel,
    Regression,
    SmoothedTrajectory,
    Smoothing,
    Trajectory,
)

NAMES = ("x", "y")
# A polynomial and a function of both states that no library has.
BACKBONE, FUNCTION = "x - 0.5*y - 0.2*x**3", "0.7*sin(x*y)"


def states_of(size: float = 1.0) -> np.ndarray:
    """Random states between 0.3 and 3."""
    return size * np.random.default_rng(1).uniform(0.3, 3.0, (400, 2))


def values(text: str, states: np.ndarray) -> np.ndarray:
    """Of an expression in x and y."""
    return compiled([parse(text)], NAMES)(states)[:, 0]


def problem(noise: float = 0.0) -> DiscoveryProblem:
    """One state with a polynomial and a function, the other settled."""
    states = states_of()
    truth = values(f"{BACKBONE} + {FUNCTION}", states)
    truth = truth + noise * truth.std() * np.random.default_rng(2).standard_normal(len(truth))
    times, slopes, ones = (
        np.linspace(0.0, 1.0, len(states)),
        np.column_stack([truth, states[:, 0]]),
        np.ones_like(states),
    )
    curve = SmoothedTrajectory(times, states, slopes, ones, ones, NAMES)
    smoothing = Smoothing((curve,), None, NoiseModel("additive", np.ones(2), np.ones(2)), 0.0, "exact")
    regression = Regression("derivative", states, slopes, ones, lambda values: values)
    whole = DiscoveryProblem((Trajectory(times, states, NAMES),), smoothing, (regression,))
    return whole.settling({"y": parse("x")})


@pytest.fixture
def rest() -> Rest:
    """What the polynomial leaves, its numbers a tenth off as they are without the function."""
    states = states_of()
    points = weighted_points(states, values(f"{BACKBONE} + {FUNCTION}", states), np.ones(len(states)), 400)
    found = rest_of(points, parse("1.1*x - 0.4*y - 0.21*x**3"), NAMES)
    assert found is not None
    return found


def test_the_rest_is_what_the_terms_cannot_say(rest: Rest) -> None:
    """Whatever their numbers were, they are fitted again: the rest has no share in any term."""
    left = rest.left()
    np.testing.assert_allclose(rest.values.T @ left.targets / len(left.targets), 0.0, atol=1e-10)


def test_beside_the_function_the_terms_leave_all_of_it(rest: Rest) -> None:
    """Fitted together, the numbers are the true ones, and what the terms leave is the function itself."""
    function = values(FUNCTION, states_of())
    left = rest.left(values("sin(x*y)", states_of()))
    np.testing.assert_allclose(left.targets * left.target_scale, function, atol=1e-10)
    assert np.std(rest.left().targets * rest.left().target_scale - function) > 0.05


def test_a_tree_is_put_beside_the_terms(rest: Rest) -> None:
    """One expression with the true numbers; no intercept, as it does not pay."""
    (whole,) = rest.whole(parse("sin(x*y)"), values("sin(x*y)", states_of()))
    difference = sp.expand(whole - parse(f"{BACKBONE} + {FUNCTION}"))
    assert max(abs(float(number)) for number in difference.atoms(sp.Float)) < 1e-9


def test_an_intercept_is_added_where_it_pays() -> None:
    """A law with a constant gets it, beside terms that have none."""
    states = states_of()
    points = weighted_points(states, values("2 + x + exp(-y)", states), np.ones(len(states)), 400)
    rest = rest_of(points, parse("1.5*x"), NAMES)
    assert rest is not None
    found = list(rest.whole(parse("exp(-y)"), values("exp(-y)", states)))
    assert [2, 3] == [len(sp.Add.make_args(one)) for one in found]


@pytest.mark.parametrize("text", ["0", "log(x - 2)", "x*t", "x - 0.5*y - 0.2*x**3 + 0.7*sin(x*y)"])
def test_some_right_hand_sides_leave_no_rest(text: str) -> None:
    """Zero, one that is undefined on the data or depends on time, and one that explains all."""
    states = states_of()
    points = weighted_points(states, values(f"{BACKBONE} + {FUNCTION}", states), np.ones(len(states)), 400)
    assert rest_of(points, parse(text), NAMES) is None


def test_units_of_the_states_do_not_matter() -> None:
    """Terms of size 1e-24 and 1e24 are fitted as well."""
    for size in (1e-8, 1e8):
        states = states_of(size)
        points = weighted_points(states, values("x**3 + sin(1)*y", states), np.ones(len(states)), 400)
        rest = rest_of(points, parse("0.9*x**3"), NAMES)
        assert rest is None or rest.error(states[:, 1]) < 1e-20


pytest.importorskip("pyoperon")
ENGINE = Operon(families=("trigonometric",), evaluations=40_000)


def errors(found: tuple[EquationCandidate, ...], clean: np.ndarray) -> dict[str, float]:
    """The least error of each source's candidates, over the size of the function."""
    least: dict[str, float] = {}
    for one in found:
        off = compiled([one.expression], NAMES)(states_of())[:, 0] - clean
        error = float(np.std(off) / np.std(values(FUNCTION, states_of())))
        least[one.source] = min(error, least.get(one.source, np.inf))
    return least


@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_the_function_beside_a_polynomial_is_found(noise: float) -> None:
    """By a short tree for the rest, where trees for the whole are not near at as many evaluations."""
    open_problem = replace(problem(noise), backbones={"x": parse("1.1*x - 0.4*y - 0.21*x**3")})
    least = errors(ENGINE.search(open_problem, seed=0), values(f"{BACKBONE} + {FUNCTION}", states_of()))
    assert {"operon:trigonometric", "operon:residual"} == set(least)
    assert least["operon:residual"] < 0.05
    alone = errors(ENGINE.search(problem(noise), seed=0), values(f"{BACKBONE} + {FUNCTION}", states_of()))
    assert {"operon:trigonometric"} == set(alone)
    assert alone["operon:trigonometric"] > 0.1


def test_the_rest_is_found_again_with_one_seed_and_any_number_of_threads() -> None:
    """Candidate by candidate, in the same order."""
    engine = replace(ENGINE, families=("polynomial", "rational", "trigonometric"), evaluations=6_000)
    open_problem = replace(problem(), backbones={"x": parse(BACKBONE)})
    first = engine.search(open_problem, seed=3)
    assert first == engine.search(open_problem, seed=3) == replace(engine, threads=3).search(open_problem, seed=3)
