"""Rates that one equation has of another."""

from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp

from discovery.dynamics.windows import cut
from discovery.protocols import NEVER, silent
from discovery.selection.borrowing import MANY, OWN, RATES, borrowed, with_borrowed
from discovery.selection.pool import Entry
from discovery.selection.refined import in_order, refine
from discovery.selection.trajectories import TrajectorySelector, exchanged_in_rounds
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, EquationCandidate, Law

TIMES = np.linspace(0.0, 12.0, 160)
# A nutrient flows in and is eaten, at a rate that saturates.
TRUE = {"x": "1 - 0.3*x - 2*x*y/(1 + x)", "y": "1.2*x*y/(1 + x) - 0.4*y"}
# The second equation as a fit to noisy samples may have it.
WRONG = {"x": TRUE["x"], "y": "0.5*x*y - 0.3*y**2"}


@pytest.fixture(scope="module")
def culture(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """A culture at 2 % noise."""
    return problem_of(law_of(TRUE), [[2.0, 0.2]], TIMES, noise=0.02)


def entry(state: str, text: str) -> Entry:
    """An entry without constants of its own."""
    return Entry(state, parse(text, ("x", "y")), (), ("test",))


def forms(candidates: list[EquationCandidate], state: str) -> set[frozenset[sp.Expr]]:
    """Terms of each proposed equation, their numbers left out."""
    return {
        frozenset(term.as_coeff_Mul()[1] for term in sp.Add.make_args(one.expression))
        for one in candidates
        if one.state == state
    }


def test_each_subset_of_own_terms_stands_beside_a_rate_of_another(law_of: Callable[..., Law]) -> None:
    """What is a number or a multiple of a state is no rate, and what the equation has is not borrowed."""
    proposed = list(borrowed([law_of({"x": "1 - x*y - 3*x", "y": "x*y - y**2"})]))
    x, y = parse("x"), parse("y")
    assert forms(proposed, "y") == set(), "both own x*y; 1 and x are none"
    rest = [set[sp.Expr](), {sp.S.One}, {x * y}, {x}, {sp.S.One, x * y}, {sp.S.One, x}, {x * y, x}]
    assert forms(proposed, "x") == {frozenset({y**2, *one}) for one in [*rest, {sp.S.One, x * y, x}]}


def test_sums_above_a_fraction_are_lent_by_their_parts(law_of: Callable[..., Law]) -> None:
    """(x^2 + x y)/(1 + x^2) holds the rate x y/(1 + x^2), which another equation may have alone."""
    found = forms(list(borrowed([law_of({"x": "(x**2 + 2*x*y)/(1 + x**2)", "y": "-y"})])), "y")
    assert frozenset({parse("x*y/(1 + x**2)")}) in found


def test_later_laws_lend_too(law_of: Callable[..., Law]) -> None:
    """But only the first borrows."""
    first, later = law_of({"x": "x", "y": "y"}), law_of({"x": "sin(y)", "y": "y"})
    assert not list(borrowed([first]))
    proposed = list(borrowed([first, later]))
    assert {one.state for one in proposed} == {"y"}
    assert all(one.expression.has(sp.sin) for one in proposed)


def test_what_is_proposed_is_bounded(law_of: Callable[..., Law]) -> None:
    """However many terms a law has."""
    long = " + ".join(f"{i + 2}*x**{i % 5 + 1}*y**{i // 5 + 1}" for i in range(25))
    other = " + ".join(f"{i + 2}*x**{i + 6}" for i in range(20))
    proposed = [one for one in borrowed([law_of({"x": long, "y": other})]) if one.state == "y"]
    assert 0 < len(proposed) <= RATES * 2**OWN


def test_the_true_equation_is_among_the_likeliest(culture: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """By what the samples say of it; what was in the pools stays there first."""
    pools = {state: (entry(state, text),) for state, text in WRONG.items()}
    found = with_borrowed(pools, [law_of(WRONG)], culture)
    assert {state: entries[0] for state, entries in found.items()} == {s: one[0] for s, one in pools.items()}
    x, y = parse("x"), parse("y")
    first = {found["y"][1].skeleton, found["y"][2].skeleton}
    kinds = {frozenset(frozenset(term.free_symbols & {x, y}) for term in sp.Add.make_args(one)) for one in first}
    assert frozenset({frozenset({x, y}), frozenset({y})}) in kinds


def test_nothing_is_borrowed_by_what_is_settled_or_by_many(
    culture: DiscoveryProblem, law_of: Callable[..., Law]
) -> None:
    """A known equation stays as it is, and of many states there would be too many."""
    pools = {state: (entry(state, text),) for state, text in WRONG.items()}
    settled = culture.settling({"y": parse(WRONG["y"])})
    assert with_borrowed(pools, [law_of(WRONG)], settled)["y"] == pools["y"]
    many = {f"x{i}": (entry(f"x{i}", "x"),) for i in range(MANY + 1)}
    assert with_borrowed(many, [law_of(WRONG)], culture) == many


def test_selection_finds_a_rate_that_only_one_pool_has(culture: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """Exchanging equations on long windows puts it in."""
    runs, smoothing = culture.trajectories, culture.smoothing
    windows = cut(runs, smoothing.trajectories, smoothing.noise, len(TIMES))
    start = law_of({"x": "c0 + c1*x + c2*x*y/(1 + c3*x)", "y": "c4*x*y + c5*y**2"}, 1.0, -0.3, -2.0, 1.0, 0.5, -0.3)
    selector = TrajectorySelector(threads=1)
    first = refine(start, windows, settings=selector.growth.shooting)
    assert first is not None
    pools = {state: (entry(state, text),) for state, text in WRONG.items()}
    found, _ = exchanged_in_rounds(selector, [first], windows, pools, {}, culture, NEVER, silent)
    best = in_order(found)[0].law.equations["y"]
    assert sp.fraction(sp.together(best))[1].has(parse("x")), best
