"""Results as documents and arrays: what is written is what is read."""

import json
import math
from dataclasses import asdict, replace

import numpy as np
import pytest
import sympy as sp

from discovery.advice import Advice, Experiment, LooseCombination, TermSupport
from discovery.errors import UsageError
from discovery.laws import Frame, Told
from discovery.smoothing.vector_field import PerceptronField
from discovery.symbolic.parse import parse
from discovery.symbolic.writing import WeightedSum
from discovery.types import (
    Beginning,
    EquationCandidate,
    Law,
    NoiseModel,
    Prediction,
    RankedLaw,
    SmoothedTrajectory,
    Smoothing,
    Trajectory,
    symbol,
)
from pipelines import records, schema

LAW = Law(
    ("x", "y"), (parse("c0*x - c1*x*y"), parse("c2*sin(x)/(c3 + y)")), (1.1, 0.4, -0.5, 2.25), ("sindy", "operon")
)


def through_json(document: object) -> object:
    """The document as it comes back from a file."""
    return json.loads(json.dumps(document, allow_nan=False))


def test_numbers_that_json_does_not_know_become_null() -> None:
    """NaN stands for what is not known, and comes back as NaN."""
    assert [1.5, None, None] == [schema.plain(value) for value in (1.5, math.nan, math.inf)]
    assert 1.5 == schema.real(1.5)
    assert math.isnan(schema.real(None))


def test_infinity_is_kept_where_it_says_something() -> None:
    """A forecast that failed has an infinite error, and one that was not tried has none."""
    assert ["inf", "-inf", None, 1.5] == [records.extended(v) for v in (math.inf, -math.inf, math.nan, 1.5)]
    assert math.inf == schema.real("inf")


def test_bounds_that_were_told_survive_the_front() -> None:
    """Forecasts draw constants within them; of the order that the law has, with those of which none were told."""
    frame = Frame(LAW.states, LAW.skeletons, constants=(Told("a"), Told("b", 0.0), Told("c", -1.0, 0.5)))
    law = replace(LAW, frame=frame, told=("a", "b", "c"))
    ranked = RankedLaw(law, 1.0, 1.0, 1.0, 9, lows=(0.0,) * 4, highs=(3.0,) * 4)
    document = through_json(records._front_document(ranked))
    assert isinstance(document, dict)
    assert {"b": [0.0, "inf"], "c": [-1.0, 0.5]} == document["bounds"]
    read = records._front_from(schema.FrontLaw(**document).model_dump()).law.frame
    assert read is not None
    assert frame.constants == read.constants


def test_a_law_survives_its_document() -> None:
    """Family, constants and sources, to the last bit."""
    document = through_json(records.law_document(LAW))
    assert isinstance(document, dict)
    assert LAW == records.law_from(document)
    assert LAW.equations == {state: parse(text) for state, text in document["equations"].items()}
    assert "sindy, operon" == document["engine"]


def test_a_law_keeps_every_digit_of_its_constants() -> None:
    """A third has no short decimal form."""
    third = LAW.with_constants((1 / 3, 0.1 + 0.2, 1e-300, -2.0))
    document = through_json(records.law_document(third))
    assert isinstance(document, dict)
    assert third.constants == records.law_from(document).constants


@pytest.mark.parametrize("text", ["__import__('os').system('true')", "x.__class__", "z*x", "f(x)"])
def test_a_document_cannot_bring_code_or_strange_names(text: str) -> None:
    """Expressions pass through the one safe parser, with the law's own names only."""
    document = {**records.law_document(LAW), "skeletons": {"x": text, "y": "c0"}}
    with pytest.raises(UsageError):
        records.law_from(document)


@pytest.mark.parametrize(
    "candidate",
    [
        LAW,
        EquationCandidate("y", parse("0.25*x**2 - t"), "sindy:stlsq"),
        EquationCandidate("x", sp.Float(-1 / 3) * symbol("y") / (symbol("x") + sp.Float(0.1 + 0.2)), "operon:rational"),
        EquationCandidate("x", sp.exp(sp.Float(-1e-17) * symbol("y")) + sp.Float(2e300), "structured"),
        EquationCandidate("x", WeightedSum((0.1 + 0.2, -1e-17), (symbol("y"), sp.exp(-symbol("x")))), "sindy:sr3"),
    ],
)
def test_a_candidate_survives_its_document(candidate: EquationCandidate | Law) -> None:
    """Single equations and whole laws."""
    document = through_json(records.candidate_document(candidate))
    assert isinstance(document, dict)
    assert candidate == records.candidate_from(document, ("x", "y"))


def test_each_constant_is_listed_with_its_interval_and_equation() -> None:
    """Bounds that the data do not give are null."""
    ranked = RankedLaw(LAW, 1.0, 1.0, 0.9, 9, lows=(1.0, 0.3, -0.6, math.nan), highs=(1.2, 0.5, -0.4, math.inf))
    rows = records.constants_document(ranked)
    assert ["x", "x", "y", "y"] == [row["equation"] for row in rows]
    assert {"name": "c0", "value": 1.1, "low": 1.0, "high": 1.2, "level": 0.95, "equation": "x"} == rows[0]
    assert (None, None) == (rows[3]["low"], rows[3]["high"])


def test_a_law_without_intervals_has_null_bounds() -> None:
    """Nothing is invented."""
    rows = records.constants_document(RankedLaw(LAW, 1.0, 1.0, 0.9, 9))
    assert {None} == {row[bound] for row in rows for bound in ("low", "high")}


def test_advice_survives_its_document() -> None:
    """Combinations, experiments, support of terms and covariance; a run stored before there was advice has none."""
    advice = Advice(
        (0.1, 0.2),
        (1.0, 3.5),
        (LooseCombination(("c0", "c1"), (1.0, -0.5), 0.4, "Loose."),),
        (Experiment("rivals", (1.0, 2.0), 10.0, 5.0, 0.5, "Start there."),),
        (TermSupport("x", "x*y", 0.75, True),),
        ((1.0, 0.1), (0.1, 1 / 3)),
    )
    document = through_json(asdict(advice))
    assert isinstance(document, dict)
    assert advice == records.advice_from(document)
    assert Advice() == records.advice_from(json.loads(json.dumps(asdict(Advice()))))
    assert Advice() == records.advice_from({})


def test_trajectories_survive_as_arrays() -> None:
    """Times, states with gaps, names, labels, inputs and errors."""
    drives = np.array([[1.0, 0.0], [0.5, 0.0], [0.25, 1.0]])
    states = np.array([[1.0, 2.0], [np.nan, 3.0], [4.0, 5.0]])
    runs = (
        Trajectory(
            drives.sum(axis=1).cumsum(), states, ("x", "y"), "first", drives, (False, True), errors=np.ones((3, 2))
        ),
        Trajectory(np.array([0.0, 1.0]), np.array([[1.0, 2.0], [3.0, 4.0]]), ("x", "y"), "zweite Ä"),
    )
    back = records.trajectories_from(records.trajectory_arrays(runs), ("x", "y"))
    assert [run.label for run in runs] == [run.label for run in back]
    for one, other in zip(runs, back, strict=True):
        np.testing.assert_array_equal(one.times, other.times)
        np.testing.assert_array_equal(one.states, other.states)
        np.testing.assert_array_equal(one.inputs, other.inputs)
        np.testing.assert_array_equal(one.errors, other.errors)
        assert (one.names, one.held) == (other.names, other.held)
    once = {name: array for name, array in records.trajectory_arrays(runs).items() if name != "held_0"}
    assert (True, True) == records.trajectories_from(once | {"held": np.True_}, ("x", "y"))[0].held


def smoothing(field: PerceptronField | None) -> Smoothing:
    """A smoothing of two runs with different lengths."""
    rng = np.random.default_rng(4)
    runs = tuple(
        SmoothedTrajectory(np.arange(n, dtype=float), *(rng.random((n, 2)) for _ in range(4)), ("x", "y"), f"run {n}")
        for n in (3, 5)
    )
    noise = NoiseModel("lognormal", np.array([0.1, 0.2]), np.array([1e-3, 1e-4]), estimated=False)
    return Smoothing(runs, field, noise, -1.25, "kalman", ("Nothing to say.",))


def test_a_smoothing_survives_as_arrays() -> None:
    """Curves, noise model, score and notes; no field where there was none."""
    before = smoothing(None)
    after = records.smoothing_from(records.smoothing_arrays(before))
    assert (before.score, before.method, before.notes, None) == (after.score, after.method, after.notes, after.field)
    assert ("lognormal", False) == (after.noise.kind, after.noise.estimated)
    np.testing.assert_array_equal(before.noise.scale, after.noise.scale)
    np.testing.assert_array_equal(before.noise.floor, after.noise.floor)
    for one, other in zip(before.trajectories, after.trajectories, strict=True):
        assert (one.names, one.label) == (other.names, other.label)
        for curve in ("times", "states", "derivatives", "state_deviations", "derivative_deviations"):
            np.testing.assert_array_equal(getattr(one, curve), getattr(other, curve))


def test_both_parts_of_combined_noise_survive() -> None:
    """The constant part beside the scale; noise of one part has none on disk."""
    noise = NoiseModel("combined", np.array([0.1, 0.2]), np.array([1e-3, 1e-4]), constant=np.array([0.3, 0.0]))
    arrays = records.smoothing_arrays(replace(smoothing(None), noise=noise))
    np.testing.assert_array_equal(noise.constant, records.smoothing_from(arrays).noise.constant)
    assert "noise_constant" not in records.smoothing_arrays(smoothing(None))


def test_a_learned_field_survives_as_arrays() -> None:
    """The same derivatives and the same trust, to the last bit."""
    rng = np.random.default_rng(5)
    field = PerceptronField(
        np.zeros(2), np.ones(2), np.array([False, True]), np.ones(2), rng.normal(size=(2, 2)),
        np.array([[0, 2, 2], [0, 1, 1]]), rng.normal(size=(2, 6)), rng.normal(size=(3, 2)), rng.normal(size=3),
        np.empty(0), np.empty(0), rng.normal(size=(4, 2)), np.array([1.0, 0.0]),
    )  # fmt: skip
    after = records.smoothing_from(records.smoothing_arrays(smoothing(field))).field
    points = np.abs(rng.normal(size=(6, 2)))
    assert after is not None
    np.testing.assert_array_equal(field(points), after(points))
    np.testing.assert_array_equal(field.trust(points), after.trust(points))


def test_an_unknown_score_stays_unknown() -> None:
    """Too few samples to hold any out: NaN, which JSON does not know."""
    unknown = Smoothing(smoothing(None).trajectories, None, smoothing(None).noise, math.nan, "kalman")
    assert math.isnan(records.smoothing_from(records.smoothing_arrays(unknown)).score)


def test_predictions_survive_as_arrays() -> None:
    """Kind, label, times and states, and how well a start is known that was fitted."""
    beginning = Beginning(np.arange(6.0).reshape(2, 3), np.eye(2))
    before = (
        Prediction("fit", "a", np.arange(3.0), np.ones((3, 2)), beginning),
        Prediction("held_out", "b", np.arange(2.0), np.full((2, 2), np.nan)),
    )
    after = records.predictions_from(records.prediction_arrays(before))
    assert [(one.kind, one.label) for one in before] == [(one.kind, one.label) for one in after]
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one.times, other.times)
        np.testing.assert_array_equal(one.states, other.states)
    assert after[0].beginning is not None
    np.testing.assert_array_equal(beginning.follows, after[0].beginning.follows)
    np.testing.assert_array_equal(beginning.scatter, after[0].beginning.scatter)
    assert after[1].beginning is None


def test_predictions_of_older_runs_are_read() -> None:
    """They tell nothing of how well their starts are known."""
    arrays = records.prediction_arrays((Prediction("fit", "a", np.arange(3.0), np.ones((3, 2))),))
    assert {"told", "times_0", "states_0"} == set(arrays)
    assert records.predictions_from(arrays)[0].beginning is None


def test_no_array_holds_objects() -> None:
    """What NumPy would have to pickle is never made."""
    arrays = records.smoothing_arrays(smoothing(None)) | records.prediction_arrays(())
    assert set() == {name for name, array in arrays.items() if array.dtype.hasobject}


def test_symbols_of_a_law_read_are_the_package_s_own() -> None:
    """They compare equal to those made elsewhere, so that derivatives and substitutions work."""
    assert symbol("x") in records.law_from(records.law_document(LAW)).skeletons[0].free_symbols
