"""Inputs that go smoothly from sample to sample but for some jumps, of which nobody knows when they came."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from discovery.types import Trajectory

# A step is a jump where it is this many times as large as any of so many before and after it, and at least such a share
# of the input's range: the steepest step of a sine is hardly larger than those beside it.
FAR, BESIDE, LEAST = 10.0, 2, 0.05


def jumps(run: Trajectory, column: int) -> int:
    """How often an input of a run has gone on by far more than in the steps beside."""
    steps = np.abs(np.diff(run.inputs[:, column]))
    if len(steps) <= 2 * BESIDE:
        return 0
    padded = np.pad(steps, BESIDE)
    beside = [padded[shift : shift + len(steps)] for shift in range(2 * BESIDE + 1) if shift != BESIDE]
    least = LEAST * float(np.ptp(run.inputs[:, column]))
    return int(np.count_nonzero((steps > FAR * np.max(beside, axis=0)) & (steps > least)))


def said_of_jumps(runs: Sequence[Trajectory], headers: Sequence[str]) -> str:
    """What is to be known of inputs that are interpolated and jump; nothing where none does."""
    if runs[0].discrete:
        return ""  # a map knows no time between samples
    held = runs[0].held
    counts = {
        header: sum(jumps(run, column) for run in runs) for column, header in enumerate(headers) if not held[column]
    }
    found = [f"{header} {count} times" if count > 1 else f"{header} once" for header, count in counts.items() if count]
    if not found:
        return ""
    return (
        f"Inputs jump between samples ({', '.join(found)}), where they are interpolated. When they did nobody knows, "
        "so that constants may be off by more than their intervals; rows with the inputs alone, just before and at "
        "each jump, tell it."
    )
