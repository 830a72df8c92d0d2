"""States whose forecasts are off by more than noise and the start explain, and which of them may be inputs."""

from __future__ import annotations

import math
from collections.abc import Iterator

from discovery.selection.held_out import OFF, HeldOut
from discovery.selection.in_words import leading
from discovery.types import Finding, Law
from discovery.wording import listed


def far_off(law: Law, held: HeldOut) -> Iterator[Finding]:
    """States whose forecasts the noise does not explain, however well the others are forecast."""
    off = {state: math.sqrt(square) for state, square in zip(law.states, held.off, strict=False) if square > OFF**2}
    if not off or len(law.states) == 1:
        return
    told = ", ".join(f"{state} by {size:.2g}" for state, size in off.items())
    first = [state for state in leading(law) if state in off]
    hint = f" Nothing drives {listed(first)} by this law: what is set from outside is no state; name it with --inputs."
    start = ", there and at their start" if held.whole else ""
    yield Finding(
        "caution",
        f"Forecasts of samples that were not fitted are off by more than the noise explains{start} ({told} of its "
        "standard deviations): the law lacks something there, or the noise is larger than it looks."
        f"{hint if first else ''}",
    )
