"""Genetic search by PyOperon: what it finds, what it returns, and that one seed gives one answer."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from discovery.errors import UsageError
from discovery.protocols import Deadline
from discovery.search.operon import Operon
from discovery.types import (
    DiscoveryProblem,
    EquationCandidate,
    NoiseModel,
    Regression,
    SmoothedTrajectory,
    Smoothing,
    Trajectory,
    symbol,
)

pytest.importorskip("pyoperon")

QUICK = Operon(families=("polynomial",), evaluations=8_000, max_points=200, population=200, max_length=15)


def problem_of(
    states: np.ndarray, derivatives: np.ndarray, names: tuple[str, ...], deviations: np.ndarray | None = None
) -> DiscoveryProblem:
    """A problem whose derivatives are known."""
    times = np.linspace(0.0, 1.0, len(states))
    deviations = np.ones_like(derivatives) if deviations is None else deviations
    curve = SmoothedTrajectory(times, states, derivatives, np.ones_like(states), deviations, names)
    noise = NoiseModel("additive", np.ones(len(names)), np.ones(len(names)))
    regression = Regression("derivative", states, derivatives, deviations, lambda values: values)
    smoothing = Smoothing((curve,), None, noise, 0.0, "exact")
    return DiscoveryProblem((Trajectory(times, states, names),), smoothing, (regression,))


def states_and_products(scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Random states in [0.5, 3] times ``scale``, with x·y as the first derivative and a sum as the second."""
    states = scale * np.random.default_rng(3).uniform(0.5, 3.0, size=(150, 2))
    x, y = states.T
    return states, np.column_stack((x * y, 2.0 * x - 3.0 * y))


def errors(found: tuple[EquationCandidate, ...], state: str, states: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Mean squared error of each candidate of one state, relative to the variance of the truth."""
    names = [symbol("x"), symbol("y")]
    residuals = [
        sp.lambdify(names, candidate.expression)(*states.T) - truth for candidate in found if candidate.state == state
    ]
    return np.array([np.mean(residual**2) for residual in residuals]) / truth.var()


def test_finds_a_product_of_two_states() -> None:
    """x·y is among the candidates of x, with a coefficient of one to single precision."""
    states, derivatives = states_and_products()
    found = QUICK.search(problem_of(states, derivatives, ("x", "y")), seed=0)
    x, y = symbol("x"), symbol("y")
    coefficients = [
        float(c.expression / (x * y)) for c in found if c.state == "x" and (c.expression / (x * y)).is_number
    ]
    assert coefficients
    np.testing.assert_allclose(coefficients, 1.0, rtol=1e-5)


def test_finds_a_rational_law_where_division_is_allowed() -> None:
    """x/(1 + y) is found to single precision by the rational family."""
    states, _ = states_and_products()
    truth = states[:, 0] / (1 + states[:, 1])
    engine = Operon(families=("rational",), evaluations=20_000, population=300, max_length=15)
    found = engine.search(problem_of(states, np.column_stack((truth, truth)), ("x", "y")), seed=0)
    assert errors(found, "x", states, truth).min() < 1e-9


def test_returns_a_front_of_several_sizes() -> None:
    """Short and inexact candidates are returned beside long and exact ones, for every state."""
    states, derivatives = states_and_products()
    found = QUICK.search(problem_of(states, derivatives, ("x", "y")), seed=0)
    for state in ("x", "y"):
        sizes = {sp.count_ops(c.expression) for c in found if c.state == state}
        assert len(sizes) >= 3
    assert errors(found, "x", states, derivatives[:, 0]).max() > 1e-3


def test_one_seed_gives_one_answer() -> None:
    """Two searches of one seed agree candidate by candidate, and another seed's do not."""
    states, derivatives = states_and_products()
    problem = problem_of(states, derivatives, ("x", "y"))
    first, second, other = (QUICK.search(problem, seed=seed) for seed in (5, 5, 6))
    assert first == second
    assert first != other


def test_the_unit_of_the_states_does_not_matter() -> None:
    """States of size 1e-12 and 1e12, out of reach of products in single precision, give x·y as well."""
    for scale in (1e-12, 1e12):
        states, derivatives = states_and_products(scale)
        found = QUICK.search(problem_of(states, derivatives, ("x", "y")), seed=0)
        assert errors(found, "x", states, derivatives[:, 0]).min() < 1e-9


def test_names_with_underscores_and_digits_are_kept() -> None:
    """Candidates are written in the problem's names, also where those are PyOperon's own."""
    states, derivatives = states_and_products()
    for names in (("prey_1", "X1"), ("X2", "X1")):
        found = QUICK.search(problem_of(states, derivatives, names), seed=0)
        used = set[sp.Basic]().union(*(c.expression.free_symbols for c in found))
        assert {symbol(name) for name in names} == used
        product = symbol(names[0]) * symbol(names[1])
        assert any((c.expression / product).is_number for c in found if c.state == names[0])


def test_the_intercept_is_left_out_unless_it_pays() -> None:
    """A law without an intercept gets none; a law with one gets it."""
    states, _ = states_and_products()
    x = symbol("x")
    shifted = np.column_stack((3.0 * states[:, 0], 3.0 * states[:, 0] + 7.0))
    found = QUICK.search(problem_of(states, shifted, ("x", "y")), seed=0)
    assert any((c.expression / x).is_number for c in found if c.state == "x")
    assert errors(found, "y", states, shifted[:, 1]).min() < 1e-9


def test_precise_points_outweigh_imprecise_ones() -> None:
    """Where a fifth of the points is exact and the rest is wrong and said to be so, the exact ones decide."""
    states, derivatives = states_and_products()
    exact = np.arange(len(states)) % 5 == 0
    targets = np.where(exact[:, None], derivatives, derivatives + 4.0)
    deviations = np.where(exact[:, None], 0.01, 4.0) * np.ones_like(targets)
    x, y = symbol("x"), symbol("y")

    def smallest_shift(given: np.ndarray) -> float:
        found = QUICK.search(problem_of(states, targets, ("x", "y"), given), seed=0)
        at_origin = [
            abs(float(c.expression.xreplace({x: sp.Float(1), y: sp.Float(1)})) - 1.0)
            for c in found
            if c.state == "x" and sp.count_ops(c.expression) <= 4
        ]
        return min(at_origin)

    assert smallest_shift(deviations) < smallest_shift(np.ones_like(targets))


def test_a_passed_deadline_gives_nothing() -> None:
    """No run is begun after the deadline."""
    states, derivatives = states_and_products()
    assert QUICK.search(problem_of(states, derivatives, ("x", "y")), seed=0, deadline=Deadline.after(-1.0)) == ()


def test_a_deadline_cuts_a_run_off() -> None:
    """Work without bound ends at the deadline with what was found so far."""
    states, derivatives = states_and_products()
    endless = Operon(families=("polynomial",), evaluations=10**12)
    found = endless.search(problem_of(states, derivatives, ("x", "y")), seed=0, deadline=Deadline.after(1.5))
    assert {"x"} == {candidate.state for candidate in found}


def test_a_run_that_ends_in_its_first_generation_still_answers() -> None:
    """A bound below the size of the population leaves unfinished trees behind, which are passed over."""
    states, derivatives = states_and_products()
    found = Operon(evaluations=300).search(problem_of(states, derivatives, ("x", "y")), seed=0)
    assert found


def test_a_constant_derivative_is_proposed_as_a_constant() -> None:
    """Targets that do not vary give that one value, without a run."""
    states, derivatives = states_and_products()
    derivatives = np.column_stack((np.zeros(len(states)), np.full(len(states), 2.5)))
    found = QUICK.search(problem_of(states, derivatives, ("x", "y")), seed=0)
    assert {("x", 0.0), ("y", 2.5)} == {(c.state, float(c.expression)) for c in found}


def test_points_that_are_not_finite_are_left_out() -> None:
    """Missing derivatives do not spoil the others."""
    states, derivatives = states_and_products()
    derivatives[::7, 0] = np.nan
    found = QUICK.search(problem_of(states, derivatives, ("x", "y")), seed=0)
    kept = np.isfinite(derivatives[:, 0])
    assert errors(found, "x", states[kept], derivatives[kept, 0]).min() < 1e-9


def test_every_family_is_named_in_the_source() -> None:
    """A candidate says which operators it was found with, and all families are searched."""
    states, derivatives = states_and_products()
    engine = Operon(evaluations=2_000, population=100)
    found = engine.search(problem_of(states, derivatives, ("x", "y")), seed=0)
    assert {f"operon:{family}" for family in engine.families} == {candidate.source for candidate in found}


def test_progress_is_told_before_each_run() -> None:
    """The user hears which state is searched with which operators."""
    heard: list[tuple[str, str, float | None]] = []
    states, derivatives = states_and_products()
    QUICK.search(
        problem_of(states, derivatives, ("x", "y")),
        seed=0,
        progress=lambda stage, message="", fraction=None: heard.append((stage, message, fraction)),
    )
    expected = [
        ("search", "operon: polynomial trees for x'", 0.0),
        ("search", "operon: polynomial trees for y'", 0.5),
    ]
    assert expected == heard


def test_an_unknown_family_is_refused() -> None:
    """The message lists the families that there are."""
    with pytest.raises(UsageError, match=r"called 'magic'\. Choose from: polynomial, rational"):
        Operon(families=("magic",))


@pytest.mark.parametrize(
    "name", ["evaluations", "max_points", "population", "max_length", "fit_iterations", "per_size"]
)
def test_counts_below_one_are_refused(name: str) -> None:
    """Each bound has to allow something."""
    with pytest.raises(UsageError, match=rf"Operon got {name}=0\. Pass at least 1\."):
        Operon(**{name: 0})


def test_evaluations_grow_with_the_budget() -> None:
    """From the seconds that the run was given, for all equations and families together; never below what was set."""
    two = ("polynomial", "rational")

    def evaluations(budget: float, states: int = 1) -> int:
        return replace(QUICK, families=two, evaluations=25_000, budget=budget)._evaluations(states)

    assert (25_000, 25_000) == (evaluations(0.0), evaluations(12.0))
    assert (100_000, 50_000) == (evaluations(120.0), evaluations(120.0, states=2))
    assert 325_000 == evaluations(300.0)


def test_a_budget_is_no_clock() -> None:
    """Two searches of one budget agree, and have gone on for longer than one without."""
    states, derivatives = states_and_products()
    problem = problem_of(states, derivatives, ("x", "y")).settling({"y": symbol("x")})
    short = replace(QUICK, evaluations=1_000)
    first, second = (replace(short, budget=41.6).search(problem, seed=1) for _ in range(2))
    assert first == second != short.search(problem, seed=1)


@pytest.mark.parametrize("budget", [-1.0, float("inf"), float("nan")])
def test_a_budget_is_a_time(budget: float) -> None:
    """Nothing else."""
    with pytest.raises(UsageError, match="Operon got budget="):
        Operon(budget=budget)


def test_without_points_there_are_no_candidates() -> None:
    """A regression whose targets are all missing gives nothing for that state."""
    states, derivatives = states_and_products()
    derivatives[:, 0] = np.nan
    found = QUICK.search(problem_of(states, derivatives, ("x", "y")), seed=0)
    assert {"y"} == {candidate.state for candidate in found}


def test_any_number_of_threads_gives_the_same_answer() -> None:
    """Runs go side by side, and candidates come in the order of the runs."""
    states, derivatives = states_and_products()
    problem = problem_of(states, derivatives, ("x", "y"))
    engine = replace(QUICK, families=("polynomial", "rational"), evaluations=3_000)
    assert engine.search(problem, seed=2) == replace(engine, threads=4).search(problem, seed=2)


def test_settled_equations_are_not_searched() -> None:
    """Only open states get candidates, and the same ones as without the others settled."""
    states, derivatives = states_and_products()
    problem = problem_of(states, derivatives, ("x", "y"))
    found = QUICK.search(problem.settling({"x": symbol("y")}), seed=0)
    assert found == tuple(one for one in QUICK.search(problem, seed=0) if one.state == "y")
