"""The same law from the same data described otherwise; the long form, on twenty systems, is benchmarks/sameness.py."""

import pytest

from benchmarks.sameness import DESCRIPTIONS, MILLION, determined, measure, same
from discovery.datasets import known

SYSTEMS = ("odebench_25_harmonic_oscillator_damped", "odebench_26_competition_sheep_rabbits")


@pytest.fixture(scope="module", params=SYSTEMS)
def base(request: pytest.FixtureRequest) -> dict[str, object]:
    """What is found from the data as they are."""
    record = measure(request.param, "as it is", "quick", ["sindy"])
    assert determined(request.param, record)
    return record


@pytest.mark.parametrize("description", list(DESCRIPTIONS)[1:])
def test_terms_are_the_same_and_constants_within_each_other_s_intervals(
    base: dict[str, object], description: str
) -> None:
    """Columns in another order, a unit a million times smaller, two runs instead of one, a constant column."""
    name = str(base["system"])
    other = measure(name, description, "quick", ["sindy"])
    unit = MILLION if "1e6" in description else 1.0
    assert "" == same(base["terms"], other["terms"], known.load(name).names[0], unit)  # type: ignore[arg-type]
    assert base["status"] == other["status"]


def test_what_differs_is_told() -> None:
    """A term that is missing, and a constant outside of the other's interval."""
    one = {"x": {"x": (1.0, 0.9, 1.1), "1": (2.0, 1.9, 2.1)}}
    assert "x': ['1']" == same(one, {"x": {"x": (1.0, 0.9, 1.1)}}, "x")
    assert "" == same(one, {"x": {"x": (1.05, 0.95, 1.15), "1": (2e6, 1.9e6, 2.1e6)}}, "x", MILLION)
    assert same(one, {"x": {"x": (1.2, 1.1, 1.3), "1": (2.0, 1.9, 2.1)}}, "x").startswith("x' x: 1 [0.9, 1.1], 1.2")


def test_what_one_law_takes_for_exact_the_other_need_not_know() -> None:
    """Its interval is narrower by that, and may miss the other's value, but not the other way round."""
    told = {"x": {"y": (1.0, float("nan"), float("nan"))}, "y": {"x": (2.0, 1.99, 2.01)}}
    free = {"x": {"y": (0.97, 0.9, 1.04)}, "y": {"x": (2.05, 1.95, 2.15)}}
    assert "" == same(told, free, "z") == same(free, told, "z")
    assert same(told, {**free, "y": {"x": (2.05, 2.03, 2.15)}}, "z").startswith("y' x: 2")
