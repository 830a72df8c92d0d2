"""Units of columns: what they rule out, what they leave alone, and what is said of those that are none."""

import math
from collections.abc import Mapping
from fractions import Fraction

import pytest

from discovery.errors import UsageError
from discovery.knowledge.dimensions import FACTOR, constant_units
from discovery.knowledge.units import SOFT, Units, units_of
from discovery.laws import Law
from discovery.symbolic.parse import parse

METRES = {"x": "x [m]", "v": "v [m/s]", "t": "t [s]"}


def law(equations: Mapping[str, str], constants: int = 0) -> Law:
    """A law of these right-hand sides."""
    return Law(tuple(equations), tuple(parse(text) for text in equations.values()), (1.0,) * constants)


FITTING = (
    {"x": "v", "v": "-c0*x - c1*v"},
    {"x": "v", "v": "c0 - c1*v*Abs(v)"},
    {"x": "v", "v": "c0*sin(c1*x)"},
    {"x": "v", "v": "c0*x/(c1 + x)"},
    {"x": "v", "v": "c0*exp(-c1*x)*v"},
    {"x": "v", "v": "c0*v**c1"},
    {"x": "v", "v": "c0*sign(v)"},
)
MISFIT = (
    {"x": "x", "v": "c0*x"},
    {"x": "v", "v": "c0*exp(x)"},
    {"x": "v", "v": "c0*x/(1 + x)"},
    {"x": "v", "v": "x + v"},
    {"x": "v", "v": "c0*sin(x)"},
    {"x": "c0*v", "v": "c0*x"},
    {"x": "v", "v": "c0*x**v"},
)


@pytest.mark.parametrize("equations", FITTING, ids=str)
def test_constants_take_the_units_that_are_needed(equations: dict[str, str]) -> None:
    """A law whose constants can make both sides of one unit is charged nothing."""
    assert 0.0 == units_of(METRES, {}, "auto").surcharge(law(equations, 2))


@pytest.mark.parametrize("equations", MISFIT, ids=str)
def test_laws_whose_units_do_not_match_are_ruled_out(equations: dict[str, str]) -> None:
    """Numbers and functions have no unit; a constant has only one, wherever it stands."""
    assert math.inf == units_of(METRES, {}, "auto").surcharge(law(equations, 1))


def test_soft_units_charge_instead() -> None:
    """Data that speak clearly enough get their law."""
    assert SOFT == units_of(METRES, {}, "soft").surcharge(law({"x": "x", "v": "c0*x"}, 1))


@pytest.mark.parametrize(("unit", "fits"), [("m/s", True), ("km/h", False), ("m s⁻¹", True), ("m/h", False)])
def test_the_size_of_a_unit_counts(unit: str, fits: bool) -> None:
    """That x changes by v holds for metres per second, and not for kilometres per hour."""
    units = units_of({**METRES, "v": f"v [{unit}]"}, {}, "hard")
    assert fits == (units.surcharge(law({"x": "v", "v": "c0*x"}, 1)) == 0.0)


@pytest.mark.parametrize(
    ("equation", "fits"), [("1000*v", True), ("-1000*v", True), ("v", False), ("100*v", False), ("999*v", False)]
)
def test_a_power_of_ten_can_lead_from_one_unit_to_another(equation: str, fits: bool) -> None:
    """A thousand millimetres are a metre; between equal units it is a number like others."""
    units = units_of({**METRES, "x": "x [mm]", "v": "v [m/s]"}, {}, "hard")
    assert fits == (units.surcharge(law({"x": equation, "v": "c0*x"}, 1)) == 0.0)
    assert 0.0 == units_of(METRES, {}, "hard").surcharge(law({"x": "1000*v", "v": "c0*x"}, 1))


@pytest.mark.parametrize(("unit", "fits"), [("rad", True), ("deg", False), ("1", True), ("m", False)])
def test_a_sine_is_taken_of_radians(unit: str, fits: bool) -> None:
    """Degrees need a constant."""
    units = units_of({"a": f"a [{unit}]", "w": "w", "t": "t [s]"}, {}, "hard")
    assert fits == (units.surcharge(law({"a": "w", "w": "c0*sin(a)"}, 1)) == 0.0)


def test_a_column_without_a_unit_fits_everywhere() -> None:
    """As nothing is known of it; but it has one unit."""
    units = units_of({"x": "x [m]", "v": "v", "t": "t [s]"}, {}, "auto")
    assert 0.0 == units.surcharge(law({"x": "v", "v": "c0*x"}, 1))
    assert math.inf == units.surcharge(law({"x": "v", "v": "c0*exp(v)"}, 1))


def test_headers_without_units_are_not_checked() -> None:
    """Then nothing is charged, and nothing said."""
    none = units_of({"x": "x", "v": "v (2)", "t": "t [s]"}, {}, "auto")
    assert ("off", (), 0.0) == (none.mode, none.notes, none.surcharge(law({"x": "x", "v": "exp(x)"})))


def test_units_of_a_configuration_go_before_those_of_headers() -> None:
    """By header, with or without its unit, or by identifier."""
    units = units_of(METRES, {"v [m/s]": "km/h", "x": "km"}, "hard")
    assert {"x": "km", "v": "km/h", "t": "s"} == units.texts


def test_an_unknown_unit_in_a_header_is_a_note() -> None:
    """Words in brackets stood in headers before there were units."""
    units = units_of({"h": "hares [pelts]", "t": "year"}, {}, "auto")
    assert "off" == units.mode
    assert "'pelts' of 'hares [pelts]' is no unit" in units.notes[0]


def test_an_unknown_unit_leaves_the_others_checked() -> None:
    """Its own column fits anything, and which column that is stands in a note; that of another was told."""
    headers = {"h": "score [DAS]", **METRES}
    for stated in ({}, {"x": "m"}):
        units = units_of(headers, stated, "auto")
        assert ("hard", None) == (units.mode, units.dimensions["h"])
        assert "'DAS' of 'score [DAS]' is no unit that pint knows, so that this column fits" in units.notes[0]
        assert math.inf == units.surcharge(law({"x": "v + x"}))
        assert 0.0 == units.surcharge(law({"x": "v + h", "v": "c0*exp(h/c1)"}, 2))
    both = units_of({**headers, "g": "grade [Gleason]"}, {}, "auto")
    assert "'Gleason' of 'grade [Gleason]' are no units" in both.notes[0]


@pytest.mark.parametrize("unit", ["pelts", "m//s", "1/5 s", "__import__", "m^s"])
def test_an_unknown_unit_is_an_error_where_units_are_asked_for(unit: str) -> None:
    """Before anything is computed."""
    with pytest.raises(UsageError, match="no unit that pint knows"):
        units_of({"x": f"x [{unit}]", "t": "t"}, {}, "hard")
    with pytest.raises(UsageError, match="no unit that pint knows"):
        units_of({"x": "x", "t": "t"}, {"x": unit}, "auto")


def test_units_of_a_column_that_is_not_there_are_an_error() -> None:
    """A misspelt name would else be a unit that is silently not checked."""
    with pytest.raises(UsageError, match="no column that is used"):
        units_of(METRES, {"y": "m"}, "auto")


def test_asking_for_checks_without_units_is_an_error() -> None:
    """There is nothing to check."""
    with pytest.raises(UsageError, match="no column has one"):
        units_of({"x": "x", "t": "t [s]"}, {}, "hard")


def test_nothing_is_checked_if_nothing_is_to_be() -> None:
    """Whatever stands in the headers."""
    assert Units({}, {}) == units_of(METRES, {}, "off")


PLAIN = ("people", "Persons", "cases", "deaths", "animals", "CFU", "ind", "1", "cells")
MANY = (
    ("millions", 1e6), ("thousand people", 1e3), ("Mio", 1e6), ("per cent", 0.01), ("percent", 0.01), ("‰", 1e-3),
    ("per mille", 1e-3), ("1/1000", 1e-3), ("per 100,000", 1e-5), ("cases per 100 000 inhabitants", 1e-5),
    ("deaths/10^6", 1e-6), ("1e6", 1e6), ("per 1000", 1e-3),
)  # fmt: skip


@pytest.mark.parametrize(("unit", "size"), [*((unit, 1.0) for unit in PLAIN), *MANY])
def test_what_is_counted_has_a_factor_and_no_dimension(unit: str, size: float) -> None:
    """So that the units of other columns are checked as before."""
    units = units_of({"n": f"n [{unit}]", "x": "x [m]", "t": "t [s]"}, {}, "auto")
    assert ("hard", ()) == (units.mode, units.notes)
    known = units.dimensions["n"]
    assert known is not None
    assert math.log10(size) == pytest.approx(float(known.get(FACTOR, 0)))
    assert set(known) <= {FACTOR}


@pytest.mark.parametrize(
    ("unit", "same"),
    [("cases/week", "1/week"), ("cases per week", "1/week"), ("deaths per 1,000 per year", "1/year/1000"),
     ("animals/km2", "1/km^2"), ("cells/mL", "1/mL")],
)  # fmt: skip
def test_what_is_counted_may_be_a_rate_or_a_density(unit: str, same: str) -> None:
    """The rest of the unit stays."""
    one, other, _ = units_of({"x": f"x [{unit}]", "y": f"y [{same}]", "t": "t [s]"}, {}, "hard").dimensions.values()
    assert one == other


EVERYDAY = (
    ("bpm", "1/min"), ("beats/min", "1/min"), ("breaths/minute", "1/min"), ("steps/min", "1/min"), ("Torr", "mmHg"),
    ("cmH2O", "Pa"), ("cmH₂O", "Pa"), ("mL/cmH2O", "L/kPa"), ("IU/L", "U/L"), ("µIU/mL", "uU/mL"), ("mEq/L", "mmol/L"),
    ("mOsm/L", "mmol/L"), ("mOsmol/kg", "mmol/kg"), ("vol%", "%"), ("mg%", "mg/dL"), ("copies/mL", "1/mL"),
    ("mg O2/L", "mg/L"), ("mgO2/L", "mg/L"), ("mL O2/min", "mL/min"), ("g DW/m2", "g/m^2"), ("%BW", "%"),
    ("METs", "mL/kg/min"), ("wk", "week"), ("PSU", "PSU"), ("NTU", "NTU"),
    ("m³", "m^3"), ("cfs", "m^3/s"), ("cumec", "m^3/s"), ("gpm", "m^3/s"), ("mgd", "m^3/s"), ("MCM", "m^3"),
    ("acre-ft", "m^3"), ("ac-ft/day", "m^3/s"), ("µE/m2/s", "mol/m^2/s"), ("uE", "mol"), ("°Cd", "K s"),
    ("mL WW", "mL"), ("lum/ft²", "lux"), ("Mm3", "m^3"), ("m w.e.", "m"), ("mm w.e./d", "m/s"), ("PSU-78", "PSU"),
    ("m**3 s**-1", "m^3/s"), ("W m**-2", "W/m^2"), ("db", "kPa"),
)  # fmt: skip


@pytest.mark.parametrize(("unit", "like"), EVERYDAY)
def test_units_of_bodies_and_waters_are_known(unit: str, like: str) -> None:
    """As people write them who measure pulses, pressures, doses and lakes: they are of the dimension of others."""
    units = units_of({"x": f"x [{unit}]", "y": f"y [{like}]", "t": "t [s]"}, {}, "hard")
    one, other = ({**(units.dimensions[name] or {}), FACTOR: 0} for name in "xy")
    assert one == other


OF_SUBSTANCES = (
    ("kg N/ha", "kg/ha"), ("kg N ha-1", "kg/ha"), ("mmol N/m3", "mmol/m^3"), ("mmol N m⁻³", "mmol/m^3"),
    ("mg C m-3", "mg/m^3"), ("Pg C", "Pg"), ("PgC", "Pg"), ("PgC/yr", "Pg/yr"), ("GtC", "Gg"), ("ktC", "Gg"),
    ("kt C", "Gg"), ("gC/m2/d", "g/m^2/d"), ("mgC/L", "mg/L"), ("kg DM ha-1", "kg/ha"), ("t DM/ha", "t/ha"),
    ("mg Chl m-3", "mg/m^3"), ("µg Chl a/L", "µg/L"), ("µg chl-a/L", "µg/L"), ("umol photons m-2 s-1", "umol/m^2/s"),
    ("µmol quanta/m2/s", "umol/m^2/s"), ("mg NO3-N/L", "mg/L"), ("µM P", "µM"), ("% N", "%"), ("mol C/mol N", "1"),
    ("mg C per m3", "mg/m^3"), ("mgC/mgChl", "1"), ("mg N/kg", "mg/kg"), ("ppmv", "ppm"), ("psu", "PSU"),
    ("Vol.-%", "vol%"), ("% vol", "%"), ("Gew.-%", "wt%"), ("dpm/g", "1/min/g"), ("dpm", "bpm"),
)  # fmt: skip


@pytest.mark.parametrize(("unit", "like"), OF_SUBSTANCES)
def test_an_amount_of_a_substance_is_an_amount(unit: str, like: str) -> None:
    """Nitrogen is no newton, carbon no coulomb; two substances fit each other."""
    units = units_of({"x": f"x [{unit}]", "y": f"y [{like}]", "z": "z [m]", "t": "t [s]"}, {}, "hard")
    one, other = ({**(units.dimensions[name] or {}), FACTOR: 0} for name in "xy")
    assert one == other


@pytest.mark.parametrize(
    ("unit", "base"),
    [("N", "kg m s^-2"), ("N/m", "kg s^-2"), ("N m", "kg m^2 s^-2"), ("kN m", "kg m^2 s^-2"), ("C/s", "A"),
     ("C", "A s"), ("mC", "A s"), ("N/kg", "m s^-2"), ("C/kg", "A s kg^-1"), ("P", "Pa s"), ("mN", "kg m s^-2"),
     ("N s/m", "kg s^-1"),
     ("S/m", "A^2 s^3 kg^-1 m^-3"), ("V/(mol C)", "V mol^-1 A^-1 s^-1"), ("J/(kg K)", "m^2 s^-2 K^-1"),
     ("kg C-1", "kg A^-1 s^-1"), ("kg·N", "kg^2 m s^-2"), ("°C", "K"), ("degC", "K"), ("m N", "kg m^2 s^-2"),
     ("deg C", "K"), ("degrees Celsius", "K"), ("Deg_F", "K")],
)  # fmt: skip
def test_newtons_and_coulombs_stay_what_they_are(unit: str, base: str) -> None:
    """Alone, in quotients and beside what is no amount."""
    units = units_of({"x": f"x [{unit}]", "y": f"y [{base}]", "t": "t [s]"}, {}, "hard")
    one, other = ({**(units.dimensions[name] or {}), FACTOR: 0} for name in "xy")
    assert one == other


@pytest.mark.parametrize("unit", ["J/kg C", "days since 1980-01-01"])
def test_a_unit_that_may_mean_two_things_is_still_none(unit: str) -> None:
    """A joule by kilogram and degree is not one by a kilogram of carbon."""
    assert units_of({"x": f"x [{unit}]", "z": "z [m]", "t": "t [s]"}, {}, "auto").dimensions["x"] is None


@pytest.mark.parametrize(
    ("x", "y", "told"),
    [
        ("kg N/ha", "kg N/ha", ("d⁻¹", "ha (kg N)⁻¹ d⁻¹")),
        ("kg/ha", "kg N/ha", ("d⁻¹", "ha kg⁻¹ d⁻¹")),
        ("PgC", "Pg C", ("d⁻¹", "(Pg C)⁻¹ d⁻¹")),
    ],
)
def test_constants_tell_of_what_they_are(x: str, y: str, told: tuple[str, str]) -> None:
    """As far as a flow from one column to another lets them."""
    flow = law({"x": "-c0*x", "y": "c0*x - c1*y**2"}, 2)
    found = constant_units(flow, {"x": x, "y": y, "t": "d"})
    assert [sorted(one.split(" ")) for one in told] == [sorted(one.split(" ")) for one in found]


def test_one_unit_of_time_has_one_spelling() -> None:
    """A column of years and a flow by yr cancel; so do days and d."""
    flow = law({"x": "c0*e - c1*x"}, 2)
    assert ("", "yr⁻¹") == constant_units(flow, {"x": "PgC", "e": "PgC/yr", "t": "Year"})
    assert ("", "d⁻¹") == constant_units(flow, {"x": "mm", "e": "mm/d", "t": "days"})
    assert ("days yr⁻¹", "yr⁻¹") == constant_units(flow, {"x": "mm", "e": "mm/days", "t": "yr"})


def test_what_stands_for_two_units_fits_anywhere() -> None:
    """A knot and a thousand tonnes are kt: pint would take a catch for a speed."""
    units = units_of({"x": "Catch (kt)", "y": "y [m]", "t": "t [yr]"}, {}, "auto")
    assert units.dimensions["x"] is None
    assert "'kt' of 'Catch (kt)' (knots are kn, thousand tonnes Gg) is no unit" in units.notes[0]


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        ("mL O2", "mL O2 s⁻¹"),
        ("cmH2O", "cmH2O s⁻¹"),
        ("mL/cmH₂O", "mL cmH₂O⁻¹ s⁻¹"),
        ("bpm", "bpm s⁻¹"),
        ("acre-ft", "acre-ft s⁻¹"),
    ],
)
def test_digits_of_oxygen_and_water_are_no_exponents(unit: str, written: str) -> None:
    """In the units of constants."""
    assert (written,) == constant_units(law({"x": "c0"}, 1), {"x": unit, "t": "s"})


@pytest.mark.parametrize(
    ("unit", "base"),
    [("a.u.", "a.u."), ("A.U.", "a.u."), ("arb. units", "a.u."), ("RFU", "RFU"), ("OD", "OD"), ("OD600", "OD"),
     ("OD 600 nm", "OD"), ("RU", "RU")],
)  # fmt: skip
def test_what_readers_show_is_a_unit_of_its_own(unit: str, base: str) -> None:
    """It has no size in other units, and those of the other columns are checked."""
    units = units_of({"x": f"x [{unit}]", "y": f"y [{unit}/h]", "z": "z [m]", "t": "t [h]"}, {}, "auto")
    assert ("hard", ()) == (units.mode, units.notes)
    assert {base: Fraction(1)} == units.dimensions["x"]
    assert math.inf == units.surcharge(law({"x": "c0*(x + z)"}, 1))
    assert 0.0 == units.surcharge(law({"x": "y + c0*x"}, 1))


@pytest.mark.parametrize(("unit", "rate"), [("OD600", "OD600⁻¹ h⁻¹"), ("a.u.", "a.u.⁻¹ h⁻¹")])
def test_constants_have_units_that_readers_show(unit: str, rate: str) -> None:
    """A wavelength is no power."""
    assert ("h⁻¹", rate) == constant_units(law({"x": "c0*x - c1*x**2"}, 2), {"x": unit, "t": "h"})
