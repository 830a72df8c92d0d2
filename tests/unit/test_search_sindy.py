"""Sparse regression along paths of thresholds, on libraries that grow."""

import json
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec

import numpy as np
import pytest
import sympy as sp

from discovery.protocols import Deadline
from discovery.search import sindy
from discovery.search.paths import Path
from discovery.search.sindy import SINDy
from discovery.selection.pool import pool
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem, EquationCandidate, Law, symbol
from pipelines import records

pysindy = pytest.importorskip("pysindy")

QUICK = SINDy(thresholds=8, bags=4)
PREDATION = {"x": "1.1*x - 0.4*x*y", "y": "0.1*x*y - 0.4*y"}


@pytest.fixture(scope="module")
def hunted(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """Clean Lotka-Volterra data."""
    return problem_of(law_of(PREDATION), [[10.0, 5.0], [4.0, 2.0]], np.linspace(0.0, 15.0, 100))


@pytest.fixture(scope="module")
def noisy(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """The same with noise of a tenth, whose short laws explain nothing."""
    return problem_of(law_of(PREDATION), [[10.0, 5.0]], np.linspace(0.0, 15.0, 100), noise=0.1)


def terms(expression: sp.Expr) -> dict[sp.Expr, float]:
    """Coefficients by term."""
    return {term: float(c) for c, term in (part.as_coeff_Mul() for part in sp.Add.make_args(expression))}


def fitting(found: tuple[EquationCandidate, ...], state: str, *texts: str) -> Iterator[dict[sp.Expr, float]]:
    """Coefficients of the candidates that have just these terms."""
    for candidate in found:
        by_term = terms(candidate.expression)
        if candidate.state == state and {parse(text) for text in texts} == set(by_term):
            yield by_term


@pytest.mark.parametrize(
    ("state", "texts", "expected"), [("x", ("x", "x*y"), (1.1, -0.4)), ("y", ("y", "x*y"), (-0.4, 0.1))]
)
def test_the_true_support_is_on_the_path(
    hunted: DiscoveryProblem, state: str, texts: tuple[str, ...], expected: tuple[float, ...]
) -> None:
    """On clean data both equations are found with their coefficients."""
    by_term = next(fitting(QUICK.search(hunted, seed=0), state, *texts))
    np.testing.assert_allclose([by_term[parse(text)] for text in texts], expected, rtol=1e-2)


def test_growth_ends_where_a_short_law_explains_an_equation(hunted: DiscoveryProblem) -> None:
    """Two terms explain clean predation, so that nothing beyond quadratics is tried."""
    assert {"polynomial2"} == {path.library.name for path in QUICK.paths(hunted, seed=0)}


def test_libraries_grow_where_no_short_law_explains_an_equation(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """A pendulum's rate is looked for among functions; the angle's, which is one term, is not."""
    law = law_of({"x": "y", "y": "0.3*cos(x) - y/5 - 2*sin(x)"})
    problem = problem_of(law, [[2.5, 0.0], [-1.0, 2.0]], np.linspace(0.0, 8.0, 200))
    tried = {state: [p.library.name for p in QUICK.paths(problem, seed=0) if p.state == state] for state in "xy"}
    assert {"polynomial2"} == set(tried["x"])
    assert ["polynomial2", "polynomial3", "trigonometric"] == [n for n in dict.fromkeys(tried["y"]) if n in SOME]
    assert any(True for _ in fitting(QUICK.search(problem, seed=0), "y", "cos(x)", "y", "sin(x)"))


SOME = ("polynomial2", "polynomial3", "trigonometric")


def test_a_saturating_rate_is_found_by_its_denominator(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Michaelis-Menten uptake beside growth and crowding is a fraction whose half-saturation is near the truth's."""
    law = law_of({"x": "x - x**2/10 - 3*x/(1 + x)"})
    problem = problem_of(law, [[0.3], [1.9], [4.0], [14.0]], np.linspace(0.0, 6.0, 80))
    found = [c.expression for c in QUICK.search(problem, seed=0)]
    x, halves = symbol("x"), []
    for expression in found:
        by_term = terms(expression)
        inner = [next(iter(term.as_numer_denom()[1].atoms(sp.Float)), None) for term in by_term]
        numerators = {term.as_numer_denom()[0] for term in by_term}
        if numerators == {x, x**2} and len(by_term) == 3 and any(inner):
            halves += [float(k) for k in inner if k is not None]
    assert halves
    assert min(abs(np.log(half)) for half in halves) < np.log(1.5)


def test_a_path_has_several_sizes(noisy: DiscoveryProblem) -> None:
    """With noise, small thresholds keep many terms and large ones few."""
    for path in QUICK.paths(noisy, seed=0):
        if path.library.name == "polynomial3" and path.kind == "weak":
            assert len(set(np.count_nonzero(path.coefficients, axis=1))) >= 3


def test_all_methods_contribute(hunted: DiscoveryProblem) -> None:
    """A path has the points of STLSQ, of SR3 and of the ensemble."""
    path = next(QUICK.paths(hunted, seed=0))
    assert ["sindy:stlsq", "sindy:sr3", "sindy:ensemble"] == list(dict.fromkeys(path.sources))
    assert 3 * QUICK.thresholds == len(path.sources) == len(path.coefficients) == len(path.misfits)


def test_sr3_s_path_is_pysindy_s_threshold_by_threshold(noisy: DiscoveryProblem) -> None:
    """One call with scaled targets gives what a call for each threshold gives on all rows."""
    regression = noisy.regression("derivative")
    design = np.column_stack([np.ones(len(regression.states)), regression.states, regression.states**2])
    one = sindy.scaled(design[None], regression.targets[:, 0], regression.deviations[:, 0])
    assert one is not None
    path, values = np.geomspace(0.01, 0.5, 6), one.values[0]
    expected = [
        sindy._fitted(
            pysindy.SR3(reg_weight_lam=t**2 / 2, relax_coeff_nu=1.0, max_iter=200), values[:, :-1], values[:, -1:]
        )
        for t in path
    ]
    np.testing.assert_array_equal(np.concatenate(expected) != 0.0, sindy._sr3(one.grams[0], path))


def of_ensemble(path: Path) -> np.ndarray:
    """The coefficients of the points that bags of rows made, one for each threshold."""
    return path.coefficients[[source == "sindy:ensemble" for source in path.sources]]


def test_the_ensemble_keeps_the_terms_of_most_bags(noisy: DiscoveryProblem) -> None:
    """At a moderate threshold the terms of the law are in most bags, and a term that is not is in fewer."""
    path = next(p for p in SINDy(bags=40).paths(noisy, seed=0) if p.state == "y" and p.kind == "derivative")
    points = of_ensemble(path)
    assert (SINDy().thresholds, len(path.library.terms)) == points.shape
    kept = {term for term, number in zip(path.library.terms, points[8], strict=True) if number}
    assert {parse("y"), parse("x*y")} <= kept
    assert parse("y**2") not in kept


def test_best_supports_of_every_size_are_asked_of_miosr(
    hunted: DiscoveryProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where its solver is there, MIOSR is asked for one term, two, and so on; here a stand-in takes the largest."""
    asked: list[int] = []

    class Largest:
        def __init__(self, target_sparsity: int, alpha: float, regression_timeout: float) -> None:
            assert alpha > 0.0
            assert regression_timeout > 0.0
            self.size = target_sparsity

        def fit(self, terms: np.ndarray, target: np.ndarray) -> None:
            asked.append(self.size)
            row = np.abs(terms.T @ target)[:, 0]
            self.coef_ = np.where(row >= np.sort(row)[-self.size], row, 0.0)[None]

    found = sindy.find_spec
    monkeypatch.setattr(sindy, "find_spec", lambda name: ModuleSpec(name, None) if name == "gurobipy" else found(name))
    monkeypatch.setattr("pysindy.optimizers.MIOSR", Largest, raising=False)
    path = next(SINDy(exact=3).paths(hunted, seed=0))
    assert [1, 2, 3] == asked
    sizes = np.count_nonzero(path.coefficients, axis=1)
    assert [1, 2, 3] == [size for size, source in zip(sizes, path.sources, strict=True) if source == "sindy:miosr"]


def test_a_licence_that_has_run_out_costs_miosr_alone(
    hunted: DiscoveryProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other optimizers' candidates stay; another error is one."""

    class GurobiError(Exception):
        pass

    class Expired:
        error: type[Exception] = GurobiError

        def __init__(self, **settings: float) -> None:
            raise self.error("License expired")

    found = sindy.find_spec
    monkeypatch.setattr(sindy, "find_spec", lambda name: ModuleSpec(name, None) if name == "gurobipy" else found(name))
    monkeypatch.setattr("pysindy.optimizers.MIOSR", Expired, raising=False)
    path = next(SINDy().paths(hunted, seed=0))
    assert {"sindy:stlsq", "sindy:sr3", "sindy:ensemble"} == set(path.sources)
    monkeypatch.setattr(Expired, "error", ValueError)
    with pytest.raises(ValueError, match="expired"):
        next(SINDy().paths(hunted, seed=0))


def test_miosr_finds_the_true_support_and_leaves_stdout_alone(
    noisy: DiscoveryProblem, capfd: pytest.CaptureFixture[str]
) -> None:
    """The real solver: among two terms of y' are x*y and y; its licence is told on stderr at most."""
    pytest.importorskip("gurobipy", reason="Gurobi is not installed; pip install .[miosr] adds it")
    path = next(p for p in SINDy(exact=2).paths(noisy, seed=0) if p.state == "y" and p.kind == "derivative")
    point = path.coefficients[path.sources.index("sindy:miosr") + 1]
    chosen = {term for term, coefficient in zip(path.library.terms, point, strict=True) if coefficient != 0.0}
    assert {parse("y"), parse("x*y")} == chosen
    assert "" == capfd.readouterr().out


def test_no_candidate_is_returned_twice(noisy: DiscoveryProblem) -> None:
    """Equal expressions of one state are one candidate."""
    found = QUICK.search(noisy, seed=0)
    assert len(found) == len({(candidate.state, candidate.expression) for candidate in found})


def test_the_seed_moves_the_ensemble_alone(noisy: DiscoveryProblem) -> None:
    """Another seed draws other bags; the other points stay."""

    def rest(path: Path) -> np.ndarray:
        return path.coefficients[[source != "sindy:ensemble" for source in path.sources]]

    one, other = (list(QUICK.paths(noisy, seed=seed)) for seed in (0, 1))
    for mine, yours in zip(one, other, strict=True):
        np.testing.assert_array_equal(rest(mine), rest(yours))
    assert any(np.any(of_ensemble(mine) != of_ensemble(yours)) for mine, yours in zip(one, other, strict=True))


def test_a_state_that_is_zero_does_not_cost_the_others_their_candidates(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Columns of zeros get no coefficient; an equation without slope gets no candidate."""
    problem = problem_of(law_of({"x": "-2*x", "y": "0*x"}), [[1.0, 0.0]], np.linspace(0.0, 2.0, 60))
    found = QUICK.search(problem, seed=0)
    assert {"x"} == {candidate.state for candidate in found}
    best = min(found, key=lambda candidate: len(candidate.expression.as_ordered_terms()))
    np.testing.assert_allclose(float(best.expression.coeff(parse("x"))), -2.0, rtol=1e-3)
    assert not any(candidate.expression.has(parse("y")) for candidate in found)


def test_a_deadline_that_has_passed_gives_nothing(hunted: DiscoveryProblem) -> None:
    """No regression is begun."""
    assert () == QUICK.search(hunted, seed=0, deadline=Deadline.after(0.0))


def test_the_pool_of_candidates_that_were_kept_is_the_pool_of_those_found(noisy: DiscoveryProblem) -> None:
    """To the last bit: a run that is resumed reads them from a file."""
    found = QUICK.search(noisy, seed=0)
    kept = [
        records.candidate_from(json.loads(json.dumps(records.candidate_document(one))), noisy.names) for one in found
    ]
    assert pool(found, noisy, per_size=2, most=40).entries == pool(kept, noisy, per_size=2, most=40).entries
