"""The command line and the file that it is given: what cannot be read is told, what is untidy works."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

QUICK = ("--engines", "structured", "--smoother", "gaussian_process")

Discover = Callable[..., int]

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


def test_a_torn_archive_is_exit_code_3(
    decay_file: Path, discover: Discover, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Half of a compressed file."""
    import gzip

    whole = gzip.compress(decay_file.read_bytes())
    (tmp_path / "torn.csv.gz").write_bytes(whole[: len(whole) // 2])
    assert 3 == discover("run", tmp_path / "torn.csv.gz", "--out", tmp_path / "run")
    assert "cannot be read" in capsys.readouterr().err


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
    decay_file: Path,
    discover: Discover,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """The law is found all the same, and what was done to the data is said."""
    (tmp_path / "untidy.csv").write_bytes(write(pd.read_csv(decay_file)))
    code = discover(
        "run", tmp_path / "untidy.csv", "--recipe", "quick", "--engines", "sindy", "--out", tmp_path / "run"
    )
    printed = capsys.readouterr()
    assert (0, "d x / dt = -0.8*x\n") == (code, printed.out)
    assert note in printed.err


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
