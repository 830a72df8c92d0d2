"""How far the chosen law may be trusted, with reasons. Looks at observed data only."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from discovery.selection import doubts, stepping
from discovery.selection.credits import agreeing
from discovery.selection.evidence import Evidence
from discovery.selection.held_out import SMOOTH, HeldOut
from discovery.selection.in_words import MADE_EXACT, taken_for
from discovery.selection.onward import CUT_OFF, NOISE_LEVEL, exceeding
from discovery.selection.residuals import WRONG
from discovery.selection.score import TIE
from discovery.selection.selected import Selected
from discovery.selection.ties import differing, ranked
from discovery.symbolic.phases import phases
from discovery.types import Finding, Verdict
from discovery.wording import listed

# A law has to remove this share of the better null's error on samples that were not fitted; half is what a
# law with an R² of 0.5 does. So it has of a free smooth curve's, where that is clearly above the noise: of forty of
# ODEBench's systems at 5 % noise the laws leave a seventh of it at most.
SKILL = 0.5
# Curves that know no law may do better than a law by chance; by this factor of the squared error they do not. A law
# that removes this much of the nulls' error is not given up for that: near rest, or on a short arc, a line is hard to
# beat.
CLEARLY = 4.0
EXCELLENT = 0.9
# Forecasts that excuse a law where a random walk explains the data clearly better: all but a hundredth of the nulls'
# error. Of 22 balls that share no drag, fourteen terms for all removed 96 %, at residuals three times the noise.
NEAR_PERFECT = 0.99
# Residuals far below the noise floor are those of the integration.
WELL_BELOW_NOISE = 0.1
# A law that is wrong (:data:`WRONG`) and leaves more than this share of the states' variance is not excused by what it
# forecasts where a random walk explains the data as well. A fifteen-term law of a shaken pendulum of which only the
# slow motion was followed, at 632 and 6 %, forecast well enough (benchmarks/knowledge.py).
UNEXPLAINED = 0.01
_NOWHERE = "No candidate could be integrated along the measured trajectories."
_BELOW = (
    " With log-normal noise none may fall to zero: --noise proportional allows that; bounds, as in k > 0, prevent it."
)
_BOUNDS = (
    "A search that begins too far off fails so: give bounds on both sides for {0}, from what such constants usually "
    'are, as in --law "0.1 < {1} < 10".'
)


def judge(
    selected: Selected,
    *,
    finished: bool = True,
    agreed: Sequence[Finding] = (),
    unit: str = "",
    loose: Sequence[str] = (),
) -> Verdict:
    """The verdict on the first law of the ranking.

    Args:
        finished: False if work was cut off; a law is then at best a partial result.
        unit: of time, where it is known.
        loose: constants that were told without bounds on both sides, of which the search may have begun too far off.
        agreed: whether all runs agree on its constants (:mod:`discovery.selection.agreement`).
    """
    if not selected.ranking.front:
        told = f"All {selected.refused} candidates contradict what was told of a function. Tell less, or otherwise."
        text = told if selected.refused else f"{_NOWHERE}{_BELOW if selected.windows.logarithmic else ''}"
        if loose and not selected.refused:
            text += f" {_BOUNDS.format(listed(loose), loose[0])}"
        finding = Finding("bad", text)
        what = "goes with what was told" if selected.refused else "can be simulated"
        headline = f"No law was found that {what}" + ("." if finished else " before work was cut off.")
        return Verdict("not_found" if finished else "partial", headline, (finding,), {})
    evidence = Evidence.of(selected)
    reasons = [*(one for one in agreed if one.level == "bad"), *_against(evidence, unit)]
    reasons = [*doubts.one_way(evidence.best.law, selected.windows), *reasons] if reasons else []
    lacking = (*doubts.inert(evidence.best.law), *_by_chance(evidence)) if reasons else ()
    cautions = (*(one for one in agreed if one.level != "bad"), *_cautions(evidence, finished))
    praised = () if reasons else _predictability(evidence, unit)  # that a wrong law forecasts so far is no praise
    findings = (*reasons, *lacking, *_for(evidence, opposed=bool(reasons)), *cautions, *praised)
    measures = _measures(evidence)
    if not finished:
        return Verdict("partial", "Work was cut off; this is the best law so far.", findings, measures)
    if reasons:
        return Verdict("not_found", f"These data do not support a law. {reasons[0].text}", findings, measures)
    number = sum(one.level == "caution" for one in findings)
    praise = "A law was found that " + (
        "predicts what it was not fitted to" if evidence.tested else "describes the data"
    )
    headline = f"{praise}." if not number else f"{praise}; {number} caution{'s' * (number > 1)} below."
    return Verdict("found", headline, findings, measures)


def _by_chance(evidence: Evidence) -> Iterator[Finding]:
    """That chance may act on the states, where that was not asked and a map is not followed, or a walk goes as well."""
    windows = evidence.selected.windows
    if windows.steps or not windows.weights.any(axis=0).all() or not (windows.discrete or _wanders(evidence)):
        return
    yield Finding(
        "note",
        "If chance acts on the states themselves, as births, deaths and weather do, no law is followed far: "
        "--noise process asks each step from the sample before it.",
    )


def _measures(evidence: Evidence) -> dict[str, float]:
    selected, best, front = evidence.selected, evidence.best, evidence.selected.rivals
    measures = {
        "misfit": best.misfit,
        "r_squared": best.r_squared,
        "description_length": best.score,
        "null_description_length": selected.null,
        "window_samples": float(selected.windows.length),
        **({} if selected.windows.steps else {"horizon": selected.horizon}),
        "ties": float(len(evidence.ties) + len(evidence.equals)),
        "lead_over_wandering": evidence.wandering,
    }
    if len(front) > 1:
        measures["lead_over_second"] = front[1].score - best.score
    if evidence.tests:
        measures["residual_probability"] = min(test.probability for test in evidence.tests.values())
        measures["residual_correlation"] = max((test.correlation for test in evidence.tests.values()), key=abs)
    if math.isfinite(evidence.exponent):
        measures["lyapunov_exponent"] = evidence.exponent
        measures["horizon_in_lyapunov_times"] = selected.horizon * evidence.exponent
    if (held := selected.held_out) is not None:
        measures |= {
            "held_out_error": held.error,
            "held_out_persistence": held.persistence,
            "held_out_mean": held.mean,
            "held_out_noise": held.noise,
            "held_out_skill": stepping.share(held) if selected.windows.steps else held.skill,
        }
        if math.isfinite(held.valid):
            measures["held_out_valid_time"] = held.valid
        if held.curves:
            measures["held_out_best_curve"] = min(held.curves.values())
        if SMOOTH in held.curves:
            measures["held_out_smooth_curve"] = held.curves[SMOOTH]
    if selected.crossed is not None:
        measures["crossed_skill"] = selected.crossed.skill
    return measures


def _walk(evidence: Evidence) -> tuple[str, str]:
    """The walk that explains the data as well as the law, in words, and what such a walk forecasts."""
    what = "A random walk of the states, step by step,", "expects no change"
    if evidence.of_rates:
        line = "each sample expected on the line through the two before it"
        what = f"A random walk of the rates ({line})", "only continues the last slope"
    return f"{what[0]} explains the data about as well as the best law does", what[1]


def _against(evidence: Evidence, unit: str) -> Iterator[Finding]:
    best, held = evidence.best, evidence.held
    yield from doubts.of_two_values(best.law, evidence.selected.windows)
    if not evidence.selected.sound:
        yield Finding(
            "bad", "The law blows up on the data, at a pole or before a record ends, as do all that were tried."
        )
    if (early := _lost_early(evidence)) < 1.0:
        yield Finding(
            "bad",
            f"Forecasts of samples that were not fitted are lost after {early:.2g} Lyapunov times, within one of which "
            "chaos does not explain it.",
        )
    selected, spans = evidence.selected, best.law.spans(unit)
    yield from doubts.followed_too_briefly(best.misfit, selected.windows, selected.horizon, spans)
    if evidence.over_rest < TIE:
        yield doubts.at_rest(selected.windows)
    if _wanders(evidence) and not _excused(evidence):
        size = f"; its residuals are {math.sqrt(best.misfit):.2g} times the noise" if best.misfit > WRONG else ""
        yield Finding("bad", f"{_walk(evidence)[0]}{size}.")
    if evidence.selected.windows.steps:
        yield from stepping.against(evidence.selected.held_out)
        yield from stepping.alike(evidence.tests)
    elif held is None:
        yield from _untold(evidence)
    elif not held.skill >= SKILL:
        how = "are not better than a null"
        if held.skill > 0.0:
            how = f"remove but {share(held.skill)} of the better null's error, noise apart; {share(SKILL)} are wanted"
        yield Finding(
            "bad",
            f"Forecasts of samples that were not fitted {how}: mean squared error {held.error:.3g} of the variance, "
            f"against {held.persistence:.3g} for no change and {held.mean:.3g} for the mean.",
        )
    elif not held.smooth_skill >= SKILL:
        yield Finding(
            "bad",
            f"Forecasts of samples that were not fitted hardly beat {SMOOTH}, which knows no law: mean squared error "
            f"{held.error:.3g} of the variance, against {held.curves[SMOOTH]:.3g}.",
        )
    elif held.skill < EXCELLENT and (curve := held.behind(CLEARLY)):
        yield Finding("bad", _beaten(held, curve, "clearly"))


def _untold(evidence: Evidence) -> Iterator[Finding]:
    """What speaks against a law where forecasts cannot tell it from a null."""
    best = evidence.best
    if (lost := evidence.selected.held_out) is not None and lost.refuting:
        yield Finding(
            "bad",
            "Samples that were not fitted hardly change from where forecasts begin, but the law's forecasts do: "
            f"mean squared error {lost.error:.3g} of the variance, against {lost.persistence:.3g} for no change "
            f"and {lost.noise:.3g} for the noise alone.",
        )
    elif best.misfit > NOISE_LEVEL:
        yield Finding(
            "bad",
            f"Residuals exceed the noise (chi-squared per value {best.misfit:.3g}), and no forecast of samples that "
            "were not fitted speaks for the law.",
        )


def _lost_early(evidence: Evidence) -> float:
    """Lyapunov times until forecasts of kept-out samples are lost; infinite where they are not, or without chaos."""
    held = evidence.selected.held_out
    return held.valid * evidence.exponent if held and math.isfinite(evidence.exponent) else math.inf


def _wanders(evidence: Evidence) -> bool:
    """Whether a random walk describes the samples, each given those before, as well as the law does.

    That alone is not against a law that forecasts: a walk expects no change, or the last slope, which it beats.
    """
    return evidence.wandering < TIE and evidence.best.misfit > WELL_BELOW_NOISE


def _excused(evidence: Evidence) -> bool:
    """Whether a law that explains the data no better than a random walk forecasts so well that it counts.

    A walk that has been going one way goes on for a while: what a line, or a curve, forecasts as well does not count.
    Eight terms of two drifts that nothing joins removed 99.6 % of the error of no change, a line 99.0 %. Nor does a
    forecast count where the walk is clearly the better explanation and many laws are as good: one of them is right.
    That is said of ends of records; of a whole run nothing that wanders is forecast from its start.
    """
    held, best = evidence.held, evidence.best
    if evidence.selected.windows.steps:
        return False  # of steps, each from the sample before it, a walk tells nothing but the same
    far = best.misfit > WRONG and best.r_squared < 1.0 - UNEXPLAINED
    if held is None or far or not held.beyond_curves >= SKILL:
        return False
    if evidence.wandering > -TIE:
        return held.skill >= EXCELLENT
    return held.skill >= NEAR_PERFECT and (held.whole or not evidence.ties)


def _beaten(held: HeldOut, curve: str, how: str) -> str:
    return (
        f"{curve[:1].upper()}{curve[1:]}, which knows no law, forecasts samples that were not fitted {how} better: "
        f"mean squared error {held.curves[curve]:.3g} of the variance, against {held.error:.3g} for the law."
    )


def share(skill: float) -> str:
    """A skill in per cent; nothing removes all of an error of which part is noise, and that is an estimate."""
    told = f"{100 * skill:.3g} %"
    return "more than 99 %" if told == "100 %" else told


def _for(evidence: Evidence, *, opposed: bool) -> Iterator[Finding]:
    """What speaks for the law; that engines agree on it does not where other reasons speak against it."""
    best, held = evidence.best, evidence.held
    if evidence.selected.windows.steps:
        yield from stepping.speaking_for(evidence.selected.held_out)
    elif held is not None and held.skill >= SKILL:
        ends = f"the last part of {'each record' if len(held.predictions) > 1 else 'the record'}"
        what = "whole trajectories" if held.whole else ends
        yield Finding(
            "good",
            f"Forecasts of {what}, refitted without {'them' if held.whole else 'it'}, remove {share(held.skill)} "
            f"of the error that the better of two nulls makes, measurement noise apart ({held.count} values).",
        )
    if (other := evidence.crossed) is not None and other.skill >= SKILL:
        yield Finding(
            "good",
            "Refitted to one of the two runs alone, it forecasts the other whole, in turn: that removes "
            f"{share(other.skill)} of the nulls' error, noise apart ({other.count} values).",
        )
    if best.misfit <= NOISE_LEVEL:
        yield Finding("good", f"Residuals are at the noise level (chi-squared per value {evidence.misfit:.3g}).")
    if evidence.selected.refined and (exact := [*filter(None, evidence.selected.refined[0].relations)]):
        why = "because it shortens the description by more than the fit gets worse"
        yield Finding("note", f"{MADE_EXACT}, {why}: {'; '.join(exact)}.")
    last = evidence.selected.last[0] if evidence.selected.last and best.misfit <= NOISE_LEVEL else None
    # what a law lacks looks like noise of any kind
    if last is not None and last.noise.kind != last.before and not last.noise.process:
        yield Finding("note", taken_for(last.noise.kind, last.before))
    if (worth := evidence.selected.windows.worth) < 1.0:
        number = worth * evidence.selected.windows.count
        compared = f"laws were compared as by {number:.0f} independent values, and intervals are wider for it."
        yield Finding("note", f"Residuals being alike, {compared}")
    if agreed := agreeing(best.law, evidence.selected.proposed):
        yield Finding("note" if opposed else "good", f"Its equations were proposed by {agreed}.")


def _kept_out(evidence: Evidence, finished: bool) -> Iterator[Finding]:
    """What speaks for caution in the forecasts of samples that were kept out."""
    held = evidence.held
    if evidence.selected.windows.steps and (finished or evidence.selected.held_out is not None):
        yield from stepping.cautions(evidence.selected.held_out)
        return
    if evidence.selected.held_out is None:
        few = "There are too few samples to keep some out"
        yield Finding(
            "caution",
            f"{few if finished else 'Work was cut off before samples were kept out'}; prediction was not tested.",
        )
    elif held is None:
        if evidence.selected.held_out.refuting:
            return  # which is told among the reasons
        yield Finding(
            "caution",
            "The samples kept out hardly differ from a constant, so forecasts of them test nothing; measure more of "
            "the motion, or from another initial state.",
        )
    elif (curve := held.behind(1.0)) and (held.skill >= EXCELLENT or not held.behind(CLEARLY)):
        yield Finding("caution", _beaten(held, curve, "even"))
    if held is not None and not math.isfinite(evidence.selected.horizon):
        yield from doubts.far_off(evidence.best.law, held)
    if (other := evidence.crossed) is not None and not other.skill >= SKILL:
        yield Finding(
            "caution",
            "Refitted to one of the two runs alone, it does not forecast the other whole: mean squared error "
            f"{other.error:.3g} of the variance, against {min(other.persistence, other.mean):.3g} for the better null. "
            "Either run may leave a constant open that the other tells; a third run would test the law.",
        )


def _cautions(evidence: Evidence, finished: bool) -> Iterator[Finding]:
    selected, best = evidence.selected, evidence.best
    yield from _kept_out(evidence, finished)
    if best.lows and not finished:
        yield Finding("caution", CUT_OFF)
    if best.misfit > NOISE_LEVEL:
        yield Finding("caution", exceeding(best.law, best.misfit, selected.windows))
    if _wanders(evidence) and _excused(evidence):
        what, forecast = _walk(evidence)
        yield Finding("caution", f"{what}; but it {forecast}, and the law forecasts better.")
    if selected.balance:
        yield Finding(
            "caution",
            "From a start that is off by as much as the noise, to either side, it leaves all bounds before the record "
            "ends: it balances on a point, as hardly anything that is measured does, and its forecasts are worth "
            "little.",
        )
    if finished and evidence.apart and not math.isfinite(selected.horizon):
        yield Finding(
            "caution",
            f"It was compared on pieces of {selected.windows.length} samples, each from a start of its own, as laws "
            "could not be followed further, and not as its errors grow: something is left to explain.",
        )
    if best.misfit > WELL_BELOW_NOISE:
        yield from doubts.left_over(evidence.tests, noisy=best.misfit > NOISE_LEVEL)
    if evidence.ties:
        number = len(evidence.ties)
        yield Finding(
            "caution",
            f"{'1 other law is' if number == 1 else f'{number} other laws are'} within {TIE:g} nats of it, as good as "
            f"tied: {ranked(evidence.ties)} of the front, {differing(selected.rivals, evidence.ties)}.",
        )
    if evidence.equals:
        yield Finding(
            "caution",
            f"The data do not tell it from {ranked(evidence.equals)} of the front, "
            f"{differing(selected.rivals, evidence.equals)} and no more constants: it is first for being the "
            "shorter to state.",
        )
    yield from doubts.walls(best.law, selected.fitted)
    # Their sign is told, or that of a phase, which is where one begins to count.
    free = best.law.signed.union(phases(best.law.skeletons, len(best.lows)))
    ends = zip(best.lows, best.highs, strict=True)
    loose = [i for i, (low, high) in enumerate(ends) if not low * high > 0 and i not in free]
    if loose:
        yield Finding(
            "caution", f"The sign of {len(loose)} of {len(best.lows)} constants is not determined by these data."
        )


def _predictability(evidence: Evidence, unit: str) -> Iterator[Finding]:
    """How far forecasts hold, in Lyapunov times too where the law is chaotic."""
    horizon, exponent = evidence.selected.horizon, evidence.exponent
    if not math.isfinite(horizon):
        return
    told = (
        f"From a state known as well as here, forecasts hold for about {horizon:.3g} {evidence.best.law.spans(unit)} "
        "(until a state is off by 0.4 of its standard deviation)"
    )
    if math.isfinite(exponent):
        told += (
            f", {horizon * exponent:.2g} Lyapunov times; the law is chaotic, with a largest exponent of {exponent:.3g}"
        )
    yield Finding("good", f"{told}.")
