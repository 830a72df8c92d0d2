"""The form of ``result.json``: what every field is, and a reader for the forms of older versions.

``python -m pipelines.schema`` prints it as a JSON schema; ``result.schema.json`` beside this file is that output, for
programs that read results without this package.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from discovery.errors import DataError

SCHEMA = 2
Number = float | None  # null where the data do not tell, or the number is not finite
Extended = float | Literal["inf", "-inf"] | None


def plain(value: float) -> float | None:
    """A number for JSON, which knows no NaN and no infinity."""
    return float(value) if math.isfinite(value) else None


def real(value: float | str | None) -> float:
    """The number that :func:`plain` wrote; NaN where there was none."""
    return math.nan if value is None else float(value)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True, protected_namespaces=())


class Constant(_Part):
    """A constant of the law, with its interval."""

    name: str = Field(pattern=r"^c\d+$")
    value: float
    low: Number
    high: Number
    level: float = Field(gt=0, lt=1)
    equation: str
    unit: str | None = Field(default=None, description="Where the columns have units; – where it cannot be told.")
    told: str | None = Field(default=None, description="What the user calls it.")


class Own(_Part):
    """A constant with a value for each group of runs: the constants that `told` names ``name[group]``."""

    name: str
    by: str = Field(description="The column that tells groups apart; empty where each run is one.")
    groups: list[str]
    inputs: list[str] = Field(description="Identifiers of what is 1 in the runs of a group, and 0 in others.")


class Finding(_Part):
    """One reason behind the verdict."""

    level: Literal["good", "caution", "bad", "note"]
    text: str


class Verdict(_Part):
    """How far the law may be trusted."""

    headline: str
    findings: list[Finding]
    measures: dict[str, Extended]


class FrontLaw(_Part):
    """A law of the front: with numbers, and as a family whose constants are c0, c1, ..."""

    equations: dict[str, str]
    skeletons: dict[str, str]
    values: list[float]
    engine: str
    sources: list[str]
    complexity: int = Field(ge=0)
    score: Number = Field(description="Description length in nats; smaller is better.")
    misfit: Number = Field(description="Chi-squared a value on the measured trajectories; 1 is the level of the noise.")
    r_squared: Number = Field(description="Share of the measurements' weighted variance that the law explains.")
    held_out: Extended = Field(
        description="Mean squared forecast error on samples that were not fitted, in variances of the states; "
        "null if not tried, inf if the law could not be simulated."
    )
    lows: list[Number]
    highs: list[Number]
    told: list[str] = Field(default=[], description="What the user calls the first constants.")
    bounds: dict[str, tuple[Extended, Extended]] = Field(default={}, description="What was told of the told constants.")
    inputs: list[str] = Field(default=[], description="Identifiers of the columns that drive the states.")
    algebraic: list[str] = Field(default=[], description="States whose right-hand side is the value itself.")
    map: bool = Field(default=False, description="Whether right-hand sides are next states, and not derivatives.")

    @model_validator(mode="after")
    def _has_a_bound_for_each_constant(self) -> Self:
        if not all(len(bounds) in (0, len(self.values)) for bounds in (self.lows, self.highs)):
            raise ValueError("lows and highs need one number for each of the values, or none")
        return self


class Noise(_Part):
    """How measurements scatter."""

    kind: Literal["additive", "counts", "proportional", "combined", "lognormal", "given"]
    scale: list[Number]
    floor: list[Number]
    constant: list[Number] = Field(default=[], description="The part of combined noise that does not grow.")
    estimated: bool
    process: bool = Field(default=False, description="Whether it acts on the states, in each step.")


class Smoothed(_Part):
    """How the measurements were smoothed."""

    method: str
    score: Number
    notes: list[str]


class LooseCombination(_Part):
    """Constants that the data determine only together."""

    constants: list[str]
    changes: list[Number] = Field(description="Relative changes that go together.")
    deviation: Number
    text: str


class Experiment(_Part):
    """A further run that would tell something."""

    purpose: Literal["constants", "rivals"]
    start: list[Number]
    duration: Number
    gain: Number
    usual: Number
    text: str


class TermSupport(_Part):
    """How sure it is that a term belongs to the equation of a state."""

    state: str
    term: str
    probability: Number
    chosen: bool


class Advice(_Part):
    """What the data leave open, and what to measure next."""

    sensitivities: list[Number] = Field(default=[], description="Deviations of the noise by one per cent.")
    inflations: list[Number] = Field(default=[], description="Times that intervals are wider for the others' sake.")
    loose: list[LooseCombination] = []
    experiments: list[Experiment] = []
    terms: list[TermSupport] = []
    covariance: list[list[Number]] = []


class Conserved(_Part):
    """A quantity that the law keeps constant, in its states and constants."""

    expression: str
    relations: list[str] = Field(description="Expressions of the constants that have to be zero for that.")
    general: str | None = Field(description="What is conserved whatever the constants.")
    variation: Number
    expected: Number


class Failure(_Part):
    """Work that failed; the others' was used."""

    where: str
    why: str


class Result(_Part):
    """The document ``result.json``."""

    model_config = ConfigDict(title="Result of a discovery", serialize_by_alias=True)

    form: Literal[2] = Field(alias="schema", description="Version of this form.")
    status: Literal["found", "not_found", "partial"]
    stopped_by: Literal["done", "deadline", "interrupt"]
    states: list[str] = Field(min_length=1, description="Identifiers of the states.")
    names: dict[str, str] = Field(description="Headers of the states' columns, by identifier.")
    inputs: dict[str, str] = Field(default={}, description="Headers of the columns that drive the states.")
    time: str = Field(description="Header of the column of times.")
    origin: str = Field(default="", description="The date or time of day at which time is zero, where they were such.")
    equations: dict[str, str] = Field(description="Right-hand sides of the chosen law; none if there is no law.")
    constants: list[Constant]
    latex: str
    verdict: Verdict
    rule: str = Field(description="The rule of the ranking, in words.")
    front: list[FrontLaw] = Field(description="Laws from best to worst; the first is the chosen one.")
    noise: Noise
    smoothing: Smoothed
    advice: Advice
    conserved: list[Conserved] = []
    own: list[Own] = []
    units: dict[str, str] = Field(default={}, description="Of the columns, where they were checked; t is time.")
    notes: list[str]
    failures: list[Failure]
    cites: list[str]
    arrays: dict[str, str] = Field(default={}, description="SHA-256 of data.npz and the other files of arrays.")
    provenance: dict[str, Any] = Field(description="What is needed to get the same law again.")

    @model_validator(mode="after")
    def _speaks_of_its_states(self) -> Self:
        told: list[Mapping[str, str]] = [self.names, *([self.equations] if self.equations else [])]
        told += [part for law in self.front for part in (law.equations, law.skeletons)]
        if not all(list(part) == self.states for part in told):
            raise ValueError("names, equations and skeletons need one entry for each of the states, in their order")
        if not len(self.noise.scale) == len(self.noise.floor) == len(self.states):
            raise ValueError("noise needs one scale and one floor for each of the states")
        if len(self.noise.constant) not in (0, len(self.states)):
            raise ValueError("noise needs one constant part for each of the states, or none")
        return self


def _from_1(document: Mapping[str, Any]) -> dict[str, Any]:
    """Not every result said yet what to measure next."""
    return {"advice": {}, **document, "schema": 2}


OLDER: Mapping[int, Callable[[Mapping[str, Any]], dict[str, Any]]] = {1: _from_1}


def understood(document: object) -> dict[str, Any]:
    """The document in the form of this version, once every part of it is seen to be what it should be.

    Raises:
        DataError: it is of a newer version, or not of the form.
    """
    if not isinstance(document, dict) or not isinstance(document.get("schema"), int):
        raise DataError("result.json does not say of which schema it is. Run again with the same --out.")
    current: dict[str, Any] = document
    while (version := current["schema"]) in OLDER:
        current = OLDER[version](current)
    if version != SCHEMA:
        raise DataError(
            f"result.json has schema {version}; this version reads up to schema {SCHEMA}. Use the version of discovery "
            "that wrote it, or a newer one."
        )
    try:
        Result.model_validate(current)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise DataError(
            f"result.json is damaged at {place}: {first['msg'][:200]}. Run again with the same --out."
        ) from None
    return current


def json_schema() -> str:
    """The form as a JSON schema."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Result.model_json_schema()}
    return json.dumps(schema, indent=1) + "\n"


if __name__ == "__main__":
    sys.stdout.write(json_schema())
