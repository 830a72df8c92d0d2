"""The file of a known system: what is read, and what is refused with file and key."""

import numpy as np
import pytest
import sympy as sp

from discovery.datasets.system import read_system
from discovery.errors import DataError
from discovery.types import symbol

TEXT = """
name = "decay"
title = "Decay"
source = "nowhere"
tags = ["polynomial", "forced", "trigonometric"]
time_span = [1.0, 9.0]
samples = 5
initial_states = [[1.0, 0.0], [2.0, -1.0]]

[states]
x = { meaning = "amount", unit = "kg" }
y = {}

[equations]
x = "-rate*x"
y = "rate*x**power + cos(t)"

[constants]
rate = { value = 0.5, meaning = "rate of decay", unit = "1/s" }
power = { value = 2.0 }
"""


def written(tmp_path, text, folder="decay"):
    """The path of a system.toml with that text."""
    path = tmp_path / folder / "system.toml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path


def test_everything_in_the_file_is_read(tmp_path):
    """States, constants and equations keep their order, values and meanings."""
    system = read_system(written(tmp_path, TEXT))
    assert ("x", "y") == system.names
    assert 2 == system.dimension
    assert "kg" == system.states["x"].unit
    assert {"rate": 0.5, "power": 2.0} == system.values
    assert ((1.0, 0.0), (2.0, -1.0)) == system.initial_states


def test_times_run_evenly_from_the_first_to_the_last(tmp_path):
    """Five samples of [1, 9] are two apart."""
    assert [1.0, 3.0, 5.0, 7.0, 9.0] == read_system(written(tmp_path, TEXT)).times.tolist()


def test_log_spaced_times_start_and_end_exactly_and_grow_geometrically(tmp_path):
    """The first time is kept, and every later gap is the same factor longer than the one before."""
    text = TEXT.replace("samples = 5", "samples = 18\nlog_spaced = true")
    times = read_system(written(tmp_path, text)).times
    assert (1.0, 9.0, 18) == (times[0], times[-1], len(times))
    ratios = (times[2:] - 1.0) / (times[1:-1] - 1.0)
    np.testing.assert_allclose(ratios, 10**0.5, rtol=1e-6)


def test_skeletons_have_symbols_and_expressions_have_values(tmp_path):
    """A whole-numbered constant in an exponent becomes an integer power."""
    system = read_system(written(tmp_path, TEXT))
    assert {symbol("rate"), symbol("x")} == system.skeletons["x"].free_symbols
    assert -0.5 * symbol("x") == system.expressions["x"]


DRIVEN = (
    TEXT.replace("cos(t)", "push")
    + """
[inputs]
push = { equation = "rate*cos(t)", meaning = "a hand", unit = "kg/s" }
"""
)


def test_what_drives_a_system_is_a_function_of_time_or_a_name(tmp_path):
    """Who measures the input has its name in the law, who does not has its course in time."""
    system = read_system(written(tmp_path, DRIVEN))
    x, push, t = symbol("x"), symbol("push"), symbol("t")
    assert 0.5 * x**2 + push == system.driven["y"]
    assert 0.5 * x**2 + 0.5 * sp.cos(t) == system.expressions["y"]
    assert {"push": 0.5 * sp.cos(t)} == system.drives
    assert {symbol("rate"), symbol("power"), x, t} == system.skeletons["y"].free_symbols
    assert "kg/s" == system.inputs["push"].unit


def test_nothing_drives_most_systems(tmp_path):
    """Both ways to write their laws are one."""
    system = read_system(written(tmp_path, TEXT))
    assert system.driven == system.expressions
    assert {} == system.drives


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"rate*cos(t)"', '"x*cos(t)"', r"inputs\.push: Unknown name 'x'"),
        ("push = {", "rate = {", r"inputs\.rate: something else has this name"),
        ("push = {", "x = {", r"inputs\.x: something else has this name"),
        ("push = {", "beta = {", r"inputs\.beta: something else has this name"),
        ("push = {", "exp = {", r"inputs\.exp: this name cannot be used"),
        ('equation = "rate*cos(t)", ', "", r"inputs\.push\.equation: Field required"),
    ],
)
def test_a_broken_input_is_refused_with_file_and_key(tmp_path, old, new, message):
    """It is no function of states, and has a name of its own."""
    assert old in DRIVEN
    with pytest.raises(DataError, match=message):
        read_system(written(tmp_path, DRIVEN.replace('"rate*x**power + push"', '"-y"').replace(old, new)))


def test_a_system_cannot_be_changed(tmp_path):
    """Assigning to a field is an error."""
    system = read_system(written(tmp_path, TEXT))
    with pytest.raises(ValueError, match="frozen"):
        system.samples = 7


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "Decay"', "", r"system\.toml does not describe a System:\n  title: Field required"),
        ("samples = 5", "samples = 1", r"samples: Input should be greater than or equal to 2"),
        ("samples = 5", "sampels = 5", r"sampels: Extra inputs are not permitted"),
        ("value = 0.5", 'value = "0.5"', r"constants\.rate\.value: Input should be a valid number"),
        ("value = 0.5", "value = nan", r"constants\.rate\.value: Input should be a finite number"),
        ('"forced",', '"forsed",', r"tags\.1: Input should be 'polynomial'"),
        ("[1.0, 9.0]", "[9.0, 1.0]", r"time_span: 1 does not come after 9"),
        ("[2.0, -1.0]", "[2.0]", r"initial_states\[1\]: 1 values for 2 states"),
        (", [2.0, -1.0]", "", r"initial_states: Tuple should have at least 2 items"),
        ('x = "-rate*x"', 'x = "-rte*x"', r"equations\.x: Unknown name 'rte'"),
        ('x = "-rate*x"', 'x = "-rate*"', r"equations\.x: This is not an expression"),
        ('x = "-rate*x"', "", r"equations: not one for each state \(see x\)"),
        ('x = "-rate*x"', 'x = "-rate*x"\nz = "1"', r"equations: not one for each state \(see z\)"),
        ("power = {", "y = {", r"constants\.y: there is a state of this name"),
        ("power = {", "sin = {", r"constants\.sin: this name cannot be used"),
        ("y = {}", "E = {}", r"states\.E: SymPy defines this name"),
        ("y = {}", "lambda = {}", r"states\.lambda: this name cannot be used"),
        ("y = {}", "t = {}", r"states\.t: this name cannot be used"),
        ("samples = 5", 'samples = 5\nevents = ["x +"]', r"events\[0\]: This is not an expression"),
        ("samples = 5", 'samples = 5\nconserved = ["w"]', r"conserved\[0\]: Unknown name 'w'"),
        ('name = "decay"', 'name = "growth"', r"says name = 'growth' but its folder is 'decay'"),
        ("samples = 5", "samples 5", r"is not a TOML file: .*line 7"),
    ],
)
def test_a_broken_file_is_refused_with_file_and_key(tmp_path, old, new, message):
    """Each fault names the file, the key and what is wrong there."""
    assert old in TEXT
    path = written(tmp_path, TEXT.replace(old, new))
    with pytest.raises(DataError, match=message) as caught:
        read_system(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_reported(tmp_path):
    """The message names the file that cannot be read."""
    with pytest.raises(DataError, match=r"system\.toml cannot be read: No such file"):
        read_system(tmp_path / "system.toml")


def test_all_faults_are_listed_at_once(tmp_path):
    """Two wrong keys are two lines of one message."""
    text = TEXT.replace("samples = 5", "samples = 1").replace('title = "Decay"', "")
    with pytest.raises(DataError, match=r"(?s)title: .*samples: "):
        read_system(written(tmp_path, text))
