"""Two equations that change together."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.windows import cut
from discovery.problems.response import responses
from discovery.problems.together import Together, together
from discovery.protocols import NEVER
from discovery.selection.pairs import FLOOR, Listed, pairs
from discovery.selection.pool import sheets_of
from discovery.selection.prices import Prices, incidence
from discovery.selection.refined import refine
from discovery.selection.second_look import second_look
from discovery.selection.varying import Varying, varied
from discovery.symbolic.complexity import LENGTHS, PER_TRANSCENDENTAL, description_length
from discovery.symbolic.parse import parse
from discovery.symbolic.stated import terms_of
from discovery.types import DiscoveryProblem, EquationCandidate, Law

TIMES = np.linspace(0.0, 12.0, 160)
GLIDER = {"x": "-0.2*x**2 - sin(y)", "y": "x - cos(y)/x"}
CANDIDATES = [
    *(EquationCandidate("x", parse(text), "one") for text in ("-0.3*x - sin(y)", "-0.2*x**2 - sin(y)", "0.2 - y")),
    *(EquationCandidate("y", parse(text), "other") for text in ("0.8*x", "x - cos(y)/x", "0.5*x + 0.1*y", "1 - y")),
]


@pytest.fixture(scope="module")
def glider(law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]) -> DiscoveryProblem:
    """A paper plane at 2 % noise."""
    return problem_of(law_of(GLIDER), [[1.5, 0.5]], TIMES, noise=0.02)


@pytest.fixture(scope="module")
def rows(glider: DiscoveryProblem) -> Together:
    """What the samples say of both equations."""
    laws = {state: parse(text) for state, text in GLIDER.items()}
    found = together(glider.trajectories, glider.smoothing, laws, floor=FLOOR)
    assert found is not None
    return found


def values(text: str, rows: Together) -> np.ndarray:
    """A term at the points."""
    x, y = rows.states.T
    return TERMS[text](x, y)


TERMS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "x": lambda x, y: x,
    "x**2": lambda x, y: x**2,
    "sin(y)": lambda x, y: np.sin(y),
    "cos(y)/x": lambda x, y: np.cos(y) / x,
    "y": lambda x, y: y,
}


def listed(state: str, rows: Together, terms: tuple[str, ...], *supports: tuple[int, ...]) -> Listed:
    """Equations of one state."""
    columns = np.stack([rows.operators[state] @ values(term, rows) for term in terms], axis=1)
    return Listed(
        state, tuple(map(parse, terms)), columns, supports, tuple((f"source {i}",) for i in range(len(supports)))
    )


def test_the_true_law_explains_the_rows_up_to_the_noise(rows: Together) -> None:
    """Both equations together, which a response to one of them cannot say."""
    rates = {
        "x": -0.2 * values("x**2", rows) - values("sin(y)", rows),
        "y": values("x", rows) - values("cos(y)/x", rows),
    }
    left = rows.targets - sum(rows.operators[state] @ rate for state, rate in rates.items())
    assert float(left @ left) / rows.count == pytest.approx(1.0, abs=0.2)
    wrong = rows.targets - rows.operators["x"] @ rates["x"]
    assert float(wrong @ wrong) / rows.count > 5.0


def test_rows_of_one_equation_are_those_of_its_response(glider: DiscoveryProblem, rows: Together) -> None:
    """Where the other equation's rate is that of the curve, as a response supposes."""
    laws = {state: parse(text) for state, text in GLIDER.items()}
    response = responses(glider.trajectories, glider.smoothing, laws, NEVER, floor=FLOOR)[0]
    column = values("x**2", rows)
    alone, both = response.operator @ column, rows.operators["x"] @ column
    assert rows.count == response.count
    assert float(alone @ alone) == pytest.approx(float(both @ both), rel=1e-2)


def test_costs_are_those_of_least_squares_and_the_law_is_left_out(rows: Together) -> None:
    """Each form of one equation beside each of another; pairs that change one equation only are not for here."""
    one = listed("x", rows, ("x", "x**2", "sin(y)"), (0, 2), (1, 2), (0, 1, 2))
    other = listed("y", rows, ("x", "cos(y)/x", "y"), (0,), (0, 1), (2,))
    found = pairs(one, other, rows.targets, rows.count, (), 9)
    assert len(found) == 4
    assert found[0].places == (1, 1), "the true pair is the shortest"
    assert [pair.length for pair in found] == sorted(pair.length for pair in found)
    columns = np.hstack([one.columns[:, [1, 2]], other.columns[:, [0, 1]]])
    wanted = np.linalg.lstsq(columns, rows.targets, rcond=None)[0]
    np.testing.assert_allclose(np.concatenate(found[0].numbers), wanted, rtol=1e-4)
    np.testing.assert_allclose(wanted, (-0.2, -1.0, 1.0, -1.0), atol=0.15)


def test_costs_are_exact_where_there_is_hardly_noise(rows: Together) -> None:
    """The ridge that keeps equal columns solvable adds nothing to chi-squared, however large the targets are."""
    one = listed("x", rows, ("x", "x**2", "sin(y)"), (0,), (1, 2), (0, 1, 2))
    other = listed("y", rows, ("x", "cos(y)/x", "y"), (2,), (0, 1), (0, 1, 2))
    exact = one.columns @ np.array([0.0, -0.2, -1.0]) + other.columns @ np.array([1.0, -1.0, 0.0])
    exact *= 1e5  # deviations of the noise, beside which what is left is small
    left = np.random.default_rng(0).normal(size=len(exact), scale=0.5)
    true = next(pair for pair in pairs(one, other, exact + left, rows.count, (), 4) if pair.places == (1, 1))
    columns = np.hstack([one.columns[:, [1, 2]], other.columns[:, [0, 1]]])
    residual = exact + left - columns @ np.linalg.lstsq(columns, exact + left, rcond=None)[0]
    prices = [Prices.of(some.terms, range(3), (), rows.count) for some in (one, other)]
    uses = [incidence(some.supports, 3) for some in (one, other)]
    stated = prices[0](uses[0])[1] + prices[1](uses[1])[1] - prices[0].spared(uses[0], prices[1], uses[1])[1, 1]
    assert 2.0 * (true.length - stated) == pytest.approx(float(residual @ residual), rel=0.1)


def test_what_two_equations_share_is_priced_once() -> None:
    """A term of both, and a function of one argument."""
    terms = (parse("x**2*y"), parse("sin(y)"), parse("x"))
    mine, theirs = (Prices.of(terms, range(3), (), 100) for _ in range(2))
    uses = incidence([(0,), (1,), (2,)], 3)
    spared = mine.spared(uses, theirs, uses)
    assert spared[0, 0] > 3.0
    assert spared[1, 1] > LENGTHS * PER_TRANSCENDENTAL, "the function as well"
    assert spared[2, 2] == 0.0, "a single state is no shorter to point at"
    assert np.all(spared[~np.eye(3, dtype=bool)] == 0.0)
    known = Prices.of(terms, range(3), (parse("3*x**2*y + cos(y)"),), 100)
    nats = known(uses) - mine(uses)
    assert nats[0] < -3.0
    assert nats[1] == pytest.approx(-LENGTHS * PER_TRANSCENDENTAL)
    assert nats[2] == 0.0
    plain = 1.5 * description_length(parse("c0*x")) + 0.5 * np.log(100)
    assert mine(uses)[2] == pytest.approx(plain)


def test_both_equations_change_where_neither_would_alone(glider: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """The pair is proposed about the curve of the law that has both wrong, and fits."""
    noise = glider.smoothing.noise
    windows = cut(glider.trajectories, glider.smoothing.trajectories, noise, len(TIMES))
    start = np.array([[1.5, 0.5]])
    wrong = refine(law_of({"x": "c0*x + c1*sin(y)", "y": "c2*x"}, -0.3, -1.0, 0.8), windows, starts=start)
    assert wrong is not None
    look = second_look(sheets_of(CANDIDATES, glider), glider, wrong.fit, windows, noise, most=1)
    assert look.pairs
    credited = {source for pair in look.pairs for entry in pair for source in entry.sources}
    assert {"one", "other"} <= credited, "an engine's form is the engine's here too"
    none = dict.fromkeys(("x", "y"), ())
    told: list[tuple[str, float | None]] = []
    found = varied(
        [wrong], none, windows, Varying(), threads=1, deadline=NEVER, pairs=look.pairs,
        progress=lambda _, message="", share=None: told.append((message, share)),
    )  # fmt: skip
    assert [
        ("exchanging the equation of x on long windows", 0.0),
        ("exchanging the equation of y on long windows", 1 / 6),
    ] == told
    assert found[0].score < wrong.score
    assert all(one != other for one, other in zip(found[0].law.skeletons, wrong.law.skeletons, strict=True))


def test_pairs_change_both_equations(glider: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """Where the law has one of them right it is in no pair, though a candidate has it as well, with other constants."""
    noise = glider.smoothing.noise
    windows = cut(glider.trajectories, glider.smoothing.trajectories, noise, len(TIMES))
    start = np.array([[1.5, 0.5]])
    half = refine(
        law_of({"x": "c0*x + c1*sin(y)", "y": "c2*x + c3*cos(y)/x"}, -0.3, -1.0, 1.0, -1.0), windows, starts=start
    )
    assert half is not None
    look = second_look(sheets_of(CANDIDATES, glider), glider, half.fit, windows, noise, most=1)
    assert look.pairs
    for place, own in enumerate(half.law.skeletons):
        terms = {term for _, term in terms_of(own)}
        assert all(terms != {term for _, term in terms_of(pair[place].skeleton)} for pair in look.pairs)


def test_three_equations_hold_the_third(
    law_of: Callable[..., Law], problem_of: Callable[..., DiscoveryProblem]
) -> None:
    """Its constants follow, its form stays."""
    true = {"x": "-0.5*x*y", "y": "0.5*x*y - 0.3*y", "z": "0.3*y - 0.1*z"}
    problem = problem_of(law_of(true), [[2.0, 0.3, 0.1]], TIMES, noise=0.01)
    noise = problem.smoothing.noise
    windows = cut(problem.trajectories, problem.smoothing.trajectories, noise, len(TIMES))
    wrong = law_of({"x": "c0*y", "y": "c1*x + c2*y", "z": "c3*y + c4*z"}, -0.5, 0.3, -0.3, 0.25, -0.1)
    fitted = refine(wrong, windows, starts=np.array([[2.0, 0.3, 0.1]]))
    assert fitted is not None
    texts = [("x", "x*y"), ("x", "y"), ("y", "x*y + y"), ("y", "x + y"), ("z", "y + z"), ("z", "x")]
    candidates = [EquationCandidate(state, parse(text), "test") for state, text in texts]
    look = second_look(sheets_of(candidates, problem), problem, fitted.fit, windows, noise, most=9)
    forms = [{entry.state: str(entry.skeleton) for entry in pair} for pair in look.pairs]
    assert {tuple(one) for one in forms} <= {("x", "y"), ("x", "z"), ("y", "z")}
    first = next(one for one in forms if set(one) == {"x", "y"})
    assert first == {"x": "c0*x*y", "y": "c0*x*y + c1*y"}


def test_no_pairs_of_one_state(glider: DiscoveryProblem, law_of: Callable[..., Law]) -> None:
    """Where the other equation is settled."""
    settled = replace(glider, settled={"y": parse("x - cos(y)/x")})
    noise = glider.smoothing.noise
    windows = cut(glider.trajectories, glider.smoothing.trajectories, noise, len(TIMES))
    wrong = refine(
        law_of({"x": "c0*x + c1*sin(y)", "y": "c2*x"}, -0.3, -1.0, 0.8), windows, starts=np.array([[1.5, 0.5]])
    )
    assert wrong is not None
    look = second_look(sheets_of(CANDIDATES, settled), settled, wrong.fit, windows, noise, most=9)
    assert look.pools
    assert not look.pairs
