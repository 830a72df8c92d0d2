"""Real measurements with provenance, licence and, where there is one, the accepted law.

Each is ``datasets/measured/<name>.toml`` beside its CSV; what is known of origin and quality stands in the ``.md`` of
the same name. Such a file has these keys::

    name = "pendulum_schmidt_lipson"
    title = "Single pendulum"
    csv = "pendulum_schmidt_lipson.csv"
    time = "t"                              # column of the times
    time_unit = "s"
    by = ["ball", "drop"]                   # columns that tell one trajectory from another; may be left out
    licence = "..."
    source = "..."
    cite = "..."

    [states]                                # identifiers; a state without a column was not observed
    theta = { column = "theta_rad", unit = "rad", meaning = "angle" }
    omega = { unit = "rad/s", meaning = "angular velocity" }

    [equations]                             # accepted law, in states, constants and t; may be left out
    theta = "omega"

    [constants]                             # a constant without a value has none that is published
    w2 = { value = 1.36, deviation = 0.01, meaning = "g/L", unit = "1/s^2" }
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from pydantic import Field, model_validator

from discovery import resources
from discovery.datasets.reading import Finite, Record, Text, read_record, require
from discovery.datasets.system import TIME
from discovery.errors import DataError, ExpressionError
from discovery.symbolic.parse import parse
from discovery.types import Trajectory


class MeasuredState(Record):
    """A state of the accepted law.

    Attributes:
        column: its column in the CSV; empty if it was not observed.
    """

    column: str = ""
    unit: str = ""
    meaning: str = ""


class PublishedConstant(Record):
    """A constant of the accepted law.

    Attributes:
        value: None where no value is published, or where each trajectory has its own.
        deviation: published standard deviation of the value; None where none is.
    """

    value: Finite | None = None
    deviation: Finite | None = None
    unit: str = ""
    meaning: str = ""


class Measurement(Record):
    """Measured trajectories and what is known of their law. See the module's docstring for the file.

    Attributes:
        by: columns that tell one trajectory from another; empty where there is only one.
        equations: right-hand side of each state, hidden ones too; empty where no law is accepted.
        notes: what the user of the data should know.
    """

    name: Text
    title: Text
    csv: Text
    time: Text
    time_unit: str = ""
    by: tuple[Text, ...] = ()
    licence: Text
    source: Text
    cite: Text
    notes: str = ""
    states: Mapping[str, MeasuredState] = Field(min_length=1)
    equations: Mapping[str, Text] = Field(default_factory=dict[str, str])
    constants: Mapping[str, PublishedConstant] = Field(default_factory=dict[str, PublishedConstant])

    @model_validator(mode="after")
    def _fits_together(self) -> Measurement:
        if not self.observed:
            raise ValueError("states: none has a column. Name the column of each observed state.")
        if self.equations and set(self.equations) != set(self.states):
            odd = ", ".join(sorted(set(self.equations) ^ set(self.states)))
            raise ValueError(f"equations: not one for each state (see {odd}). Give one right-hand side for each state.")
        for state, text in self.equations.items():
            try:
                parse(text, (*self.states, *self.constants, TIME))
            except ExpressionError as error:
                raise ValueError(f"equations.{state}: {error}") from None
        return self

    @property
    def observed(self) -> dict[str, str]:
        """Column in the CSV of each state that was observed."""
        return {name: state.column for name, state in self.states.items() if state.column}


def names() -> tuple[str, ...]:
    """Names of all measurements, in alphabetical order."""
    return tuple(sorted(path.stem for path in _folder().glob("*.toml")))


def load(name: str) -> Measurement:
    """The description of the measurements of that name.

    Raises:
        UsageError: there are none; the message suggests the nearest names.
        DataError: the file is broken; the message names file and key.
    """
    require(name, names(), "measurement", "discover systems")
    return read_record(_folder() / f"{name}.toml", Measurement)


def trajectories(measurement: Measurement, folder: Path | None = None) -> tuple[Trajectory, ...]:
    """The measured runs, with the observed states as columns, labelled by the columns that tell them apart.

    Args:
        folder: where the CSV is; that of the registry by default.

    Raises:
        DataError: the CSV cannot be read, a column is missing, or a value is not a number.
    """
    path = (folder or _folder()) / measurement.csv
    runs: dict[str, list[list[float]]] = {}
    columns = [measurement.time, *measurement.observed.values()]
    try:
        with path.open(newline="", encoding="utf-8") as lines:
            for row in csv.DictReader(lines, restval=""):
                label = " ".join(row[column] for column in measurement.by)
                runs.setdefault(label, []).append([float(row[column]) for column in columns])
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}. Check that the file is there.") from None
    except KeyError as error:
        raise DataError(f"{path} has no column {error}. Correct the column names of {measurement.name}.toml.") from None
    except ValueError as error:
        raise DataError(f"{path}: {error}. Every value of the columns {columns} must be a number.") from None
    if not runs:
        raise DataError(f"{path} has no rows below its header. Add the measurements.")
    return tuple(
        Trajectory(table[:, 0], table[:, 1:], tuple(measurement.observed), label=label)
        for label, table in ((label, np.array(rows)) for label, rows in runs.items())
    )


def _folder() -> Path:
    return resources.folder("datasets/measured")
