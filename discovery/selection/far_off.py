"""States whose forecasts are off by more than noise and the start explain, and which of them may be inputs."""

from __future__ import annotations

import math
from collections.abc import Iterator

from discovery.selection.held_out import HeldOut
from discovery.selection.in_words import leading
from discovery.types import Finding, Law
from discovery.wording import listed

# Deviations of the noise by which forecasts of a state are clearly off, as a root mean square: of laws that were right
# none was by more than 1.3; of ten that fitted well and were wrong five were by 2.04 to 4.1, five by 1.0 to 1.5.
CLEARLY_OFF = 2.0


def far_off(law: Law, held: HeldOut) -> Iterator[Finding]:
    """States whose forecasts the noise does not explain, however well the others are forecast."""
    squares = zip(law.states, held.off, strict=False)
    off = {state: math.sqrt(square) for state, square in squares if square > CLEARLY_OFF**2}
    if not off:
        return
    told = ", ".join(f"{state} by {size:.2g}" for state, size in off.items())
    first = [state for state in leading(law) if state in off and len(law.states) > 1]
    hint = f" Nothing drives {listed(first)} by this law: what is set from outside is no state; name it with --inputs."
    start = ", there and at their start" if held.whole else ""
    yield Finding(
        "caution",
        f"Forecasts of samples that were not fitted are off by more than the noise explains{start} ({told} of its "
        "standard deviations): the law lacks something there, its constants are hardly known, or the noise is larger "
        f"than it looks.{hint if first else ''}",
    )
