"""Symbols that stand for columns in formulas."""

from dataclasses import replace

import numpy as np

from discovery.reports.naming import shown, symbols, without_units
from discovery.types import DiscoveryResult, NoiseModel, Ranking, Smoothing, Trajectory, Verdict


def result(headers: dict[str, str], time_name: str = "t") -> DiscoveryResult:
    """A result of which only the names matter."""
    count = len(headers)
    run = Trajectory(np.arange(3.0), np.zeros((3, count)), tuple(headers))
    noise = NoiseModel("additive", np.ones(count), np.ones(count))
    return DiscoveryResult(
        headers, time_name, (run,), Smoothing((), None, noise, 0.0, "kalman"), Ranking((), ""),
        Verdict("not_found", "", (), {}), (),
    )  # fmt: skip


def test_short_names_stand_for_themselves_and_others_get_a_letter():
    """The first letter if it is free, small or capital, else a spare one with a number."""
    names = {"a": "x_1", "b": "temperature [K]", "c": "100%", "d": "velocity_of_the_ball", "f": "a$b{c}", "g": "V"}
    assert {"a": "x_1", "b": "T", "c": "y_3", "d": "v", "f": "a", "g": "V", "t": "t"} == dict(shown(result(names)))


def test_twins_are_told_apart():
    """Columns that differ in their unit only, or that would be typeset alike, get symbols of their own."""
    chosen = shown(result({"a": "x [m]", "b": "x [ft]"}))
    assert len({chosen["a"], chosen["b"]}) == 2
    chosen = shown(result({"a": "x1", "b": "x_1"}))
    assert len({chosen["a"], chosen["b"]}) == 2


def test_many_columns_of_one_initial_letter_get_different_symbols():
    """However many there are."""
    chosen = shown(result({f"s{i}": f"concentration {i}" for i in range(30)}))
    assert 31 == len(set(chosen.values()))


def test_time_is_t_unless_a_letter_names_it():
    """A column of years is measured in years; a state that is called t keeps that."""
    *_, year = symbols(result({"a": "x"}, "year"))
    assert ("t", "year", "year") == (year.shown, year.name, year.unit)
    *_, tau = symbols(result({"a": "x"}, "tau [ms]"))
    assert ("tau", "ms", True) == (tau.shown, tau.unit, tau.is_own)
    assert "t" != shown(result({"a": "t"}, "elapsed_seconds"))["t"]


def test_names_without_units_are_given_where_they_are_enough():
    """A long name keeps its length; twins keep their units."""
    assert {"a": "v", "b": "v'", "c": "a long name", "t": "t"} == dict(
        without_units(result({"a": "v [m/s]", "b": "v' [m/s^2]", "c": "a long name [m]"}, "t [s]"))
    )


def test_a_unit_behind_a_name_is_no_subscript():
    """A height in metres is h and seconds are t; V_m, an angle and what a letter tells apart keep their names."""
    headers = {"a": "height_m", "b": "height_m'", "d": "V_m", "f": "theta_C", "g": "prey_a", "h": "prey_b"}
    found = {one.identifier: one for one in symbols(result(headers, "t_s"))}
    assert {"a": "h", "b": "v", "d": "V_m", "f": "theta_C", "g": "prey_a", "h": "prey_b", "t": "t"} == {
        key: one.shown for key, one in found.items()
    }
    assert ("t_s", "s", "height_m") == (found["t"].stands_for, found["t"].unit, found["a"].stands_for)
    assert "h" == shown(result({"a": "x"}, "h"))["t"]


def test_inputs_that_differ_in_their_unit_only_are_told_apart():
    """From each other, and from a state of that name."""
    of = replace(result({"x": "v [m/s]"}), inputs={"v_2": "v [ft/s]", "u": "u [m]", "u_2": "u [ft]", "w": "w [m]"})
    assert {"x": "v", "w": "w", "t": "t"} == dict(shown(of))


def test_a_letter_of_an_input_is_no_states_too():
    """T' = k (T - T) would be a riddle."""
    for header, name in (("temp_K", "T"), ("mass_g", "m")):
        of = replace(result({"x": header}), inputs={name: name})
        assert name not in (shown(of)["x"], symbols(of)[0].shown)


def test_a_capital_behind_a_name_is_an_index_more_often():
    """Nitrogen of a soil and a flow in keep theirs; kelvins are a unit."""
    found = shown(result({"a": "soil_N", "b": "flow_in", "d": "oven_K"}))
    assert ("soil_N", "flow_in", "o") == tuple(found[name].lower() if name == "d" else found[name] for name in "abd")


def test_an_index_stands_below_the_name():
    """``q[0]`` is q_0 in formulas, states and inputs alike; the full name is given beside."""
    of = result({"q_0": "q[0]", "q_1": "q[1]"})
    assert {"q_0": "q_0", "q_1": "q_1", "t": "t"} == dict(shown(of))
    assert "q[0]" == symbols(of)[0].stands_for
