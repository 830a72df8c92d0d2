"""A run folder's results: they come back as they were, and files are whole or refused."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from discovery.errors import DataError, UsageError
from discovery.reports.write import write_report
from discovery.symbolic.parse import parse
from discovery.trajectories.measurements import Measurements
from discovery.types import (
    Beginning,
    DiscoveryResult,
    Failure,
    Finding,
    Law,
    Prediction,
    RankedLaw,
    Ranking,
    Smoothing,
    Verdict,
)
from pipelines import records
from pipelines.config import RunConfig
from pipelines.store import RunFolder, load

TIMES = np.linspace(0.0, 4.0, 9)
LAW = Law(("x", "y"), (parse("c0*y"), parse("-c1*x")), (1.0, 4.0), ("sindy", "structured"))
RIVAL = Law(("x", "y"), (parse("c0*y"), parse("-c1*x + c2*x**3")), (1.0, 3.9, -1 / 3), ("operon",))


@pytest.fixture
def result(circle: Measurements, smoothed_circle: Smoothing) -> DiscoveryResult:
    """A result made by hand, each field with something in it."""
    front = (
        RankedLaw(LAW, -12.5, 1.01, 0.99, 7, 0.03, (0.9, 3.8), (1.1, 4.2)),
        RankedLaw(RIVAL, -8.0, 1.0, 0.99, 12, math.nan, (0.9, math.nan, -1.0), (1.1, math.nan, 1.0)),
    )
    return DiscoveryResult(
        headers=circle.headers,
        time_name="t",
        trajectories=circle.trajectories,
        smoothing=smoothed_circle,
        ranking=Ranking(front, "the shortest wins"),
        verdict=Verdict("partial", "Cut off.", (Finding("good", "At noise level."),), {"misfit": 1.01}),
        predictions=(Prediction("held_out", "", TIMES[5:], np.ones((4, 2))),),
        stopped_by="deadline",
        notes=("One value is missing.",),
        failures=(Failure("search operon", "It crashed."),),
        cites=("Brunton2016",),
        provenance={"seed": 0, "versions": {"numpy": "2"}},
        seconds={"smoothing": 0.5},
    )


def same_arrays(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    """Whether all arrays agree, NaN with NaN."""
    return one.keys() == other.keys() and all(np.array_equal(one[k], other[k], one[k].dtype.kind == "f") for k in one)


def kept(result: DiscoveryResult, path: Path) -> RunFolder:
    """The folder with that result."""
    folder = RunFolder(path, tuple(result.headers))
    folder.keep_result(result, r"\dot x = y")
    return folder


def test_a_result_comes_back_as_it_was(result: DiscoveryResult, tmp_path: Path) -> None:
    """Every field, through JSON and arrays."""
    kept(result, tmp_path / "run")
    back = load(str(tmp_path / "run"))  # a path as text is one, too
    assert records.result_document(result, "") == records.result_document(back, "")
    assert [one.law for one in result.ranking.front] == [one.law for one in back.ranking.front]
    assert (result.status, result.stopped_by, result.seconds) == (back.status, back.stopped_by, back.seconds)
    assert same_arrays(records.trajectory_arrays(result.trajectories), records.trajectory_arrays(back.trajectories))
    assert same_arrays(records.smoothing_arrays(result.smoothing), records.smoothing_arrays(back.smoothing))
    assert same_arrays(records.prediction_arrays(result.predictions), records.prediction_arrays(back.predictions))


def test_a_result_without_a_law_comes_back(result: DiscoveryResult, tmp_path: Path) -> None:
    """Nothing was found: no equations, no constants, no predictions."""
    nothing = replace(
        result, ranking=Ranking((), "none"), verdict=Verdict("not_found", "None.", (), {}), predictions=()
    )
    kept(nothing, tmp_path)
    document = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert ({}, [], "not_found") == (document["equations"], document["constants"], document["status"])
    assert load(tmp_path).law is None


def test_the_document_has_the_fields_that_other_programs_read(result: DiscoveryResult, tmp_path: Path) -> None:
    """Version, equations in identifiers, headers, constants with intervals, the front."""
    kept(result, tmp_path)
    text = (tmp_path / "result.json").read_text(encoding="utf-8")
    document = json.loads(text)
    first = next(iter(result.headers))
    assert (2, "partial", "deadline") == (document["schema"], document["status"], document["stopped_by"])
    assert [*result.headers] == document["states"] == list(document["equations"])
    assert "x [m]" == document["names"][first]
    assert [1.0, 4.0] == [constant["value"] for constant in document["constants"]]
    assert 2 == len(document["front"])
    assert document["equations"] == document["front"][0]["equations"]
    assert "NaN" not in text
    assert text.endswith("}\n")


def test_the_same_result_is_the_same_bytes(result: DiscoveryResult, tmp_path: Path) -> None:
    """Times taken are apart, in ``timing.json``, so that results can be compared by ``cmp``."""
    kept(result, tmp_path / "one")
    kept(replace(result, seconds={"smoothing": 9.0}), tmp_path / "two")
    one, two = (tmp_path / name / "result.json" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_nothing_is_pickled(result: DiscoveryResult, smoothed_circle: Smoothing, tmp_path: Path) -> None:
    """Arrays can be read with pickles forbidden, and there are no other kinds of files."""
    folder = kept(result, tmp_path)
    folder.keep_smoothing(smoothed_circle)
    folder.keep_candidates("sindy", (LAW,))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {".json", ".npz"} == {path.suffix for path in files}
    for path in files:
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as arrays:
                assert all(not arrays[name].dtype.hasobject for name in arrays.files)


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    """Nothing was run there."""
    with pytest.raises(
        UsageError, match=r"There is no run folder .*missing\. Name one that `discover run --out` wrote"
    ):
        load(tmp_path / "missing")


def test_a_run_that_did_not_finish_is_said_to(tmp_path: Path) -> None:
    """The folder is there, the result is not."""
    with pytest.raises(DataError, match=r"has no result\.json, so the run did not finish\. Run it again"):
        load(tmp_path)


def test_a_result_of_another_schema_is_refused(result: DiscoveryResult, tmp_path: Path) -> None:
    """A newer program wrote it."""
    kept(result, tmp_path)
    document = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    (tmp_path / "result.json").write_text(json.dumps(document | {"schema": 99}), encoding="utf-8")
    with pytest.raises(DataError, match=r"has schema 99; this version reads up to schema 2\. Use the version"):
        load(tmp_path)


@pytest.mark.parametrize("name", ["result.json", "data.npz", "smoothing.npz", "predictions.npz"])
def test_a_damaged_file_is_a_data_error(name: str, result: DiscoveryResult, tmp_path: Path) -> None:
    """Half a file, as a full disk leaves it elsewhere."""
    kept(result, tmp_path)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"is damaged: .*\. Run again with the same --out"):
        load(tmp_path)


@pytest.mark.parametrize("name", ["data.npz", "smoothing.npz", "predictions.npz"])
def test_a_missing_file_is_a_data_error(name: str, result: DiscoveryResult, tmp_path: Path) -> None:
    """The message names what is missing."""
    kept(result, tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(DataError, match=rf"is damaged: KeyError '{name.removesuffix('.npz')}'"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("follows", "scatter"),
    [(np.zeros((2, 9)), np.eye(2)), (np.zeros((2, 2)), np.eye(1)), (np.zeros((2, 2)), np.full((2, 2), np.nan))],
)
def test_beginnings_of_another_law_are_refused(
    follows: np.ndarray, scatter: np.ndarray, result: DiscoveryResult, tmp_path: Path
) -> None:
    """There is a row for each state and a column for each constant, all of them numbers."""
    begun = replace(result.predictions[0], kind="fit", beginning=Beginning(follows, scatter))
    kept(replace(result, predictions=(begun,)), tmp_path)
    with pytest.raises(DataError, match=r"predictions\.npz does not fit what a law of 2 states has"):
        load(tmp_path)


@pytest.mark.parametrize("name", ["data", "smoothing", "predictions"])
def test_arrays_of_another_result_are_refused(name: str, result: DiscoveryResult, tmp_path: Path) -> None:
    """Of the same shape, as of a run that was killed while it replaced another; older results tell no hashes."""
    kept(result, tmp_path / "one")
    other = replace(
        result,
        trajectories=tuple(replace(run, states=2 * run.states) for run in result.trajectories),
        smoothing=replace(result.smoothing, score=1.0),
        predictions=tuple(replace(one, states=2 * one.states) for one in result.predictions),
    )
    kept(other, tmp_path / "other")
    (tmp_path / "other" / f"{name}.npz").replace(tmp_path / "one" / f"{name}.npz")
    with pytest.raises(DataError, match=rf"one: {name}\.npz is not the file that result\.json was written with.*Run"):
        load(tmp_path / "one")
    document = json.loads((tmp_path / "one" / "result.json").read_text(encoding="utf-8"))
    del document["arrays"]
    (tmp_path / "one" / "result.json").write_text(json.dumps(document), encoding="utf-8")
    load(tmp_path / "one")


@pytest.mark.parametrize("changes", [{"seed": 7, "smoother": "spline"}, {"budget": 60.0}])
def test_a_run_with_other_settings_leaves_no_older_result(
    changes: dict[str, object], circle: Measurements, result: DiscoveryResult, tmp_path: Path
) -> None:
    """A folder never has settings of one run and the law of another, wherever the second run is killed."""
    RunFolder.open(tmp_path, circle, RunConfig()).keep_result(result, "")
    write_report(result, tmp_path, pdf=False, forms=("full", "short"))
    (tmp_path / "mine.pdf").touch()
    RunFolder.open(tmp_path, circle, RunConfig())
    assert result.headers == load(tmp_path).headers
    RunFolder.open(tmp_path, circle, RunConfig().changed(**changes))
    assert {"mine.pdf", "config.toml", "references.bib"} == {path.name for path in tmp_path.iterdir() if path.is_file()}
    with pytest.raises(DataError, match="did not finish"):
        load(tmp_path)


def test_a_folder_without_a_run_keeps_its_files(circle: Measurements, tmp_path: Path) -> None:
    """What the user has there under such names is replaced by results, and not removed before there are any."""
    (tmp_path / "report.pdf").touch()
    RunFolder.open(tmp_path, circle, RunConfig())
    assert (tmp_path / "report.pdf").exists()


def test_a_document_that_lacks_a_field_is_a_data_error(result: DiscoveryResult, tmp_path: Path) -> None:
    """Valid JSON, but not a result."""
    kept(result, tmp_path)
    (tmp_path / "result.json").write_text('{"schema": 1}', encoding="utf-8")
    with pytest.raises(DataError, match=r"result.json is damaged at status: Field required\. Run again"):
        load(tmp_path)
