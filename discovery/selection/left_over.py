"""What residuals leave to be explained that are not white."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from discovery.selection.residuals import UNLIKELY, Whiteness
from discovery.types import Finding

# Residuals are called structured where the tests of a state say so with this probability, and successive ones correlate
# by more than this, so that it matters: 0.2 hides 4 % of the variance.
ALIKE = 0.2
# A probability from which residuals are praised for being white; below, down to the limit, they only pass.
DOUBTFUL = 0.05
# A probability that nobody takes for chance.
IMPOSSIBLE = 1e-6


def left_over(tests: Mapping[str, Whiteness], *, noisy: bool = False) -> Iterator[Finding]:
    """Whether residuals are white, of the worst state; nothing where none was tested.

    Args:
        noisy: whether they exceed the noise: then they do not pass for it, however white, and that is no praise.
    """
    if not tests:
        return
    state, worst = min(tests.items(), key=lambda item: item[1].probability)
    told = f"{worst.probability:.2g}" if worst.probability >= IMPOSSIBLE else "below 1e-6"
    if worst.probability > (limit := UNLIKELY / len(tests)):
        least = f"the least probability, corrected for two tests of each state, is {told} ({state})"
        if worst.probability >= DOUBTFUL:
            yield Finding("note" if noisy else "good", f"No correlation was detected among residuals: {least}.")
        else:
            text = f"Correlation among residuals is doubtful: {least}, and the limit is {limit:.2g}."
            yield Finding("note", text)
    elif abs(worst.correlation) <= ALIKE:
        what = "are no white noise" if worst.probability < IMPOSSIBLE else "hardly pass for white noise"
        left = "is" if worst.probability < IMPOSSIBLE else "may be"
        yield Finding(
            "caution", f"Residuals of {state} {what} (probability {told}): something small {left} left to explain."
        )
    else:
        yield Finding(
            "caution",
            f"Residuals of {state} are structured, successive ones {'alike' if worst.correlation > 0 else 'opposite'} "
            f"(correlation {worst.correlation:.2f}, "
            f"probability {told} if they were independent): something is left to explain.",
        )
