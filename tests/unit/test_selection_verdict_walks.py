"""Walks at random beside laws: verdicts on laws that are made by hand, with the residuals that they leave."""

from dataclasses import replace

import numpy as np
import sympy as sp

from discovery.dynamics.shooting import Fit
from discovery.dynamics.windows import Windows
from discovery.laws import Frame, Told, told_symbol
from discovery.selection.in_words import MADE_EXACT
from discovery.selection.refined import Refined
from discovery.selection.score import residual_length
from discovery.selection.selected import Selected
from discovery.selection.verdict import judge
from discovery.symbolic.parse import parse
from discovery.symbolic.stated import stated_length
from discovery.types import Law, RankedLaw, Ranking, symbol
from tests.unit.verdicts import GOOD, texts


def wandering(residual: np.ndarray, values: np.ndarray) -> Selected:
    """A law with those residuals on those values, whose noise has unit deviation, and another far behind it."""
    count, cost = len(values), float((residual**2).sum())
    windows = Windows(
        np.arange(float(count)), values, np.ones((count, 1)), np.array([0, count]), values[:1], np.ones(1), np.ones(1),
        False, 64, ((0, 0),),
    )  # fmt: skip
    law = Law(("x",), (parse("c0*x"),), (-1.0,), ("me",))
    fit = Fit(law, values[:1], cost, np.array([cost]), np.eye(1), count)
    best = RankedLaw(law, 100.0, cost / count, 0.99, 3, lows=(-1.1,), highs=(-0.9,))
    refined = Refined(fit, residual_length(cost, count) + 10.0)
    return Selected(of(best), (refined,), windows, 5000.0, GOOD, np.inf, (), residual)


def of(best: RankedLaw) -> Ranking:
    """A ranking of a law, and one that is fifty nats behind."""
    return Ranking((best, replace(best, score=150.0)), "rule")


def test_a_law_no_better_than_a_random_walk_is_not_found() -> None:
    """Its residuals are as large as the samples' steps, or larger; white ones about a curve are smaller."""
    rng = np.random.default_rng(1)
    walk = np.cumsum(rng.standard_normal((300, 1)), axis=0)
    selected = wandering(walk - walk.mean(), walk)
    verdict = judge(replace(selected, held_out=replace(GOOD, error=0.3)))
    assert "not_found" == verdict.status
    assert "A random walk of the states" in texts(verdict, "bad")
    alone = judge(selected)  # its forecasts are good, but the walk is clearly the better explanation
    assert "not_found" == alone.status
    (item,) = selected.refined
    tied = replace(item, score=item.score + alone.measures["lead_over_wandering"])
    assert "found" == judge(replace(selected, refined=(tied,))).status
    perfect = replace(selected, held_out=replace(GOOD, error=0.0101))
    forecasting = judge(perfect)  # forecasts beat what a walk expects, which is no change
    assert "found" == forecasting.status
    assert "A random walk of the states" in texts(forecasting, "caution")
    for curve, status in ((0.5, "found"), (0.0102, "not_found"), (0.02, "not_found")):  # one that goes on as well
        assert status == judge(replace(selected, held_out=replace(GOOD, error=0.0101, curves={"a line": curve}))).status
    first = perfect.ranking.front[0]  # beside one that is as good: one of many forecasts well by chance
    beside = replace(perfect, ranking=Ranking((first, replace(first, score=101.0)), "rule"))
    assert "not_found" == judge(beside).status
    whole = replace(beside, held_out=replace(GOOD, error=0.0101, whole=True))  # of a run that was not fitted at all
    assert "found" == judge(whole).status
    far = wandering(20.0 * (walk - walk.mean()), 20.0 * walk)  # of the noise that was found, not of the walk
    far = replace(far, held_out=perfect.held_out)
    for share, status in ((0.94, "not_found"), (0.999, "found")):
        best = replace(far.ranking.front[0], r_squared=share)
        assert judge(replace(far, ranking=of(best))).status == status
    best = replace(far.ranking.front[0], r_squared=0.94)
    assert "times the noise" in texts(judge(replace(far, ranking=Ranking((best,), "rule"))), "bad")
    noise = rng.standard_normal((300, 1))
    assert "found" == judge(wandering(noise, 10.0 * np.sin(np.arange(300.0) / 30.0)[:, None] + noise)).status


def test_the_walk_that_explains_the_data_is_named() -> None:
    """A smooth path that goes where it likes is no walk of states, and its walk forecasts the last slope."""
    path = np.cumsum(np.cumsum(np.random.default_rng(1).standard_normal((300, 1)), axis=0), axis=0)
    told = judge(wandering(path - path.mean(), path))
    assert "A random walk of the rates (each sample expected on the line through" in texts(told, "bad")
    forecasting = replace(wandering(path - path.mean(), path), held_out=replace(GOOD, error=0.0101))
    best = replace(forecasting.ranking.front[0], r_squared=1.0)
    told = judge(replace(forecasting, ranking=of(best)))
    assert "it only continues the last slope, and the law forecasts better" in texts(told, "caution")


def test_an_exact_line_does_not_wander() -> None:
    """Where residuals are those of the integration, steps as regular as they come say nothing against a law."""
    line = np.arange(300.0)[:, None]
    assert "found" == judge(wandering(1e-9 * np.ones((300, 1)), line)).status


def test_what_was_made_exact_is_told_with_the_reason() -> None:
    """That holds where a free constant's interval is beside the number, too; what is no news is left out."""
    wander = wandering(0.1 * np.ones((300, 1)), np.sin(np.arange(300.0))[:, None])
    (item,) = wander.refined
    told = "worse: c is 1 (0.947 … 0.997 if free)."
    for relations, expected in ((("c is 1 (0.947 … 0.997 if free)", ""), True), (("",), False)):
        note = texts(judge(replace(wander, refined=(replace(item, relations=relations),))), "note")
        assert expected == (told in note)
        assert expected == (MADE_EXACT in note)


def test_what_was_told_has_no_length_beside_a_walk() -> None:
    """Nobody sought it; its constants are paid for as any law's."""
    noise = np.random.default_rng(0).normal(size=(300, 1))
    free = wandering(noise, 10.0 * np.sin(np.arange(300.0) / 30.0)[:, None] + noise)
    (item,) = free.refined
    told = replace(item.fit.law, frame=Frame(("x",), (parse("k*x"),), (), (Told("k"),)), told=("k",))
    known = replace(free, refined=(replace(item, fit=replace(item.fit, law=told)),))
    leads = [judge(one).measures["lead_over_wandering"] for one in (free, known)]
    np.testing.assert_allclose(leads[1] - leads[0], stated_length([parse("k*x")]))


def test_constants_of_groups_that_were_told_are_no_excuse_for_a_walk() -> None:
    """However many groups there are, the law is as long as what was told of it."""
    walk = np.cumsum(np.random.default_rng(0).normal(size=(300, 1)), axis=0)
    free = wandering(walk - walk.mean(), walk)
    (item,) = free.refined
    names = [f"k[{i}]" for i in range(20)]
    rate = sp.Add(*[told_symbol(name) * symbol(f"in_group_{i}") for i, name in enumerate(names)])
    frame = Frame(("x",), (rate * symbol("x"),), (), tuple(map(Told, names)), tuple(f"in_group_{i}" for i in range(20)))
    law = frame.law((), (-1.0,) * 20)
    known = replace(free, refined=(replace(item, fit=replace(item.fit, law=law)),))
    leads = [judge(one).measures["lead_over_wandering"] for one in (free, known)]
    assert leads[0] < leads[1] < -10.0
    assert "not_found" == judge(known).status


def test_noise_that_remembers_is_no_walk_beside_a_law_that_was_told() -> None:
    """A walk knows the sample before each, and so does the law of its residuals; one that was sought does not."""
    rng, noise = np.random.default_rng(0), np.zeros((300, 1))
    for i in range(1, 300):
        noise[i] = 0.8 * noise[i - 1] + 0.6 * rng.standard_normal()
    free = wandering(noise, 30.0 * np.exp(-np.arange(300.0) / 60.0)[:, None] + noise)
    (item,) = free.refined
    told = replace(item.fit.law, frame=Frame(("x",), (parse("k*x"),), (), (Told("k"),)), told=("k",))
    known = replace(free, refined=(replace(item, fit=replace(item.fit, law=told)),))
    leads = [judge(one).measures["lead_over_wandering"] for one in (free, known)]
    assert leads[0] < 0.0
    assert leads[1] > 5.0
