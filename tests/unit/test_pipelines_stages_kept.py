"""A run folder's stages: kept, given back, and discarded where data or settings are others."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from discovery.errors import UsageError
from discovery.protocols import NEVER, silent, unseen
from discovery.smoothing.gaussian_process import GaussianProcess
from discovery.symbolic.parse import parse
from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.measurements import Measurements
from discovery.types import EquationCandidate, Law, Smoothing
from pipelines import records, store
from pipelines.config import RunConfig
from pipelines.ode import discover_ode
from pipelines.stages import Stages
from pipelines.store import Memory, RunFolder

LAW = Law(("x", "y"), (parse("c0*y"), parse("-c1*x")), (1.0, 4.0), ("sindy", "structured"))


def test_finished_stages_are_given_back(circle: Measurements, smoothed_circle: Smoothing, tmp_path: Path) -> None:
    """The folder is opened again for the same data and settings."""
    first = RunFolder.open(tmp_path, circle, RunConfig())
    assert (None, None) == (first.smoothing(), first.candidates("sindy"))
    plain = Law(("x0", "x1"), (parse("c0*x1"), parse("-c1*x0")), (1.0, 4.0), ("sindy", "structured"))
    candidates = (plain, EquationCandidate("x1", parse("0.5*x0"), "sindy:stlsq"))
    first.keep_smoothing(smoothed_circle)
    first.keep_candidates("sindy", candidates)
    again = RunFolder.open(tmp_path, circle, RunConfig())
    found = again.smoothing()
    assert found is not None
    np.testing.assert_equal(records.smoothing_arrays(found), records.smoothing_arrays(smoothed_circle))
    assert candidates == again.candidates("sindy")
    assert again.candidates("operon") is None


@pytest.mark.parametrize(
    "change", [{"budget": 60.0}, {"threads": 1}, {"selection": {"finalists": 4}}, {"engines": ("sindy",)}]
)
def test_stages_stay_where_a_setting_does_not_change_them(
    change: dict[str, object], circle: Measurements, smoothed_circle: Smoothing, tmp_path: Path
) -> None:
    """More time, other threads, another selection: smoothing and candidates are the same."""
    RunFolder.open(tmp_path, circle, RunConfig()).keep_smoothing(smoothed_circle)
    assert RunFolder.open(tmp_path, circle, RunConfig().changed(**change)).smoothing() is not None


@pytest.mark.parametrize(
    "change",
    [{"seed": 1}, {"noise": "lognormal"}, {"smoother": "kalman"}, {"search": {"sindy": {"ridge": 1.0}}}],
)
def test_stages_of_other_settings_are_discarded(
    change: dict[str, object], circle: Measurements, smoothed_circle: Smoothing, tmp_path: Path
) -> None:
    """They are removed, not only passed over."""
    folder = RunFolder.open(tmp_path, circle, RunConfig())
    folder.keep_smoothing(smoothed_circle)
    folder.keep_candidates("sindy", (LAW,))
    other = RunFolder.open(tmp_path, circle, RunConfig().changed(**change))
    assert (None, None) == (other.smoothing(), other.candidates("sindy"))
    assert {"fingerprint", ".lock"} == {path.name for path in other.stages.iterdir()}


@pytest.fixture
def other(circle: Measurements) -> Measurements:
    """The same but for one value."""
    states = circle.trajectories[0].states.copy()
    states[0, 0] += 1e-9
    return from_arrays(states, circle.trajectories[0].times, names=["x [m]", "y"])


def test_a_folder_of_other_data_is_refused(circle: Measurements, other: Measurements, tmp_path: Path) -> None:
    """Nothing of the old run is touched; also where only its result is left."""
    result = {"provenance": {"data_sha256": circle.sha256, "files": ["old.csv"]}}
    RunFolder.open(tmp_path / "begun", circle, RunConfig())
    store.write(tmp_path / "finished" / "result.json", json.dumps(result).encode())
    for name, source in (("begun", "arrays"), ("finished", "old.csv")):
        before = {path: path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()}
        with pytest.raises(UsageError, match=rf"holds a run on other data \({source}\)\. .* with --overwrite"):
            RunFolder.open(tmp_path / name, other, RunConfig())
        assert before == {path: path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()}


def test_a_folder_of_other_data_is_replaced_if_told(
    circle: Measurements, other: Measurements, smoothed_circle: Smoothing, tmp_path: Path
) -> None:
    """Its stages are removed."""
    RunFolder.open(tmp_path, circle, RunConfig()).keep_smoothing(smoothed_circle)
    assert RunFolder.open(tmp_path, other, RunConfig(), overwrite=True).smoothing() is None
    assert () == RunFolder.open(tmp_path, other, RunConfig()).finished


def test_what_is_finished_is_named(circle: Measurements, smoothed_circle: Smoothing, tmp_path: Path) -> None:
    """Smoothing first, then engines."""
    folder = RunFolder.open(tmp_path, circle, RunConfig())
    assert () == folder.finished
    folder.keep_candidates("sindy", (LAW,))
    folder.keep_smoothing(smoothed_circle)
    assert ("smoothing", "sindy") == folder.finished


def test_a_run_can_be_resumed_on_demand(circle: Measurements, smoothed_circle: Smoothing, tmp_path: Path) -> None:
    """The same data and settings, and a finished stage."""
    RunFolder.open(tmp_path, circle, RunConfig()).keep_smoothing(smoothed_circle)
    assert RunFolder.open(tmp_path, circle, RunConfig(), resume=True).smoothing() is not None


def test_there_has_to_be_something_to_resume(
    circle: Measurements, other: Measurements, smoothed_circle: Smoothing, tmp_path: Path
) -> None:
    """Each reason why not is told, and nothing is written."""
    new, begun, kept = tmp_path / "new", tmp_path / "begun", tmp_path / "kept"
    RunFolder.open(begun, circle, RunConfig())
    RunFolder.open(kept, circle, RunConfig()).keep_smoothing(smoothed_circle)
    elsewhere = RunConfig().changed(smoother="kalman", seed=3)
    for folder, data, config, message in (
        (new, circle, RunConfig(), r"nothing to resume in .*new: no run was begun there\. Leave --resume out"),
        (begun, circle, RunConfig(), r"nothing to resume in .*begun: no stage was finished there"),
        (kept, other, RunConfig(), r"kept holds a run on other data \(arrays\), which cannot be resumed with arrays"),
        (kept, circle, elsewhere, r"kept was run with seed = 0 \(now 3\), smoother = 'auto' \(now 'kalman'\), so its "
                                    r"stages are of no use here\. Repeat its settings with --recipe .*config\.toml\."),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=message):
            RunFolder.open(folder, data, config, resume=True)
    assert not new.exists()
    assert RunFolder.open(kept, circle, RunConfig(), resume=True).smoothing() is not None


@pytest.mark.parametrize("content", [b"", b"PK", b"not an archive"])
def test_a_damaged_stage_is_done_again(content: bytes, circle: Measurements, tmp_path: Path) -> None:
    """What a crash of the machine left is not trusted."""
    folder = RunFolder.open(tmp_path, circle, RunConfig())
    (folder.stages / "smoothing.npz").write_bytes(content)
    (folder.stages / "candidates_sindy.json").write_bytes(content)
    assert (None, None) == (folder.smoothing(), folder.candidates("sindy"))


def test_a_stage_of_another_version_is_done_again(circle: Measurements, tmp_path: Path) -> None:
    """Arrays and documents that can be read but are not what is expected."""
    folder = RunFolder.open(tmp_path, circle, RunConfig())
    store.write_arrays(folder.stages / "smoothing.npz", {"curve": np.zeros(3)})
    (folder.stages / "candidates_sindy.json").write_text('[{"expression": "q + 1"}]', encoding="utf-8")
    assert (None, None) == (folder.smoothing(), folder.candidates("sindy"))


def test_the_configuration_is_kept_beside_the_result(circle: Measurements, tmp_path: Path) -> None:
    """``config.toml`` is a recipe that repeats the run."""
    from pipelines.config import read

    config = RunConfig().changed(seed=11, engines=("structured",))
    RunFolder.open(tmp_path, circle, config)
    assert config == read(str(tmp_path / "config.toml"))


def test_a_folder_that_cannot_be_made_is_a_usage_error(circle: Measurements, tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "taken").touch()
    with pytest.raises(UsageError, match=r"taken/.* cannot be made: .*\. Choose another folder with --out"):
        RunFolder.open(tmp_path / "taken", circle, RunConfig())


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


def test_a_store_in_memory_keeps_nothing(smoothed_circle: Smoothing) -> None:
    """The default of the functional way."""
    memory = Memory()
    memory.keep_smoothing(smoothed_circle)
    memory.keep_candidates("sindy", (LAW,))
    assert (None, None) == (memory.smoothing(), memory.candidates("sindy"))


@pytest.mark.parametrize("change", ["states", "inputs", "held"])
def test_stages_of_other_values_are_discarded(
    change: str, circle: Measurements, smoothed_circle: Smoothing, tmp_path: Path
) -> None:
    """One file holds others where other entries stand for missing, or another column drives the states."""
    (first, *rest), course = circle.trajectories, np.ones((len(circle.trajectories[0]), 1))
    run = replace(first, inputs=course) if change == "held" else first
    once = replace(circle, trajectories=(run, *rest))
    RunFolder.open(tmp_path, once, RunConfig()).keep_smoothing(smoothed_circle)
    assert RunFolder.open(tmp_path, once, RunConfig()).smoothing() is not None
    others = {"states": run.states + 1.0, "inputs": course, "held": (True,)}
    other = replace(circle, trajectories=(replace(run, **{change: others[change]}), *rest))
    assert RunFolder.open(tmp_path, other, RunConfig()).smoothing() is None


def test_what_was_smoothed_in_a_hurry_is_not_kept(circle: Measurements) -> None:
    """A run with more time smooths as it was asked to."""
    kept: list[Smoothing] = []
    memory = Memory()
    memory.keep_smoothing = kept.append
    for hurry in (True, False):
        stages = Stages(RunConfig(), NEVER, silent, memory, unseen)
        stages.smooth(circle.trajectories, GaussianProcess(), keep=not hurry)
        assert len(kept) == (not hurry)


class Broken:
    """A smoother that fails."""

    def smooth(self, *_: object, **__: object) -> Smoothing:
        """Nothing."""
        raise ZeroDivisionError


def test_the_plainest_smoother_takes_no_settings_of_the_one_that_failed(circle: Measurements) -> None:
    """Which it does not know: a run that was to be saved ended with them."""
    config = RunConfig(smoother="neural_ode", smoothing={"order": 1}, noise="additive")
    smoothing, (failure,) = Stages(config, NEVER, silent, Memory(), unseen).smooth(circle.trajectories, Broken())
    assert ("kalman", "smoothing neural_ode") == (smoothing.method, failure.where)
    assert "additive" == smoothing.noise.kind
