"""Laws fitted on windows, with their score; and moves on their structure."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.evaluate import values
from discovery.dynamics.shooting import Fit, Shooting
from discovery.dynamics.windows import Windows, cut
from discovery.protocols import Deadline
from discovery.selection.intervals import bounds
from discovery.selection.moves import least_missed, merged, prune, renumbered, without_terms
from discovery.selection.reconstruction import reconstruct
from discovery.selection.refined import Refined, canonical_law, freed, in_order, lengthen, refine, side_by_side, tied
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, Law

SETTINGS = Shooting()
POINTS = np.array([[0.7, 1.9], [1.3, -0.4]])


def windows_of(problem: DiscoveryProblem, length: int) -> Windows:
    """Windows of a problem."""
    return cut(problem.trajectories, problem.smoothing.trajectories, problem.smoothing.noise, length)


@pytest.fixture(scope="module")
def spiral(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """A damped oscillator at 3 % noise, with values missing."""
    law = law_of({"x": "y", "y": "-2*x - 0.3*y"})
    return problem_of(law, [[1.0, 0.0], [0.0, 2.0]], np.linspace(0.0, 8.0, 100), noise=0.03, missing=0.1)


def test_every_term_of_a_canonical_law_has_a_constant(law_of: Callable[..., Law]) -> None:
    """Factors of one that nobody wrote become constants too, numbered through the equations; values do not change."""
    law = law_of({"x": "y", "y": "c0*x - x**3 + 2"}, -1.5, sources=("me",))
    canonical = canonical_law(law)
    assert 4 == len(canonical.constants)
    assert ("me",) == canonical.sources
    assert {f"c{i}" for i in range(4)} <= {str(s) for rhs in canonical.skeletons for s in rhs.free_symbols}
    point = {parse("x"): 0.7, parse("y"): -0.3}
    for state in law.states:
        expected = float(law.equations[state].subs(point))
        np.testing.assert_allclose(float(canonical.equations[state].subs(point)), expected)
    assert canonical.skeletons == canonical_law(canonical).skeletons


def test_what_terms_share_stays_one_constant_where_numbers_are_freed(law_of: Callable[..., Law]) -> None:
    """What infects is what falls ill; the exact 1/7 of recovery is a constant again."""
    law = law_of({"s": "-c0*s*i", "i": "c0*s*i - i/7"}, 0.3, sources=("me",))
    assert ("-c0*i*s", "c0*i*s + c1*i") == tuple(str(one) for one in freed(law).skeletons)
    np.testing.assert_allclose(freed(law).constants, [0.3, -1 / 7])
    assert freed(freed(law)).skeletons == freed(law).skeletons
    apart = law_of({"s": "-c0*s*i", "i": "c1*s*i - c2*i"}, 0.3, 0.3, 0.1)
    assert canonical_law(apart).skeletons == freed(apart).skeletons


def test_the_same_term_of_two_equations_has_one_constant_where_they_are_alike(law_of: Callable[..., Law]) -> None:
    """As a positive number; what is twice as large, or a state alone, keeps its own."""
    law = law_of({"s": "c0*s*i + c1*s", "i": "c2*s*i + c3*i + c4*s"}, -0.4, -0.1, 0.42, -0.1, 0.1)
    one = tied(law)
    assert one is not None
    assert ("-c0*i*s + c1*s", "c0*i*s + c2*i + c3*s") == tuple(str(side) for side in one.skeletons)
    np.testing.assert_allclose(one.constants, [0.4, -0.1, -0.1, 0.1])
    assert tied(law_of({"s": "c0*s*i", "i": "c1*s*i"}, -0.4, 0.8)) is None


def test_refined_laws_carry_their_score(spiral: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """The better law has the shorter description."""
    windows = windows_of(spiral, 32)
    right = refine(law_of({"x": "c0*y", "y": "c1*x + c2*y"}, 0.8, -1.5, -0.2), windows)
    wrong = refine(law_of({"x": "c0*y", "y": "c1*x"}, 0.8, -1.5), windows)
    assert right is not None
    assert wrong is not None
    assert [right, wrong] == in_order([wrong, right])
    np.testing.assert_allclose(right.law.constants, (1.0, -2.0, -0.3), rtol=0.05)


def test_a_law_that_cannot_be_simulated_is_not_refined(spiral: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """None, and no warning."""
    assert refine(law_of({"x": "exp(c0*y**2)", "y": "x**5"}, 9.0), windows_of(spiral, 32)) is None


def test_longer_windows_begin_from_fitted_starts(spiral: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """A refined law is followed to whole trajectories."""
    short, long = windows_of(spiral, 16), windows_of(spiral, 1000)
    first = refine(law_of({"x": "c0*y", "y": "c1*x + c2*y"}, 0.8, -1.5, -0.2), short)
    assert first is not None
    last = lengthen(first, short, long, SETTINGS)
    assert last is not None
    assert (2, 2) == last.fit.starts.shape
    assert 0.8 < last.fit.misfit < 1.2


@pytest.mark.parametrize("threads", [1, 3])
def test_work_side_by_side_keeps_its_order(threads: int) -> None:
    """Results come in the order of the items, without those that are None."""
    assert [0, 4, 16] == side_by_side(lambda n: n * n if n % 2 == 0 else None, [0, 1, 2, 3, 4], threads)


@pytest.mark.parametrize("threads", [1, 3])
def test_work_is_not_begun_when_time_is_up(threads: int) -> None:
    """Items that the deadline overtakes have no result."""
    assert [] == side_by_side(lambda n: n, [1, 2, 3], threads, Deadline.after(0.0))


def test_every_law_without_one_term_is_tried(law_of: Callable[..., Law]) -> None:
    """Terms of sums go one at a time, in brackets too; the last term of an equation stays."""
    law = law_of({"x": "c0*y", "y": "c1*x + c2*y/(1 + c3*x)"}, 1.0, 2.0, 3.0, 4.0)
    found = {tuple(map(str, smaller.equations.values())) for smaller in without_terms(law)}
    assert {
        ("1.0*y", "2.0*x"),
        ("1.0*y", "3.0*y/(4.0*x + 1)"),
        ("1.0*y", "2.0*x + 3.0*y"),
        ("1.0*y", "2.0*x + 0.75*y/x"),
    } == found


@pytest.mark.parametrize(
    ("text", "fraction"),
    [
        ("-0.9*y + 1.08*y/(x + 1.2)", "-0.9*x*y/(x + 1.2)"),
        ("0.5 - 0.5/(2*x**2 + 1)", "x**2/(2*x**2 + 1)"),
        ("3*x - x**2/(x + 2)", "6*x/(x + 2)"),
        ("x - y/(x + 1)", None),
        ("x*y + x/(x*y + y**2 + 1)", None),
    ],
)
def test_a_term_and_a_fraction_may_be_one_fraction(text: str, fraction: str | None, law_of: Callable[..., Law]) -> None:
    """Where one term of its numerator is missing; the constants that are left are those of the partial fractions."""
    law = canonical_law(law_of({"x": text, "y": "-y"}))
    found = [values([one.equations["x"]], ("x", "y"), POINTS) for one in merged(law)]
    assert len(found) == (fraction is not None)
    if fraction is not None:
        np.testing.assert_allclose(found[0], values([parse(fraction)], ("x", "y"), POINTS), rtol=1e-12)


def test_constants_are_numbered_without_gaps() -> None:
    """Values of constants that left the law leave with them."""
    law = renumbered(Law(("x", "y"), (parse("c3*y"), parse("c1*x")), (0.0, 1.0, 2.0, 3.0), ("me",)))
    assert Law(("x", "y"), (parse("c1*y"), parse("c0*x")), (1.0, 3.0), ("me",)) == law


def test_superfluous_terms_are_pruned(spiral: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """Two terms that are not in the law leave it, those that are stay."""
    windows = windows_of(spiral, 32)
    full = refine(law_of({"x": "c0*y + c3*x**2", "y": "c1*x + c2*y + c4*x*y"}, 1.0, -2.0, -0.3, 0.01, 0.01), windows)
    assert full is not None
    pruned = prune(full, windows, SETTINGS, threads=1)
    assert pruned.score < full.score
    assert {"x": {"y"}, "y": {"x", "y"}} == {
        state: {str(symbol) for symbol in rhs.free_symbols} for state, rhs in pruned.law.equations.items()
    }
    assert 3 == len(pruned.law.constants)
    assert prune(pruned, windows, SETTINGS, threads=1) == pruned


def test_of_a_large_law_terms_that_are_needed_are_not_tried(
    spiral: DiscoveryProblem, law_of: Callable[..., Law]
) -> None:
    """Of many terms, those whose constants are zero within their deviations; of few all."""
    equations = {"x": "c0*y + c3*x**2 + c4*y**2", "y": "c1*x + c2*y + c5*x*y + c6*x**2 + c7*y**2"}
    full = refine(law_of(equations, 1.0, -2.0, -0.3, *5 * [0.01]), windows_of(spiral, 32))
    assert full is not None
    few = least_missed(full.fit, 5)
    assert 5 == len(few)
    assert all(law.skeletons[0].has(parse("y")) and law.skeletons[1].has(parse("x")) for law in few)
    assert {7} == {len(law.constants) for law in few}
    needed = [(law.skeletons[0].coeff(parse("y")), law.skeletons[1].coeff(parse("x"))) for law in few]
    assert all(first != 0 != second for first, second in needed)
    assert list(without_terms(full.law)) == least_missed(full.fit, 8)


def test_a_law_of_single_terms_is_not_pruned(spiral: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """There is nothing to drop."""
    windows = windows_of(spiral, 32)
    law = refine(law_of({"x": "c0*y", "y": "c1*x"}, 1.0, -2.0), windows)
    assert law is not None
    assert law is prune(law, windows, SETTINGS, threads=1)


def test_intervals_hold_the_truth(spiral: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """95 % intervals of a right law, wider than the deviations by Student's factor."""
    refined = refine(law_of({"x": "c0*y", "y": "c1*x + c2*y"}, 1.0, -2.0, -0.3), windows_of(spiral, 1000))
    assert refined is not None
    lows, highs = (np.array(side) for side in bounds(refined.fit))
    assert np.all((lows < (1.0, -2.0, -0.3)) & ((1.0, -2.0, -0.3) < highs))
    np.testing.assert_allclose((lows + highs) / 2, refined.law.constants)
    deviations = np.sqrt(np.diag(np.linalg.inv(refined.fit.information)))
    assert np.all((highs - lows) / 2 >= 1.95 * deviations)


def one_fit(information: list[list[float]], cost: float, count: int = 1002) -> Fit:
    """A fit of two constants at 1 and 2."""
    law = Law(("x",), (parse("c0*x + c1"),), (1.0, 2.0))
    return Fit(law, np.zeros((0, 1)), cost, np.zeros(0), np.array(information), count)


def test_residuals_above_the_noise_widen_intervals() -> None:
    """Four times the chi-squared makes them twice as wide; less than one does not make them narrower."""
    information = [[100.0, 0.0], [0.0, 25.0]]
    widths = [np.subtract(*reversed(bounds(one_fit(information, cost)))) for cost in (500.0, 1000.0, 4000.0)]
    np.testing.assert_allclose(widths[0], 2 * 1.9623 * np.array([0.1, 0.2]), rtol=1e-3)
    np.testing.assert_allclose(widths[1], widths[0])
    np.testing.assert_allclose(widths[2], 2.0 * widths[0])


def test_constants_that_the_data_do_not_determine_have_no_interval() -> None:
    """One without effect, or two that only their sum matters of."""
    lows, highs = bounds(one_fit([[100.0, 0.0], [0.0, 0.0]], 1000.0))
    assert [False, True] == np.isnan(lows).tolist() == np.isnan(highs).tolist()
    assert np.all(np.isnan(bounds(one_fit([[100.0, 100.0], [100.0, 100.0]], 1000.0))))


def test_a_law_without_constants_has_no_intervals() -> None:
    """Nothing to bound."""
    nothing = np.zeros((0, 0))
    assert ((), ()) == bounds(Fit(Law(("x",), (parse("-x"),), ()), nothing, 1.0, nothing, nothing, 10))


def test_reconstruction_joins_windows_by_trajectory(spiral: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """States at all samples of each run, and residuals whose squares are the cost; NaN where nothing was measured."""
    windows = windows_of(spiral, 32)
    refined = refine(law_of({"x": "c0*y", "y": "c1*x + c2*y"}, 1.0, -2.0, -0.3), windows)
    assert refined is not None
    predictions, residuals = reconstruct(refined.fit, windows, spiral.trajectories)
    assert ["run 0", "run 1"] == [one.label for one in predictions]
    assert {"fit"} == {one.kind for one in predictions}
    for one, run in zip(predictions, spiral.trajectories, strict=True):
        np.testing.assert_array_equal(one.times, run.times)
        assert np.all(np.isfinite(one.states))
    measured = np.vstack([run.states for run in spiral.trajectories])
    np.testing.assert_array_equal(np.isnan(residuals), np.isnan(measured))
    np.testing.assert_allclose(np.nansum(residuals**2), refined.fit.cost, rtol=1e-4)


def test_refined_is_its_fit_s_law() -> None:
    """The law of a refined law is the fitted one."""
    fit = one_fit([[1.0, 0.0], [0.0, 1.0]], 1.0)
    assert fit.law is Refined(fit, 0.0).law


def test_a_constant_that_stands_elsewhere_is_not_put_in_another_s_place(law_of: Callable[..., Law]) -> None:
    """It would be another constant in its other terms."""
    law = law_of({"x": "c0*x*y + c1*x*z", "y": "c1*x*y", "z": "c2*x*z"}, 1.01, 1.0, 0.99)
    one = tied(law)
    assert one is not None
    assert ("c0*x*y + c1*x*z", "c1*x*y", "c1*x*z") == tuple(str(side) for side in one.skeletons)


def test_a_better_fit_of_the_same_law_shortens_its_description(
    spiral: DiscoveryProblem, law_of: Callable[..., Law]
) -> None:
    """By what its residuals are shorter, and whatever else was paid for stays; a worse one changes nothing."""
    windows = windows_of(spiral, 32)
    law = law_of({"x": "c0*y", "y": "c1*x + c2*y"}, 0.4, -1.0, -0.2)
    short = refine(law, windows, settings=Shooting(iterations=1))
    whole = refine(law, windows)
    assert short is not None
    assert whole is not None
    paid = replace(short, score=short.score + 5.0).with_fit(whole.fit, windows)
    assert paid.fit is whole.fit
    assert whole.score + 5.0 == pytest.approx(paid.score)
    assert whole.with_fit(short.fit, windows) is whole
