"""States whose forecasts are off by more than noise and the start explain, and which of them may be inputs."""

from __future__ import annotations

import math
from collections.abc import Iterator

from discovery.selection.held_out import HeldOut
from discovery.types import Finding, Law
from discovery.wording import listed

# Deviations of the noise, and of what the start's error makes of a whole run, as a root mean square, by which forecasts
# of a state are off more than they may be: constants have errors, and so has a start in the middle of a record.
OFF = 3.0


def far_off(law: Law, held: HeldOut) -> Iterator[Finding]:
    """States whose forecasts the noise does not explain, however well the others are forecast."""
    off = {state: math.sqrt(square) for state, square in zip(law.states, held.off, strict=False) if square > OFF**2}
    if not off or len(law.states) == 1:
        return
    told = ", ".join(f"{state} by {size:.2g}" for state, size in off.items())
    leading = [state for state in _leading(law) if state in off]
    hint = (
        f" Nothing drives {listed(leading)} by this law: what is set from outside is no state; name it with --inputs."
    )
    start = ", there and at their start" if held.whole else ""
    yield Finding(
        "caution",
        f"Forecasts of samples that were not fitted are off by more than the noise explains{start} ({told} of its "
        f"deviations): the law lacks something there, or the noise is larger than it looks.{hint if leading else ''}",
    )


def _leading(law: Law) -> list[str]:
    """States that stand in others' equations and have no other in their own, as a column that is set from outside."""
    known = {s: {str(name) for name in rhs.free_symbols} & set(law.states) - {s} for s, rhs in law.equations.items()}
    return [state for state, others in known.items() if not others and any(state in one for one in known.values())]
