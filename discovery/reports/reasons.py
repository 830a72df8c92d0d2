"""Why a law of the front is not the chosen one, in plain words, from what the ranking weighed."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from discovery.reports.rounding import plain
from discovery.selection.score import RULE, residual_length
from discovery.selection.verdict import TIE
from discovery.types import DiscoveryResult, RankedLaw

_NOTHING = 0.05  # nats; less is not worth a word
_CLEARLY = 2.0  # ratio of forecast errors that is plain in a drawing too; smaller differences stand in the table


def why(result: DiscoveryResult, ranked: RankedLaw) -> str:
    """What speaks against ``ranked`` beside the chosen law, and what for it; empty for the chosen law itself."""
    best = result.ranking.front[0]
    return "" if ranked is best else " ".join(_reasons(result, best, ranked))


def _reasons(result: DiscoveryResult, best: RankedLaw, ranked: RankedLaw) -> Iterator[str]:
    gap = ranked.score - best.score
    if not math.isfinite(gap):
        yield "It could not be followed along the measurements."
        return
    if gap < TIE:
        yield "As good as tied with the chosen law."
    yield from _weighed(result, best, ranked)
    yield from _forecast(best, ranked)
    bounds = list(zip(ranked.lows, ranked.highs, strict=True))
    doubtful = sum(low <= 0.0 <= high for low, high in bounds)
    unknown = sum(math.isnan(low) or math.isnan(high) for low, high in bounds)
    if doubtful:
        yield f"{_counted(doubtful)} cannot be told from zero."
    if unknown and unknown < len(bounds):
        yield f"{_counted(unknown)} cannot be determined."


def _weighed(result: DiscoveryResult, best: RankedLaw, ranked: RankedLaw) -> Iterator[str]:
    """The two sides of the score, where the ranking followed this program's own rule; else the score alone."""
    count = _values(result)
    if result.ranking.rule != RULE or not count or not math.isfinite(ranked.misfit + best.misfit):
        yield f"Its score is worse by {plain(ranked.score - best.score, 2)}."
        return
    fit = residual_length(ranked.misfit * count, count) - residual_length(best.misfit * count, count)
    stated = ranked.score - best.score - fit
    worse, better = f"worse by {plain(fit, 2)} nats", f"better by {plain(-fit, 2)} nats"
    fits = "no better" if abs(fit) < _NOTHING else worse if fit > 0 else better
    if stated < -_NOTHING:
        yield f"It takes {plain(-stated, 2)} nats less to state, but fits {fits}."
    elif stated < _NOTHING:
        yield f"It fits {fits}."
    else:
        yield f"It fits {fits}, {'but' if fit < -_NOTHING else 'and'} takes {plain(stated, 2)} nats more to state."


def _forecast(best: RankedLaw, ranked: RankedLaw) -> Iterator[str]:
    if not (ranked.held_out > 0 and best.held_out > 0):
        return
    if ranked.held_out > _CLEARLY * best.held_out:
        yield "Its forecast of held-out samples is worse."
    elif best.held_out > _CLEARLY * ranked.held_out:
        yield "Its forecast of held-out samples is better."


def _values(result: DiscoveryResult) -> int:
    logarithmic = result.smoothing.noise.kind == "lognormal"
    return sum(
        int(np.sum(np.isfinite(run.states) & ((run.states > 0) | (not logarithmic)))) for run in result.trajectories
    )


def _counted(number: int) -> str:
    return "One of its constants" if number == 1 else f"{number} of its constants"
