"""Trajectories as a CSV that any tool reads: columns of times, of states and inputs, and one that tells runs apart."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import TextIO

import numpy as np

from discovery.datasets.system import TIME
from discovery.types import Trajectory

LABEL = "trajectory"


def write_csv(stream: TextIO, trajectories: Sequence[Trajectory], *, inputs: Sequence[str] = ()) -> None:
    """Writes trajectories of one system, numbers with all their digits and missing samples as empty fields.

    Args:
        inputs: headers of the columns that drive the states; without them these are left out.
    """
    several = len(trajectories) > 1
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow([*([LABEL] if several else []), TIME, *trajectories[0].names, *inputs])
    for number, run in enumerate(trajectories):
        label = [run.label or str(number)] if several else []
        values = np.column_stack([run.states, run.inputs]) if inputs else run.states
        for moment, row in zip(run.times.tolist(), values.tolist(), strict=True):
            rows.writerow([*label, repr(moment), *(repr(value) if value == value else "" for value in row)])
