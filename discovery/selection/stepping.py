"""What steps that were kept out say of a law, where chance acts on the states.

Each is forecast from the sample before it. Most of a short step is chance, so that no share of an error is asked of a
law, but how much likelier the steps are by it than by no change or by a mean.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from discovery.selection.doubts import ALIKE, IMPOSSIBLE
from discovery.selection.held_out import HeldOut
from discovery.selection.residuals import Whiteness
from discovery.selection.score import TIE
from discovery.types import Finding


def gain(held: HeldOut) -> float:
    """Nats by which kept-out steps are likelier by the law than by the better of the nulls, by the scatter of each."""
    null = min(held.persistence, held.mean)
    if not (held.error < math.inf and null > 0.0):
        return -math.inf
    return 0.5 * held.count * math.log(null / max(held.error, 1e-300))


def share(held: HeldOut) -> float:
    """Share of the better null's error that the law removes; what is left is chance, if the law is right."""
    return 1.0 - held.error / min(held.persistence, held.mean) if gain(held) > -math.inf else -math.inf


def against(held: HeldOut | None) -> Iterator[Finding]:
    """A law by which steps are the less likely is none."""
    if held is not None and gain(held) < -TIE:
        yield Finding(
            "bad",
            f"Steps that were not fitted are forecast worse than by {_null(held)}: by {-gain(held):.3g} nats "
            f"({held.count} values).",
        )


def alike(tests: Mapping[str, Whiteness]) -> Iterator[Finding]:
    """Chance of one step that is like that of the next is none: a state is not there, or measurements scatter."""
    clear = {
        state: one for state, one in tests.items() if abs(one.correlation) > ALIKE and one.probability < IMPOSSIBLE
    }
    if not clear:
        return
    state, worst = max(clear.items(), key=lambda item: abs(item[1].correlation))
    lasts = worst.correlation > 0.0
    what = "a state is not among the columns, as a rate" if lasts else "measurements scatter, too"
    yield Finding(
        "bad",
        f"What would be chance in {state} is no chance: in successive steps it is {'alike' if lasts else 'opposite'} "
        f"(correlation {worst.correlation:.2f}), as where {what}.",
    )


def speaking_for(held: HeldOut | None) -> Iterator[Finding]:
    """Steps that are clearly likelier by the law."""
    if held is not None and (nats := gain(held)) >= TIE:
        yield Finding(
            "good",
            f"Steps that were not fitted, each forecast from the sample before it, are {nats:.3g} nats likelier than "
            f"by {_null(held)}, of whose error the law removes {100 * share(held):.2g} % ({held.count} values).",
        )


def cautions(held: HeldOut | None) -> Iterator[Finding]:
    """Steps that tell nothing."""
    if held is None:
        yield Finding("caution", "There are too few steps to keep some out; prediction was not tested.")
    elif abs(gain(held)) < TIE:
        yield Finding(
            "caution",
            f"The steps that were kept out tell the law from {_null(held)} by {gain(held):.2g} nats only: most of a "
            "step is chance. A longer record, or longer steps, test it.",
        )


def _null(held: HeldOut) -> str:
    return "no change" if held.persistence <= held.mean else "the mean"
