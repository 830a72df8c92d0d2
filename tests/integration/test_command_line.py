"""The command as a process: exit codes, signals, budgets, and what goes to which stream."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import solve_ivp

from discovery.search.pysr_probe import available

ROOT = Path(__file__).resolve().parents[2]
DISCOVER = [sys.executable, "-c", "from pipelines.cli import main; main()"]
QUICK = ("--engines", "sindy", "--smoother", "gaussian_process")


def start(folder: Path, words: Sequence[str]) -> subprocess.Popen[str]:
    """`discover` with those words, in that folder; TeX is out of the way, which takes longer than all the rest."""
    return subprocess.Popen(
        [*DISCOVER, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PATH": "/nowhere"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def discover(folder: Path, *words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr."""
    process = start(folder, words)
    out, err = process.communicate()
    return process.returncode, out, err


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an oscillation, x'' = -4 x, and a Lorenz record, both with noise."""
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    times = np.linspace(0.0, 10.0, 80)
    states = np.column_stack([np.cos(2 * times), -2 * np.sin(2 * times)])
    write(folder / "oscillator.csv", times, states + 0.002 * rng.normal(size=states.shape), ("x", "v"))
    times = np.linspace(0.0, 8.0, 800)
    solution = solve_ivp(
        lambda t, u: [10 * (u[1] - u[0]), u[0] * (28 - u[2]) - u[1], u[0] * u[1] - 8 / 3 * u[2]],
        (0.0, 8.0), [1.0, 1.0, 1.0], t_eval=times, rtol=1e-9, atol=1e-9,
    )  # fmt: skip
    write(folder / "lorenz.csv", times, solution.y.T + 0.05 * rng.normal(size=solution.y.T.shape), ("x", "y", "z"))
    return folder


def write(path: Path, times: np.ndarray, states: np.ndarray, names: tuple[str, ...]) -> None:
    """A CSV with times and states."""
    table = pd.DataFrame(states, columns=pd.Index(names))
    table.insert(0, "t", times)
    table.to_csv(path, index=False)


@pytest.fixture(scope="module")
def found(folder: Path) -> tuple[int, str, str]:
    """What a run on the oscillation printed."""
    return discover(folder, "run", "oscillator.csv", *QUICK, "--out", "run")


def test_a_law_is_printed_on_stdout_and_told_about_on_stderr(folder: Path, found: tuple[int, str, str]) -> None:
    """Two equations are the data; progress, verdict and the places of files are talk."""
    code, out, err = found
    assert 0 == code
    position, velocity = out.splitlines()
    assert position.startswith("d x / dt = ")
    assert position.endswith("v")  # its constant may be 1, exactly
    assert velocity.startswith("d v / dt = -")
    assert velocity.endswith("*x")
    for text in ("smoothing", "search", "selection", "A law was found", "run/report.html", "run/result.json"):
        assert text in err


def test_nothing_but_text_goes_into_a_pipe(found: tuple[int, str, str]) -> None:
    """Neither colours nor a cursor that moves, on either stream; the first law is told, then the stages."""
    _, out, err = found
    assert "\x1b" not in out + err
    assert "\r" not in out + err
    assert err.index("first law (misfit") < err.index("smoothing: ") < err.index("search: sindy")


def test_a_check_answers_without_loading_the_stages(folder: Path) -> None:
    """Neither torch nor numba nor SciPy is imported to look at a file, which is what keeps it quick."""
    code = (
        "import sys; sys.argv = ['discover', 'check', 'lorenz.csv']\n"
        "from pipelines.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'numba', 'scipy', 'sklearn', 'pysindy', 'pyoperon', 'matplotlib', 'jinja2'}\n"
        "print(heavy & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=folder, capture_output=True,
        text=True, check=True, encoding="utf-8",
    )  # fmt: skip
    assert "set()\n" == done.stderr
    assert "next  discover run lorenz.csv" == done.stdout.splitlines()[-1]


def test_json_is_one_document_and_the_same_for_the_same_seed(folder: Path, found: tuple[int, str, str]) -> None:
    """stdout can be piped into another program; a run again in another folder gives the same bytes."""
    code, out, _ = discover(folder, "run", "oscillator.csv", *QUICK, "--out", "again", "--json", "--no-report")
    assert 0 == code
    document = json.loads(out)
    assert ("found", "done", ["x", "v"]) == (document["status"], document["stopped_by"], document["states"])
    assert out == (folder / "again" / "result.json").read_text(encoding="utf-8")
    first = json.loads((folder / "run" / "result.json").read_text(encoding="utf-8"))
    for one in (first, document):
        one["provenance"].pop("command")  # it says --json
    assert first == document


def test_a_simulation_can_be_piped(folder: Path, found: tuple[int, str, str]) -> None:
    """CSV on stdout, nothing on stderr."""
    code, out, err = discover(folder, "simulate", "run", "--x0", "v=0,x=1", "--until", "1", "--samples", "3")
    lines = out.splitlines()
    assert (0, "", "t,x,v,x_low,x_high,v_low,v_high") == (code, err, lines[0])
    assert 4 == len(lines)
    time, *last = [float(value) for value in lines[-1].split(",")]
    assert 1.0 == time
    for truth, low, high in zip((np.cos(2.0), -2 * np.sin(2.0)), last[2::2], last[3::2], strict=True):
        assert low - 0.02 < truth < high + 0.02
    assert pytest.approx([np.cos(2.0), -2 * np.sin(2.0)], abs=0.02) == last[:2]


@pytest.mark.parametrize("budget", ["0.2s", "0.001s"])
def test_a_budget_that_is_too_small_leaves_a_valid_result(budget: str, folder: Path) -> None:
    """Exit code 6, and a document that says what stopped the work, also where there was no time for any candidate."""
    code, out, _ = discover(
        folder, "run", "lorenz.csv", "--smoother", "kalman", "--budget", budget, "--out", f"cut{budget}", "--json"
    )
    document = json.loads(out)
    assert (6, "deadline") == (code, document["stopped_by"])
    assert "found" != document["status"]
    assert (folder / f"cut{budget}" / "report.html").exists()


@pytest.mark.parametrize(
    ("sent", "said"), [(signal.SIGINT, "Interrupted: finishing"), (signal.SIGTERM, "Told to end (SIGTERM): finishing")]
)
def test_an_interrupt_leaves_a_valid_result(sent: signal.Signals, said: str, folder: Path) -> None:
    """Ctrl-C, or what a job scheduler sends, while laws are being refined: exit code 130 and the best so far."""
    out_folder = f"stopped{sent.value}"
    words = ("run", "lorenz.csv", "--engines", "sindy", "--smoother", "kalman", "--out", out_folder, "--json")
    process = start(folder, words)
    assert process.stderr is not None
    for line in process.stderr:
        if "selection:" in line:
            process.send_signal(sent)
            break
    out, err = process.communicate()
    document = json.loads(out)
    assert (130, "interrupt") == (process.returncode, document["stopped_by"])
    assert f"{said} with the best so far." in err
    assert document == json.loads((folder / out_folder / "result.json").read_text(encoding="utf-8"))
    assert (folder / out_folder / "report.html").exists()


def test_a_run_that_was_killed_is_resumed_with_the_same_result(folder: Path) -> None:
    """Killed while laws are refined: the stages are there, and the result is that of a run that was not disturbed."""
    words = ("run", "oscillator.csv", "--engines", "sindy", "--smoother", "kalman", "--no-report", "--out", "killed")
    process = start(folder, words)
    assert process.stderr is not None
    for line in process.stderr:
        if "selection:" in line:
            process.kill()
            break
    process.communicate()
    assert not (folder / "killed" / "result.json").exists()
    code, _, err = discover(folder, *words, "--resume")
    assert 0 == code
    assert "note     `discover report killed` writes its report.\n  killed/result.json\n" in err
    assert not (folder / "killed" / "report.html").exists()
    assert "Going on with what is kept in killed: smoothing, sindy." in err
    discover(folder, *words[:-1], "whole")
    assert (folder / "killed" / "result.json").read_bytes() == (folder / "whole" / "result.json").read_bytes()


def test_a_finished_run_is_shown_again(folder: Path, found: tuple[int, str, str]) -> None:
    """Nothing is searched or selected a second time; a report that was lost is written anew. Other settings are run."""
    words = ("run", "oscillator.csv", *QUICK, "--out", "run")
    kept, report = (folder / "run" / "result.json").read_bytes(), folder / "run" / "report.html"
    report.unlink()
    again = discover(folder, *words)
    assert found[:2] == again[:2]
    assert "run holds this very run, finished: its report is written anew." in again[2]
    assert "selection" not in again[2]
    assert report.exists()
    assert kept == (folder / "run" / "result.json").read_bytes()
    shutil.copytree(folder / "run", folder / "other")
    _, _, other = discover(folder, *words[:-1], "other", "--seed", "1", "--no-report")
    assert "selection" in other


def test_pysr_without_julia_ends_with_the_command_that_adds_it(folder: Path) -> None:
    """Exit code 5 on a machine that has no Julia; nothing is downloaded."""
    if available().ok:
        pytest.skip("Julia is installed: PySR would run")
    code, out, err = discover(
        folder, "run", "oscillator.csv", "--engines", "pysr", "--smoother", "gaussian_process", "--out", "julia"
    )
    assert (5, "") == (code, out)
    assert "cannot run here." in err
    assert "juliapkg" in err
    assert "Traceback" not in err


def test_bad_data_ends_with_one_line(folder: Path) -> None:
    """Exit code 3, without a traceback."""
    (folder / "text.csv").write_text("t,x\n0,1\n1,two\n2,3\n3,4\n4,5\n5,6\n", encoding="utf-8")
    code, out, err = discover(folder, "run", "text.csv")
    assert (3, "") == (code, out)
    assert err.startswith("error: text.csv, line 3, column 'x': 'two' is not a number.")
    assert 1 == err.count("\n")


def test_help_answers_without_loading_the_stages() -> None:
    """Neither torch nor SymPy is imported to print a page of text."""
    code = (
        "import sys; sys.argv = ['discover', '--help']\n"
        "from pipelines.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "loaded = {'torch', 'sympy', 'numba', 'pandas', 'pysindy', 'pyoperon', 'matplotlib'} & set(sys.modules)\n"
        "print(loaded, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert "set()\n" == done.stderr
    assert "Usage: discover" in done.stdout
