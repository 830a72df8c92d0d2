"""Equations of states that are alike: when they are believed, and where they stand in the pool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.search.shaped import Shaped
from discovery.search.structured import StructuredSearch
from discovery.selection.pool import Entry, pool
from discovery.symbolic.compare import compare
from discovery.symbolic.constants import substituted
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, EquationCandidate, Law, symbol

TIMES = np.linspace(0.0, 6.0, 120)
SWITCH = {"x": "2/(1 + y**2) - x", "y": "2/(1 + x**2) - y"}


@pytest.fixture(scope="module")
def switch(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """Two genes that switch each other off (Gardner, Cantor & Collins 2000), at two per cent of noise."""
    return problem_of(law_of(SWITCH), [[1.5, 0.2], [0.1, 0.6]], TIMES, noise=0.02)


def both(text: str) -> EquationCandidate:
    """A candidate for both genes, as the search proposes it."""
    return EquationCandidate("x", parse(text), "structured:hill2", common=True)


def written(entry: Entry) -> str:
    """The equation of an entry."""
    return str(substituted(entry.skeleton, {symbol(f"c{i}"): parse(str(c)) for i, c in enumerate(entry.constants)}))


def verdict(entry: Entry, truth: str) -> str:
    """The form verdict of an entry."""
    return compare(parse(written(entry)), parse(truth), ("x", "y")).verdict


def test_an_equation_of_both_stands_before_a_shorter_one_of_one(switch: DiscoveryProblem) -> None:
    """What it says of the other gene is spared there."""
    alone = [EquationCandidate("x", parse("2/(1 + y**2) - x"), "one"), EquationCandidate("x", parse("1 - x"), "two")]
    other = [EquationCandidate("y", parse("1 - y"), "two")]
    pools = pool([both("2/(1 + y**2) - x"), *alone, *other], switch, per_size=2, most=10).entries
    for state, truth in SWITCH.items():
        assert verdict(pools[state][0], truth) in ("identical", "same structure")


def test_an_equation_of_both_is_there_once(switch: DiscoveryProblem) -> None:
    """However it was found."""
    alone = [EquationCandidate("x", parse("1.99/(1 + 1.01*y**2) - x"), "sindy:stlsq")]
    alone += [EquationCandidate("y", parse("2.01/(1 + 0.99*x**2) - y"), "sindy:stlsq")]
    pools = pool([both("2/(1 + y**2) - x"), *alone], switch, per_size=2, most=10).entries
    assert 1 == len(pools["x"]) == len(pools["y"])


def test_states_that_are_not_alike_have_equations_of_their_own(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """A gene that is lost twice as fast: what is common fits neither, and does not displace them."""
    law = law_of({"x": "2/(1 + y**2) - x", "y": "2/(1 + x**2) - 1.2*y"})
    problem = problem_of(law, [[1.5, 0.2]], TIMES, noise=0.02)
    own = [EquationCandidate(state, parse(str(side)), "own") for state, side in law.equations.items()]
    pools = pool([both("2/(1 + y**2) - x"), *own], problem, per_size=2, most=1).entries
    assert "identical" == verdict(pools["y"][0], "2/(1 + x**2) - 1.2*y")


def test_the_search_proposes_equations_for_both(switch: DiscoveryProblem) -> None:
    """As those of the first, marked as common."""
    quick = replace(StructuredSearch(), linearised=1, shaped=Shaped(simple=10, responses=(6, 6, 3, 2)))
    common = [one for one in quick.search(switch, seed=0) if isinstance(one, EquationCandidate) and one.common]
    assert {"x"} == {one.state for one in common}
    hill = [one for one in common if one.source == "structured:hill2" and len(one.expression.args) == 2]
    verdicts = (compare(one.expression, parse(SWITCH["x"]), ("x", "y")).verdict for one in hill)
    assert any(verdict in ("identical", "same structure") for verdict in verdicts)
