"""The law does not depend on what is a matter of description: names, units and the zero of time, to the last digit.

Units and the zero of time are powers of two, or short binary numbers, so that the data lose no digit; all that is done
with them is relative, and logarithms are taken of numbers near one. (Two things know a unit: functions such as sin(x),
and constants that are made exact where they are small integers or fractions.)
"""

import re
from collections.abc import Sequence

import numpy as np
import pytest
import sympy as sp

from discovery.dynamics.simulate import simulate_or_fail
from discovery.symbolic.parse import parse
from discovery.trajectories.arrays import from_arrays
from discovery.types import DiscoveryResult, Law, symbol
from pipelines.config import RunConfig
from pipelines.ode import discover_ode

TIMES = np.arange(64) / 4.0
NAMES = ("x", "y")
# Laws of a front that are compared: of those far behind some have constants that were made exact in one unit only.
KNOWING_NO_UNIT = 5
CONFIG = RunConfig().changed(engines=("sindy",), smoother="kalman")


def measured(texts: Sequence[str], start: Sequence[float], noise: float) -> np.ndarray:
    """A simulation with proportional noise."""
    names = NAMES[: len(texts)]
    law = Law(names, tuple(parse(text, names) for text in texts), ())
    states = simulate_or_fail(law, np.array(start), TIMES)
    return states * (1.0 + noise * np.random.default_rng(3).normal(size=states.shape))


RECORDS = {
    "predators and prey": measured(("1.1*x - 0.4*x*y", "0.1*x*y - 0.4*y"), (10.0, 5.0), 0.01),
    "logistic growth": measured(("0.7*x - 0.07*x**2",), (0.5,), 0.02),
    "a damped oscillator": measured(("0.5*y", "-1.5*x - 0.1*y"), (2.0, 0.0), 0.01),
}


def found(states: np.ndarray, times: np.ndarray = TIMES, names: Sequence[str] | None = None) -> DiscoveryResult:
    """A discovery with the cheapest settings."""
    return discover_ode(from_arrays(states, times, names=names or NAMES[: states.shape[1]]), CONFIG)


@pytest.fixture(scope="module", params=RECORDS.values(), ids=RECORDS.keys())
def record(request: pytest.FixtureRequest) -> tuple[np.ndarray, DiscoveryResult]:
    """A record and its law."""
    return request.param, found(request.param)


def fronts(result: DiscoveryResult) -> list[tuple[tuple[sp.Expr, ...], float, float]]:
    """Families, scores and misfits of all laws of a result."""
    return [(one.law.skeletons, one.score, one.misfit) for one in result.ranking.front]


def exponents(skeleton: sp.Expr, constant: int, names: Sequence[str]) -> list[int]:
    """Powers of the states that a constant of a polynomial stands before."""
    term = next(one for one in sp.Add.make_args(skeleton) if one.has(symbol(f"c{constant}")))
    return [int(sp.degree(term, symbol(name))) for name in names]


def test_names_of_columns_play_no_part(record: tuple[np.ndarray, DiscoveryResult]) -> None:
    """Others, whose order by the alphabet is another, give the same digits of the same law."""
    states, base = record
    others = ("zebra", "ant")[: states.shape[1]]
    result = found(states, names=others)
    back = dict(zip(others, NAMES, strict=False))
    symbols = {symbol(other): symbol(name) for other, name in back.items()}
    assert [one.law.constants for one in base.ranking.front] == [one.law.constants for one in result.ranking.front]
    for one, other in zip(fronts(base), fronts(result), strict=True):
        assert one == (tuple(rhs.xreplace(symbols) for rhs in other[0]), *other[1:])
    told = [
        re.sub(r"\b(?:zebra|ant)\b", lambda name: back[name[0]], finding.text) for finding in result.verdict.findings
    ]
    assert [finding.text for finding in base.verdict.findings] == told
    assert base.verdict.measures == result.verdict.measures


def described_alike(
    base: DiscoveryResult, other: DiscoveryResult, *, rate: float = 1.0, unit: float = 1.0, laws: int | None = None
) -> bool:
    """Whether the laws of two results are each other's in other units, to the last digit, intervals and scores too.

    Args:
        rate: unit of time of the other over that of the first.
        unit: the same of the first state, in the other direction.
        laws: how many of them are compared.
    """
    for one, two in zip(base.ranking.front[:laws], other.ranking.front[:laws], strict=True):
        assert one.law.skeletons == two.law.skeletons
        assert (one.score, one.misfit, one.held_out) == (two.score, two.misfit, two.held_out)
        factors = np.ones(len(one.law.constants))
        for equation, skeleton in enumerate(one.law.skeletons if (rate, unit) != (1.0, 1.0) else ()):
            for number in sorted(int(str(c)[1:]) for c in skeleton.free_symbols if str(c)[0] == "c"):
                power = exponents(skeleton, number, base.ranking.front[0].law.states)[0] - (equation == 0)
                factors[number] = rate * unit**power
        for ours, theirs in (
            (one.law.constants, two.law.constants), (one.lows, two.lows), (one.highs, two.highs)
        ):  # fmt: skip
            np.testing.assert_array_equal(ours, factors * np.array(theirs))
    return base.status == other.status


@pytest.mark.parametrize("shift", [-16.0, 1024.0])
def test_the_zero_of_time_plays_no_part(record: tuple[np.ndarray, DiscoveryResult], shift: float) -> None:
    """The same digits of the same laws."""
    states, base = record
    assert described_alike(base, found(states, TIMES + shift))


@pytest.mark.parametrize("factor", [0.125, 64.0])
def test_the_unit_of_time_is_a_factor_of_the_law(record: tuple[np.ndarray, DiscoveryResult], factor: float) -> None:
    """All rates are smaller by the factor, and nothing else is different."""
    states, base = record
    assert described_alike(base, found(states, TIMES * factor), rate=factor, laws=KNOWING_NO_UNIT)


@pytest.mark.parametrize("factor", [2.0**-40, 0.5, 2.0**40])
def test_the_unit_of_a_state_is_a_factor_of_its_terms(
    record: tuple[np.ndarray, DiscoveryResult], factor: float
) -> None:
    """The first state in another unit: constants change by its powers, and nothing else is different."""
    states, base = record
    other = found(states * np.array([factor, 1.0])[: states.shape[1]])
    assert described_alike(base, other, unit=factor, laws=KNOWING_NO_UNIT)


@pytest.mark.parametrize("factor", [2.0**-40, 1024.0])
def test_with_all_of_the_search_the_law_is_the_same_to_the_last_but_few_digits(factor: float) -> None:
    """Inner constants of shapes have starts of which powers are taken, which round otherwise in another unit."""
    config = RunConfig().changed(engines=("sindy", "structured"), smoother="kalman")
    states = RECORDS["a damped oscillator"]
    one, other = (
        discover_ode(from_arrays(states * unit, TIMES, names=NAMES), config).ranking.front[0].law
        for unit in (np.ones(2), np.array([factor, 1.0]))
    )
    assert one.skeletons == other.skeletons
    scaled = np.array(one.constants) * [factor, 1.0 / factor, 1.0]  # x' = c0 y, y' = c1 x + c2 y
    np.testing.assert_allclose(scaled, other.constants, rtol=1e-12)
