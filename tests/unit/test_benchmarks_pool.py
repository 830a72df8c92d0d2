"""The pool's benchmark: shares by source, ours beside the peers, and the key by which a true form is known."""

import numpy as np
import pytest

from benchmarks.pool_sheets import sheets
from benchmarks.pool_truth import canonical, skeleton_key
from discovery.symbolic.complexity import node_count
from discovery.symbolic.evaluate import evaluate
from discovery.symbolic.parse import parse
from pipelines.validation_cases import Case
from pipelines.validation_jobs import Record
from pipelines.validation_sheets import Sheet

NAMES = ("x", "y")
POINTS = np.random.default_rng(0).uniform(0.1, 2.0, (40, 2))
LORENZ, SIR = Case("odebench_56_lorenz_chaotic", 0.05, 0.0, 0), Case("odebench_31_sir", 0.05, 0.0, 0)


def record(*sources: str) -> Record:
    """Of one polynomial equation for each of the sources; empty where it was not found."""
    rows = [
        {"state": f"x_{i}", "kind": "polynomial", "size": 10, "verdict": "identical" if one else "", "sources": one}
        for i, one in enumerate(sources)
    ]
    return {"seconds": 1.0, "equations": rows}


def titled(found: dict[tuple[str, Case], Record], title: str) -> Sheet:
    """The table whose title begins so."""
    subjects = ("pool", "genetic", "pysindy", "operon")
    return next(one for one in sheets(found, subjects) if one.title.startswith(title))


def test_every_source_has_its_share_of_what_was_found() -> None:
    """Of each pool by itself; alone is what no other source has."""
    found = {
        ("pool", LORENZ): record("sindy:stlsq", "sindy:stlsq structured:mixed", ""),
        ("genetic", LORENZ): record("sindy:stlsq", "sindy:stlsq structured:mixed", "operon:residual"),
    }
    assert (
        ("pool", "sindy:stlsq", "2", "100.0 % of 2", "1", "50.0 % of 2"),
        ("pool", "structured:mixed", "1", "50.0 % of 2", "0", "0.0 % of 2"),
        ("genetic", "sindy:stlsq", "2", "66.7 % of 3", "1", "33.3 % of 3"),
        ("genetic", "operon:residual", "1", "33.3 % of 3", "1", "33.3 % of 3"),
        ("genetic", "structured:mixed", "1", "33.3 % of 3", "0", "0.0 % of 3"),
    ) == titled(found, "Sources").rows


def test_peers_stand_beside_ours_on_the_same_cases() -> None:
    """A case that one of them lacks does not count."""
    found = {(subject, LORENZ): record("pool", "") for subject in ("pool", "pysindy", "operon")}
    found["operon", LORENZ] = record("", "")
    found["pool", SIR] = record("pool")
    sheet = titled(found, "Side by side: 1 cases")
    assert (
        "setting", "equations", "pool", "pysindy at its best threshold", "PyOperon alone, equal seconds",
    ) == sheet.columns  # fmt: skip
    assert ("σ=0.05", "all", "50.0 % of 2", "50.0 % of 2", "0.0 % of 2") == sheet.rows[0]


def test_skeleton_keys_ignore_values_only() -> None:
    """The key is the same for other constants, and another for another structure."""
    assert skeleton_key(parse("0.3*x*(1 - x/7)")) == skeleton_key(parse("2*x - 5*x**2"))
    assert skeleton_key(parse("x/(1 + x)")) == skeleton_key(parse("3*x/(2 + 5*x)"))
    assert skeleton_key(parse("x/(1 + x)")) != skeleton_key(parse("x/(1 + y)"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x*(1 - x)", "x - x**2"),
        ("2*x", "2.0*x"),
        ("x**2.0", "x**2"),
        ("x**0.5", "sqrt(x)"),
        ("6*x/(2 + 4*x)", "3*x/(1 + 2*x)"),
        ("x/(x + y) + y*x/(x + y)", "x*(1 + y)/(x + y)"),
        ("exp(1 + x)", "2.718281828459045*exp(x)"),
        ("(x + y)**3", "x**3 + 3*x**2*y + 3*x*y**2 + y**3"),
        ("0.5*2.0*x", "x"),
    ],
)
def test_writings_of_one_law_have_one_form(one: str, other: str) -> None:
    """Expanding, the scale of a fraction and the type of a number make no difference."""
    assert canonical(parse(one)) == canonical(parse(other))


@pytest.mark.parametrize(
    "text", ["x/(2 + x) + x/(1 + 2*x)", "x**1.5 + (-x)**1.5", "sin(x + 2) + sin(2*x + 1)", "exp(-x**2) + exp(x**2)"]
)
def test_terms_that_differ_by_where_a_number_stands_are_two(text: str) -> None:
    """2 + x and 1 + 2*x have the same numbers and the same shape."""
    expression = parse(text)
    np.testing.assert_allclose(
        evaluate(canonical(expression), NAMES, POINTS), evaluate(expression, NAMES, POINTS), rtol=1e-12
    )


def test_sums_in_denominators_are_not_copied_without_end() -> None:
    """Each term above a fraction gets a copy of what is below, so that three small powers would be 100 000 nodes."""
    inner = "(x + 1/y)**71/(3 + (x + 1/y)**71/(2 + tanh(x - y)) + (x + y)*(y - 3)**11)**3"
    large = parse(f"{inner} + x*y")
    assert node_count(canonical(large)) < 100
