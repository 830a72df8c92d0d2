"""The registry of known systems: names, suites, tags, halves."""

import pytest

from discovery.datasets import known
from discovery.errors import UsageError


def test_the_registry_holds_odebench_and_at_least_forty_others():
    """All 63 systems of ODEBench, the Kidger pair and more than 40 others are there."""
    assert 63 == len(known.select(suite="odebench"))
    assert "kidger_pair" in known.names()
    assert 41 <= len(known.select(suite="others"))
    assert known.names() == known.select(suite="known")
    assert set(known.names()) == {*known.select(suite="odebench"), *known.select(suite="others")}


def test_names_are_sorted():
    """The order of tables does not depend on the file system."""
    assert sorted(known.names()) == list(known.names())


def test_a_system_is_loaded_by_its_name():
    """The loaded system is the one that was asked for."""
    assert "robertson" == known.load("robertson").name


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("lorenz_stenfo", r"no system called 'lorenz_stenfo'. Did you mean lorenz_stenflo"),
        ("gompertz", r"Did you mean gompertz_tumor\w*( or \w*gompertz\w*)*\? `discover"),
        ("§", r"no system called '§'. `discover systems` lists them all.$"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest_ones(name, message):
    """A misspelling, a part of a name and nonsense each get the help that is possible."""
    with pytest.raises(UsageError, match=message):
        known.load(name)


def test_tags_select_the_systems_that_have_all_of_them():
    """Robertson and HIRES are the stiff systems that conserve something."""
    assert ("hires", "robertson") == known.select(tags=("stiff", "conservative"))


def test_chosen_names_are_filtered_by_suite_and_tag():
    """Conditions are joined by and."""
    assert ("lu",) == known.select(("lu", "rlc", "odebench_56_lorenz_chaotic"), tags=("chaotic",), suite="others")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"chosen": ("lue",)}, "no system called 'lue'"),
        ({"tags": ("stif",)}, "no tag called 'stif'. Did you mean stiff"),
        ({"suite": "odebnch"}, "no suite called 'odebnch'. Did you mean odebench"),
    ],
)
def test_unknown_conditions_are_refused(arguments, message):
    """A condition that nothing can satisfy is a mistake, not an empty answer."""
    with pytest.raises(UsageError, match=message):
        known.select(**arguments)


def test_the_halves_are_fixed_by_the_name():
    """The split must never move: a system seen while choosing defaults cannot check them later."""
    expected = {"kidger_pair": "check", "robertson": "check", "rlc": "check", "odebench_01_rc_circuit": "check"}
    split = {name: known.half(name) for name in expected}
    assert expected == split


def test_both_halves_are_large():
    """A hash splits about evenly; neither half may be too small to say anything."""
    halves = [known.half(name) for name in known.names()]
    assert 40 <= halves.count("design") <= len(halves) - 40


def test_short_names_will_do() -> None:
    """People say lorenz and van_der_pol, not odebench_56_lorenz_chaotic."""
    assert "odebench_56_lorenz_chaotic" == known.resolve("lorenz")
    assert "odebench_37_van_der_pol" == known.load("van_der_pol").name
    assert ("kidger_pair",) == known.select(("kidger",))
