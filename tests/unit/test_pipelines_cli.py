"""The command line in this process: verbs, exit codes, and one clear message for each wrong use."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from discovery.search import pysr_probe
from pipelines import doctor
from pipelines.doctor import Check

Discover = Callable[..., int]

VERBS = {"run", "check", "init", "report", "export", "simulate", "compare", "systems", "validate", "doctor"}


def test_help_lists_the_verbs_that_work(discover: Discover, capsys: pytest.CaptureFixture[str]) -> None:
    """What is listed answers to its own help; nothing else is listed."""
    assert 0 == discover("--help")
    listed = capsys.readouterr().out.partition("Commands:")[2].partition("Examples:")[0]
    assert VERBS == {line.split()[0] for line in listed.splitlines() if line.startswith("  ") and line[2:3].strip()}
    for verb in VERBS:
        assert 0 == discover(verb, "-h")
        _, _, examples = capsys.readouterr().out.partition("Examples:")
        assert f"  discover {verb}" in examples.splitlines()[1]


def test_help_names_arguments_in_capitals_and_tells_defaults(
    discover: Discover, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the words of the configuration, with the value of an option that is not given."""
    assert 0 == discover("run", "--help")
    said = " ".join(capsys.readouterr().out.split())
    for words in ("DATA", "[default: 0]", "[default: sindy,structured,operon]", "Repeat the option for more."):
        assert words in said
    assert "[default: ]" not in said


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
    words: tuple[str, ...],
    message: str,
    decay_file: Path,
    discover: Discover,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """The message names what is wrong; nothing is printed on stdout, nothing is computed."""
    assert 2 == discover(*(decay_file if word == "DATA" else word for word in words))
    printed = capsys.readouterr()
    assert "" == printed.out
    assert message in printed.err.replace("\n", " ")
    assert [decay_file] == list(tmp_path.iterdir())


def test_pysr_without_julia_is_exit_code_5(
    decay_file: Path,
    discover: Discover,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is said before anything is computed, with the command that adds what is missing."""
    missing = pysr_probe.Availability(False, "Julia is not installed.", "add julia")
    monkeypatch.setattr(pysr_probe, "available", lambda: missing)
    code = discover(
        "run", decay_file, "--engines", "pysr", "--smoother", "gaussian_process",
        "--out", tmp_path / "run",
    )  # fmt: skip
    printed = capsys.readouterr()
    assert (5, "") == (code, printed.out)
    assert "Julia" in printed.err
    assert "add julia" in printed.err


@pytest.mark.parametrize(
    ("found", "reference", "verdict"),
    [
        ("x*(1 + y)", "x + x*y", "identical"),
        ("2.0*x", "3.0*x", "same structure"),
        ("-0.8*x", "-x*0.8", "identical"),
        ("x**2", "sin(x)", "different"),
        ("2*x", "c0*x", "same structure"),
        ("c0*x", "-2*x", "same structure"),
        ("2*x/(3 + x)", "c0*x/(c1 + x)", "same structure"),
        ("c0*x/(c1 + x)", "2e5*x/(3e5 + x)", "same structure"),
        ("c3*x", "c0*x", "same structure"),
        ("c0*x", "c0*x + c1", "different"),
        ("2*x", "c0*x**2", "different"),
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


def test_a_choice_that_is_none_is_answered_with_the_choices(
    discover: Discover, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """In no library's words."""
    assert 2 == discover("report", tmp_path, "--form", "tiny")
    message = capsys.readouterr().err
    assert "Invalid value for '--form': 'tiny' is not one of 'full', 'short', 'both'." in message


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


def test_the_doctor_tells_of_packages_and_writes_a_bug_report(
    discover: Discover, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Licences by line, a bill of materials as CycloneDX, and all that is asked for where something went wrong."""
    monkeypatch.setattr(doctor, "examine", lambda: (Check("numpy", True, "2.4"),))
    assert 0 == discover("doctor", "--licences")
    assert any(line.startswith("sympy") and "BSD" in line for line in capsys.readouterr().out.splitlines())
    assert 0 == discover("doctor", "--sbom")
    bill = json.loads(capsys.readouterr().out)
    assert "CycloneDX" == bill["bomFormat"]
    assert "torchdiffeq" in [part["name"] for part in bill["components"]]
    assert 0 == discover("doctor", "--report", str(tmp_path))
    printed = capsys.readouterr().out
    assert "### Machine" in printed
    assert "the run did not finish" in printed


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("runs/data",), "The run folder runs/data is given, which only a bug report is about. Add --report"),
        (("--report", "--json"), "--json is given, but --report prints text. Leave one of them out."),
        (("--licences", "--json"), "--json is given, but --licences prints text."),
        (("--report", "--sbom"), "--report and --sbom ask for different texts. Give one of them."),
    ],
)
def test_nothing_that_the_doctor_is_told_is_ignored(
    words: tuple[str, ...], message: str, discover: Discover, capsys: pytest.CaptureFixture[str]
) -> None:
    """Options that do not go together are refused before anything is looked at."""
    assert 2 == discover("doctor", *words)
    assert message in capsys.readouterr().err


def test_an_error_in_the_program_is_not_hidden(
    decay_file: Path, discover: Discover, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A bug ends with its traceback, not with a message that blames the user."""
    from discovery.trajectories import read

    def broken(*words: object, **options: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(read, "read_csv", broken)
    with pytest.raises(ZeroDivisionError, match="a bug"):
        discover("run", decay_file)
