"""The law does not depend on what is a matter of description: names, units and the zero of time.

Names change no digit. Units and the zero of time are powers of two, or short binary numbers, so that the data lose no
digit; logarithms of states on the way still round otherwise, so that there the same law means the same families with
constants that agree within a millionth. (Functions such as sin(x) know a unit of x; the laws here have none.)
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


def same(some: Sequence[float], others: Sequence[float]) -> bool:
    """Whether numbers agree but for rounding on the way."""
    return bool(np.allclose(some, others, rtol=1e-6, atol=0.0))


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


@pytest.mark.parametrize("shift", [-16.0, 1024.0])
def test_the_zero_of_time_plays_no_part(record: tuple[np.ndarray, DiscoveryResult], shift: float) -> None:
    """The same law, as certain."""
    states, base = record
    result = found(states, TIMES + shift)
    law, other = base.ranking.front[0], result.ranking.front[0]
    assert law.law.skeletons == other.law.skeletons
    assert same(law.law.constants, other.law.constants)
    assert base.status == result.status


@pytest.mark.parametrize("factor", [0.125, 64.0])
def test_the_unit_of_time_is_a_factor_of_the_law(record: tuple[np.ndarray, DiscoveryResult], factor: float) -> None:
    """All rates are smaller by the factor."""
    states, base = record
    result = found(states, TIMES * factor)
    law, other = base.ranking.front[0], result.ranking.front[0]
    assert law.law.skeletons == other.law.skeletons
    assert same(law.law.constants, [factor * c for c in other.law.constants])
    assert base.status == result.status


@pytest.mark.parametrize("factor", [2.0**-40, 0.5, 2.0**40])
def test_the_unit_of_a_state_is_a_factor_of_its_terms(
    record: tuple[np.ndarray, DiscoveryResult], factor: float
) -> None:
    """The first state in another unit: constants change by its powers."""
    states, base = record
    names = NAMES[: states.shape[1]]
    result = found(states * np.array([factor, 1.0])[: states.shape[1]])
    law, scaled = base.ranking.front[0].law, result.ranking.front[0].law
    assert law.skeletons == scaled.skeletons
    for equation, skeleton in enumerate(law.skeletons):
        for number in sorted(int(str(one)[1:]) for one in skeleton.free_symbols if str(one)[0] == "c"):
            power = exponents(skeleton, number, names)[0] - (equation == 0)
            assert same([law.constants[number]], [scaled.constants[number] * factor**power])
    assert base.status == result.status
