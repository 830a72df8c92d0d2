"""Subsets with shapes: inner constants and support are found together."""

from collections.abc import Callable

import numpy as np
import pytest

from discovery.protocols import NEVER, Deadline
from discovery.search.models import sampled, views
from discovery.search.shaped import Shaped, shaped
from discovery.symbolic.compare import compare
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, Law


def best_verdict(problem: DiscoveryProblem, state: str, truth: str) -> str:
    """The best verdict of all candidates of a state with no more terms than the truth, those with as many first."""
    every = shaped(problem, Shaped(), NEVER, (*views(problem, Shaped().rows), *sampled(problem, {})))
    most = len(parse(truth).as_ordered_terms())
    terms = [(len(one.expression.as_ordered_terms()), one.expression) for one in every if one.state == state]
    small = sorted((one for one in terms if one[0] <= most), key=lambda one: -one[0])
    verdicts = set[str]()
    for _, one in small:
        verdicts.add(compare(one, parse(truth), problem.names).verdict)
        if "identical" in verdicts:
            break
    order = ("identical", "same structure", "numerically equal on the region", "different")
    return min(verdicts, key=order.index)


@pytest.mark.parametrize(
    "truth",
    [
        "0.8*x - 0.1*x**2 - 0.9*x**2/(x**2 + 2.3)",  # grazing beside logistic growth: x^2/(k + x^2) beside a parabola
        "1.2 - 0.2*x - exp(-1.3*x)",
        "0.5 - 0.4*x + 1/(1 + exp(3 - 2*x))",
        "2 - x**1.4",
    ],
)
def test_one_state_and_one_shape(
    truth: str, law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """From clean data the law is found with its inner constants, to 5 %."""
    problem = problem_of(law_of({"x": truth}), [[0.3], [7.0]], np.linspace(0.0, 8.0, 150))
    assert "identical" == best_verdict(problem, "x", truth)


def test_a_saturation_may_be_multiplied_by_other_states(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """A predator that is satiated: x y/(k + x) in both equations."""
    truth = {"x": "x - x**2/6 - 1.5*x*y/(1 + x)", "y": "x*y/(1 + x) - 0.5*y"}
    problem = problem_of(law_of(truth), [[1.0, 0.5], [4.0, 1.0]], np.linspace(0.0, 20.0, 200))
    for state, text in truth.items():
        assert "identical" == best_verdict(problem, state, text)


def test_a_predator_may_eat_by_the_ratio_of_prey(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """A denominator without a constant, as Arditi and Ginzburg's: x y/(x + y)."""
    truth = {"x": "x - x**2 - 0.9*x*y/(x + y)", "y": "0.7*x*y/(x + y) - 0.4*y"}
    problem = problem_of(law_of(truth), [[0.9, 0.2], [0.3, 0.8]], np.linspace(0.0, 15.0, 200))
    for state, text in truth.items():
        assert "identical" == best_verdict(problem, state, text)


def test_angles_may_be_counted_in_any_unit(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Two phases by Winfree's model, a pulse 1 + cos y times a response sin x; 1.7 units are a radian."""
    truth = {
        "x": "2.04 - 1.02*sin(x/1.7) - 1.02*sin(x/1.7)*cos(y/1.7)",
        "y": "3.23 - 1.02*sin(y/1.7) - 1.02*sin(y/1.7)*cos(x/1.7)",
    }
    problem = problem_of(law_of(truth), [[0.4, 2.0]], np.linspace(0.0, 12.0, 300))
    assert "identical" == best_verdict(problem, "x", truth["x"])


def test_a_deadline_that_has_passed_gives_nothing(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """No shape is tried."""
    problem = problem_of(law_of({"x": "-x"}), [[1.0]], np.linspace(0.0, 3.0, 40))
    assert [] == list(shaped(problem, Shaped(), Deadline.after(0.0), views(problem, Shaped().rows)))


def test_a_state_that_never_changes_has_no_shape(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Its equation is left to the others, and theirs are found."""
    problem = problem_of(law_of({"x": "-2*x/(1 + x)", "y": "0*x"}), [[3.0, 0.0]], np.linspace(0.0, 4.0, 80))
    assert {"x"} == {one.state for one in shaped(problem, Shaped(), NEVER, views(problem, Shaped().rows))}
