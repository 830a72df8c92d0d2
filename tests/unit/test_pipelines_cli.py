"""The command line in this process: verbs, exit codes, and one clear message for each thing that is wrong."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.reports import tex
from discovery.search import pysr_probe
from pipelines import cli, doctor
from pipelines.doctor import Check

QUICK = ("--engines", "structured", "--smoother", "gaussian_process")
VERBS = {"run", "check", "init", "report", "export", "simulate", "compare", "systems", "validate", "doctor"}

Discover = Callable[..., int]


@pytest.fixture
def discover(monkeypatch: pytest.MonkeyPatch) -> Discover:
    """The command as a shell would call it; gives the exit code. No PDF is typeset: the other files tell enough."""
    monkeypatch.setattr(tex, "installed", lambda: False)

    def call(*words: object) -> int:
        monkeypatch.setattr("sys.argv", ["discover", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert isinstance(ended.value.code, int)
        return ended.value.code

    return call


def decay(path: Path) -> Path:
    """A CSV of x' = -0.8 x without noise."""
    times = np.linspace(0.0, 5.0, 60)
    pd.DataFrame({"t": times, "x": 3.0 * np.exp(-0.8 * times)}).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run on the decay."""
    folder = tmp_path_factory.mktemp("decay")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tex, "installed", lambda: False)
        patch.setattr("sys.argv", ["discover", "run", str(decay(folder / "decay.csv")), *QUICK, "--out", str(folder)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    assert 0 == ended.value.code
    return folder


def test_help_lists_the_verbs_that_work(discover: Discover, capsys: pytest.CaptureFixture[str]) -> None:
    """What is listed answers to its own help; nothing else is listed."""
    assert 0 == discover("--help")
    listed = capsys.readouterr().out.partition("Commands:")[2].partition("Examples:")[0]
    assert VERBS == {line.split()[0] for line in listed.splitlines() if line.startswith("  ") and line[2:3].strip()}
    for verb in VERBS:
        assert 0 == discover(verb, "-h")
        _, _, examples = capsys.readouterr().out.partition("Examples:")
        assert f"  discover {verb}" in examples.splitlines()[1]


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
    assert "cannot be written" in capsys.readouterr().err
    assert 2 == discover("export", run, "--to", "cobol")
    assert "There is no export to 'cobol'" in capsys.readouterr().err


def test_the_command_alone_shows_help(discover: Discover, capsys: pytest.CaptureFixture[str]) -> None:
    """A usage error that teaches."""
    assert 2 == discover()
    assert "run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "DATA", "--colour", "red"), "No such option"),
        (("run", "DATA", "--sed", "1"), "--seed"),
        (("walk",), "No such command"),
        (("chek", "DATA"), "Did you mean 'check'?"),
        (("DATA",), "discover check "),
        (("check", "DATA", "--picture", "x.bmp"), "--picture x.bmp has none of the endings"),
        (("check", "DATA", "--states", "y"), "There is no column 'y' in"),
        (("run", "DATA", "--set", "ridge"), "--set 'ridge' is not of the form NAME=VALUE"),
        (("run", "DATA", "--set", "sede=1"), "there is no option sede. Did you mean seed?"),
        (("run", "DATA", "--recipe", "quik"), "There is no recipe 'quik'. Did you mean quick?"),
        (("run", "DATA", "--resume", "--out", "nowhere"), "nothing to resume in nowhere"),
        (("init", "DATA"), "does not end in .toml"),
        (("run",), "Missing argument"),
        (("run", "DATA", "--time", "time"), "There is no column 'time' in"),
        (("run", "DATA", "--states", "x,y"), "There is no column 'y' in"),
        (("run", "DATA", "--trajectory", "run"), "There is no column 'run' in"),
        (("run", "DATA", "--states", "x,x"), "is named 2 times"),
        (("run", "DATA", "--engines", "magic"), "There is no search plug-in called 'magic'"),
        (("run", "DATA", "--smoother", "magic"), "There is no smoothing plug-in called 'magic'"),
        (("run", "DATA", "--noise", "pink"), "noise = 'pink' cannot be used"),
        (("run", "DATA", "--recipe", "slow"), "There is no recipe 'slow'"),
        (("run", "DATA", "--seed", "-1"), "seed = -1 cannot be used"),
        (("run", "DATA", "--seed", "many"), "Invalid value for '--seed'"),
        (("run", "DATA", "--budget", "soon"), "budget 'soon' is not a time. Write for example 60s, 5m or 1h."),
        (("run", "DATA", "--budget", "0s"), "budget '0s' is not a time above zero"),
        (("run", "DATA", "--budget", "nan"), "budget 'nan' is not a time above zero"),
        (("run", "DATA", "--out", "DATA"), "cannot be made"),
        (("report", "nowhere"), "There is no run folder nowhere"),
        (("export", "nowhere", "--to", "c"), "There is no run folder nowhere"),
        (("simulate", "nowhere", "--x0", "1", "--until", "2"), "There is no run folder nowhere"),
        (("compare", "x +", "x"), "x +"),
        (("compare", "open('f')", "x"), "open"),
    ],
)
def test_a_wrong_use_is_exit_code_2(
    words: tuple[str, ...], message: str, discover: Discover, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The message names what is wrong; nothing is printed on stdout, nothing is computed."""
    data = decay(tmp_path / "decay.csv")
    assert 2 == discover(*(data if word == "DATA" else word for word in words))
    printed = capsys.readouterr()
    assert "" == printed.out
    assert message in printed.err.replace("\n", " ")
    assert [data] == list(tmp_path.iterdir())


BAD = {
    "empty": ("", "is empty"),
    "blank": ("\n\n  \n", "is empty"),
    "header only": ("t,x\n", "no "),
    "no numbers": ("name,colour\nann,red\nbob,blue\ncid,green\n", "no column of numbers"),
    "one row": ("t,x\n0,1\n", "has 1 sample in 1 run"),
    "time falls": ("t,x\n0,1\n1,2\n2,4\n1.5,3\n3,5\n4,6\n", "line 5, column 't': time 1.5 comes after 2"),
    "time repeats": ("t,x\n0,1\n1,2\n2,4\n2,4.1\n3,5\n4,6\n", "line 5, column 't': time 2 stands in line 4 already"),
    "text": ("t,x\n0,1\n1,2\n2,four\n3,5\n4,6\n5,7\n", "line 4, column 'x': 'four' is not a number"),
    "text in time": ("t,x\n0,1\n1,2\nlate,4\n3,5\n4,6\n5,7\n", "line 4, column 't': 'late' is not a time"),
    "constant": ("t,x,y\n" + "".join(f"{i},3,7\n" for i in range(9)), "no state that changes: 'x' was set aside"),
    "binary": ("PK\x03\x04\0\0\0\0", "is an Excel workbook or zip archive, not a table"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_data_is_exit_code_3(
    kind: str, discover: Discover, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """One message that begins with `error:` and names place and remedy; no run folder is left behind."""
    text, message = BAD[kind]
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    assert 3 == discover("run", path, "--out", tmp_path / "run")
    printed = capsys.readouterr()
    assert "" == printed.out
    assert printed.err.startswith("error: ")
    assert 1 == len(printed.err.splitlines())
    assert message in printed.err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("name", "message"), [("missing.csv", "There is no file"), ("", "is not a file")])
def test_a_file_that_cannot_be_read_is_exit_code_3(
    name: str, message: str, discover: Discover, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """It is not there, or it is a folder."""
    assert 3 == discover("run", tmp_path / name, "--out", tmp_path / "run")
    assert message in capsys.readouterr().err


def test_a_torn_archive_is_exit_code_3(discover: Discover, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Half of a compressed file."""
    import gzip

    whole = gzip.compress(decay(tmp_path / "decay.csv").read_bytes())
    (tmp_path / "torn.csv.gz").write_bytes(whole[: len(whole) // 2])
    assert 3 == discover("run", tmp_path / "torn.csv.gz", "--out", tmp_path / "run")
    assert "cannot be read" in capsys.readouterr().err


def test_pysr_without_julia_is_exit_code_5(
    discover: Discover, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said before anything is computed, with the command that adds what is missing."""
    missing = pysr_probe.Availability(False, "Julia is not installed.", "add julia")
    monkeypatch.setattr(pysr_probe, "available", lambda: missing)
    code = discover(
        "run", decay(tmp_path / "decay.csv"), "--engines", "pysr", "--smoother", "gaussian_process",
        "--out", tmp_path / "run",
    )  # fmt: skip
    printed = capsys.readouterr()
    assert (5, "") == (code, printed.out)
    assert "Julia" in printed.err
    assert "add julia" in printed.err


def test_noise_is_not_a_law(discover: Discover, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Exit code 4, with the report of why."""
    values = np.random.default_rng(0).normal(size=60)
    pd.DataFrame({"t": np.arange(60.0), "x": values}).to_csv(tmp_path / "noise.csv", index=False)
    assert 4 == discover("run", tmp_path / "noise.csv", *QUICK, "--out", tmp_path / "run")
    printed = capsys.readouterr()
    assert "do not support a law" in printed.err
    document = json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))
    assert ("not_found", "done") == (document["status"], document["stopped_by"])
    assert (tmp_path / "run" / "report.html").stat().st_size > 0


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


def semicolons(table: pd.DataFrame) -> bytes:
    """As Excel saves in half of Europe."""
    return "\ufeff".encode() + table.to_csv(index=False, sep=";", decimal=",").encode()


def with_constant(table: pd.DataFrame) -> bytes:
    """A column beside that never changes."""
    return table.assign(temperature=293.15).to_csv(index=False).encode()


def with_gaps(table: pd.DataFrame) -> bytes:
    """Missing entries, written in two ways, and rows that are not there."""
    holed = table.astype(object)
    holed.loc[5, "x"] = ""
    holed.loc[[11, 12], "x"] = "NaN"
    return holed.drop(index=[20, 21, 22, 40]).to_csv(index=False).encode()


@pytest.mark.parametrize(
    ("write", "note"),
    [(semicolons, ""), (with_constant, "'temperature' was set aside: it is 293.15 throughout."), (with_gaps, "")],
)
def test_untidy_files_work(
    write: Callable[[pd.DataFrame], bytes],
    note: str,
    discover: Discover,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """The law is found all the same, and what was done to the data is said."""
    (tmp_path / "untidy.csv").write_bytes(write(pd.read_csv(decay(tmp_path / "decay.csv"))))
    code = discover(
        "run", tmp_path / "untidy.csv", "--recipe", "quick", "--engines", "sindy", "--out", tmp_path / "run"
    )
    printed = capsys.readouterr()
    assert (0, "d x / dt = -0.8*x\n") == (code, printed.out)
    assert note in printed.err


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
    assert "does not come after --from 0. Choose a later, finite end." in capsys.readouterr().err


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


@pytest.mark.parametrize(
    ("found", "reference", "verdict"),
    [
        ("x*(1 + y)", "x + x*y", "identical"),
        ("2.0*x", "3.0*x", "same structure"),
        ("-0.8*x", "-x*0.8", "identical"),
        ("x**2", "sin(x)", "different"),
    ],
)
def test_expressions_are_compared(
    found: str, reference: str, verdict: str, discover: Discover, capsys: pytest.CaptureFixture[str]
) -> None:
    """The verdict is on stdout, how it was reached on stderr; with --json both in one document."""
    assert 0 == discover("compare", found, reference)
    printed = capsys.readouterr()
    assert f"{verdict}\n" == printed.out
    assert printed.err
    assert 0 == discover("compare", found, reference, "--json")
    document = json.loads(capsys.readouterr().out)
    assert (verdict, printed.err.strip()) == (document["verdict"], document["how"])


def test_runs_are_compared(run: Path, discover: Discover, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A run has the law that it has; a folder is not compared with text."""
    assert 0 == discover("compare", run, run)
    assert "identical\n" == capsys.readouterr().out
    assert 2 == discover("compare", run, "-0.8*x")
    assert "There is no run folder" in capsys.readouterr().err


def test_the_doctor_prints_lines_or_a_document(
    discover: Discover, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 0 if nothing needed is missing, 5 if something is."""
    checks = [Check("numpy", True, "2.4"), Check("tex", False, "none", "get tex", optional=True)]
    monkeypatch.setattr(doctor, "examine", lambda: tuple(checks))
    assert 0 == discover("doctor")
    assert "add with: get tex" in capsys.readouterr().out
    checks.append(Check("scipy", False, "not installed", "pip install scipy"))
    assert 5 == discover("doctor", "--json")
    assert ["numpy", "tex", "scipy"] == [check["name"] for check in json.loads(capsys.readouterr().out)]


def test_an_error_in_the_program_is_not_hidden(
    discover: Discover, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A bug ends with its traceback, not with a message that blames the user."""
    from discovery.trajectories import read

    def broken(*words: object, **options: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(read, "read_csv", broken)
    with pytest.raises(ZeroDivisionError, match="a bug"):
        discover("run", decay(tmp_path / "decay.csv"))


def test_a_name_in_an_error_commands_nothing(
    discover: Discover, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """An escape sequence in a header, or in a file's name, shows itself."""
    path = tmp_path / "red\x1b[31m.csv"
    path.write_text("t,\x1b[2Jx\n0,1\n1,two\n2,3\n3,4\n4,5\n5,6\n", encoding="utf-8")
    assert 3 == discover("check", path)
    printed = capsys.readouterr().err
    assert r"red\x1b[31m.csv, line 3" in printed
    assert "\x1b" not in printed


def test_a_plan_runs_nothing(discover: Discover, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Stages and times on stdout; no folder is made."""
    assert 0 == discover("run", decay(tmp_path / "decay.csv"), "--plan", "--out", tmp_path / "run")
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
    discover: Discover, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below flags; a misspelt variable is told."""
    monkeypatch.setenv("DISCOVERY_SMOOTHER", "kalman")
    monkeypatch.setenv("DISCOVERY_ENGINES", "operon")
    monkeypatch.setenv("DISCOVERY_SEDE", "1")
    data = decay(tmp_path / "decay.csv")
    assert 0 == discover("run", data, "--engines", "sindy", "--out", tmp_path / "run", "--quiet")
    assert "DISCOVERY_SEDE is not read. Did you mean DISCOVERY_SEED?" in capsys.readouterr().err
    config = json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))["provenance"]["config"]
    assert ("kalman", ["sindy"]) == (config["smoother"], config["engines"])
