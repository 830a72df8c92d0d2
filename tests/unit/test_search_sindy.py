"""Sparse regression along paths of thresholds."""

from collections.abc import Callable

import numpy as np
import pytest

from discovery.library.grammar import polynomial
from discovery.protocols import Deadline
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, Law

pytest.importorskip("pysindy")

from discovery.search.sindy import SINDy

QUICK = SINDy(degrees=(2,), thresholds=(0.005, 0.05, 0.3), ensemble=4, rows=200)


@pytest.fixture(scope="module")
def hunted(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """Clean Lotka-Volterra data."""
    law = law_of({"x": "1.1*x - 0.4*x*y", "y": "0.1*x*y - 0.4*y"})
    return problem_of(law, [[10.0, 5.0], [4.0, 2.0]], np.linspace(0.0, 15.0, 100))


def test_the_true_support_is_on_the_path(hunted: DiscoveryProblem) -> None:
    """On clean derivatives both equations are found with their coefficients."""
    found = list(QUICK.path(hunted, polynomial(hunted.names, 2), hunted.regression("derivative"), seed=0))
    for state, (one, other), expected in (("x", ("x", "x*y"), (1.1, -0.4)), ("y", ("y", "x*y"), (-0.4, 0.1))):
        fitting = [
            candidate.expression
            for candidate in found
            if candidate.state == state
            and {parse(one), parse(other)} == {term.as_coeff_Mul()[1] for term in candidate.expression.args}
        ]
        assert fitting
        by_term = {term: float(c) for c, term in (part.as_coeff_Mul() for part in fitting[0].args)}
        coefficients = [by_term[parse(one)], by_term[parse(other)]]
        np.testing.assert_allclose(coefficients, expected, rtol=1e-2)


def test_a_path_has_several_sizes(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> None:
    """With noise, small thresholds keep many terms and large ones few."""
    law = law_of({"x": "1.1*x - 0.4*x*y", "y": "0.1*x*y - 0.4*y"})
    noisy = problem_of(law, [[10.0, 5.0]], np.linspace(0.0, 15.0, 100), noise=0.1)
    found = SINDy(ensemble=2).path(noisy, polynomial(noisy.names, 3), noisy.regression("weak"), seed=0)
    sizes = {len(candidate.expression.as_ordered_terms()) for candidate in found if candidate.state == "x"}
    assert len(sizes) >= 3


def test_all_methods_contribute(hunted: DiscoveryProblem) -> None:
    """Sources tell STLSQ, SR3 and the ensemble apart."""
    found = QUICK.path(hunted, polynomial(hunted.names, 2), hunted.regression("derivative"), seed=0)
    assert {"sindy:stlsq", "sindy:sr3", "sindy:ensemble"} == {candidate.source for candidate in found}


def test_no_candidate_is_returned_twice(hunted: DiscoveryProblem) -> None:
    """Equal expressions of one state are one candidate."""
    found = QUICK.search(hunted, seed=0)
    assert len(found) == len({(candidate.state, candidate.expression) for candidate in found})


def test_the_seed_moves_the_ensemble_alone(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Another seed draws other samples; the paths themselves stay."""
    problem = problem_of(law_of({"x": "x - x**2 + sin(3*x)/5"}), [[0.1], [2.0]], np.linspace(0.0, 4.0, 60))
    library = polynomial(problem.names, 2)
    one, other = (list(QUICK.path(problem, library, problem.regression("derivative"), seed)) for seed in (0, 1))
    bagged = [[c.expression for c in found if c.source == "sindy:ensemble"] for found in (one, other)]
    assert bagged[0] != bagged[1]
    assert [c for c in one if c.source != "sindy:ensemble"] == [c for c in other if c.source != "sindy:ensemble"]


def test_a_state_that_is_zero_does_not_cost_the_others_their_candidates(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Columns of zeros get no coefficient; an equation without slope gets no candidate."""
    problem = problem_of(law_of({"x": "-2*x", "y": "0*x"}), [[1.0, 0.0]], np.linspace(0.0, 2.0, 60))
    found = list(QUICK.path(problem, polynomial(problem.names, 2), problem.regression("derivative"), seed=0))
    assert {"x"} == {candidate.state for candidate in found}
    best = min(found, key=lambda candidate: len(candidate.expression.as_ordered_terms()))
    np.testing.assert_allclose(float(best.expression.coeff(parse("x"))), -2.0, rtol=1e-3)
    assert not any(candidate.expression.has(parse("y")) for candidate in found)


def test_a_deadline_that_has_passed_gives_nothing(hunted: DiscoveryProblem) -> None:
    """No regression is begun."""
    assert () == QUICK.search(hunted, seed=0, deadline=Deadline.after(0.0))
