"""Size and description length."""

import math

import pytest
import sympy as sp

from discovery.symbolic.complexity import (
    PER_TRANSCENDENTAL,
    description_length,
    factored,
    functions_of,
    node_count,
    shortest,
)
from discovery.symbolic.constants import gathered, term_of
from discovery.symbolic.parse import parse
from discovery.symbolic.stated import added_length
from discovery.symbolic.summed import Told, summed_length
from discovery.types import symbol


@pytest.mark.parametrize(
    ("text", "nodes"),
    [("x", 1), ("2.5", 1), ("-x", 1), ("2*x", 3), ("-2*x", 3), ("x + y", 3), ("x - y", 3), ("x**2", 3), ("sin(x)", 2),
     ("x*y - 1.5*x", 7), ("x/(1 + x)", 7)],
)  # fmt: skip
def test_nodes_are_counted_from_root_to_leaves(text: str, nodes: int) -> None:
    """A number counts one, a minus sign nothing."""
    assert nodes == node_count(parse(text))


def test_numbers_count_one_however_they_are_written() -> None:
    """Exact numbers that take several nodes in SymPy are constants here, and 1.0 as a factor is none."""
    x = symbol("x")
    assert node_count(2 * x) == node_count(sp.sqrt(2) * sp.pi * x)
    assert node_count(sp.Float(-1.0) * x) == 1


@pytest.mark.parametrize(
    ("text", "kinds"),
    [("2*x", 3), ("x*y - 1.5*x", 5), ("x**2 + y", 5), ("x**2 + x**3", 5), ("c0*x + c1*x*y", 5)],
)
def test_a_node_costs_the_logarithm_of_the_number_of_kinds(text: str, kinds: int) -> None:
    """Kinds are sum, product, power, each state, each exponent, and number; constants are numbers."""
    expression = parse(text)
    assert pytest.approx(node_count(expression) * math.log(kinds)) == description_length(expression)


def test_a_parabola_is_shorter_than_the_sine_that_imitates_it() -> None:
    """Logistic growth and a sine of small argument have two constants each; the data may not tell them apart."""
    assert description_length(parse("0.8*x - 0.01*x**2")) < description_length(parse("17*sin(0.04*x)"))


def test_a_sine_is_shorter_than_its_series() -> None:
    """A pendulum is not given a cubic law where a sine does."""
    assert description_length(parse("-2*sin(x)")) < description_length(parse("-2*x + 0.33*x**3"))


@pytest.mark.parametrize(
    "text", ["c0/(c1*exp(c2*x) + 1)", "c0/(c1 + exp(c2*x))", "c0/(1 + exp(c1 + c2*x))", "c0*tanh(c1 + c2*x)"]
)
def test_a_logistic_function_is_one_function_however_it_is_written(text: str) -> None:
    """It is tanh in other scales: product, number, function, sum, number, product, number and state."""
    length = description_length(parse(text))
    assert pytest.approx(8 * math.log(5) + PER_TRANSCENDENTAL) == length


@pytest.mark.parametrize(
    ("text", "nodes"),
    [("c0/(c1*exp(c2*x) + 1)**2", 12), ("c0/(c1*x + exp(c2*x))", 12), ("c0/(1 + c1*cos(x))", 10),
     ("c0/(1 + exp(x) + exp(y))", 10)],
)  # fmt: skip
def test_what_looks_like_a_logistic_function_is_spelled_out(text: str, nodes: int) -> None:
    """Another power, a denominator without a constant, another function, two functions."""
    assert nodes == node_count(parse(text))


@pytest.mark.parametrize(
    "text",
    ["0", "2*x", "x + 3*y - 1", "2*sin(3*x) + 4*y*sin(2*x)", "log(x) + 2*y*log(x)", "1/(1 + 2*x) + x/(3 + y**2)",
     "x*y - 2*x - 3*x**2 + y**3 - x**3*y**2 + 1", "x**2*sin(y) + 3*x**3*sin(y) + x*sin(y)**2 - y/(2 + x)",
     "0.3*exp(2*x)/(1 + 3*exp(2*x)) + x", "2*x/(1 + 3*exp(2*y)) - exp(-x)", "x**1.7*y + abs(x)*x"],
)  # fmt: skip
def test_the_length_of_a_sum_is_that_of_its_terms(text: str) -> None:
    """Each with constants of its own; what has none, as log(x), is stated once."""
    whole = gathered([term_of(term).times(1.0) for term in sp.Add.make_args(parse(text))])
    length = shortest(whole.family()) + PER_TRANSCENDENTAL * len(functions_of(whole.family()))
    assert pytest.approx(length) == summed_length([term.family() for term in whole.terms])


@pytest.mark.parametrize(
    ("text", "other"),
    [("2*x*y**2 - x + 3", "y - 2*x*y**2"), ("x*y - x", "x*y - y"), ("sin(x) + y*x", "cos(x) - y"), ("x - y", "x*y")],
)
def test_what_another_equation_states_is_pointed_at(text: str, other: str) -> None:
    """A flow between two states is stated once, and so is that a state is an angle; as in the final score."""
    sums = [gathered([term_of(term).times(1.0) for term in sp.Add.make_args(parse(one))]) for one in (text, other)]
    whole, told = sums[0], Told.by([sums[1].family()])
    added = added_length(whole.family(), [sums[1].family()])
    assert pytest.approx(added) == summed_length([term.family() for term in whole.terms], told)


def test_a_sum_may_have_terms_without_constants() -> None:
    """What is left of a state before brackets is 1."""
    x, y = symbol("x"), symbol("y")
    assert pytest.approx(shortest(x + x * y)) == summed_length([x, x * y])


@pytest.mark.parametrize(
    ("text", "plain", "surcharge"),
    [("sin(x)", "abs(x)", 8.0), ("x**1.5", "x**2", 8.0), ("x**-2", "x**2", 1.0), ("x**-1.5", "x**2", 9.0)],
)
def test_functions_and_denominators_cost_extra(text: str, plain: str, surcharge: float) -> None:
    """Eight nats for a transcendental function or broken power, one for a denominator."""
    assert pytest.approx(description_length(parse(plain)) + surcharge) == description_length(parse(text))


@pytest.mark.parametrize(
    ("text", "short"),
    [("c0*x + c1*x**2", "x*(c0 + c1*x)"), ("c0 + c1*x + c2*x**2", "c0 + x*(c1 + c2*x)"),
     ("c0*x**2*y + c1*x*y**2 + c2*x*y", "x*y*(c0*x + c1*y + c2)"), ("c0*sin(x) + c1*x*sin(x)", "(c0 + c1*x)*sin(x)"),
     ("x + y", "x + y"), ("-2*x + 2*y", "-2*x + 2*y")],
)  # fmt: skip
def test_what_terms_share_is_written_once(text: str, short: str) -> None:
    """As Horner writes polynomials; numbers are left where they are."""
    assert short == str(factored(parse(text)))
    assert 0 == sp.expand(factored(parse(text)) - parse(text))


def test_a_shared_function_of_a_difference_is_written_once() -> None:
    """SymPy divides by exp(u) to exp(u) exp(-u), from which brackets had been opened without end."""
    c1, c2, x, y = (symbol(name) for name in ("c1", "c2", "x", "y"))
    shared = sp.exp(c2 * x - c2 * y)
    short = factored(c1 * x * shared - c1 * y * shared)
    assert {c1 * x - c1 * y, shared} == set(short.args)


def test_brackets_end_whatever_is_shared() -> None:
    """The bound is one of counts, so that no rule of SymPy's can undo it."""
    x = symbol("x")
    terms = sp.Add(*(symbol(f"c{power}") * x**power for power in range(100)))
    assert 0 == sp.expand(factored(terms) - terms)
    assert terms == factored(terms, 0)


@pytest.mark.parametrize(
    ("text", "functions"),
    [("sin(x) + x*cos(x)", 1), ("sin(x)*cos(x) - tan(x)**2", 1), ("sin(x) + cos(y)", 2), ("sin(x) + sin(2*x)", 2),
     ("exp(-x) + y*exp(-x)", 1), ("exp(-x) + exp(x)", 2), ("x**1.5 + y*x**1.5", 1), ("x**1.5 + x**2.5", 2)],
)  # fmt: skip
def test_a_function_of_one_argument_is_paid_once(text: str, functions: int) -> None:
    """Sine, cosine and tangent of an angle are one: that a state is an angle is one thing to say."""
    assert len(functions_of(parse(text))) == functions


def test_an_exact_power_of_ten_is_one_in_another_unit() -> None:
    """1000 v is as long as v, as x' = v is in metres; 999 v, and a constant that is near a thousand, are not."""
    v = symbol("v")
    one, thousandth = (description_length(number * v) for number in (sp.Integer(1000), sp.Rational(-1, 1000)))
    assert one == thousandth == description_length(v)
    assert description_length(v / 10) == description_length(999 * v)  # no units differ by ten
    assert description_length(999 * v) == description_length(sp.Float(1000.0) * v) > one
    assert description_length(v**2 + sp.Integer(10) ** 6 * v) == description_length(v**2 - v)


def test_functions_of_a_less_likely_equation_cost_what_that_is_behind() -> None:
    """Or what they cost by themselves, if that is less."""
    x, wave = symbol("x"), parse("sin(x)")
    functions = functions_of(wave)
    alone = summed_length([wave * x])
    assert pytest.approx(alone - PER_TRANSCENDENTAL) == summed_length([wave * x], Told(functions))
    behind = alone - PER_TRANSCENDENTAL + 3.0
    assert pytest.approx(behind) == summed_length([wave * x], Told(instead=((functions, 3.0),)))
    assert pytest.approx(alone) == summed_length([wave * x], Told(instead=((functions, 30.0),)))
