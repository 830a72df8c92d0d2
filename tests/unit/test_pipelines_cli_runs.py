"""The command line and its run folders: what a run leaves, and what can be made of it afterwards."""

import json
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipelines.store import load

QUICK = ("--engines", "structured", "--smoother", "gaussian_process")

Discover = Callable[..., int]


def test_an_export_goes_to_stdout_or_a_file(
    run: Path, discover: Discover, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The same text; a file that cannot be written and a format that does not exist have their exit codes."""
    assert 0 == discover("export", run, "--to", "c")
    text = capsys.readouterr().out
    assert "derivative[0] = " in text
    assert 0 == discover("export", run, "--to", "c", "--out", tmp_path / "new" / "law.c")
    assert text == (tmp_path / "new" / "law.c").read_text(encoding="utf-8")
    assert 7 == discover("export", run, "--to", "c", "--out", tmp_path / "new")
    said = capsys.readouterr().err
    assert "cannot be written" in said
    assert "goes on from there" not in said
    assert 2 == discover("export", run, "--to", "cobol")
    assert "There is no export to 'cobol'" in capsys.readouterr().err


def test_a_run_leaves_its_files(run: Path) -> None:
    """The result, the report, the configuration, the figures and the stages."""
    expected = {"result.json", "timing.json", "config.toml", "report.html", "report.tex", "figures", "stages"}
    assert expected <= {path.name for path in run.iterdir()}
    document = json.loads((run / "result.json").read_text(encoding="utf-8"))
    assert ("found", ["x"], {"x": "x"}) == (document["status"], document["states"], document["names"])
    (constant,) = document["constants"]
    assert constant["low"] <= -0.8 <= constant["high"]
    assert pytest.approx(-0.8, rel=1e-3) == constant["value"]


def test_the_record_has_the_command_without_places(run: Path) -> None:
    """The same run has the same record in any folder."""
    document = json.loads((run / "result.json").read_text(encoding="utf-8"))
    expected = "discover run decay.csv --engines structured --smoother gaussian_process"
    assert expected == document["provenance"]["command"]
    assert ["decay.csv"] == document["provenance"]["files"]


@pytest.mark.parametrize("state", ["3", "x=3.0"])
def test_a_simulation_is_the_analytic_solution(
    state: str, run: Path, discover: Discover, capsys: pytest.CaptureFixture[str]
) -> None:
    """CSV on stdout with the user's names; x = 3 exp(-0.8 (t - 1)) from t = 1."""
    assert 0 == discover("simulate", run, "--x0", state, "--from", 1, "--until", 4, "--samples", 31)
    table = pd.read_csv(StringIO(capsys.readouterr().out))
    assert ["t", "x", "x_low", "x_high"] == list(table.columns)
    assert ((table["x_low"] <= table["x"]) & (table["x"] <= table["x_high"])).all()
    np.testing.assert_allclose(table["t"], np.linspace(1.0, 4.0, 31))
    np.testing.assert_allclose(table["x"], 3.0 * np.exp(-0.8 * (table["t"] - 1.0)), rtol=1e-3)


def test_a_long_simulation_has_its_samples_alone(
    run: Path, discover: Discover, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seconds since 1970, of which no row but those asked for takes room."""
    span = ("--from", 1.6e9, "--until", 1.6e9 + 2e12)
    assert 0 == discover("simulate", run, "--x0", "3", *span, "--samples", 3, "--draws", 0)
    assert 3 == len(pd.read_csv(StringIO(capsys.readouterr().out)))


@pytest.mark.parametrize("x0", ["", "1,2", "one", "y=1", "x=", "nan", "x=inf"])
def test_a_bad_initial_state_is_exit_code_2(
    x0: str, run: Path, discover: Discover, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message shows how to write it."""
    assert 2 == discover("simulate", run, "--x0", x0, "--until", 4)
    assert "does not give one number for each state. The states are x; write for example --x0 x=1.0" in (
        capsys.readouterr().err
    )


def test_a_band_is_as_wide_as_the_start_is_uncertain(
    run: Path, discover: Discover, capsys: pytest.CaptureFixture[str]
) -> None:
    """The seed repeats it; of exact data and an exact start nearly nothing is left; without draws there is none."""
    tables = []
    for words in (("--start-error", "0.3", "--seed", 1), ("--start-error", "0.3", "--seed", 1), ("--start-error", 0)):
        assert 0 == discover("simulate", run, "--x0", "3", "--until", 2, "--samples", 5, *words)
        tables.append(pd.read_csv(StringIO(capsys.readouterr().out)))
    widths = [(table["x_high"] - table["x_low"]).to_numpy() for table in tables]
    np.testing.assert_array_equal(widths[0], widths[1])
    np.testing.assert_allclose(widths[0], 2 * 1.96 * 0.3 * np.exp(-0.8 * tables[0]["t"]), rtol=0.25)
    assert np.all(widths[2] < 0.01)
    assert 0 == discover("simulate", run, "--x0", "3", "--until", 2, "--samples", 5, "--draws", 0)
    assert "t,x\n" == capsys.readouterr().out.splitlines(keepends=True)[0]
    assert 2 == discover("simulate", run, "--x0", "3", "--until", 2, "--samples", 5, "--draws", 39)
    assert "Ask for at least 40, or 0 for no band" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("error", ["-1", "0.1,0.2", "much", "inf"])
def test_a_bad_deviation_of_the_start_is_exit_code_2(
    error: str, run: Path, discover: Discover, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message shows how to write it."""
    assert 2 == discover("simulate", run, "--x0", "1", "--until", 4, f"--start-error={error}")
    assert "one deviation of at least 0 for each of 1 states. Write for example --start-error 0.1" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize("until", ["0", "-1", "inf", "nan"])
def test_an_end_before_the_start_is_exit_code_2(
    until: str, run: Path, discover: Discover, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also one that never comes."""
    assert 2 == discover("simulate", run, "--x0", "1", f"--until={until}")
    assert "does not come after the first time, 0. Choose a later, finite end." in capsys.readouterr().err


def test_a_report_is_drawn_again(run: Path, discover: Discover, capsys: pytest.CaptureFixture[str]) -> None:
    """From what is kept: the same bytes; the paths are printed on stdout."""
    before = {name: (run / name).read_bytes() for name in ("report.html", "report.tex")}
    for name in before:
        (run / name).unlink()
    assert 0 == discover("report", run)
    printed = capsys.readouterr().out.splitlines()
    assert [str(run / "report.html"), str(run / "report.tex")] == printed[:2]
    assert set(printed[2:]) <= {str(run / "report.pdf")}  # where there is a typesetter
    assert before == {name: (run / name).read_bytes() for name in before}


def test_runs_are_compared(run: Path, discover: Discover, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A run has the law that it has; with an expression too."""
    assert 0 == discover("compare", run, run)
    printed = capsys.readouterr()
    assert "identical\n" == printed.out
    found = re.search(r"Compared where (\S+) <= \w+ <= (\S+)\.$", printed.err.strip())
    assert found is not None
    seen = load(run).smoothing.trajectories[0].states
    assert (f"{seen.min():.3g}", f"{seen.max():.3g}") == found.groups()
    for other, verdict in (("-0.8*x", "identical"), ("x' = c0*x", "same structure"), ("c0*x**2", "different")):
        assert 0 == discover("compare", run, other)
        printed = capsys.readouterr()
        assert f"{verdict}\n" == printed.out
        assert " Compared where " in printed.err
    assert 2 == discover("compare", "runs_other", run)
    assert "runs_other has 'runs_other', which is no folder and no column of the run" in capsys.readouterr().err


def test_a_plan_runs_nothing(
    decay_file: Path, discover: Discover, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Stages and times on stdout; no folder is made."""
    assert 0 == discover("run", decay_file, "--plan", "--out", tmp_path / "run")
    printed = capsys.readouterr()
    assert ["start", "first", "smoothing", "search", "search", "search", "selection", "report", "in"] == [
        line.split()[0] for line in printed.out.splitlines()[:-2]
    ]
    assert not (tmp_path / "run").exists()


def test_a_plan_knows_what_is_kept(run: Path, discover: Discover, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a folder in which this very run was begun."""
    assert 0 == discover("run", run / "decay.csv", *QUICK, "--plan", "--out", run)
    assert capsys.readouterr().out.startswith("Kept, and not done again: smoothing, structured.\n")


def test_a_run_is_resumed_and_quiet(run: Path, discover: Discover, capsys: pytest.CaptureFixture[str]) -> None:
    """The law alone is printed; the result is the same, to the last byte."""
    before = (run / "result.json").read_bytes()
    assert 0 == discover("run", run / "decay.csv", *QUICK, "--out", run, "--resume", "--quiet")
    assert ("d x / dt = -0.8*x\n", "") == tuple(capsys.readouterr())
    assert before == (run / "result.json").read_bytes()


def test_a_folder_of_other_data_is_refused(run: Path, discover: Discover, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is computed."""
    other = run.parent / "other.csv"
    table = pd.read_csv(run / "decay.csv")
    table.assign(x=2.0 * table["x"]).to_csv(other, index=False)
    assert 2 == discover("run", other, *QUICK, "--out", run)
    assert f"{run} holds a run on other data (decay.csv)." in capsys.readouterr().err


def test_options_come_from_the_environment(
    decay_file: Path,
    discover: Discover,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Below flags; a misspelt variable is told."""
    monkeypatch.setenv("DISCOVERY_SMOOTHER", "kalman")
    monkeypatch.setenv("DISCOVERY_ENGINES", "operon")
    monkeypatch.setenv("DISCOVERY_SEDE", "1")
    assert 0 == discover("run", decay_file, "--engines", "sindy", "--out", tmp_path / "run", "--quiet")
    assert "DISCOVERY_SEDE is not read. Did you mean DISCOVERY_SEED?" in capsys.readouterr().err
    config = json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))["provenance"]["config"]
    assert ("kalman", ["sindy"]) == (config["smoother"], config["engines"])
