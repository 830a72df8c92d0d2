"""Trajectories as a CSV that any tool reads: a column of times, one for each state, and one that tells runs apart."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import TextIO

from discovery.datasets.system import TIME
from discovery.types import Trajectory

LABEL = "trajectory"


def write_csv(stream: TextIO, trajectories: Sequence[Trajectory], *, time: str = TIME) -> None:
    """Writes trajectories of one system, numbers with all their digits and missing samples as empty fields.

    Args:
        time: header of the column of times.
    """
    several = len(trajectories) > 1
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow([*([LABEL] if several else []), time, *trajectories[0].names])
    for number, run in enumerate(trajectories):
        label = [run.label or str(number)] if several else []
        for moment, state in zip(run.times.tolist(), run.states.tolist(), strict=True):
            rows.writerow([*label, repr(moment), *(repr(value) if value == value else "" for value in state)])
