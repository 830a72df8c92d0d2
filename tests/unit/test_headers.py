"""Headers of columns, taken apart."""

import pytest

from discovery.headers import bare, perhaps_unit, split_header, stated_unit_of_time, unit_of_time

UNITS = [
    *("V", "ms", "s", "kg", "µm", "mL", "degC", "°C", "%", "-", "days", "Hours", "kilograms", "rad", "mol/l", "m/s^2"),
    *("kg m2 s-3", "m s⁻¹", "1/s", "W/(m2 K)", "ind/m2", "hares/km^2", "N*m", "cells/mL", "mmHg"),
    *("millions", "thousand people", "cases", "cases/week", "deaths per year", "per 100,000", "1/1000", "‰"),
    *(
        "bpm",
        "beats/min",
        "cmH2O",
        "Torr",
        "IU/L",
        "mEq/L",
        "mOsm/L",
        "vol%",
        "mg%",
        "mg O2/L",
        "METs",
        "PSU",
        "NTU",
        "copies/mL",
    ),
    *("per cent", "a.u.", "arb. units", "RFU", "OD", "OD600", "RFU/OD"),
    *("m³", "km²", "cfs", "acre-ft", "acre-feet/day", "mgd", "MCM", "gpm", "kt", "°Cd", "g DW", "mg O2", "µE", "lux"),
]
ENDS = [
    ("time_h", "h"),
    ("t_ms", "ms"),
    ("elapsed_time_min", "min"),
    *((f"timestamp_{unit}", unit) for unit in ("s", "ms", "us")),
    ("elapsed_ms", "ms"),
    ("time_elapsed_s", "s"),
    ("Timestamp_in_ms", "ms"),
    ("epoch_s", "s"),
    ("timestamp", None),
    ("onset_s", None),
    ("t_0", None),
    ("set_s", None),
    ("t_s [min]", "min"),
]
NAMES = [
    *(
        "x",
        "n",
        "smoothed",
        "raw",
        "a/b",
        "the left one",
        "log",
        "pH",
        "i",
        "first, m",
        "no. 3",
        "step",
        "beat",
        "copy",
        "u",
        "100",
        "in town",
    ),
]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("form", ["U [{}]", "U ({})", "U({}) "])
def test_a_unit_in_brackets_is_split_off(unit: str, form: str) -> None:
    """Square or round ones, with or without a blank."""
    if form == "U [{}]" or unit != "W/(m2 K)":  # round brackets in round ones are not told apart
        assert ("U", unit) == split_header(form.format(unit))


@pytest.mark.parametrize("name", NAMES)
def test_other_words_in_round_brackets_are_part_of_the_name(name: str) -> None:
    """In square ones everything is a unit, but for an index."""
    assert (f"f({name})", None) == split_header(f"f({name})")
    assert ("f", name) == split_header(f"f [{name}]")
    assert f"f ({name})" == bare(f"f ({name})")


@pytest.mark.parametrize(
    ("header", "expected"),
    [("time (h)", "h"), ("week", "week"), ("Days", "Days"), ("elapsed", None), ("t", None), *ENDS],
)
def test_time_may_be_named_by_its_unit(header: str, expected: str | None) -> None:
    """A column of weeks is counted in weeks."""
    assert expected == unit_of_time(header)


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("Temp, °C", "Temp", "°C"),
        ("DO conc, mg/L", "DO conc", "mg/L"),
        ("DO conc, mg/L (LGR S/N: 10312345, SEN S/N: 10312345)", "DO conc", "mg/L"),
        ("Abs Pres, kPa (LGR S/N: 2099)", "Abs Pres", "kPa"),
        ("Temp, °C (LGR S/N: 2099, SEN S/N: 1, LBL: deep)", "Temp deep", "°C"),
        ("Stopped (LGR S/N: 2099)", "Stopped", None),
        ("Date Time, GMT-06:00", "Date Time, GMT-06:00", None),
        *((one, one, None) for one in ("Temp, min", "Site, A", "Flow, in/out", "rain, total", ", °C")),
    ],
)
def test_a_unit_may_stand_behind_a_comma(header: str, name: str, unit: str | None) -> None:
    """As HOBO loggers write it, whose serial numbers are left out; a word that is a unit elsewhere may be another."""
    assert (name, unit) == split_header(header)


@pytest.mark.parametrize("text", ["TAF", "t", "bbl", "index²"])
def test_what_may_be_meant_as_a_unit_is_seen(text: str) -> None:
    """Of round brackets behind a blank, as a note asks for others; x(t) is a function."""
    assert (text, "", "") == (perhaps_unit(f"S ({text})"), perhaps_unit(f"S({text})"), perhaps_unit(f"S [{text}]"))


@pytest.mark.parametrize("header", ["S (raw)", "S (left)", "S (SD)", "S (x)", "S (m)", "S (1)", "S", "S (LGR S/N: 20)"])
def test_other_words_are_meant_as_none(header: str) -> None:
    """Nor what is known, or tells a logger."""
    assert not perhaps_unit(header)


def test_one_of_many_is_no_unit() -> None:
    """An animal or a patient with a number names a column; of a hundred thousand there is a share."""
    assert ("weight (animal 1)", None) == split_header("weight (animal 1)")
    assert ("new", "cases") == split_header("new (cases)")
    assert ("rate", "per 1000") == split_header("rate (per 1000)")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("t/s", ("t", "s")),
        ("Zeit / s", ("Zeit", "s")),
        ("time/min", ("time", "min")),
        ("T / K", ("T", "K")),
        ("T_Umgebung / K", ("T_Umgebung", "K")),
        ("Ta/K", ("Ta", "K")),
        ("ΔT/K", ("ΔT", "K")),
        ("T/°C", ("T", "°C")),
        ("gap/mm", ("gap", "mm")),
        ("x/m", ("x", "m")),
        ("m/kg", ("m", "kg")),
        ("h / cm", ("h", "cm")),
        ("U/V", ("U", "V")),
        ("U_C / mV", ("U_C", "mV")),
        ("I/A", ("I", "A")),
        ("I/mA", ("I", "mA")),
        ("<I>/mA", ("<I>", "mA")),
        ("<I>/A", ("<I>", "A")),
        ("<Ewe>/V", ("<Ewe>", "V")),
        ("Ewe/V", ("Ewe", "V")),
        ("Ecell/V", ("Ecell", "V")),
        ("Ewe-Ece/V", ("Ewe-Ece", "V")),
        ("Capacity/mA.h", ("Capacity", "mA.h")),
        ("F/N", ("F", "N")),
        ("Kraft / N", ("Kraft", "N")),
        ("p/kPa", ("p", "kPa")),
        ("V/mL", ("V", "mL")),
        ("phi/rad", ("phi", "rad")),
        ("v/m/s", ("v", "m/s")),
        ("v / (m/s)", ("v", "m/s")),
        ("a / m s^-2", ("a", "m s^-2")),
        ("c / mol/L", ("c", "mol/L")),
        ("v/[m/s]", ("v", "m/s")),
    ],
)
def test_a_quantity_over_its_unit_is_split_at_the_slash(header: str, expected: tuple[str, str]) -> None:
    """As ISO 80000 writes it, with blanks or without, and with a quotient as the unit."""
    assert expected == split_header(header)


@pytest.mark.parametrize(
    "header",
    [
        "prey/predator", "km/h", "m/s", "mg/L", "g/L", "V/m", "N/m", "W/m2", "W/m2/K", "L/min", "kg/m3", "cells/mL",
        "hares/km2", "bacteria/mL", "requests/s", "vehicles/h", "births/yr", "S/N", "I/N", "N/K", "x/L", "t/T", "A/A0",
        "V/V0", "T/T0", "Na/K", "Ca/Mg", "C/N", "Fe/N", "price/kg", "GDP/capita", "a/b", "n/a", "N/A", "on/off", "w/o",
        "dx/dt", "I/O", "log/in", "1/s", "m2/s", "rad/s", "kWh/kg", "beats/min", "mean/SD", "q/q_max", "31/12", "/s",
        "s/", "x//m", "T/T2", "D/H", "tonnes/ha",
        "<x>/<y>", "<N>/V", "<I>/N", "cell/V", "sheep and ewes/V",
    ],
)  # fmt: skip
def test_other_quotients_are_names(header: str) -> None:
    """Of units, of quantities, and what is counted in a time, an area or a volume."""
    assert (header, None) == split_header(header)


@pytest.mark.parametrize(
    "header",
    [
        "trees/km", "particles/cm", "photons/nm", "cars / km", "trains/km", "peptides/nm", "possums/km", "n/m",
        "force/m", "power/nm", "photons/eV", "counts/keV", "events/Hz", "power/Hz", "trees/mi",
    ],
)  # fmt: skip
def test_what_is_told_for_each_length_is_a_density(header: str) -> None:
    """It is counted, or measured, for each kilometre, nanometre or electronvolt, and not in these."""
    assert (header, None) == split_header(header)


@pytest.mark.parametrize(
    "header",
    [
        "x/m", "y_1 / cm", "Δx/mm", "h/cm", "L/m", "R/km", "λ/nm", "f/mm", "position/m", "x_pos/mm", "pos / mm",
        "Water level / m", "Auslenkung/mm", "Länge/cm", "wavelength/nm", "rain/mm", "Rainfall / mm", "tide/m",
        "head_2/m", "Durchmesser/µm", "E/eV", "photon energy/keV", "f/Hz", "Frequenz / kHz", "firing rate/Hz",
    ],
)  # fmt: skip
def test_lengths_energies_and_frequencies_are_told_by_their_names(header: str) -> None:
    """By a letter that is usual for them, or by a word."""
    name, _, unit = header.partition("/")
    assert (name.strip(), unit.strip()) == split_header(header)


@pytest.mark.parametrize("header", ["q[0]", "pos[1]", "XKF1[2]", "P[0,1]", "P[3, 12]", "q [2]", "q[0][1]"])
def test_an_integer_alone_in_square_brackets_is_an_index(header: str) -> None:
    """An element of an array, as PX4 and ROS write it, has no unit of 0; what comes behind it may be one."""
    assert (header, None) == split_header(header)
    assert (header, "m/s") == split_header(f"{header} [m/s]")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Zeit in s", ("Zeit", "s")),
        ("t in s", ("t", "s")),
        ("t in ms", ("t", "ms")),
        ("U in V", ("U", "V")),
        ("U_C in mV", ("U_C", "mV")),
        ("Winkel in °", ("Winkel", "°")),
        ("s in m", ("s", "m")),
        ("Ort in cm", ("Ort", "cm")),
        ("Temperatur in °C", ("Temperatur", "°C")),
        ("Geschwindigkeit in m/s", ("Geschwindigkeit", "m/s")),
        ("a in m/s²", ("a", "m/s²")),
        ("Druck in hPa", ("Druck", "hPa")),
        ("Time in seconds", ("Time", "seconds")),
        ("population in millions", ("population", "millions")),
        ("humidity in %", ("humidity", "%")),
        ("position in x / m", ("position in x", "m")),
    ],
)
def test_a_unit_may_stand_behind_the_word_in(header: str, expected: tuple[str, str]) -> None:
    """As tables of schools have it, by DIN 1313."""
    assert expected == split_header(header)


@pytest.mark.parametrize(
    "header",
    [
        "cells in S", "cells in M", "fraction in G1", "drug in A", "amount in B", "Ca in cell", "Na in cells",
        "virus in host", "cases in people", "rain in week", "births in year", "in town", "trees in town", "in s",
        "height in", "change in h", "first in", "inches in", "hares in Ontario", "price in EU",
    ],
)  # fmt: skip
def test_where_something_is_no_unit(header: str) -> None:
    """Compartments, phases and places, though letters of some are units elsewhere."""
    assert (header, None) == split_header(header)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Position (m) Run #1", ("Position Run #1", "m")),
        ("Voltage Ch A (V) Run #1", ("Voltage Ch A Run #1", "V")),
        ("Zeit (s) Messung 2", ("Zeit Messung 2", "s")),
        ("Velocity [m/s] Run 12", ("Velocity Run 12", "m/s")),
        ("U in V Lauf 3", ("U Lauf 3", "V")),
        ("Run #1", ("Run #1", None)),
        ("Position Run #1", ("Position Run #1", None)),
        ("f (raw) Run #1", ("f (raw) Run #1", None)),
        ("f (m) part 2", ("f (m) part 2", None)),
    ],
)
def test_the_label_of_a_run_may_stand_behind_the_unit(header: str, expected: tuple[str, str | None]) -> None:
    """As PASCO Capstone and SPARKvue name columns; the label stays with the name, so that two runs differ."""
    assert expected == split_header(header)


@pytest.mark.parametrize("unit", ["1", "1000"])
def test_behind_a_blank_a_power_of_ten_is_a_unit(unit: str) -> None:
    """What has no dimension is measured in 1."""
    assert ("ratio", unit) == split_header(f"ratio [{unit}]")


@pytest.mark.parametrize(
    "header", ["t_{}s", "delay_{}s", "timestamp_{}s", "time_in_{}s", "t [{}s]", "t/{}s", "Zeit in {}s"]
)
def test_both_letters_mu_are_micro(header: str) -> None:
    """The sign of keyboards, U+00B5, and the Greek letter, U+03BC, which look the same."""
    for mu in ("\u00b5", "\u03bc"):
        assert f"{mu}s" == stated_unit_of_time(header.format(mu))


@pytest.mark.parametrize(
    ("header", "unit"),
    [("v [m/s]", "m/s"), ("x [-]", "-"), ("v", None), ("[m]", None), ("x (1)", None), ("v (m/s)", "m/s")],
)
def test_a_unit_stands_in_square_brackets(header: str, unit: str | None) -> None:
    """At the end of a header that has a name too."""
    assert unit == split_header(header)[1]


@pytest.mark.parametrize(
    ("header", "unit"),
    [("NO3 (kg N/ha)", "kg N/ha"), ("land (PgC)", "PgC"), ("GPP (gC/m2/d)", "gC/m2/d"),
     ("Chl (mg Chl m-3)", "mg Chl m-3"), ("x(tN)", None), ("S (tC/ha)", "tC/ha"),
     ("PAR (umol photons m-2 s-1)", "umol photons m-2 s-1"), ("Bodenfeuchte (Vol.-%)", "Vol.-%"), ("S (psu)", "psu"),
     ("CO2 (ppmv)", "ppmv"), ("Pb (dpm/g)", "dpm/g"), ("biomass (kg DM ha-1)", "kg DM ha-1"), ("x (mean C)", None)],
)  # fmt: skip
def test_amounts_of_substances_stand_in_round_brackets_too(header: str, unit: str | None) -> None:
    """As units do of which every part is one."""
    assert unit == split_header(header)[1]
