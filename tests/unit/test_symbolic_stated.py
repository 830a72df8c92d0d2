"""The length of a law whose equations state what they share once."""

from itertools import permutations

import pytest
import sympy as sp

from discovery.symbolic.complexity import PER_TRANSCENDENTAL, description_length
from discovery.symbolic.parse import parse
from discovery.symbolic.stated import added_length, is_shared, stated_length, terms_of


def sides(*texts: str) -> list[sp.Expr]:
    """Right-hand sides."""
    return [parse(text) for text in texts]


@pytest.mark.parametrize("text", ["x*(c0 + c1*x)", "c0 + c1*x", "x*y*(c0*x + c1*y + c2)"])
def test_to_multiply_out_costs_nothing(text: str) -> None:
    """A law has one length, and it is not more than that of any spelling at hand."""
    assert stated_length(sides(text)) == stated_length([sp.expand(parse(text))])
    assert stated_length(sides(text)) <= description_length(parse(text))


def test_a_flow_from_one_state_to_another_is_stated_once() -> None:
    """Whatever its coefficients; two flows of the same size are not."""
    fed = ("-c0*x*y**2", "c1*x*y**2 - c2*y")
    assert stated_length(sides(*fed)) < sum(stated_length(sides(text)) for text in fed) - 1.0
    assert stated_length(sides(*fed)) < stated_length(sides("-c0*x**2*y", fed[1]))


@pytest.mark.parametrize(
    "law",
    [
        ("-c0*x*y**2", "c1*x*y**2 - c2*y"),
        ("-c0*x*y", "c1*x*y - c2*y", "c3*y - c4*z"),
        ("c0*x - c1*x*y*z", "c2*x*y*z - c3*y**2", "c4*y**2 - c5*z", "c6*x*y*z + c7*sin(z)"),
    ],
)
def test_the_order_of_the_equations_changes_nothing(law: tuple[str, ...]) -> None:
    """Nobody means anything by the order of the columns."""
    assert len({round(stated_length(sides(*order)), 9) for order in permutations(law)}) == 1


@pytest.mark.parametrize("further", ["c4*x*sin(y)", "c4*y**2", "c4*x", "c4*x*sin(y) + c5*y**2"])
def test_a_further_equation_makes_no_law_shorter(further: str) -> None:
    """What it shares is spared once, however many kinds of things the others have without it."""
    long = "c0*y**2 + c1*x**2*y + c2*x*y**2 + c3*x*sin(y)"
    assert stated_length(sides(long, further)) > stated_length(sides(long)) + 1.0


def test_many_equations_have_one_length_as_well() -> None:
    """A chain of flows, where not all orders are tried."""
    chain = [f"c{2 * i}*x{i}*x{i + 1} - c{2 * i + 1}*x{i + 1}*x{i + 2}" for i in range(8)]
    assert stated_length(sides(*chain)) == pytest.approx(stated_length(sides(*chain[::-1])))
    assert stated_length(sides(*chain)) < sum(stated_length(sides(text)) for text in chain) - 5.0


def test_a_flow_within_brackets_is_the_same() -> None:
    """As y (c x - k) is written."""
    bracket = stated_length(sides("-c0*x**2*y", "y*(c1*x**2 - c2)"))
    assert bracket == stated_length(sides("-c0*x**2*y", "c1*x**2*y - c2*y"))


def test_an_angle_is_paid_once_in_a_law() -> None:
    """A glider's drag and lift are of one."""
    one = stated_length(sides("-x**2 - sin(y)", "x - cos(y)/x"))
    two = stated_length(sides("-x**2 - sin(y)", "x - cos(z)/x"))
    assert one == pytest.approx(two - PER_TRANSCENDENTAL)


def test_a_single_state_or_number_is_no_shorter_to_point_at() -> None:
    """So that linear laws are as long as their equations."""
    assert stated_length(sides("c0*x + c1", "c2*x + c3")) == 2 * stated_length(sides("c0*x + c1"))
    assert [is_shared(term) for term in sides("x", "1", "x*y", "x**2")] == [False, False, True, True]


def test_what_is_added_is_less_where_it_is_shared() -> None:
    """By as much as the law becomes shorter."""
    others = sides("-c0*x*y")
    assert added_length(parse("c1*x*y"), others) < added_length(parse("c1*x*z"), others)
    assert stated_length([*others, parse("c1*x*y")]) == stated_length(others) + added_length(parse("c1*x*y"), others)


def test_terms_come_without_their_coefficients() -> None:
    """Numbers and constants are these."""
    found = {str(term): str(number) for number, term in terms_of(parse("x*(2*c0*y - 3)"))}
    assert found == {"x*y": "2*c0", "x": "-3"}


@pytest.mark.parametrize(
    ("grouped", "plain"),
    [
        ("(c0*in_group_0 + c1*in_group_1)*x", "c0*x"),
        ("(c0*in_group_0 + c1*in_group_1)*x*(1 - x/(c2*in_group_0 + c3*in_group_1))", "c0*x*(1 - x/c2)"),
        ("x - c0*in_group_0 - c1*in_group_1", "x - c0"),
        ("x*sin(c0*in_group_0 + c1*in_group_1)", "x*sin(c0)"),
    ],
)
def test_a_constant_of_each_group_is_one_constant_to_state(grouped: str, plain: str) -> None:
    """The values are counted elsewhere, as those of all constants are."""
    assert stated_length([parse(grouped)]) == stated_length([parse(plain)])
    assert stated_length([parse(grouped), parse("y")]) == stated_length([parse(plain), parse("y")])


def test_two_constants_of_groups_in_one_sum_are_two() -> None:
    """Marks of one constant are told from those of another by their names."""
    both = "x*(c0*in_group_0 + c1*in_group_1 + c2*in_group_1_0 + c3*in_group_1_1)"
    assert stated_length([parse(both)]) == stated_length([parse("x*(c0 + c1)")])
