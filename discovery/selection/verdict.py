"""How far the chosen law may be trusted, with reasons. Looks at observed data only."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from discovery.selection.trajectories import Selected
from discovery.types import Finding, RankedLaw, Verdict

# A law has to remove this share of the better null's error on samples that were not fitted; half is what a
# law with an R² of 0.5 does.
SKILL = 0.5
# Differences of description length below this (a factor of 20 in likelihood, Kass & Raftery 1995) are a tie.
TIE = 3.0
# Chi-squared by value up to which residuals pass as noise; the estimate of the noise is itself uncertain by this much.
NOISE_LEVEL = 1.5
# Correlation of successive residuals that is remarked upon: 200 white residuals reach 0.14 in one case of twenty, and
# fewer are not judged finely. Residuals far below the noise floor are those of the integration.
ALIKE = 0.3
WELL_BELOW_NOISE = 0.1


def judge(selected: Selected, *, finished: bool = True) -> Verdict:
    """The verdict on the first law of the ranking.

    Args:
        finished: False if work was cut off; a law is then at best a partial result.
    """
    front = selected.ranking.front
    if not front:
        finding = Finding("bad", "No candidate could be integrated along the measured trajectories.")
        headline = "No law was found that can be simulated" + ("." if finished else " before work was cut off.")
        return Verdict("not_found" if finished else "partial", headline, (finding,), {})
    best = front[0]
    reasons = [*_against(selected, best)]
    findings = (*reasons, *_for(selected, best), *_cautions(selected, best, finished))
    measures = _measures(selected, best)
    if not finished:
        return Verdict("partial", "Work was cut off; this is the best law so far.", findings, measures)
    if reasons:
        return Verdict("not_found", f"These data do not support a law. {reasons[0].text}", findings, measures)
    cautions = sum(finding.level == "caution" for finding in findings)
    tested = selected.held_out is not None and selected.held_out.informative
    praise = "A law was found that " + ("predicts what it was not fitted to" if tested else "describes the data")
    headline = f"{praise}." if not cautions else f"{praise}; {cautions} caution{'s' * (cautions > 1)} below."
    return Verdict("found", headline, findings, measures)


def _measures(selected: Selected, best: RankedLaw) -> dict[str, float]:
    measures = {
        "misfit": best.misfit,
        "r_squared": best.r_squared,
        "description_length": best.score,
        "null_description_length": selected.null,
        "window_samples": float(selected.windows.length),
        "horizon": selected.horizon,
    }
    if len(selected.ranking.front) > 1:
        measures["lead_over_second"] = selected.ranking.front[1].score - best.score
    if (held := selected.held_out) is not None:
        measures |= {
            "held_out_error": held.error,
            "held_out_persistence": held.persistence,
            "held_out_mean": held.mean,
            "held_out_noise": held.noise,
            "held_out_skill": held.skill,
        }
    return measures


def _against(selected: Selected, best: RankedLaw) -> Iterator[Finding]:
    if best.score > selected.null - TIE:
        yield Finding("bad", "States that stay constant plus noise explain the data as well as the best law does.")
    held = selected.held_out
    tested = held is not None and held.informative
    if not tested and best.misfit > NOISE_LEVEL:
        yield Finding(
            "bad",
            f"Residuals exceed the noise (chi-squared by value {best.misfit:.3g}), and no forecast of samples that "
            "were not fitted speaks for the law.",
        )
    if held is not None and held.informative and not held.skill >= SKILL:
        yield Finding(
            "bad",
            f"Forecasts of samples that were not fitted are not better than a null: mean squared error "
            f"{held.error:.3g} of the variance, against {held.persistence:.3g} for no change and {held.mean:.3g} for "
            "the mean.",
        )


def _for(selected: Selected, best: RankedLaw) -> Iterator[Finding]:
    held = selected.held_out
    if held is not None and held.informative and held.skill >= SKILL:
        what = "whole trajectories" if held.whole else "the last part of the record"
        yield Finding(
            "good",
            f"Forecasts of {what}, refitted without it, remove {100 * held.skill:.3g} % of the error that the better "
            f"of two nulls makes ({held.count} values).",
        )
    if best.misfit <= NOISE_LEVEL:
        yield Finding("good", f"Residuals are at the noise level (chi-squared by value {best.misfit:.3g}).")
    engines = sorted({source.split(":")[0] for source in best.law.sources})
    if len(engines) > 1:
        yield Finding("good", f"Its equations were proposed by {len(engines)} engines: {', '.join(engines)}.")


def _cautions(selected: Selected, best: RankedLaw, finished: bool) -> Iterator[Finding]:
    if selected.held_out is None:
        why = (
            "There are too few samples to keep some out"
            if finished
            else "Work was cut off before samples were kept out"
        )
        yield Finding("caution", f"{why}; prediction was not tested.")
    elif not selected.held_out.informative:
        yield Finding(
            "caution",
            "The samples kept out hardly differ from a constant, so forecasts of them test nothing; measure more of "
            "the motion, or from another initial state.",
        )
    if best.misfit > NOISE_LEVEL:
        yield Finding(
            "caution",
            f"Residuals exceed the estimated noise (chi-squared by value {best.misfit:.3g}): the law lacks something, "
            "or the noise is larger than it looks.",
        )
    memory = _autocorrelation(selected)
    if memory > ALIKE and best.misfit > WELL_BELOW_NOISE:
        yield Finding(
            "caution", f"Successive residuals are alike (correlation {memory:.2f}): something is left to explain."
        )
    ties = sum(other.score - best.score < TIE for other in selected.ranking.front[1:])
    if ties:
        yield Finding(
            "caution",
            f"{_counted(ties, 'other law')} within {TIE:g} nats of it, as good as tied; see the front.",
        )
    loose = [i for i, (low, high) in enumerate(zip(best.lows, best.highs, strict=True)) if not low * high > 0]
    if loose:
        yield Finding(
            "caution", f"The sign of {len(loose)} of {len(best.lows)} constants is not determined by these data."
        )
    if math.isfinite(selected.horizon):
        yield Finding(
            "good",
            f"From a state known as well as here, forecasts hold for about {selected.horizon:.3g} time units (until a "
            "state is off by 0.4 of its deviation).",
        )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun} is" if number == 1 else f"{number} {noun}s are"


def _autocorrelation(selected: Selected) -> float:
    """Lag-one correlation of the chosen law's residuals, of the worst state."""
    residuals = selected.residuals
    if residuals is None or len(residuals) < 10:
        return 0.0
    centred = np.where(np.isfinite(residuals), residuals, 0.0)
    power = (centred**2).sum(axis=0)
    return float(np.max((centred[1:] * centred[:-1]).sum(axis=0) / np.maximum(power, 1e-300)))
