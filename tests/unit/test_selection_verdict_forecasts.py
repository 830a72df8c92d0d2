"""Verdicts on how far forecasts hold, and on states that are forecast badly."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.shooting import Fit
from discovery.selection.held_out import HeldOut
from discovery.selection.refined import Refined
from discovery.selection.selected import Selected
from discovery.selection.verdict import judge
from discovery.symbolic.parse import parse
from discovery.types import Law, Ranking
from tests.unit.verdicts import BEST, GOOD, SELECTED, WINDOWS, texts


def test_the_horizon_is_told_where_it_is_finite() -> None:
    """A chaotic law says how far its forecasts hold, and one whose start is hardly known."""
    assert "about 2.5 time units" in texts(judge(replace(SELECTED, horizon=2.5)), "good")
    assert "about 2.5 min (until" in texts(judge(replace(SELECTED, horizon=2.5), unit="min"), "good")


def test_the_horizon_of_a_wrong_law_is_no_praise() -> None:
    """How far one can forecast with a law that the data do not support nobody asks."""
    verdict = judge(replace(SELECTED, horizon=2.5, null=101.0))
    assert ("not_found", 2.5) == (verdict.status, verdict.measures["horizon"])
    assert all("forecasts hold" not in texts(verdict, level) for level in ("good", "caution"))


def chaotic(held: HeldOut = GOOD) -> Selected:
    """Lorenz' law with those forecasts."""
    equations = tuple(parse(text) for text in ("c0*(y - x)", "x*(28 - z) - y", "x*y - 8*z/3"))
    lorenz = Law(("x", "y", "z"), equations, (10.0,), ("me",))
    times = np.linspace(0.0, 20.0, 200)
    windows = replace(
        WINDOWS, times=times, values=np.ones((200, 3)), weights=np.ones((200, 3)), offsets=np.array([0, 200]),
        spread=np.ones(3), bound=np.full(3, 500.0), places=((0, 0),),
    )  # fmt: skip
    fit = Fit(lorenz, np.array([[1.0, 1.0, 20.0]]), 1.0, np.ones(1), np.eye(1), 600)
    ranking = Ranking((replace(BEST, law=lorenz),), "rule")
    return Selected(ranking, (Refined(fit, 0.0),), windows, 5000.0, held, 2.5, (), None)


def test_chaos_is_told_in_lyapunov_times() -> None:
    """The exponent is that of the law, from its fitted states on."""
    verdict = judge(chaotic())
    assert "found" == verdict.status
    assert "Lyapunov times; the law is chaotic" in texts(verdict, "good")
    np.testing.assert_allclose(verdict.measures["lyapunov_exponent"], 0.906, rtol=0.15)


@pytest.mark.parametrize(
    ("valid", "status"), [(0.5, "not_found"), (0.9, "not_found"), (1.5, "found"), (np.inf, "found")]
)
def test_forecasts_of_a_chaotic_law_last_a_lyapunov_time(valid: float, status: str) -> None:
    """Of Lorenz' law 1.1 time units: one whose forecasts are lost before is not found, whatever its mean error."""
    verdict = judge(chaotic(replace(GOOD, valid=valid)))
    assert status == verdict.status
    assert (status == "not_found") == ("Lyapunov times, within one of which" in texts(verdict, "bad"))


def test_a_law_without_chaos_has_no_lyapunov_time() -> None:
    """Its forecasts are judged by their error."""
    assert "found" == judge(replace(SELECTED, held_out=replace(GOOD, valid=0.1))).status


def test_a_state_that_is_forecast_badly_is_named() -> None:
    """However well the others are, from twice the noise on, and of one state too; not where its start decides."""
    two = replace(BEST, law=Law(("x", "u"), (parse("c0*(u - x)"), parse("c1*x")), (1.0, 2.0), ("me",)))
    selected = replace(SELECTED, ranking=Ranking((two,), "rule"), held_out=replace(GOOD, off=(1.2, 16.0)))
    told = texts(judge(selected), "caution")
    assert "(u by 4 of its standard deviations): the law lacks something there, its constants are hardly" in told
    assert "standard deviations" not in texts(judge(replace(selected, horizon=2.0)), "caution")
    for square, off in ((4.7, True), (3.2, False)):
        alone = texts(judge(replace(SELECTED, held_out=replace(GOOD, off=(square,)))), "caution")
        assert off == ("standard deviations" in alone)
        assert "--inputs" not in alone


@pytest.mark.parametrize(
    ("equations", "off", "told"),
    [
        (("c0*(u - x)", "c1*u"), (1.2, 16.0), True),
        (("c0*(u - x)", "c1*u"), (16.0, 1.2), False),  # what drives the other is forecast well
        (("c0*(u - x)", "c1*x"), (1.2, 16.0), False),  # it is driven, too
        (("c0*x", "c1*u"), (1.2, 16.0), False),  # it drives nothing
    ],
)
def test_only_what_nothing_drives_may_be_an_input(
    equations: tuple[str, str], off: tuple[float, float], told: bool
) -> None:
    """A state that stands in another's equation, and no other in its own."""
    law = Law(("x", "u"), tuple(map(parse, equations)), (1.0, 2.0), ("me",))
    selected = replace(SELECTED, ranking=Ranking((replace(BEST, law=law),), "rule"), held_out=replace(GOOD, off=off))
    hint = "Nothing drives u by this law: what is set from outside is no state; name it with --inputs."
    assert told == (hint in texts(judge(selected), "caution"))
    assert told == ("--inputs" in texts(judge(selected), "caution"))
