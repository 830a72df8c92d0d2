"""The suite around the pipeline: what it gets, how it is bounded and resumed, and the tables."""

import csv
import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from discovery.datasets import known
from discovery.datasets.corrupt import Corruption
from discovery.errors import SimulationError, UsageError
from pipelines import systems, validation_truth
from pipelines.validate import numbers, validate, validate_command
from pipelines.validation_cases import Case, chosen, plan
from pipelines.validation_jobs import Method, Suite, ours
from pipelines.validation_summary import Row, summaries

GROWTH = "odebench_02_population_growth"
LOGISTIC = "odebench_03_logistic_growth"

# A program in the pipeline's place. It notes what it was given and writes a law.
SCRIPT = """
import json, os, sys, time
from pathlib import Path
here = Path.cwd()
log = Path({log!r})
told = {{"arguments": sys.argv[1:], "files": sorted(p.name for p in here.iterdir()),
         "threads": os.environ["OMP_NUM_THREADS"], "data": (here / "data.csv").read_text(), "folder": str(here)}}
with log.open("a") as lines:
    lines.write(json.dumps(told) + "\\n")
{body}
"""
ANSWERS = """
out = Path(sys.argv[2])
out.mkdir()
(out / "timing.json").write_text('{"smoothing": 1.5, "search sindy": 2.0, "search operon": 0.5, "selection": 3.0}')
law = {"status": "found", "stopped_by": "done", "names": {"x_0": "x_0"}, "equations": {"x_0": "0.23*x_0"}}
(out / "result.json").write_text(json.dumps(law))
"""


def fake(folder: Path, body: str = ANSWERS, name: str = "fake") -> Method:
    """A method whose program is ``body``; what it was given stands in ``log``."""
    script = folder / f"{name}.py"
    script.write_text(SCRIPT.format(log=str(folder / "log"), body=body))
    return Method(name, (sys.executable, "-I", str(script)))


def calls(folder: Path) -> list[dict]:
    """What the program was given, call by call."""
    log = folder / "log"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def ignore(line: str) -> None:
    """Progress that nobody reads."""


def run(method: Method, folder: Path, cases, **options) -> tuple[Row, ...]:
    """A suite in ``folder``."""
    return validate(Suite(method, folder / "out", **{"budget": 5.0, "jobs": 1, **options}), cases, ignore)


def test_the_pipeline_gets_the_csv_and_nothing_else(tmp_path) -> None:
    """Neither its command line, nor its folder's name, nor a file in it tells which system it is or its law."""
    run(fake(tmp_path), tmp_path, plan([GROWTH], [0.02], [0.5], 2))
    first, second = calls(tmp_path)
    assert ["data.csv", "out", "--budget", "5", "--seed", "0"] == first["arguments"]
    assert ["data.csv", "out", "--budget", "5", "--seed", "1"] == second["arguments"]
    for call in (first, second):
        assert ["data.csv"] == call["files"]
        assert "1" == call["threads"]
        assert "t,x_0" == call["data"].splitlines()[0]
        assert 256 + 1 == len(call["data"].splitlines())
        assert "growth" not in call["folder"].removeprefix(str(tmp_path))
        assert "0.23" not in call["folder"].removeprefix(str(tmp_path))


def test_columns_that_drive_the_states_are_told(tmp_path) -> None:
    """And are in the file; a law in their names, as the program has them, is read."""
    body = ANSWERS.replace('"names": {"x_0": "x_0"}', '"names": {"v": "v", "i": "i"}, "inputs": {"source_": "source"}')
    body = body.replace('{"x_0": "0.23*x_0"}', '{"v": "10000*i", "i": "10*source_ - 100*i - 10*v"}')
    (row,) = run(fake(tmp_path, body), tmp_path, plan(["rlc"], [0.0], [0.0], 1))
    (call,) = calls(tmp_path)
    assert ["--inputs", "source"] == call["arguments"][-2:]
    assert ["t,v,i,source", "0.0,0.0,0.0,5.0"] == call["data"].splitlines()[:2]
    assert ("identical", "v' = 10000*i; i' = 10*source_ - 100*i - 10*v") == (row.form, row.equations)


def test_our_own_command_is_the_worker_that_reads_a_csv() -> None:
    """No name of a system and no path of the registry is in it; what follows is the same for all methods."""
    case = Case(GROWTH, 0.02, 0.0, 3)
    arguments = ours("quick").arguments(case, 20.0)
    worker = ["-m", "pipelines.validation_worker", "--recipe", "quick"]
    assert [sys.executable, *worker, "data.csv", "out", "--budget", "20", "--seed", "3"] == arguments


def test_the_data_are_the_corrupted_first_trajectory(tmp_path) -> None:
    """The same seed gives the same CSV as `discover systems NAME --csv` gives."""
    run(fake(tmp_path), tmp_path, plan([GROWTH], [0.02], [0.5], 1))
    systems.systems_command(
        [GROWTH], suite=None, tags=(), csv=tmp_path / "own.csv", runs=1, seed=0, as_json=False,
        corruption=Corruption(multiplicative=0.02, drop=0.5),
    )  # fmt: skip
    assert (tmp_path / "own.csv").read_text() == calls(tmp_path)[0]["data"]


def test_a_finished_case_has_its_row(tmp_path) -> None:
    """Score, seconds by stage and exit code stand in it, and nothing is left of the case's folder."""
    (row,) = run(fake(tmp_path), tmp_path, plan([GROWTH], [0.0], [0.0], 1))
    assert (GROWTH, "identical", "found", 0) == (row.system, row.form, row.status, row.exit_code)
    assert pytest.approx((1.0, 1.0, 0.0)) == (row.reconstruction, row.unseen, row.largest_error)
    assert (1.5, 2.5, 3.0) == (row.smoothing, row.search, row.selection)
    assert row.genetic  # Operon has a time of its own
    assert [] == list((tmp_path / "out" / "work").iterdir())


def test_finished_cases_are_not_repeated(tmp_path) -> None:
    """Only what is new is run; the table has all."""
    method = fake(tmp_path)
    run(method, tmp_path, plan([GROWTH], [0.0], [0.0], 1))
    rows = run(method, tmp_path, plan([GROWTH, LOGISTIC], [0.0], [0.0], 1))
    assert 2 == len(calls(tmp_path)) == len(rows)
    assert [GROWTH, LOGISTIC] == [row.system for row in rows]


@pytest.mark.parametrize("change", ["budget", "version", "half a file"])
def test_records_that_do_not_fit_are_made_anew(tmp_path, change: str) -> None:
    """Other settings, other code, or a file that is not whole."""
    method = fake(tmp_path)
    cases = plan([GROWTH], [0.0], [0.0], 1)
    run(method, tmp_path, cases)
    budget = 6.0 if change == "budget" else 5.0
    if change == "version":
        method = Method(method.name, method.command, "newer")
    if change == "half a file":
        (record,) = (tmp_path / "out" / "cases").iterdir()
        record.write_text(record.read_text()[:100])
    run(method, tmp_path, cases, budget=budget)
    assert 2 == len(calls(tmp_path))


@pytest.mark.parametrize(
    ("body", "status", "note"),
    [
        ("sys.exit('broken inside')", "crashed", "broken inside"),
        ("os.kill(os.getpid(), 9)", "crashed", ""),
        ("sys.stderr.write('bad data'); sys.exit(3)", "failed with 3", "bad data"),
        ("pass", "no result", ""),
        ("Path('out').mkdir(); Path('out/result.json').write_text('{')", "no result", ""),
        (ANSWERS.replace("0.23*x_0", "0.23*stranger"), "found", "cannot be read"),
    ],
)
def test_what_goes_wrong_is_reported_and_the_suite_goes_on(tmp_path, body: str, status: str, note: str) -> None:
    """A crash is an outcome like others."""
    rows = run(fake(tmp_path, body), tmp_path, plan([GROWTH, LOGISTIC], [0.0], [0.0], 1))
    assert [status, status] == [row.status for row in rows]
    assert all(note in row.note for row in rows)
    assert [0.0, 0.0] == [row.reconstruction for row in rows]


def test_a_case_that_takes_too_long_is_ended_with_all_it_started(tmp_path, monkeypatch) -> None:
    """The whole group of processes ends, and the case is reported."""
    monkeypatch.setattr(Suite, "allowed", property(lambda suite: 1.0))
    body = "import subprocess; p = subprocess.Popen(['sleep', '60']); Path(sys.argv[0] + '.pid').write_text(str(p.pid))"
    (row,) = run(fake(tmp_path, f"{body}; time.sleep(60)"), tmp_path, plan([GROWTH], [0.0], [0.0], 1))
    assert "timed out" == row.status
    assert not _runs(int((tmp_path / "fake.py.pid").read_text()))


def _runs(process: int) -> bool:
    """Whether a process is there and not just waiting to be reaped."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return False
        if state == "Z":
            return False
        time.sleep(0.05)
    return True


def test_a_killed_suite_goes_on_where_it_was(tmp_path) -> None:
    """After kill -9 the finished case is kept, the one under way is run again, and no file is half there."""
    second = f"len(Path({str(tmp_path / 'log')!r}).read_text().splitlines()) == 2"
    body = f"if {second}: sys.exit(len(sys.stdin.read()))  # waits for the suite's end\n{ANSWERS}"
    method = fake(tmp_path, body)
    suite = (
        "from pathlib import Path; from pipelines.validate import validate;"
        "from pipelines.validation_cases import plan; from pipelines.validation_jobs import Method, Suite;"
        f"validate(Suite(Method('fake', {method.command!r}), Path({str(tmp_path / 'out')!r}), 5.0, 1),"
        f"plan([{GROWTH!r}, {LOGISTIC!r}], [0.0], [0.0], 1), lambda line: None)"
    )
    root = str(Path(__file__).resolve().parents[2])
    running = subprocess.Popen([sys.executable, "-c", suite], env={**os.environ, "PYTHONPATH": root})
    deadline = time.monotonic() + 240  # of a machine that has much else to do
    cases = tmp_path / "out" / "cases"  # the second may begin while the first is judged
    while (len(calls(tmp_path)) < 2 or not list(cases.glob("*.json"))) and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    records = list((tmp_path / "out" / "cases").glob("*.json"))
    assert [GROWTH] == [json.loads(record.read_text())["case"]["system"] for record in records]
    rows = run(method, tmp_path, plan([GROWTH, LOGISTIC], [0.0], [0.0], 1))
    assert 3 == len(calls(tmp_path))
    assert ["found", "found"] == [row.status for row in rows]


def test_the_worker_ends_when_its_parent_is_gone(tmp_path) -> None:
    """A suite killed by force leaves no discovery behind that nobody will read."""
    code = "from pipelines.validation_worker import end_with_parent; import time; end_with_parent(); time.sleep(60)"
    root = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, "PYTHONPATH": root}
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, env=environment) as worker:
        assert worker.stdin is not None
        worker.stdin.close()
        assert 1 == worker.wait(timeout=30)


def test_a_system_that_cannot_be_simulated_is_reported(tmp_path, monkeypatch) -> None:
    """There are no data then, and the other systems are run."""
    real = validation_truth.load

    def load(name: str, start: int = 0):
        if name == LOGISTIC:
            raise SimulationError("It grows without bound. Shorten its time span.")
        return real(name, start)

    monkeypatch.setattr(validation_truth, "load", load)
    rows = run(fake(tmp_path), tmp_path, plan([GROWTH, LOGISTIC], [0.0], [0.0], 1))
    assert ["found", "no data"] == [row.status for row in rows]
    assert "It grows without bound" in rows[1].note
    assert math.isnan(rows[1].reconstruction)
    assert 1.0 == summaries(rows)[0].reconstructed.value  # what has no data is not counted as a failure


def test_tables_are_written_in_every_format(tmp_path) -> None:
    """CSV and JSON hold the numbers, LaTeX and HTML the same rows."""
    run(fake(tmp_path), tmp_path, plan([GROWTH], [0.0, 0.02], [0.0], 2))
    out = tmp_path / "out"
    with (out / "cases.csv").open() as lines:
        cases = list(csv.DictReader(lines))
    document = json.loads((out / "validation.json").read_text())
    assert 4 == len(cases) == len(document["cases"])
    assert float(cases[0]["reconstruction"]) == document["cases"][0]["reconstruction"]
    assert {"all", "half", "dimension", "corruption", "tag"} == {one["by"] for one in document["summaries"]}
    assert r"odebench\_02\_population\_growth" in (out / "validation.tex").read_text()
    assert 4 == (out / "validation.html").read_text().count(f"<td>{GROWTH}</td>")
    with (out / "summary.csv").open() as lines:
        assert "1.0" == next(csv.DictReader(lines))["identical"]


def test_all_combinations_are_planned() -> None:
    """Measurements have their own noise: only the seed varies."""
    cases = plan([GROWTH, "lynx_hare_1900_1920"], [0.0, 0.02], [0.0, 0.5], 3)
    assert 12 + 3 == len(cases) == len({case.key for case in cases})


def test_suites_tags_and_names_choose_systems() -> None:
    """The conditions of `discover validate`."""
    assert 63 == len(chosen([], suite="odebench"))
    assert known.names() == chosen([])
    assert "lynx_hare_1900_1920" in chosen([], suite="measured")
    assert ("lynx_hare_1900_1920",) == chosen(["lynx_hare_1900_1920"])
    assert ("robertson",) == chosen([], tags=["stiff", "conservative", "polynomial"], suite="others")[1:]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"systems": ["odebench_56_lorenz"]}, "no system called 'odebench_56_lorenz'. Did you mean"),
        ({"systems": [], "suite": "odebnch"}, "no suite called 'odebnch'. Did you mean odebench"),
        ({"systems": [], "tags": ["stiff", "trigonometric", "chaotic"]}, "No system has all that was asked for"),
        ({"systems": ["lynx"], "suite": "measured"}, "no measurement called 'lynx'. Did you mean lynx_hare_1900_1920"),
    ],
)
def test_what_is_not_there_is_told_with_the_nearest_names(arguments: dict, message: str) -> None:
    """The help that is possible."""
    with pytest.raises(UsageError, match=message):
        chosen(**arguments)


@pytest.mark.parametrize("text", ["", "a", "0.1;0.2", "nan"])
def test_lists_of_numbers_are_checked(text: str) -> None:
    """The message shows how to write one."""
    with pytest.raises(UsageError, match=r"--noise .* is not a list of numbers. Write for example --noise 0,0.02,0.05"):
        numbers(text, "--noise")


@pytest.mark.parametrize(
    ("noises", "drops", "seeds", "message"),
    [([-0.1], [0.0], 1, "at least 0"), ([0.0], [1.0], 1, "below 1"), ([0.0], [0.0], 0, "--seeds 0 leaves nothing")],
)
def test_impossible_corruptions_are_refused_before_anything_runs(noises, drops, seeds, message) -> None:
    """Not one by one in every case."""
    with pytest.raises(UsageError, match=message):
        plan([GROWTH], noises, drops, seeds)


OPTIONS = {
    "suite": None, "tags": (), "noise": "0", "drop": "0", "seeds": 1, "jobs": 1, "budget": 5.0, "recipe": "quick",
    "as_json": True,
}  # fmt: skip


def test_the_verb_prints_one_document(tmp_path, monkeypatch, capsys) -> None:
    """Data on stdout, talk on stderr."""
    monkeypatch.setattr("pipelines.validate.ours", lambda recipe: fake(tmp_path))
    validate_command([GROWTH], **OPTIONS, out=tmp_path / "out")
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert ["identical"] == [case["form"] for case in document["cases"]]
    assert GROWTH in said.err


def test_the_verb_prints_tables(tmp_path, monkeypatch, capsys) -> None:
    """Cases first, then the shares."""
    monkeypatch.setattr("pipelines.validate.ours", lambda recipe: fake(tmp_path))
    validate_command([GROWTH], **{**OPTIONS, "as_json": False}, out=tmp_path / "out")
    text = capsys.readouterr().out
    assert text.index("worst constant") < text.index("unseen R² > 0.9")


def test_a_wrong_recipe_is_told_before_anything_runs(tmp_path) -> None:
    """And not by every process for itself."""
    with pytest.raises(UsageError, match="There is no recipe 'quik'"):
        validate_command([GROWTH], **{**OPTIONS, "recipe": "quik"}, out=tmp_path)


def test_an_output_folder_that_cannot_be_made_is_refused(tmp_path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "out").write_text("")
    with pytest.raises(UsageError, match=r"out cannot be written: .* Choose another folder with --out"):
        run(fake(tmp_path), tmp_path, plan([GROWTH], [0.0], [0.0], 1))
