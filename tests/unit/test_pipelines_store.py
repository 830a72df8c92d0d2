"""A run folder: results that come back as they were, files that are whole, stages that are kept and discarded."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from discovery.errors import DataError, UsageError
from discovery.reports.write import write_report
from discovery.symbolic.parse import parse
from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.measurements import Measurements
from discovery.types import (
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
    Verdict,
)
from pipelines import records, store
from pipelines.config import RunConfig
from pipelines.ode import discover_ode
from pipelines.store import Memory, RunFolder, load

TIMES = np.linspace(0.0, 4.0, 9)
LAW = Law(("x", "y"), (parse("c0*y"), parse("-c1*x")), (1.0, 4.0), ("sindy", "structured"))
RIVAL = Law(("x", "y"), (parse("c0*y"), parse("-c1*x + c2*x**3")), (1.0, 3.9, -1 / 3), ("operon",))


@pytest.fixture
def measured() -> Measurements:
    """A circle with a gap, by names that are no identifiers."""
    states = np.column_stack([np.cos(2 * TIMES), -2 * np.sin(2 * TIMES)])
    states[3, 1] = np.nan
    return from_arrays(states, TIMES, names=["x [m]", "y"])


@pytest.fixture
def smoothing(measured: Measurements) -> Smoothing:
    """Stands in for a smoother's work."""
    run = measured.trajectories[0]
    filled = np.nan_to_num(run.states)
    curves = SmoothedTrajectory(run.times, filled, 2 * filled, 0.1 + 0 * filled, 0.3 + 0 * filled, run.names)
    noise = NoiseModel("additive", np.array([0.1, 0.2]), np.array([1e-3, 1e-3]))
    return Smoothing((curves,), None, noise, -0.75, "kalman", ("A note.",))


@pytest.fixture
def result(measured: Measurements, smoothing: Smoothing) -> DiscoveryResult:
    """A result made by hand, each field with something in it."""
    front = (
        RankedLaw(LAW, -12.5, 1.01, 0.99, 7, 0.03, (0.9, 3.8), (1.1, 4.2)),
        RankedLaw(RIVAL, -8.0, 1.0, 0.99, 12, math.nan, (0.9, math.nan, -1.0), (1.1, math.nan, 1.0)),
    )
    return DiscoveryResult(
        headers=measured.headers,
        time_name="t",
        trajectories=measured.trajectories,
        smoothing=smoothing,
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
    back = load(tmp_path / "run")
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


def test_nothing_is_pickled(result: DiscoveryResult, smoothing: Smoothing, tmp_path: Path) -> None:
    """Arrays can be read with pickles forbidden, and there are no other kinds of files."""
    folder = kept(result, tmp_path)
    folder.keep_smoothing(smoothing)
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
    changes: dict[str, object], measured: Measurements, result: DiscoveryResult, tmp_path: Path
) -> None:
    """A folder never has settings of one run and the law of another, wherever the second run is killed."""
    RunFolder.open(tmp_path, measured, RunConfig()).keep_result(result, "")
    write_report(result, tmp_path, pdf=False, forms=("full", "short"))
    (tmp_path / "mine.pdf").touch()
    RunFolder.open(tmp_path, measured, RunConfig())
    assert result.headers == load(tmp_path).headers
    RunFolder.open(tmp_path, measured, RunConfig().changed(**changes))
    assert {"mine.pdf", "config.toml", "references.bib"} == {path.name for path in tmp_path.iterdir() if path.is_file()}
    with pytest.raises(DataError, match="did not finish"):
        load(tmp_path)


def test_a_folder_without_a_run_keeps_its_files(measured: Measurements, tmp_path: Path) -> None:
    """What the user has there under such names is replaced by results, and not removed before there are any."""
    (tmp_path / "report.pdf").touch()
    RunFolder.open(tmp_path, measured, RunConfig())
    assert (tmp_path / "report.pdf").exists()


def test_a_document_that_lacks_a_field_is_a_data_error(result: DiscoveryResult, tmp_path: Path) -> None:
    """Valid JSON, but not a result."""
    kept(result, tmp_path)
    (tmp_path / "result.json").write_text('{"schema": 1}', encoding="utf-8")
    with pytest.raises(DataError, match=r"result.json is damaged at status: Field required\. Run again"):
        load(tmp_path)


def test_finished_stages_are_given_back(measured: Measurements, smoothing: Smoothing, tmp_path: Path) -> None:
    """The folder is opened again for the same data and settings."""
    first = RunFolder.open(tmp_path, measured, RunConfig())
    assert (None, None) == (first.smoothing(), first.candidates("sindy"))
    plain = Law(("x0", "x1"), (parse("c0*x1"), parse("-c1*x0")), (1.0, 4.0), ("sindy", "structured"))
    candidates = (plain, EquationCandidate("x1", parse("0.5*x0"), "sindy:stlsq"))
    first.keep_smoothing(smoothing)
    first.keep_candidates("sindy", candidates)
    again = RunFolder.open(tmp_path, measured, RunConfig())
    found = again.smoothing()
    assert found is not None
    assert same_arrays(records.smoothing_arrays(smoothing), records.smoothing_arrays(found))
    assert candidates == again.candidates("sindy")
    assert again.candidates("operon") is None


@pytest.mark.parametrize(
    "change", [{"budget": 60.0}, {"threads": 1}, {"selection": {"finalists": 4}}, {"engines": ("sindy",)}]
)
def test_stages_stay_where_a_setting_does_not_change_them(
    change: dict[str, object], measured: Measurements, smoothing: Smoothing, tmp_path: Path
) -> None:
    """More time, other threads, another selection: smoothing and candidates are the same."""
    RunFolder.open(tmp_path, measured, RunConfig()).keep_smoothing(smoothing)
    assert RunFolder.open(tmp_path, measured, RunConfig().changed(**change)).smoothing() is not None


@pytest.mark.parametrize(
    "change",
    [{"seed": 1}, {"noise": "lognormal"}, {"smoother": "kalman"}, {"search": {"sindy": {"ridge": 1.0}}}],
)
def test_stages_of_other_settings_are_discarded(
    change: dict[str, object], measured: Measurements, smoothing: Smoothing, tmp_path: Path
) -> None:
    """They are removed, not only passed over."""
    folder = RunFolder.open(tmp_path, measured, RunConfig())
    folder.keep_smoothing(smoothing)
    folder.keep_candidates("sindy", (LAW,))
    other = RunFolder.open(tmp_path, measured, RunConfig().changed(**change))
    assert (None, None) == (other.smoothing(), other.candidates("sindy"))
    assert {"fingerprint", ".lock"} == {path.name for path in other.stages.iterdir()}


@pytest.fixture
def other(measured: Measurements) -> Measurements:
    """The same but for one value."""
    states = measured.trajectories[0].states.copy()
    states[0, 0] += 1e-9
    return from_arrays(states, TIMES, names=["x [m]", "y"])


def test_a_folder_of_other_data_is_refused(measured: Measurements, other: Measurements, tmp_path: Path) -> None:
    """Nothing of the old run is touched; also where only its result is left."""
    result = {"provenance": {"data_sha256": measured.sha256, "files": ["old.csv"]}}
    RunFolder.open(tmp_path / "begun", measured, RunConfig())
    store.write(tmp_path / "finished" / "result.json", json.dumps(result).encode())
    for name, source in (("begun", "arrays"), ("finished", "old.csv")):
        before = {path: path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()}
        with pytest.raises(UsageError, match=rf"holds a run on other data \({source}\)\. .* with --overwrite"):
            RunFolder.open(tmp_path / name, other, RunConfig())
        assert before == {path: path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()}


def test_a_folder_of_other_data_is_replaced_if_told(
    measured: Measurements, other: Measurements, smoothing: Smoothing, tmp_path: Path
) -> None:
    """Its stages are removed."""
    RunFolder.open(tmp_path, measured, RunConfig()).keep_smoothing(smoothing)
    assert RunFolder.open(tmp_path, other, RunConfig(), overwrite=True).smoothing() is None
    assert () == RunFolder.open(tmp_path, other, RunConfig()).finished


def test_what_is_finished_is_named(measured: Measurements, smoothing: Smoothing, tmp_path: Path) -> None:
    """Smoothing first, then engines."""
    folder = RunFolder.open(tmp_path, measured, RunConfig())
    assert () == folder.finished
    folder.keep_candidates("sindy", (LAW,))
    folder.keep_smoothing(smoothing)
    assert ("smoothing", "sindy") == folder.finished


def test_a_run_can_be_resumed_on_demand(measured: Measurements, smoothing: Smoothing, tmp_path: Path) -> None:
    """The same data and settings, and a finished stage."""
    RunFolder.open(tmp_path, measured, RunConfig()).keep_smoothing(smoothing)
    assert RunFolder.open(tmp_path, measured, RunConfig(), resume=True).smoothing() is not None


def test_there_has_to_be_something_to_resume(
    measured: Measurements, other: Measurements, smoothing: Smoothing, tmp_path: Path
) -> None:
    """Each reason why not is told, and nothing is written."""
    new, begun, kept = tmp_path / "new", tmp_path / "begun", tmp_path / "kept"
    RunFolder.open(begun, measured, RunConfig())
    RunFolder.open(kept, measured, RunConfig()).keep_smoothing(smoothing)
    elsewhere = RunConfig().changed(smoother="kalman", seed=3)
    for folder, data, config, message in (
        (new, measured, RunConfig(), r"nothing to resume in .*new: no run was begun there\. Leave --resume out"),
        (begun, measured, RunConfig(), r"nothing to resume in .*begun: no stage was finished there"),
        (kept, other, RunConfig(), r"kept holds a run on other data \(arrays\), which cannot be resumed with arrays"),
        (kept, measured, elsewhere, r"kept was run with seed = 0 \(now 3\), smoother = 'auto' \(now 'kalman'\), so its "
                                    r"stages are of no use here\. Repeat its settings with --recipe .*config\.toml\."),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=message):
            RunFolder.open(folder, data, config, resume=True)
    assert not new.exists()
    assert RunFolder.open(kept, measured, RunConfig(), resume=True).smoothing() is not None


@pytest.mark.parametrize("content", [b"", b"PK", b"not an archive"])
def test_a_damaged_stage_is_done_again(content: bytes, measured: Measurements, tmp_path: Path) -> None:
    """What a crash of the machine left is not trusted."""
    folder = RunFolder.open(tmp_path, measured, RunConfig())
    (folder.stages / "smoothing.npz").write_bytes(content)
    (folder.stages / "candidates_sindy.json").write_bytes(content)
    assert (None, None) == (folder.smoothing(), folder.candidates("sindy"))


def test_a_stage_of_another_version_is_done_again(measured: Measurements, tmp_path: Path) -> None:
    """Arrays and documents that can be read but are not what is expected."""
    folder = RunFolder.open(tmp_path, measured, RunConfig())
    store.write_arrays(folder.stages / "smoothing.npz", {"curve": np.zeros(3)})
    (folder.stages / "candidates_sindy.json").write_text('[{"expression": "q + 1"}]', encoding="utf-8")
    assert (None, None) == (folder.smoothing(), folder.candidates("sindy"))


def test_the_configuration_is_kept_beside_the_result(measured: Measurements, tmp_path: Path) -> None:
    """``config.toml`` is a recipe that repeats the run."""
    from pipelines.config import read

    config = RunConfig().changed(seed=11, engines=("structured",))
    RunFolder.open(tmp_path, measured, config)
    assert config == read(str(tmp_path / "config.toml"))


def test_a_folder_that_cannot_be_made_is_a_usage_error(measured: Measurements, tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "taken").touch()
    with pytest.raises(UsageError, match=r"taken/.* cannot be made: .*\. Choose another folder with --out"):
        RunFolder.open(tmp_path / "taken", measured, RunConfig())


def test_a_run_resumes_from_what_was_kept(tmp_path: Path) -> None:
    """With smoothing and candidates kept, neither smoother nor engine is made, and the law is the same to the bit."""
    times = np.linspace(0.0, 5.0, 40)
    noise = np.random.default_rng(1).normal(size=(40, 1))
    data = from_arrays(3.0 * np.exp(-0.8 * times)[:, None] + 0.01 * noise, times, names=["x"])
    config = RunConfig().changed(engines=("sindy",), smoother="gaussian_process")
    first = discover_ode(data, config, store=RunFolder.open(tmp_path, data, config))
    calls: list[str] = []

    class Recalled(RunFolder):
        """Notes what is computed anew."""

        def keep_smoothing(self, smoothing: Smoothing) -> None:
            calls.append("smoothing")

        def keep_candidates(self, engine: str, candidates: object) -> None:
            calls.append(engine)

    folder = RunFolder.open(tmp_path, data, config)
    second = discover_ode(data, config, store=Recalled(folder.path, folder.names))
    assert [] == calls
    assert [one.law for one in first.ranking.front] == [one.law for one in second.ranking.front]


def test_a_store_in_memory_keeps_nothing(smoothing: Smoothing) -> None:
    """The default of the functional way."""
    memory = Memory()
    memory.keep_smoothing(smoothing)
    memory.keep_candidates("sindy", (LAW,))
    assert (None, None) == (memory.smoothing(), memory.candidates("sindy"))
