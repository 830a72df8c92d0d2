"""Units of constants from the units of columns."""

from dataclasses import replace
from fractions import Fraction

import pytest

from discovery.knowledge.dimensions import FACTOR, consistent, constant_units, exponents, written
from discovery.laws import Frame
from discovery.symbolic.parse import parse
from discovery.types import Law

METRES = {"x": "m", "y": "m/s", "t": "s"}


def law(*equations: str, constants: int) -> Law:
    """A law of x, or of x and y."""
    names = ("x", "y")[: len(equations)]
    return Law(names, tuple(parse(text) for text in equations), (1.0,) * constants)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("m/s", "m s⁻¹"),
        ("m/s^2", "m s⁻²"),
        ("kg·m²", "kg m²"),
        ("J/(kg K)", "J kg⁻¹ K⁻¹"),
        ("J/kg K", "J/kg K"),
        ("1/s", "s⁻¹"),
        ("m s⁻¹", "m s⁻¹"),
        ("rad/s", "s⁻¹"),
        ("a.u.", "a.u."),
        ("%", "%"),
        ("°C", "°C"),
        ("-", ""),
    ],
)
def test_units_are_read_as_people_write_them(unit, expected):
    """Slashes, powers, dots; an angle has none; what is ambiguous or no unit is kept whole."""
    assert expected == written(exponents(unit))


@pytest.mark.parametrize(
    ("equations", "expected"),
    [
        (("c0*x",), ("s⁻¹",)),
        (("c0 - c1*x**2",), ("m s⁻¹", "s⁻¹ m⁻¹")),
        (("c0*x*(1 - x/c1)",), ("s⁻¹", "m")),
        (("c0*x/(c1 + x)",), ("m s⁻¹", "m")),
        (("c0*exp(-c1*x)*x",), ("s⁻¹", "m⁻¹")),
        (("y", "c0*sin(c1*x) - c2*y*Abs(y)"), ("m s⁻²", "m⁻¹", "m⁻¹")),
        (("c0*sqrt(x)",), ("s⁻¹ m^(1/2)",)),
        (("c0*x**3/(c1**3 + x**3)",), ("m s⁻¹", "m")),
    ],
)
def test_both_sides_of_an_equation_have_one_unit(equations, expected):
    """So have the terms of a sum; what a function is taken of has none."""
    found = constant_units(law(*equations, constants=len(expected)), METRES)
    assert [sorted(unit.split()) for unit in expected] == [sorted(unit.split()) for unit in found]


def test_what_cannot_be_told_is_a_dash():
    """A column without a unit leaves open what depends on it and no more; contradictions leave the equation open."""
    assert ("s⁻¹", "–") == constant_units(law("c0*x - c1*x**2", constants=2), {"x": None, "t": "s"})
    assert ("–",) == constant_units(law("c0*x + c0*x**2", constants=1), METRES)
    assert ("–", "–") == constant_units(law("c0*x**c1", constants=2), METRES)
    assert ("–", "s⁻¹") == constant_units(law("c0*log(x)", "c1*y", constants=2), METRES)


def test_the_unit_of_a_hidden_state_is_worked_out():
    """It is that of a constant to which it is added, and tells what other constants of its equation have."""
    side, rate = "-(c0 + y)*x + c0*b", "-c1*y + c2*(u - w)"
    columns = {"x": "mg/dL", "b": "mg/dL", "u": "uU/mL", "w": "uU/mL", "y": None, "t": "min"}
    found = constant_units(law(side, rate, constants=3), columns)
    assert ["min⁻¹", "min⁻¹", "mL min⁻² uU⁻¹"] == [" ".join(sorted(unit.split())) for unit in found]
    assert ("s⁻¹", "–") == constant_units(law("-c0*x", "c1*x", constants=2), {"x": "m", "y": None, "t": "s"})


def test_the_units_of_hidden_states_are_told_by_an_output_and_by_a_sum() -> None:
    """Of a cell V = E - R I - u - q/C0, with u in volts, q' = I and so C0 and C in ampere seconds by volt."""
    states = ("V", "u", "q")
    sides = tuple(parse(text) for text in ("c0 - c1*I_ - u - q/c2", "I_/c3 - u/c4", "I_"))
    frame = Frame(states, sides, inputs=("I_",), algebraic=("V",))
    cell = Law(states, sides, (1.0,) * 5, (), frame)
    units = {"V": "V", "I_": "A", "u": None, "q": None, "t": "s"}
    found = constant_units(cell, units)
    assert ["V", "A⁻¹ V", "A V⁻¹ s", "A V⁻¹ s", "s"] == [" ".join(sorted(unit.split())) for unit in found]
    assert "–" in constant_units(cell, units | {"I_": None})
    off = replace(cell, skeletons=(parse("c0 - c1*I_ - u - q"), *sides[1:]))  # a factor one hides a unit
    assert "A⁻¹ V" == " ".join(sorted(constant_units(off, units)[1].split()))


def test_a_velocity_has_the_unit_of_its_state_by_time_whatever_that_is():
    """Of x without a unit k in x'' = -k x is per second squared all the same, where nothing else is told."""
    spring = law("y", "-c0*(x - c1) - c2*y - c3*y*Abs(y)", constants=4)
    assert ("s⁻²", "–", "s⁻¹", "–") == constant_units(spring, {"x": None, "y": None, "t": "s"})
    swing = law("y", "-c0*sin(c1*x)", constants=2)
    assert ("–", "–") == constant_units(swing, {"x": None, "y": None, "t": "s"})
    assert ("m s⁻²", "m⁻¹") == tuple(constant_units(swing, {"x": "m", "y": None, "t": "s"}))
    assert ("–",) == constant_units(law("y", "-c0*x", constants=1), {"x": None, "y": None, "t": None})


def test_a_measured_rate_keeps_the_unit_that_it_has():
    """A factor one that is hidden in x' = v is let be, where v is in another unit than x by time."""
    other = {"x": "m", "y": "km/h", "t": "s"}
    assert ("km h⁻¹ m⁻¹ s⁻¹",) == constant_units(law("y", "-c0*x", constants=1), other)


def test_a_term_without_constants_does_not_contradict():
    """x y beside c z hides a factor one that has a unit."""
    assert ("s⁻¹",) == constant_units(law("x*y - c0*x", "y", constants=1), METRES)


def test_a_constant_in_an_exponent_is_a_factor_of_any_unit():
    """exp(a - E/x) is A exp(-E/x): it does not tell that x, of no known unit, is in seconds."""
    rates = law("exp(c0 - c1/x) - c2*(x - c3)", constants=4)
    assert ("", "–", "s⁻¹", "–") == constant_units(rates, {"x": None, "t": "s"})
    assert ("", "K", "s⁻¹", "K") == constant_units(rates, {"x": "K", "t": "s"})
    assert ("m⁻¹", "s⁻¹") == constant_units(law("exp(-c0*x)*c1*x", constants=2), {"x": "m", "t": "s"})


def test_a_ratio_has_no_unit():
    """Empty, which is not the same as unknown."""
    assert ("",) == constant_units(law("c0*y", constants=1), METRES)


def test_a_constant_of_two_equations_has_the_unit_that_both_give_it():
    """None where they disagree."""
    assert ("s⁻¹",) == constant_units(law("c0*x", "c0*y", constants=1), METRES)
    assert ("–",) == constant_units(law("c0*x", "c0*x", constants=1), METRES)


def test_the_next_state_of_a_map_is_no_rate():
    """Whatever time is counted in."""
    step = replace(law("c0*x + c1", constants=2), discrete=True)
    assert ("", "m") == constant_units(step, {"x": "m", "t": "yr"})
    assert ("s⁻¹", "m s⁻¹") == constant_units(replace(step, discrete=False), {"x": "m", "t": "s"})


def test_what_was_made_exact_keeps_its_unit():
    """A 1 before a term of daphnia, per day, and a 2 in a sum: numbers may hide a unit where else nothing fits."""
    days = {"x": None, "y": None, "t": "d"}
    grazing = law("c0*x*y/(x + c1) + c2*x**2 + c3*x", "x*y/(x + c1) + c4*y", constants=5)
    assert ("–", "–", "–", "d⁻¹", "d⁻¹") == constant_units(grazing, days)
    grazing = law("-2*x*y/(x + c0) + c1*x", "c2*y", constants=3)
    assert ("m", "s⁻¹", "s⁻¹") == constant_units(grazing, {"x": "m", "y": "m", "t": "s"})
    assert ("m² s⁻²",) == constant_units(law("y", "c0*x/(2 + x**2)", constants=1), METRES)


def test_equations_are_solved_together():
    """A yield is told by the rate that another equation gives a unit; where they contradict each other, each alone."""
    grams = {"x": "g/L", "y": "g/L", "t": "h"}
    chemostat = law("c0*y*x/(c1 + y) - c2*x", "c2*(c3 - y) - c0*y*x/((c1 + y)*c4)", constants=5)
    assert ("h⁻¹", "g L⁻¹", "h⁻¹", "g L⁻¹", "") == constant_units(chemostat, grams)
    assert ("–", "s⁻¹", "s⁻¹") == constant_units(law("c0*x + c1*x", "c0*x + c2*y", constants=3), METRES)


@pytest.mark.parametrize(
    ("side", "fits"),
    [
        ("c0*x*log(x) + x*(c1*in_group_0 + c2*in_group_1)", True),
        ("c0*x*log(x) + c1*x*in_group_0 + c2*x*in_group_1", True),
        ("x*log(x)*(c1*in_group_0 + c2*in_group_1) + x*(c3*in_group_0 + c4*in_group_1)", True),
        ("x*log(x)*(c1*in_group_0 + c2*in_group_1) + c0*x", False),
        ("c0*x*log(x) + c1*x*u", False),
    ],
)
def test_a_size_in_a_logarithm_may_be_the_groups_own(side: str, fits: bool) -> None:
    """x log(x/k) is x log(x) less x log(k), and where k is each group's own the second has each group's constant."""
    columns = {"x": exponents("m"), "t": exponents("s"), "u": {}, "in_group_0": {}, "in_group_1": {}}
    assert fits == consistent(law(side, constants=5), columns)


@pytest.mark.parametrize(
    ("side", "fits"),
    [
        ("c0*log(u/278) - c1*x", True),
        ("c0*log(u/278) - c1*x + c2", True),
        ("c0*tanh(u/35)", True),
        ("c0*x*(1 - u/50)", True),
        ("c0*log(u) - c1*x", False),
        ("c0*x*(1 - u)", False),
        ("c0*x*u + 3*x*c0", False),
        ("c0*log(w/278) - c1*x", False),
        ("c0*log(w/278) - c1*x + c2", False),
        ("c0*log(w) - c1*x + c2", True),
        ("c0*x*(1 - w/50)", False),
    ],
)
def test_a_number_beside_a_share_is_in_its_unit(side: str, fits: bool) -> None:
    """278 ppm as a size of what is measured in ppm; one of metres has a unit, which no constant term replaces."""
    columns = {"x": exponents("K"), "t": exponents("s"), "u": {FACTOR: Fraction(-6)}, "w": exponents("m")}
    assert fits == consistent(law(side, constants=3), columns)


@pytest.mark.parametrize("side", ["sin(2*u)", "cos(u/2 + c1)", "tan(2*u)", "exp(2*u)", "exp(-u/35)"])
@pytest.mark.parametrize(("unit", "fits"), [(0, True), (-2, False)])
def test_a_number_in_a_sine_or_exponential_is_no_size(side: str, unit: int, fits: bool) -> None:
    """Twice an angle in degrees is in degrees, too, and what these functions are taken of is a plain number."""
    columns = {"x": exponents("K"), "t": exponents("s"), "u": {FACTOR: Fraction(unit)} if unit else {}}
    assert fits == consistent(law(f"c0*{side}", constants=2), columns)


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        ("c0*log(y/278) - c1*x", ("m s⁻¹", "s⁻¹")),
        ("c0*log(y/278) - c1*x + c2", ("m s⁻¹", "s⁻¹", "m s⁻¹")),
        ("c0*x*(1 - x/50) - c1*x", ("s⁻¹", "s⁻¹")),
        ("c0*exp(-0.03*y - 2)", ("m s⁻¹",)),
        ("c0*sin(2.5*x)", ("m s⁻¹",)),
    ],
)
def test_numbers_that_were_told_do_not_take_the_units_of_constants_with_them(
    side: str, expected: tuple[str, ...]
) -> None:
    """A size in a function or beside 1 has a unit that it does not show; those of the others follow all the same."""
    assert expected == constant_units(law(side, constants=len(expected)), METRES)
