"""Backward elimination on the trajectories."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from discovery.dynamics.shooting import Fit
from discovery.protocols import Deadline
from discovery.search.elimination import Elimination, _weakest, eliminate, law_of
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, Law, symbol

NEVER = Deadline()


def supports(law: Law) -> tuple[set[object], ...]:
    """The terms of each equation without their constants."""
    ones = {symbol(f"c{i}"): 1 for i in range(len(law.constants))}
    return tuple(set((rhs.xreplace(ones) + symbol("end")).args) - {symbol("end")} for rhs in law.skeletons)


def test_lotka_volterra_is_on_the_way_down(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """At 2 % noise the law of four terms that is left of a full polynomial is the true one, constants included."""
    truth = law_of({"x": "1.1*x - 0.4*x*y", "y": "0.1*x*y - 0.4*y"})
    problem = problem_of(truth, [[10.0, 5.0]], np.linspace(0.0, 30.0, 200), noise=0.02)
    expected = ({parse("x"), parse("x*y")}, {parse("x*y"), parse("y")})
    found = [law for law in eliminate(problem, Elimination(), NEVER) if supports(law) == expected]
    assert found
    values = [float(rhs.coeff(parse("x*y"))) for rhs in found[0].equations.values()]
    np.testing.assert_allclose(values, [-0.4, 0.1], rtol=0.03)


def test_every_step_drops_terms_until_one_is_left_in_each_equation(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """From 12 terms of two quadratics, 20 of two cubics and 42 of two quintics to one term an equation."""
    problem = problem_of(law_of({"x": "y", "y": "-x - y/5"}), [[1.0, 0.0]], np.linspace(0.0, 12.0, 100), noise=0.01)
    sizes = [len(law.constants) for law in eliminate(problem, Elimination(), NEVER)]
    ends = [i for i, size in enumerate(sizes) if size == 2]
    begins = [0, *(end + 1 for end in ends[:-1])]
    assert [12, 20, 42] == [sizes[begin] for begin in begins]
    for path in (sizes[begin : end + 1] for begin, end in zip(begins, ends, strict=True)):
        assert all(after < before for before, after in pairwise(path))
        assert 2 == path[-1]


def test_a_deadline_that_has_passed_gives_nothing(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """No fit is begun."""
    problem = problem_of(law_of({"x": "-x"}), [[1.0]], np.linspace(0.0, 3.0, 40))
    assert () == eliminate(problem, Elimination(), Deadline.after(0.0))


def test_many_states_are_left_to_others(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Where even linear laws have more terms than allowed, nothing is tried."""
    problem = problem_of(law_of({"x": "-x", "y": "-y"}), [[1.0, 2.0]], np.linspace(0.0, 3.0, 40))
    assert () == eliminate(problem, Elimination(most_terms=5), NEVER)


def test_laws_are_sums_of_constants_times_terms() -> None:
    """Constants are numbered in the order of the support, over all equations."""
    law = law_of(("x", "y"), ((0, parse("x*y")), (1, parse("1")), (1, parse("x"))), (1.0, 2.0, 3.0), "me")
    assert {"x": "1.0*x*y", "y": "3.0*x + 2.0"} == {state: str(rhs) for state, rhs in law.equations.items()}
    assert ("me",) == law.sources


def test_a_variance_below_zero_is_no_error() -> None:
    """Rounding can leave the normal matrix a negative eigenvalue; both constants look certain, and one goes."""
    support = ((0, parse("x")), (0, parse("y")))
    law = law_of(("x",), support, (1.0, 1.0), "me")
    information = np.array([[1e10, 2e10], [2e10, 1e10]])
    fitted = Fit(law, np.zeros((1, 1)), 1.0, np.ones(1), information, 10)
    assert {0} == _weakest(fitted, support)
