"""The form verdict on published laws: rewritings, other constants, and near misses."""

import math

import numpy as np
import pytest
import sympy as sp

from discovery.errors import ExpressionError, UsageError
from discovery.symbolic import compare as compare_module
from discovery.symbolic.compare import _families, compare, compare_laws
from discovery.symbolic.evaluate import evaluate
from discovery.symbolic.parse import parse
from discovery.types import symbol

NAMES = ("x", "y", "z")

# Law and rewritings of it: logistic with Allee effect, neuron with logistic activation, pendulum on a turntable, spruce
# budworm, autocatalysis, van der Pol, chlorine dioxide-iodine, Lorenz, shear flow, opinion with broken exponents, Hill;
# Allee effects with no number in front of the product.
REWRITINGS = {
    "0.14*x*(1 - 0.0077*x)*(0.2273*x - 1)": [
        "-0.14*x + 0.0329*x**2 - 0.0002450294*x**3",
        "0.14*x*(0.2273*x - 1 - 0.00175021*x**2 + 0.0077*x)",
    ],
    "-0.5 + 1/(1 + 1.65*exp(-1.04*x))": [
        "exp(1.04*x)/(exp(1.04*x) + 1.65) - 1/2",
        "1/(1 + exp(0.5007752879124893 - 1.04*x)) - 0.5",
        "(0.5*exp(1.04*x) - 0.825)/(exp(1.04*x) + 1.65)",
        "0.5 - 1.65/(1.65 + exp(0.52*x)*exp(0.52*x))",
    ],
    "0.0981*(9.7*cos(x) - 1)*sin(x)": ["0.475785*sin(2*x) - 0.0981*sin(x)", "sin(x)*(0.85347 - 0.95157*(1 - cos(x)))"],
    "0.4*x*(1 - 0.0105*x) - x**2/(x**2 + 1)": [
        "0.4*x - 0.0042*x**2 - 1 + 1/(1 + x**2)",
        "0.4*x*(1 - 0.0105*x) - 1/(1 + 1/x**2)",
    ],
    "x**2*y - x + 2.4*y": ["y*(x**2 + 2.4) - x", "(x**2 + 2.4)*(y - x/(x**2 + 2.4))"],
    "-x - 0.43*y*(x**2 - 1)": ["0.43*y - x - 0.43*x**2*y", "0.43*y*(1 - x)*(1 + x) - x"],
    "-4*x*y/(x**2 + 1) - x + 8.9": ["(8.9 + 8.9*x**2 - x**3 - x - 4*x*y)/(1 + x**2)", "8.9 - x*(1 + 8*y/(2 + 2*x**2))"],
    "(4.2*sin(y)**2 + cos(y)**2)*sin(x)": ["(1 + 3.2*sin(y)**2)*sin(x)", "sin(x)*(2.6 - 1.6*cos(2*y))"],
    "-0.8*x*(1 - x)**1.2 + 0.2*x**1.2*(1 - x)": ["0.2*(1 - x)*exp(1.2*log(x)) - 0.8*x*exp(1.2*log(1 - x))"],
    "0.4*x**5/(x**5 + 123) - 0.89*x + 1.4": ["1.4 - 0.89*x + 0.4/(1 + 123/x**5)", "1.8 - 0.89*x - 49.2/(123 + x**5)"],
    "x*(z - 0.7) - 3.5*y": ["x*z - 7*(x + 5*y)/10"],
    "x*(2 - x)*(0.3*x - 0.1)": ["0.7*x**2 - 0.3*x**3 - 0.2*x", "0.3*x*(x - 2)*(1/3 - x)"],
    "(x + 0.5)*(3*y - 5)": ["3*x*y - 5*x + 1.5*y - 2.5", "0.5*(2*x + 1)*(3*y - 5)"],
    "0.032*x*log(2.29*x)": ["0.032*x*log(x) + 0.032*log(2.29)*x", "0.016*x*log(5.2441*x**2)"],
}  # fmt: skip
PAIRS = [(law, other) for law, others in REWRITINGS.items() for other in others]


@pytest.mark.parametrize(("law", "other"), PAIRS)
def test_rewritings_are_identical_both_ways(law: str, other: str) -> None:
    """However a law is written, it is the same law; neither writing is privileged."""
    for found, reference in ((other, law), (law, other)):
        verdict = compare(parse(found), parse(reference), NAMES)
        assert verdict.verdict == "identical"
        assert pytest.approx(verdict.largest_error, abs=1e-6) == 0.0


@pytest.mark.parametrize("law", REWRITINGS)
def test_every_constant_within_five_percent_is_identical(law: str) -> None:
    """Scaling the whole law by 1.04 keeps it identical, and the error is reported."""
    verdict = compare(1.04 * parse(law), parse(law), NAMES)
    assert ("identical", pytest.approx(0.04)) == (verdict.verdict, verdict.largest_error)


@pytest.mark.parametrize("law", REWRITINGS)
def test_other_constants_are_the_same_structure(law: str) -> None:
    """Scaling the whole law by 1.1 leaves the structure and not the constants."""
    verdict = compare(1.1 * parse(law), parse(law), NAMES)
    assert ("same structure", pytest.approx(0.1)) == (verdict.verdict, verdict.largest_error)


@pytest.mark.parametrize(
    ("found", "reference"),
    [
        ("0.303*x - 0.2*x**2", "0.3*x*(1 - x/3)"),
        ("1.3*x/(3 + x) - 0.7*y", "x/(0.5 + x) - y"),
        ("x - x**2 - 0.0623*x/(x + 0.55)", "x*(1 - x) - 0.08*x/(x + 0.8)"),
        ("0.3*sin(1.7*x - 0.3*y)", "sin(x - y)"),
        ("3*x/(x + 3)**2", "x/(x + 30)**2"),
        ("2*exp(-5*x)", "exp(-x)"),
        ("sin(x)", "sin(7*x)"),
        ("sin(x + 1)", "sin(5*x + 1)"),
        ("-x + 0.5*sin(y)", "-x + 0.5*sin(6.283*y)"),
        ("cos(x)*(1 + x) + 1e-9*y", "cos(9*x)*(1 + 30*x)"),
    ],
)
def test_constants_far_away_are_found(found: str, reference: str) -> None:
    """The fit of the family's constants reaches members that are not near the reference, scales of 1 among them."""
    assert compare(parse(found), parse(reference), NAMES).verdict == "same structure"


@pytest.mark.parametrize(
    ("found", "reference", "worst"),
    [
        ("0.5*(x + 1)*(3*y - 5)", "(x + 0.5)*(3*y - 5)", 1.0),
        ("2.49*x**2*(1 + x)*(2*x - 1.96)", "x**2*(x + 2.49)*(2*x - 1.96)", 1.49),
    ],
)
def test_an_offset_in_one_of_two_sums_is_a_constant(found: str, reference: str, worst: float) -> None:
    """Offsets of 1 and 0.5 are not the same, whatever the other sum is multiplied by."""
    verdict = compare(parse(found), parse(reference), NAMES)
    assert ("same structure", pytest.approx(worst)) == (verdict.verdict, verdict.largest_error)


@pytest.mark.parametrize("law", [*REWRITINGS, "sin(y) + sin(3*x)", "exp(-y/x)*(x + 1.1)*(y + 2)*(3*x - z)"])
def test_a_family_is_the_sum_of_its_columns(law: str) -> None:
    """Its linear constants times their columns give the reference, with nothing left over."""
    reference = parse(law)
    points = np.random.default_rng(0).uniform(0.1, 0.9, (20, 3))
    for family, _, _ in _families(reference, NAMES, {}):
        inner = np.broadcast_to([family.values[i] for i in family.inner], (20, len(family.inner)))
        columns = family.program(np.hstack([points, inner]))
        np.testing.assert_allclose(
            columns @ [family.values[i] for i in family.linear], evaluate(reference, NAMES, points), rtol=1e-9
        )


@pytest.mark.parametrize("law", REWRITINGS)
@pytest.mark.parametrize("extra", ["0.1*x**2*y**2", "-0.2*exp(-y)", "0.1*x**4", "0.05*z"])
def test_a_term_more_or_less_is_different(law: str, extra: str) -> None:
    """Neither a term that the reference does not have, nor one that it has and the found law has not."""
    plain, longer = parse(law), parse(f"{law} + {extra}")
    assert compare(longer, plain, NAMES).verdict == "different"
    assert compare(plain, longer, NAMES).verdict == "different"


@pytest.mark.parametrize(
    ("found", "reference"),
    [
        ("-x", "x"),
        ("1.1*x + 0.4*x*y", "1.1*x - 0.4*x*y"),
        ("x/(1 - 0.5*x)", "x/(1 + 0.5*x)"),
        ("exp(0.5*x)", "exp(-0.5*x)"),
        ("sin(x + y)", "sin(x - y)"),
        ("-0.43*y*(x**2 + 1) - x", "-0.43*y*(x**2 - 1) - x"),
    ],
)
def test_a_wrong_sign_is_different(found: str, reference: str) -> None:
    """Signs belong to the structure."""
    assert compare(parse(found), parse(reference), NAMES).verdict == "different"


def test_a_constant_may_be_stated_free_in_sign() -> None:
    """A symbol with a value in ``free`` is a constant of either sign; the others keep theirs."""
    reference = parse("x - x**3 + k*y")
    assert compare(parse("x - x**3 - 0.2*y"), reference, NAMES, free={"k": 0.2}).verdict == "same structure"
    assert compare(parse("x - x**3 + 0.2*y"), reference, NAMES, free={"k": 0.2}).verdict == "identical"
    assert compare(parse("x + x**3 - 0.2*y"), reference, NAMES, free={"k": 0.2}).verdict == "different"
    assert compare(parse("exp(0.5*x)"), parse("exp(k*x)"), NAMES, free={"k": -0.5}).verdict == "same structure"


def test_an_offset_that_is_not_there_is_no_constant() -> None:
    """A scale that nobody wrote is 1; an offset that nobody wrote is 0, and the form lacks it."""
    assert compare(parse("sin(x)"), parse("sin(x + 1)"), NAMES).verdict == "different"
    assert compare(parse("sin(x)"), parse("sin(5*x + 1)"), NAMES).verdict == "different"


def test_integer_exponents_are_structure_and_broken_ones_are_constants() -> None:
    """x**3 is not x**2, but x**1.7 is a member of x**1.5's family."""
    assert compare(parse("x**3"), parse("x**2"), NAMES).verdict == "different"
    assert compare(parse("x**1.7"), parse("x**1.5"), NAMES).verdict == "same structure"


def test_a_term_that_cannot_be_seen_is_forgiven() -> None:
    """An extra term of a millionth of the law is not held against it."""
    assert compare(parse("x + 1e-7*y**2"), parse("x"), NAMES).verdict == "identical"


def test_a_product_multiplied_out_may_miss_it_slightly() -> None:
    """A fit cannot make four coefficients obey a product of two sums; within 5 % each, it is identical."""
    law = parse("(x**2 + y**2)*(0.25*z + 1)")
    near = parse("x**2 + 1.01*y**2 + 0.25*x**2*z + 0.251*y**2*z")
    far = parse("x**2 + 1.01*y**2 + 0.25*x**2*z + 0.35*y**2*z")
    assert compare(near, law, NAMES).verdict == "identical"
    assert compare(far, law, NAMES).verdict == "different"


def test_an_approximation_is_equal_on_the_region_only() -> None:
    """A sine of small angles is a line there, and the verdict says so; on a wider region it is different."""
    sine, line = parse("sin(x)"), parse("x")
    assert compare(sine, line, NAMES, region={"x": (-0.005, 0.005)}).verdict == "numerically equal on the region"
    assert compare(sine, line, NAMES, region={"x": (-1, 1)}).verdict == "different"


@pytest.mark.parametrize(
    "law", ["log(x - 100)", "sqrt(x - 50)", "y*x*asin(x) - exp(y - 159)", "atan(y)**3 + 358039.56", "log(-1 - x**2)"]
)
def test_a_law_is_identical_to_itself(law: str) -> None:
    """Wherever it is defined, and however little its terms do where it is looked at."""
    verdict = compare(parse(law), parse(law), NAMES)
    assert ("identical", 0.0) == (verdict.verdict, verdict.largest_error)


@pytest.mark.parametrize(
    ("found", "reference", "error"),
    [("log(x - 101)", "log(x - 100)", 0.01), ("1.02*atan(y)**3 + 358039.56", "atan(y)**3 + 358039.56", 0.02)],
)
def test_constants_are_read_where_values_do_not_tell_them(found: str, reference: str, error: float) -> None:
    """Of a law that is written as the reference is, they need no fit."""
    verdict = compare(parse(found), parse(reference), NAMES)
    assert ("identical", pytest.approx(error)) == (verdict.verdict, verdict.largest_error)
    mirrored = parse(reference).subs(symbol("y"), -symbol("y")).subs(symbol("x"), -symbol("x"))
    assert "identical" != compare(mirrored, parse(reference), NAMES, region={"x": (-200, 200)}).verdict


def test_a_law_that_is_not_defined_where_the_reference_is_is_different() -> None:
    """The region says where the reference is a law."""
    verdict = compare(parse("sqrt(x - 1e6)"), parse("x"), NAMES)
    assert verdict.verdict == "different"
    assert verdict.how == "The found law is defined at no point at which the reference is."


@pytest.mark.parametrize(("found", "reference"), [("x", "sqrt(x - 50)"), ("2*sqrt(x - 50)", "sqrt(x - 50)")])
def test_a_region_is_asked_for_where_the_reference_is_not_defined(found: str, reference: str) -> None:
    """Of laws without a common point nothing can be said; in the right region there is a verdict."""
    with pytest.raises(UsageError, match=r"no point at which both .* region x=-3:3\. Give the region .* --region"):
        compare(parse(found), parse(reference), ("x",))
    verdict = compare(parse(found), parse(reference), ("x",), region={"x": (50, 60)}).verdict
    assert ("different" if found == "x" else "same structure") == verdict


def test_a_fit_that_is_cut_off_says_so() -> None:
    """Without time there is no fit, and the sentence says why the verdict is what it is."""
    verdict = compare(parse("2*x"), parse("x"), NAMES, seconds=0.0)
    assert verdict.verdict == "different"
    assert verdict.how.endswith("The fit was cut off after 0 s.")


def test_zero_is_only_identical_to_zero() -> None:
    """A vanishing derivative has no constants to free."""
    zero = sp.S.Zero
    assert compare(parse("x - x"), zero, NAMES).verdict == "identical"
    hidden = parse("sin(x)**2 + cos(x)**2 - 1")
    assert compare(hidden, zero, NAMES).verdict == compare(zero, hidden, NAMES).verdict == "identical"
    assert compare(parse("1e-9*x"), zero, NAMES).verdict == "different"
    assert compare(parse("x"), zero, NAMES).verdict == "different"
    assert compare(zero, parse("x"), NAMES).verdict == "different"


def test_states_may_be_called_as_constants_are() -> None:
    """The family's constants do not clash with a state named c0."""
    assert compare(parse("2*c0*x"), parse("3*c0*x"), ("c0", "x")).verdict == "same structure"


def test_a_system_is_judged_by_its_worst_equation() -> None:
    """One wrong equation decides; the sentence names it."""
    reference = {"x": parse("10*(y - x)"), "y": parse("x*(28 - z) - y"), "z": parse("x*y - 2.667*z")}
    found = {"x": parse("10*y - 10*x"), "y": parse("28*x - x*z - y"), "z": parse("x*y - 3*z")}
    verdict = compare_laws(found, reference)
    assert ("same structure", pytest.approx(3 / 2.667 - 1)) == (verdict.verdict, verdict.largest_error)
    assert verdict.how.startswith("Equation of z: ")
    wrong = compare_laws({**found, "y": parse("28*x - y")}, reference)
    assert wrong.verdict == "different"
    assert math.isnan(wrong.largest_error)


def test_systems_with_other_states_are_different() -> None:
    """A missing equation is named."""
    verdict = compare_laws({"x": parse("x")}, {"x": parse("x"), "y": parse("x")})
    assert (verdict.verdict, verdict.how) == ("different", "Only one of the laws has an equation for y.")


def test_unknown_symbols_are_refused() -> None:
    """A symbol that is neither a variable nor a stated constant is an error, not a verdict."""
    with pytest.raises(ExpressionError, match="Symbol 'k' has no value"):
        compare(parse("x"), parse("k*x"), ("x",))


@pytest.mark.parametrize("bad", [(1.0, 1.0), (2.0, 1.0), (0.0, math.inf), (math.nan, 1.0)])
def test_an_empty_region_is_refused(bad: tuple[float, float]) -> None:
    """A range needs a finite lower end below a finite upper end."""
    with pytest.raises(UsageError, match=r"The region of 'x' is .* Give a finite range"):
        compare(parse("x"), parse("x"), ("x",), region={"x": bad})


def test_a_law_of_many_terms_multiplied_out_is_not_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    """As written it has few constants; multiplied out, more than the points could tell."""
    reference, names = parse("(x + y + 1.1)**4"), ("x", "y")
    assert ["", " (multiplied out)"] == [where for _, where, _ in _families(reference, names, {})]
    monkeypatch.setattr(compare_module, "MOST_TERMS", 14)
    assert [""] == [where for _, where, _ in _families(reference, names, {})]
    assert "identical" == compare(parse("(1.01*x + y + 1.1)**4"), reference, names).verdict


@pytest.mark.parametrize("scale", [0.995509097553123, 1.02])
def test_a_quotient_of_cosine_and_sine_is_a_cotangent(scale: float) -> None:
    """Whatever the fit would make of its poles."""
    found = parse(f"0.98*cos({scale}*x)*cos({scale}*y)/sin({scale}*y)")
    region = {"x": (-1.34, 1.34), "y": (-3.03, -0.114)}
    assert "identical" == compare(found, parse("cos(x)*cot(y)"), ("x", "y"), region=region).verdict
    other = parse(f"0.98*cos({scale}*x)*cos({scale}*x)/sin({scale}*y)")
    assert "different" == compare(other, parse("cos(x)*cot(y)"), ("x", "y"), region=region).verdict


def test_laws_without_equations_are_refused() -> None:
    """There is nothing to judge."""
    with pytest.raises(UsageError, match="There are no equations to compare"):
        compare_laws({}, {})
