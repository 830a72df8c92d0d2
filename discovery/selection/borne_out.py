"""What is said where the data, by the law that was found, speak against what was told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from discovery.knowledge.knowledge import Conservation
from discovery.selection.selected import Selected
from discovery.symbolic.evaluate import compiled, slope
from discovery.types import Finding, Law, Prediction, symbol
from discovery.wording import listed

# Deviations of a belief that a constant may be away from what was believed: one in 400 is as far by chance.
FAR = 3.0
# Share of what the terms of a conserved quantity do that it may change itself, by a law whose constants are fitted.
CHANGES = 0.01
# Chi-squared by value from which a told law may have been fitted badly: what is lacking in a law leaves less as a rule,
# and a fit that ended elsewhere more (9.6 for a neuron's hidden recovery, 1.0 where bounds were told).
LEFT = 4.0
# Share of the nulls' error that forecasts remove where constants were found, whatever the law lacks.
FORECAST = 0.9


def against_told(selected: Selected, told: Sequence[Conservation]) -> Iterator[Finding]:
    """A caution for each belief that the data contradict, and a finding against laws that change what is conserved."""
    if not selected.ranking.front:
        return
    law = selected.ranking.front[0].law
    for one in law.frame.constants if law.frame is not None else ():
        if one.name not in law.told or not np.isfinite(one.deviation):
            continue
        value = law.constants[law.told.index(one.name)]
        away = abs(value - one.mean) / one.deviation
        if away > FAR:
            yield Finding(
                "caution",
                f"{one.name} was believed to be {one.mean:g} +- {one.deviation:g}, and is {value:.4g} by these data, "
                f"{away:.1f} standard deviations away: one of them is wrong, or the law is.",
            )
    if selected.held_out is None or selected.held_out.skill < FORECAST:
        yield from _sought_everywhere(law, selected.ranking.front[0].misfit)
    for conserved in told:
        change = _change(law, conserved, selected.fitted)
        if change > CHANGES:
            yield Finding(
                "bad",
                f"{conserved.sentence!r} was told, but by the law that was found it changes by {100 * change:.2g} % "
                "of what its terms do.",
            )


def _sought_everywhere(law: Law, misfit: float) -> Iterator[Finding]:
    """A caution for a law that was told and does not fit, as its fit may have ended far from the constants it has."""
    told = law.frame.constants if law.frame is not None and misfit > LEFT else ()
    free = [one for one in told if one.name in law.told and np.isinf([one.low, one.high, one.deviation]).all()]
    if free:
        names = tuple(dict.fromkeys(one.name.partition("[")[0] for one in free))  # of groups' constants their own
        yield Finding(
            "caution",
            f"Nothing was told of the size of {listed(names)}, and residuals exceed the noise: "
            "the fit may have ended far from where they are. Bounds help, as "
            f'--law "{names[0]} > 0", or a belief of the size that is expected.',
        )


def _change(full: Law, conserved: Conservation, courses: Sequence[Prediction]) -> float:
    """How fast the quantity changes along a law's course, as a share of what its terms do."""
    law = full.moving
    names = law.states
    if law.inputs or not conserved.quantity.free_symbols <= set(map(symbol, names)):
        return 0.0  # what is driven from outside is another question
    slopes = compiled([slope(conserved.quantity, symbol(name)) for name in names], names)
    field = compiled(list(law.equations.values()), names)
    kept = [full.states.index(name) for name in names]
    states = np.vstack([one.states[:, kept] for one in courses if one.kind == "fit"])
    states = states[np.isfinite(states).all(axis=1)]
    if not len(states) or any(not one.free_symbols <= set(map(symbol, names)) for one in law.equations.values()):
        return 0.0
    rates = field(states)
    parts = slopes(states) * (rates - states if law.discrete else rates)
    whole = np.sum(parts, axis=1)
    if law.discrete:  # steps are no small changes
        quantity = compiled([conserved.quantity], names)
        whole = (quantity(rates) - quantity(states))[:, 0]
    size = float(np.sqrt(np.mean(np.sum(parts**2, axis=1))))
    change = float(np.sqrt(np.mean(whole**2)))
    return change / size if size > 0.0 else 0.0
