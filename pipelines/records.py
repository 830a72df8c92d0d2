"""Results as documents and arrays, and back: JSON for what people read, NumPy arrays for the rest. No pickles."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp

from discovery.advice import Advice, Experiment, LooseCombination, TermSupport
from discovery.files import finite
from discovery.headers import unit_of_time
from discovery.knowledge.dimensions import constant_units
from discovery.laws import Frame, Told
from discovery.reports.naming import input_units
from discovery.samples import CURVES
from discovery.smoothing.vector_field import PerceptronField
from discovery.symbolic.parse import parse
from discovery.symbolic.stored import exact, stored
from discovery.symbolic.writing import WeightedSum
from discovery.types import (
    Beginning,
    DiscoveryResult,
    EquationCandidate,
    Failure,
    Finding,
    Law,
    NoiseModel,
    Prediction,
    RankedLaw,
    Ranking,
    SmoothedTrajectory,
    Smoothing,
    Trajectory,
    Verdict,
)
from pipelines.schema import SCHEMA, plain, real
from pipelines.structures import structure_document, structure_from

Arrays = dict[str, np.ndarray]
UNBOUNDED = (-math.inf, math.inf)


def extended(value: float) -> float | str | None:
    """As :func:`plain`, with infinity, where that says something, as text."""
    return str(float(value)) if math.isinf(value) else plain(value)


def law_document(law: Law) -> dict[str, Any]:
    """A law: equations with numbers, and the family and its constants apart."""
    return {
        "equations": {state: str(rhs) for state, rhs in law.equations.items()},
        "skeletons": {state: exact(rhs) for state, rhs in zip(law.states, law.skeletons, strict=True)},
        "values": list(law.constants),
        "engine": ", ".join(law.sources),
        "sources": list(law.sources),
        **({"told": list(law.told), "inputs": list(law.inputs)} if law.frame else {}),
        **({"algebraic": list(law.algebraic)} if law.algebraic else {}),
        **({"map": True} if law.discrete else {}),
    }


def law_from(document: Mapping[str, Any]) -> Law:
    """The law of a document.

    Raises:
        DataError: it names what does not exist; expressions are read by the one safe parser.
    """
    states = tuple(document["skeletons"])
    constants = tuple(float(value) for value in document["values"])
    inputs = tuple(document.get("inputs", ()))
    names = (*states, *inputs, "t", *(f"c{i}" for i in range(len(constants))))
    skeletons = tuple(parse(text, names) for text in document["skeletons"].values())
    law = Law(states, skeletons, constants, tuple(document["sources"]), discrete=document.get("map", False))
    if "told" not in document:
        return law
    frame = Frame(states, skeletons, inputs=inputs, algebraic=tuple(document.get("algebraic", ())))
    return replace(law, frame=frame, told=tuple(document["told"]))


def candidate_document(candidate: EquationCandidate | Law) -> dict[str, Any]:
    """A candidate of a search engine."""
    if isinstance(candidate, Law):
        return law_document(candidate)
    # Sums as they are made, so that what is read back has its terms in the order of what was found.
    side = candidate.side
    if isinstance(side, WeightedSum):
        what = {"numbers": list(side.numbers), "terms": list(map(_stored, side.terms))}
    else:
        what = {"expression": stored(candidate.expression)}
    return {"state": candidate.state, **what, "source": candidate.source} | (
        {"common": True} if candidate.common else {}
    )


def candidate_from(document: Mapping[str, Any], names: Sequence[str]) -> EquationCandidate | Law:
    """The candidate of a document."""
    if "skeletons" in document:
        return law_from(document)
    known = (*names, "t")
    side: sp.Expr | WeightedSum
    if "terms" in document:
        terms = tuple([_term(text, known) for text in document["terms"]])
        side = WeightedSum(tuple(map(float, document["numbers"])), terms)
    else:
        side = parse(document["expression"], known)
    return EquationCandidate(document["state"], side, document["source"], bool(document.get("common", False)))


_stored = lru_cache(maxsize=1 << 14)(stored)  # candidates are sums of the same few hundred terms
_term = lru_cache(maxsize=1 << 14)(parse)


def _front_document(ranked: RankedLaw) -> dict[str, Any]:
    return {
        **law_document(ranked.law),
        "complexity": ranked.complexity,
        "score": plain(ranked.score),
        "misfit": plain(ranked.misfit),
        "r_squared": plain(ranked.r_squared),
        "held_out": extended(ranked.held_out),
        "lows": [plain(low) for low in ranked.lows],
        "highs": [plain(high) for high in ranked.highs],
        **({"bounds": bounds} if (bounds := _told_bounds(ranked.law)) else {}),
    }


def _told_bounds(law: Law) -> dict[str, list[float | str | None]]:
    """Bounds of the told constants that have some."""
    told = [one for one in law.frame.constants if one.name in law.told] if law.frame else []
    return {one.name: [extended(one.low), extended(one.high)] for one in told if (one.low, one.high) != UNBOUNDED}


def _front_from(document: Mapping[str, Any]) -> RankedLaw:
    law, bounds = law_from(document), document.get("bounds", {})
    if law.frame and bounds:
        ends = {name: (real(low), real(high)) for name, (low, high) in bounds.items()}
        constants = tuple(Told(name, *ends.get(name, UNBOUNDED)) for name in law.told)
        law = replace(law, frame=replace(law.frame, constants=constants))
    return RankedLaw(
        law,
        real(document["score"]),
        real(document["misfit"]),
        real(document["r_squared"]),
        int(document["complexity"]),
        real(document["held_out"]),
        tuple(real(low) for low in document["lows"]),
        tuple(real(high) for high in document["highs"]),
    )


def _units(result: DiscoveryResult) -> dict[str, str | None]:
    """Units of states, time and inputs; nothing where none were stated of the states."""
    stated = result.structure.units
    return {"t": unit_of_time(result.time_name), **input_units(result), **stated} if stated else {}


def constants_document(ranked: RankedLaw, units: Mapping[str, str | None] | None = None) -> list[dict[str, Any]]:
    """Each constant with its 95 % interval, the equation in which it first stands, and its unit if there are any."""
    units = units or {}
    told = constant_units(ranked.law, {name: units.get(name) for name in (*ranked.law.states, *ranked.law.inputs, "t")})
    rows: list[dict[str, Any]] = []
    for i, value in enumerate(ranked.law.constants):
        equation = next(
            state
            for state, skeleton in zip(ranked.law.states, ranked.law.skeletons, strict=True)
            if any(str(symbol) == f"c{i}" for symbol in skeleton.free_symbols)
        )
        low = plain(ranked.lows[i]) if ranked.lows else None
        high = plain(ranked.highs[i]) if ranked.highs else None
        row = {"name": f"c{i}", "value": value, "low": low, "high": high, "level": 0.95, "equation": equation}
        rows.append(row | {"unit": told[i]} if units else row)
    for row, name in zip(rows, ranked.law.told, strict=False):
        row["told"] = name
    return rows


def result_document(result: DiscoveryResult, latex: str) -> dict[str, Any]:
    """``result.json``: everything but arrays and times taken, the same for the same data, configuration and seed."""
    front = result.ranking.front
    chosen = front[0] if front else None
    noise = result.smoothing.noise
    return {
        "schema": SCHEMA,
        "status": result.status,
        "stopped_by": result.stopped_by,
        "states": list(result.headers),
        "names": dict(result.headers),
        "time": result.time_name,
        **({"origin": result.origin} if result.origin else {}),
        **({"inputs": dict(result.inputs)} if result.inputs else {}),
        "equations": law_document(chosen.law)["equations"] if chosen else {},
        "constants": constants_document(chosen, _units(result)) if chosen else [],
        "latex": latex,
        "verdict": {
            "headline": result.verdict.headline,
            "findings": [{"level": f.level, "text": f.text} for f in result.verdict.findings],
            "measures": {name: extended(value) for name, value in result.verdict.measures.items()},
        },
        "rule": result.ranking.rule,
        "front": [_front_document(ranked) for ranked in front],
        "noise": {
            "kind": noise.kind,
            "scale": [plain(s) for s in noise.scale],
            "floor": [plain(s) for s in noise.floor],
            **({"constant": [plain(s) for s in noise.constant]} if noise.kind == "combined" else {}),
            "estimated": noise.estimated,
            **({"process": True} if noise.process else {}),
        },
        "smoothing": {
            "method": result.smoothing.method,
            "score": plain(result.smoothing.score),
            "notes": list(result.smoothing.notes),
        },
        "advice": finite(asdict(result.advice)),
        **structure_document(result.structure),
        "notes": list(result.notes),
        "failures": [{"where": f.where, "why": f.why} for f in result.failures],
        "cites": list(result.cites),
        "provenance": dict(result.provenance),
    }


def advice_from(document: Mapping[str, Any]) -> Advice:
    """The advice of a document; empty where a run was stored before there was any."""
    if not document:
        return Advice()
    return Advice(
        _numbers(document["sensitivities"]),
        _numbers(document["inflations"]),
        tuple(
            LooseCombination(tuple(d["constants"]), _numbers(d["changes"]), real(d["deviation"]), d["text"])
            for d in document["loose"]
        ),
        tuple(
            Experiment(
                d["purpose"], _numbers(d["start"]), real(d["duration"]), real(d["gain"]), real(d["usual"]), d["text"]
            )
            for d in document["experiments"]
        ),
        tuple(TermSupport(d["state"], d["term"], real(d["probability"]), d["chosen"]) for d in document["terms"]),
        tuple(map(_numbers, document["covariance"])),
    )


def _numbers(values: Sequence[float | None]) -> tuple[float, ...]:
    return tuple(map(real, values))


def trajectory_arrays(trajectories: Sequence[Trajectory]) -> Arrays:
    """Measured trajectories as named arrays."""
    arrays: Arrays = {"labels": np.array([run.label for run in trajectories], dtype=np.str_)}
    for i, run in enumerate(trajectories):
        arrays |= {f"times_{i}": run.times, f"states_{i}": run.states, f"inputs_{i}": run.inputs}
        if run.errors.size:
            arrays[f"errors_{i}"] = run.errors
        if any(run.held):
            arrays[f"held_{i}"] = np.array(run.held)
    if trajectories[0].discrete:
        arrays["discrete"] = np.ones(1)
    return arrays


def trajectories_from(arrays: Mapping[str, np.ndarray], names: Sequence[str]) -> tuple[Trajectory, ...]:
    """The trajectories of :func:`trajectory_arrays`; runs stored before there were inputs have none."""
    inputs = [arrays.get(f"inputs_{i}", np.empty((0, 0))) for i in range(len(arrays["labels"]))]
    known = "held" in arrays  # as it was stored once, of all inputs
    held = [arrays.get(f"held_{i}", np.full(one.shape[1], known)) for i, one in enumerate(inputs)]
    return tuple(
        Trajectory(
            arrays[f"times_{i}"],
            arrays[f"states_{i}"],
            tuple(names),
            str(label),
            inputs[i],
            tuple(held[i]),
            discrete="discrete" in arrays,
            errors=arrays.get(f"errors_{i}", np.empty((0, 0))),
        )
        for i, label in enumerate(arrays["labels"])
    )


def smoothing_arrays(smoothing: Smoothing) -> Arrays:
    """A smoothing as named arrays; texts and the noise model among them."""
    noise = smoothing.noise
    told = {
        "kind": noise.kind,
        "estimated": noise.estimated,
        "process": noise.process,
        "score": plain(smoothing.score),
        "method": smoothing.method,
        "notes": list(smoothing.notes),
        "names": list(smoothing.trajectories[0].names),
        "labels": [run.label for run in smoothing.trajectories],
    }
    arrays: Arrays = {"told": np.array(json.dumps(told)), "noise_scale": noise.scale, "noise_floor": noise.floor}
    if noise.kind == "combined":
        arrays["noise_constant"] = noise.constant
    for i, run in enumerate(smoothing.trajectories):
        arrays |= {f"{curve}_{i}": getattr(run, curve) for curve in CURVES}
    if isinstance(smoothing.field, PerceptronField):
        arrays |= {f"field_{name}": value for name, value in smoothing.field.to_arrays().items()}
    return arrays


def smoothing_from(arrays: Mapping[str, np.ndarray]) -> Smoothing:
    """The smoothing of :func:`smoothing_arrays`."""
    told = json.loads(str(arrays["told"]))
    names = tuple(told["names"])
    runs = tuple(
        SmoothedTrajectory(**{curve: arrays[f"{curve}_{i}"] for curve in CURVES}, names=names, label=label)
        for i, label in enumerate(told["labels"])
    )
    weights = {name.removeprefix("field_"): value for name, value in arrays.items() if name.startswith("field_")}
    whole = {one.name for one in fields(PerceptronField)} <= weights.keys()  # a field of an older form is left out
    field = PerceptronField.from_arrays(weights) if whole else None
    noise = NoiseModel(
        told["kind"], arrays["noise_scale"], arrays["noise_floor"], told["estimated"], told.get("process", False),
        arrays.get("noise_constant", np.empty(0)),
    )  # fmt: skip
    return Smoothing(runs, field, noise, real(told["score"]), told["method"], tuple(told["notes"]))


def prediction_arrays(predictions: Sequence[Prediction]) -> Arrays:
    """Predictions as named arrays."""
    arrays: Arrays = {"told": np.array(json.dumps([[one.kind, one.label] for one in predictions]))}
    for i, one in enumerate(predictions):
        arrays |= {f"times_{i}": one.times, f"states_{i}": one.states}
        if one.beginning is not None:
            arrays |= {f"follows_{i}": one.beginning.follows, f"scatter_{i}": one.beginning.scatter}
    return arrays


def predictions_from(arrays: Mapping[str, np.ndarray]) -> tuple[Prediction, ...]:
    """The predictions of :func:`prediction_arrays`."""
    told = json.loads(str(arrays["told"]))
    return tuple(
        Prediction(kind, label, arrays[f"times_{i}"], arrays[f"states_{i}"], _beginning_from(arrays, i))
        for i, (kind, label) in enumerate(told)
    )


def _beginning_from(arrays: Mapping[str, np.ndarray], i: int) -> Beginning | None:
    """How well the start of a prediction is known; None where runs are of a version that did not keep it."""
    return Beginning(arrays[f"follows_{i}"], arrays[f"scatter_{i}"]) if f"follows_{i}" in arrays else None


def result_from(
    document: Mapping[str, Any],
    trajectories: tuple[Trajectory, ...],
    smoothing: Smoothing,
    predictions: tuple[Prediction, ...],
    seconds: Mapping[str, float],
) -> DiscoveryResult:
    """The result of a document and the arrays beside it.

    Args:
        document: of this version's schema, as :func:`pipelines.schema.understood` gives it.
    """
    said = document["verdict"]
    verdict = Verdict(
        document["status"],
        said["headline"],
        tuple(Finding(f["level"], f["text"]) for f in said["findings"]),
        {name: real(value) for name, value in said["measures"].items()},
    )
    return DiscoveryResult(
        headers=document["names"],
        time_name=document["time"],
        trajectories=trajectories,
        smoothing=smoothing,
        ranking=Ranking(tuple(_front_from(one) for one in document["front"]), document["rule"]),
        verdict=verdict,
        predictions=predictions,
        stopped_by=document["stopped_by"],
        notes=tuple(document["notes"]),
        failures=tuple(Failure(f["where"], f["why"]) for f in document["failures"]),
        cites=tuple(document["cites"]),
        provenance=document["provenance"],
        seconds=seconds,
        advice=advice_from(document.get("advice", {})),
        structure=structure_from(document, document["states"], len(document["constants"])),
        inputs=document.get("inputs", {}),
        origin=document.get("origin", ""),
    )
