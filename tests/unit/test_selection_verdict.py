"""The verdict on rankings that are made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.dynamics.shooting import Fit
from discovery.laws import Frame, Told, told_symbol
from discovery.selection.held_out import SMOOTH
from discovery.selection.polish import Polished
from discovery.selection.verdict import judge
from discovery.symbolic.parse import parse
from discovery.types import Law, NoiseModel, Prediction, Ranking, symbol
from tests.unit.verdicts import BEST, GOOD, LAW, NOTHING, SECOND, SELECTED, WHITE, WINDOWS, texts, with_best


def test_a_law_that_predicts_is_found() -> None:
    """Skill on kept-out samples and residuals at noise level: found, without caution."""
    verdict = judge(SELECTED)
    assert "found" == verdict.status
    assert "" == texts(verdict, "caution") + texts(verdict, "bad")
    assert "the last part of the record" in texts(verdict, "good")
    assert "noise level" in texts(verdict, "good")


def test_chi_squared_is_by_the_noise_that_is_told() -> None:
    """Not by a smoother's that is a quarter larger, by which noise alone has 0.64; nor by a larger one of its own."""
    noise = NoiseModel("additive", np.ones(1), np.ones(1))
    for own, told in ((0.99, "0.99"), (0.5, "0.64")):
        fit = Fit(LAW, NOTHING, 0.0, np.array([100.0 * own]), np.eye(1), 100)
        last = Polished(fit, noise, ((-1.1,), (-0.9,)), "additive", WINDOWS)
        verdict = judge(replace(with_best(misfit=0.64), last=(last,)))
        assert f"noise level (chi-squared per value {told})" in texts(verdict, "good")


def test_engines_that_agree_on_a_refused_law_are_no_praise() -> None:
    """They all saw the same data; it is told as a note where other reasons speak against the law."""
    law = replace(LAW, sources=("operon", "sindy"))
    for error, level in ((0.02, "good"), (2.0, "note")):
        told = judge(replace(with_best(law=law), held_out=replace(GOOD, error=error)))
        assert "Its equations were proposed by 2 engines: operon, sindy." in texts(told, level)


def test_no_law_is_said_to_remove_all_error() -> None:
    """Of forecasts that are off by noise alone it is told what is left out, and no 100 %."""
    perfect = replace(GOOD, error=GOOD.noise)
    told = texts(judge(replace(SELECTED, held_out=perfect, crossed=perfect)), "good")
    assert "remove more than 99 % of the error that the better of two nulls makes, measurement noise apart (40" in told
    assert "that removes more than 99 % of the nulls' error, noise apart (40 values)" in told
    assert "remove 98.9 % of the error" in texts(judge(replace(SELECTED, held_out=replace(GOOD, error=0.021))), "good")


def test_measures_are_those_of_the_first_law() -> None:
    """The figures behind the findings, by name."""
    measures = judge(SELECTED).measures
    assert (1.0, 100.0, 5000.0, 64.0) == (
        measures["misfit"], measures["description_length"], measures["null_description_length"],
        measures["window_samples"],
    )  # fmt: skip
    assert 50.0 == measures["lead_over_second"]
    np.testing.assert_allclose(measures["held_out_skill"], 1.0 - 0.01 / 0.99)


def test_a_law_that_blows_up_is_no_rival() -> None:
    """However short it describes the samples: it is at the end of the ranking for that, and ties with nothing."""
    ranking = Ranking((BEST, SECOND, replace(BEST, score=80.0)), "rule")
    verdict = judge(replace(SELECTED, ranking=ranking, unsound=1))
    assert 0.0 == verdict.measures["ties"]
    assert "" == texts(verdict, "caution")
    assert "tied" in texts(judge(replace(SELECTED, ranking=ranking)), "caution")


def test_no_law_at_all_is_not_found() -> None:
    """An empty ranking has one finding."""
    verdict = judge(replace(SELECTED, ranking=Ranking((), "rule"), held_out=None, residuals=None))
    assert ("not_found", {}) == (verdict.status, dict(verdict.measures))
    assert "No candidate could be integrated" in texts(verdict, "bad")
    assert "--noise" not in texts(verdict, "bad")
    positive = replace(SELECTED, ranking=Ranking((), "rule"), windows=replace(WINDOWS, logarithmic=True))
    assert "--noise proportional allows that; bounds, as in k > 0, prevent it" in texts(judge(positive), "bad")


def test_bounds_are_advised_for_the_constants_of_a_told_law_that_was_not_found() -> None:
    """Those that have none on both sides, in a sentence that can be typed."""
    verdict = judge(replace(SELECTED, ranking=Ranking((), "rule"), held_out=None, residuals=None), loose=("C", "tau"))
    assert "give bounds on both sides for C and tau" in texts(verdict, "bad")
    assert '--law "0.1 < C < 10"' in texts(verdict, "bad")


def test_a_law_no_better_than_constant_states_is_not_found() -> None:
    """The null's description is as short."""
    verdict = judge(replace(SELECTED, null=101.0))
    assert "not_found" == verdict.status
    assert "stay constant" in texts(verdict, "bad")


def test_what_was_told_of_a_law_costs_nothing_beside_states_that_rest() -> None:
    """Nobody sought it: few samples hardly pay for its formula, however near to it they are."""
    template = parse("k*x").xreplace({symbol("k"): told_symbol("k")})
    told = replace(LAW, told=("k",), frame=Frame(("x",), (template,), constants=(Told("k"),)))
    verdict = judge(replace(with_best(law=told), null=101.0))
    assert "found" == verdict.status
    assert "not_found" == judge(replace(with_best(law=told, score=115.0), null=101.0)).status


@pytest.mark.parametrize(
    ("worth", "said"), [(1.0, "States that stay constant plus noise explain"), (0.5, "hang together")]
)
def test_the_reason_against_a_law_is_true_where_samples_are_worth_fewer(worth: float, said: str) -> None:
    """A constant does not explain as well what a law leaves a quarter of, however few samples the rest is worth."""
    verdict = judge(replace(with_best(score=115.0), null=101.0, windows=replace(WINDOWS, worth=worth)))
    assert ("not_found", True) == (verdict.status, said in texts(verdict, "bad"))


def test_of_two_runs_it_is_said_what_was_kept_out() -> None:
    """Whether each is forecast from the other; where it is not, a run may leave open what the other tells."""
    both = (Prediction("held_out", name, np.zeros(1), np.zeros((1, 1))) for name in "ab")
    ends = replace(GOOD, predictions=tuple(both))
    other = replace(GOOD, whole=True, count=160)
    verdict = judge(replace(SELECTED, held_out=ends, crossed=other))
    assert "the last part of each record" in texts(verdict, "good")
    assert "one of the two runs alone, it forecasts the other whole, in turn" in texts(verdict, "good")
    assert GOOD.skill == verdict.measures["crossed_skill"]
    for error in (0.8, np.inf):
        verdict = judge(replace(SELECTED, crossed=replace(other, error=error)))
        assert "found" == verdict.status
        assert "it does not forecast the other whole" in texts(verdict, "caution")
    silent = judge(replace(SELECTED, crossed=replace(other, error=0.8, persistence=0.02, mean=0.02)))
    assert "" == texts(silent, "caution")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (0.7, "remove but 30.3 % of the better null's error, noise apart; 50 % are wanted"),
        (5.0, "are not better than a null"),
        (np.inf, "are not better than a null"),
    ],
)
def test_a_law_that_does_not_predict_is_not_found(error: float, said: str) -> None:
    """Forecasts that are no better than a null, or little, speak against it, also where it cannot be simulated."""
    verdict = judge(replace(SELECTED, held_out=replace(GOOD, error=error)))
    assert "not_found" == verdict.status
    assert said in texts(verdict, "bad")


@pytest.mark.parametrize(
    ("error", "off", "status"),
    [
        (0.06, (12.0,), "not_found"),  # six times the noise, where no change has one and a half
        (0.06, (8.0,), "found"),  # which errors of constants and starts may explain
        (0.025, (12.0,), "found"),  # near the noise, as what is right may be
        (0.012, (1.2,), "found"),
    ],
)
def test_forecasts_that_alone_are_off_are_no_caution(error: float, off: tuple[float], status: str) -> None:
    """Where nothing changes no forecast speaks for a law; one that leaves what stays speaks against it."""
    settled = replace(GOOD, error=error, persistence=0.015, noise=0.01, off=off)
    assert not settled.informative
    verdict = judge(replace(SELECTED, held_out=settled))
    assert status == verdict.status
    said = (
        "hardly change from where forecasts begin" in texts(verdict, "bad"),
        "test nothing" in texts(verdict, "caution"),
    )
    assert (status == "not_found", status == "found") == said


def test_unfinished_work_is_partial_at_best() -> None:
    """Work that was cut off can say neither that the law is good nor that there is none."""
    verdict = judge(SELECTED, finished=False)
    assert "partial" == verdict.status
    assert "intervals of the constants may be far too narrow" in texts(verdict, "caution")
    assert "partial" == judge(replace(SELECTED, null=101.0), finished=False).status


def test_records_too_short_to_test_are_a_caution() -> None:
    """Nothing was kept out."""
    assert "too few samples" in texts(judge(replace(SELECTED, held_out=None)), "caution")


def test_a_law_that_was_not_tested_is_not_praised_for_predicting() -> None:
    """Where nothing was kept out, or what was tells nothing, the headline says only that the data are described."""
    for held_out in (None, replace(GOOD, persistence=0.02, mean=0.02)):
        verdict = judge(replace(SELECTED, held_out=held_out))
        assert "found" == verdict.status
        assert "describes the data" in verdict.headline
        assert "predicts" not in verdict.headline


def test_large_residuals_are_a_caution() -> None:
    """The law predicts but something is missing."""
    verdict = judge(with_best(misfit=2.5))
    assert "found" == verdict.status
    assert "Residuals exceed the estimated noise" in texts(verdict, "caution")
    assert "1 caution below" in verdict.headline


def test_missing_residuals_do_no_harm() -> None:
    """NaN where nothing was measured is passed over."""
    gaps = WHITE.copy()
    gaps[::7] = np.nan
    for residuals in (gaps, np.full((200, 1), np.nan), np.zeros((3, 1))):
        verdict = judge(replace(SELECTED, residuals=residuals))
        assert ("found", "") == (verdict.status, texts(verdict, "caution"))


def test_white_residuals_speak_for_a_law() -> None:
    """With the probability of the tests; residuals of the integration are not tested."""
    assert "No correlation was detected among residuals" in texts(judge(SELECTED), "good")
    assert "correlation" not in texts(judge(with_best(misfit=1e-6)), "good")


def test_ties_are_a_caution() -> None:
    """Laws within a factor of 20 in likelihood cannot be told apart."""
    ranking = Ranking((BEST, replace(SECOND, score=101.0), replace(SECOND, score=102.0), SECOND), "rule")
    verdict = judge(replace(SELECTED, ranking=ranking))
    assert "2 other laws are within 3 nats of it, as good as tied: numbers 2 and 3 of the front, of the same form." in (
        texts(verdict, "caution")
    )
    assert 2.0 == verdict.measures["ties"]


def test_ties_name_the_equations_that_differ() -> None:
    """Where the laws are of other forms."""
    other = replace(SECOND, score=101.0, law=Law(("x",), (parse("c0*x**2"),), (-1.0,), ("sindy",)))
    verdict = judge(replace(SELECTED, ranking=Ranking((BEST, other), "rule")))
    assert "1 other law is" in texts(verdict, "caution")
    assert "with other equations for x" in texts(verdict, "caution")


@pytest.mark.parametrize(
    ("text", "constants", "misfit", "worth", "told"),
    [
        ("c0*sin(x)", (-1.0,), 1.0, 1.0, True),  # as good, and as many constants
        ("c0*sin(x)", (-1.0,), 1.1, 1.0, False),  # the data speak against it, by 4.9 nats
        ("c0*sin(x)", (-1.0,), 1.1, 0.5, True),  # residuals that are alike by two speak half as loudly
        ("c0*sin(c1*x)", (-1.0, 1.0), 1.0, 1.0, False),  # another constant can always do as well
    ],
)
def test_a_law_that_only_its_statement_tells_from_the_first_is_a_tie(
    text: str, constants: tuple[float, ...], misfit: float, worth: float, told: bool
) -> None:
    """The shorter of two laws that fit alike is a choice, which the data have not made."""
    other = replace(SECOND, misfit=misfit, law=Law(("x",), (parse(text),), constants, ("structured",)))
    counted = replace(WINDOWS, values=np.zeros((100, 1)), weights=np.ones((100, 1)), worth=worth)
    verdict = judge(replace(SELECTED, ranking=Ranking((BEST, other), "rule"), windows=counted))
    assert ("found", float(told)) == (verdict.status, verdict.measures["ties"])
    assert told == (
        "The data do not tell it from number 2 of the front, with other equations for x and no more constants"
        in texts(verdict, "caution")
    )


@pytest.mark.parametrize(("curve", "status", "level"), [(0.011, "not_found", "bad"), (0.3, "found", "")])
def test_curves_that_know_no_law_may_not_be_clearly_better(curve: float, status: str, level: str) -> None:
    """A law that forecasts much worse than a straight line is none."""
    held = replace(GOOD, error=0.2, curves={"a straight line": curve, "the last slope": 5.0})
    verdict = judge(replace(SELECTED, held_out=held))
    assert status == verdict.status
    assert ("A straight line, which knows no law" in texts(verdict, level)) == bool(level)
    assert curve == verdict.measures["held_out_best_curve"]


@pytest.mark.parametrize(
    ("error", "smooth", "status"),
    [
        (0.03, 0.04, "not_found"),  # two thirds of its error are left, however much of the nulls' is removed
        (0.03, 0.2, "found"),
        (0.03, 0.025, "found"),  # there is nothing to tell them apart by: noise is nearly all of it
        (0.02, 5.0, "found"),
    ],
)
def test_a_law_has_to_beat_a_free_smooth_curve(error: float, smooth: float, status: str) -> None:
    """Where that is clearly above the noise: a smooth walk goes on smoothly too, for a while."""
    verdict = judge(replace(SELECTED, held_out=replace(GOOD, error=error, curves={SMOOTH: smooth})))
    assert status == verdict.status
    assert (status == "not_found") == ("hardly beat a free smooth curve, which knows no law" in texts(verdict, "bad"))
    assert smooth == verdict.measures["held_out_smooth_curve"]


@pytest.mark.parametrize(("error", "curve"), [(0.03, 0.011), (0.3, 0.15)])
def test_a_curve_that_is_a_little_better_is_a_caution(error: float, curve: float) -> None:
    """By chance it may be, and beside a law that forecasts well it does not matter."""
    held = replace(GOOD, error=error, count=400, curves={"the last slope": curve})
    verdict = judge(replace(SELECTED, held_out=held))
    assert "found" == verdict.status
    assert "The last slope, which knows no law, forecasts samples that were not fitted even better" in (
        texts(verdict, "caution")
    )


@pytest.mark.parametrize(("low", "high"), [(-2.0, 0.5), (np.nan, np.nan)])
def test_constants_of_unknown_sign_are_a_caution(low: float, high: float) -> None:
    """An interval that holds zero, or none at all; but not where a bound tells the sign."""
    assert "The sign of 1 of 1 constants" in texts(judge(with_best(lows=(low,), highs=(high,))), "caution")
    template = parse("k*x").xreplace({symbol("k"): told_symbol("k")})
    told = replace(LAW, told=("k",), frame=Frame(("x",), (template,), constants=(Told("k", high=0.0),)))
    assert "The sign of" not in texts(judge(with_best(law=told, lows=(low,), highs=(high,))), "caution")


def test_engines_that_agree_speak_for_a_law() -> None:
    """Parts of one engine count once."""
    sources = ("sindy:stlsq", "sindy:sr3", "operon:rational")
    verdict = judge(with_best(law=replace(LAW, sources=sources)))
    assert "2 engines: operon, sindy" in texts(verdict, "good")


def test_pieces_of_records_are_told_where_chaos_does_not_ask_for_them() -> None:
    """Laws that could not be followed over whole records lack something."""
    pieces = replace(WINDOWS, length=2, places=((0, 0), (0, 2)))
    told = "was compared on pieces of 2 samples"
    assert told in texts(judge(replace(SELECTED, windows=pieces)), "caution")
    assert "something is left to explain" in texts(judge(replace(SELECTED, windows=pieces)), "caution")
    assert told not in texts(judge(replace(SELECTED, windows=pieces, horizon=2.5)), "caution")
    assert told not in texts(judge(replace(SELECTED, windows=pieces), finished=False), "caution")  # time was up
    assert "pieces" not in texts(judge(SELECTED), "caution")


def test_a_law_that_balances_on_a_point_is_told_with_caution() -> None:
    """All laws that were compared may do so: the charge for it then decides nothing."""
    assert "balances on a point" in texts(judge(replace(SELECTED, balance=7.0)), "caution")
    assert "balances on a point" not in texts(judge(SELECTED), "caution")


def test_a_law_that_blows_up_is_not_found() -> None:
    """It was chosen only because all others do too."""
    verdict = judge(replace(SELECTED, sound=False))
    assert "not_found" == verdict.status
    assert "The law blows up on the data" in texts(verdict, "bad")
