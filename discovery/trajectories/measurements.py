"""What reading gives: trajectories, and what a person must know about how they came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from discovery.trajectories.abreast import Abreast
from discovery.trajectories.melted import Melted
from discovery.types import Trajectory


@dataclass(frozen=True)
class Measurements:
    """Trajectories that can be worked on, and where they come from.

    Attributes:
        headers: each state's column name as the user wrote it, by identifier.
        time_name: the user's name of time.
        notes: what was done to the data, one sentence each.
        sha256: of the file's bytes, or of the arrays.
        source: name of the file, or ``arrays``.
        inputs: header of each column that drives the states, by identifier.
        keys: headers of the columns that tell runs apart, in the order in which labels have them.
        melted: the one of these that names quantities rather than runs, if one seems to.
        origin: the date or time of day at which time is zero; empty where times are numbers.
        abreast: columns that are one quantity of several units rather than states, if some seem so.
        unknown: that rows were left out as no input is known there, as in ``notes``; empty if none were.
        table: the expression of pandas that reads the file; empty for arrays.
        clock: header of the column whose numbers are the times; empty where they are dates, or count rows.
        lines: identifiers of the inputs that are taken along lines from row to row, of which nobody said so.
    """

    trajectories: tuple[Trajectory, ...]
    headers: Mapping[str, str]
    time_name: str
    notes: tuple[str, ...]
    sha256: str
    source: str
    inputs: Mapping[str, str] = field(default_factory=dict[str, str])
    keys: tuple[str, ...] = ()
    melted: Melted | None = None
    origin: str = ""
    abreast: Abreast | None = None
    unknown: str = ""
    table: str = ""
    clock: str = ""
    lines: tuple[str, ...] = ()
