"""Every input gives a result, or one error that says what came, what is needed and what to do.

Each row is a file as people send it: its text, the exit code, and the message or the status that it gets.
"""

import gzip
import re
from pathlib import Path

import numpy as np
import pytest

from discovery.errors import DiscoveryError
from discovery.trajectories.read import read_csv
from pipelines.config import RunConfig
from pipelines.ode import discover_ode, ensure

T = np.arange(40) / 8.0
DECAY = 3.0 * np.exp(-T)
SINE = np.sin(T)
NAN = np.full(40, np.nan)
GREEK_CHINESE = ["t", "θ", "数"]


def table(*columns: np.ndarray, names: list[str] | None = None, separator: str = ",", decimal: str = ".") -> str:
    """CSV of a column of times and states x0, x1, ..., all digits written."""
    names = names or ["t", *(f"x{i}" for i in range(len(columns) - 1))]
    rows = [[repr(float(value)).replace(".", decimal) for value in row] for row in zip(*columns, strict=True)]
    return "\n".join(separator.join(row) for row in [names, *rows]) + "\n"


def rows(*entries: str, header: str = "t,x") -> str:
    """CSV of given lines."""
    return "\n".join([header, *entries]) + "\n"


def series(entry: str, header: str = "t,x", count: int = 12) -> str:
    """CSV whose lines are ``entry`` with the number of the line in it."""
    return rows(*(entry.format(i=i, square=i * i, day=i + 1) for i in range(count)), header=header)


TEXT = "'x' was set aside: it holds text such as {}. It needs .* written as numbers such as 1.5 or -2e-3, without units"
NOT_A_TIME = "{} is not a time. Times must be numbers, dates such as 2024-01-31"

REFUSED: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "is empty. It needs a line of column names and at least five lines of numbers"),
    "a byte order mark alone": (b"\xef\xbb\xbf", "is empty|header but no rows"),
    "a header alone": ("t,x\n", "has a header but no rows. It needs at least five rows"),
    "two samples": (table(T[:2], DECAY[:2]), "has 2 samples in 1 run. A law needs at least 5 .* Add measurements"),
    "one column": ("t\n1\n2\n3\n4\n5\n", "has one column, 't'. It needs a column of times and at least one of states"),
    "separated by bars": (series("{i}|{i}", "t|x"), r"has one column, 't\|x'. .* separated by commas, semicolons"),
    "an Excel workbook": (b"PK\x03\x04\0\0", "is an Excel workbook or zip archive, not a table. Export it as CSV"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\0\0", "is an old Excel workbook, not a table. Export it as CSV"),
    "an HDF5 file": (b"\x89HDF\r\n\x1a\n\0", "is an HDF5 file, not a table"),
    "a Parquet file": (b"PAR1\0\0", "is a Parquet file, not a table"),
    "a PDF": (b"%PDF-1.7\n1 0 obj\n", "is a PDF, not a table"),
    "a web page": ("<!DOCTYPE html>\n<html><body>t,x</body></html>\n", "is a page of HTML or XML, not a table"),
    "JSON": ('{"t": [0, 1, 2], "x": [1, 2, 3]}\n', "is a JSON document, not a table"),
    "binary": (bytes(range(256)) * 8, "is a binary file, not a table"),
    "half a gzip archive": (gzip.compress(table(T, DECAY).encode())[:60], "cannot be read: .* Check .* complete"),
    "an archive of blanks": (gzip.compress(b"\n" * 3_000_000), "is empty"),
    "an archive of one endless line": (
        gzip.compress(b"t,x\n0," + b"1" * 9_000_000),
        "line 2: it has more than 4,000,000 bytes. A table has one row for each time; check how the file was written",
    ),
    "an entry of a book's length": (
        rows("0," + "1" * 200_000, *(f"{i},1" for i in range(1, 9))),
        "line 1 and below: a quotation mark is not closed, or an entry has more than 131,072 characters. Close the",
    ),
    "three thousand columns": (
        "\n".join(",".join(map(str, range(row, row + 3000))) for row in range(7)),
        "has 3,000 columns; at most 2,000 are read. Keep the column of times and those of the states",
    ),
    "fifty states": (
        table(T, *(np.sin((1 + i / 50) * T + i) for i in range(50))),
        "has 50 columns of states; at most 20 are searched, .* Name those of one law with --states, for example x0,x1",
    ),
    "a row too long": (rows("0,1", "1,2,3", "2,4"), "line 3: 3 fields, but the header has 2. Check for a separator"),
    "a quotation mark left open": (rows("0,1", '1,"2', "2,3"), "line 3: a quotation mark is not closed. Close or"),
    "a column name twice": (series("{i},1,2", "t,x,x"), "has two columns named 'x'. Give each column its own name"),
    "a sum at the end": (series("{i},{square}") + "Total,506\n", "line 14, column 't': 'Total' is not a time"),
    "a number that is a word": (series("{i},{square}") + "12,n.d.\n", "line 14, column 'x': 'n.d.' is not a number"),
    "numbers and words alike": (
        rows("0,1", "1,high", "2,low", "3,2", "4,high", "5,low"),
        TEXT.format("'high'"),
    ),
    "numbers with units": (series("{i},{i} m"), TEXT.format("'0 m'")),
    "percentages": (series("{i},{i}%"), TEXT.format("'0%'")),
    "money": (series("{i},${i}"), TEXT.format(r"'\$0'")),
    "thousands separators": (series('{i},"1,{square:03}.5"'.replace(":03", "")), TEXT.format("'1,0.5'")),
    "hexadecimal": (series("{i},0x{i}"), TEXT.format("'0x0'")),
    "complex numbers": (series("{i},{i}+{i}j"), TEXT.format(r"'0\+0j'")),
    "fractions": (series("{i},{i}/2"), TEXT.format("'0/2'")),
    "digits of another script": (series("{i},٣"), TEXT.format("'٣'")),
    "truth values": (series("{i},true"), TEXT.format("'true'")),
    "a decimal point among commas": (
        series("{i},5;{square},5", "t;x") + "12,5;2.5\n",
        "line 14, column 'x': '2.5' is not a number",
    ),
    "all values missing": (table(T, NAN), "no state that changes: 'x0' was set aside: it has no measured values"),
    "four values": (
        table(T, np.where(np.arange(40) < 4, DECAY, np.nan)),
        "'x0' was set aside: it has 4 measured values. At least one column must vary",
    ),
    "a constant": (table(T, 0 * T + 3), "no state that changes: 'x0' was set aside: it is 3 throughout"),
    "a value that is infinite": (series("{i},{square}") + "12,-inf\n", "line 14, column 'x': the value is infinite"),
    "a value beyond floats": (series("{i},{square}") + "12,1e400\n", "line 14, column 'x': the value is infinite"),
    "values of 1e308": (
        table(T, 1e307 * DECAY),
        "column 'x0': values of size 3e[+]307. Between 1e-30 and 1e[+]30 .* write the column in a unit",
    ),
    "denormal values": (table(T, 1e-310 * DECAY), "column 'x0': values of size 3e-310. Between 1e-30 and 1e[+]30"),
    "times of 1e300": (table(1e300 * T, DECAY), r"column 't': times span 4.88e[+]300 .* count time in a unit"),
    "denormal times": (table(1e-310 * T, DECAY), "column 't': times span 4.88e-310 in steps of 1.25e-311 and more"),
    "an infinite time": (series("{i},{square}") + "inf,3\n", "line 14, column 't': the time is infinite. Correct"),
    "times that fall": (table(-T, DECAY), "line 3, column 't': time -0.125 comes after -?0. Sort the rows by time"),
    "a time twice": (rows("0,1", "1,2", "1,3", "2,4", "3,5", "4,5"), "line 4, .* time 1 stands in line 3 already"),
    "times finer than floats": (series("1.0000000000000000{i},{square}"), "line 3, column 't': time 1 stands in line"),
    "times of day of two parts": (series("12:{i}0,{square}"), NOT_A_TIME.format("'12:00'")),
    "dates with slashes": (
        series("{day}/1/2020,{square}", "date,x"),
        "dates such as '1/1/2020' none tells which number is the day",
    ),
    "a day that does not exist": (
        series("2020-02-{day},{square}".replace("{day}", "2{i}"), "date,x", 10) + "2020-02-30,4\n",
        "line 12, column 'date': '2020-02-30' is not a time",
    ),
    "rows for columns": ("t,0,1,2,3,4,5\nx,1,2,4,8,16,32\n", "times stand in a row, 't', and each state in another"),
    "words below the header": (
        "t,x\nnow,here\n" + series("{i},{i}", "0.5,0.5"),
        "line 2, column 't': 'now' is not a time",
    ),
    "prose": ("Some words, and more.\nAnd other words.\n", "2 fields|3 fields|no column of numbers|one column"),
    "runs that are not told apart": (
        rows(*(f"{t},{t * t}" for t in (0, 1, 2, 0, 1, 2, 0, 1, 2))),
        "line 5, column 't': time 0 comes after 2. If .* or name the columns that tell runs apart with --trajectory",
    ),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_used_is_refused(tmp_path: Path, text: str | bytes, message: str) -> None:
    """One error, exit code 3, that names the file and says what is needed and what to do."""
    path = tmp_path / "data.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DiscoveryError, match=message) as caught:
        ensure(RunConfig(), read_csv(path))
    said = str(caught.value)
    assert (3, True) == (caught.value.exit_code, said.startswith((str(path), path.name)))
    assert len(said) < 700
    assert said.endswith((".", "?"))


TOLD: dict[str, tuple[dict[str, object], int, str]] = {
    "a column that is not there": ({"states": ("z",)}, 2, "There is no column 'z' in .* The columns are 't', 'x'"),
    "a name misspelt": ({"time": "tt"}, 2, "There is no column 'tt' .* Did you mean 't'"),
    "a column twice": ({"time": "t", "states": ("t",)}, 2, "'t' is named 2 times .* Name each column once"),
    "text as a state": ({"states": ("who",)}, 3, "line 2, column 'who': 'ann' is not a number. Correct the entry"),
    "text as time": ({"time": "who"}, 3, "line 2, column 'who': 'ann' is not a time"),
    "a state as time": ({"time": "x"}, 3, "line 3, column 'x': time 1 comes after 2. Sort the rows by time"),
    "a run for each row": ({"trajectory": ("x",)}, 3, "in 6 runs?. A law needs at least 5 in all, from runs of 3"),
}


@pytest.mark.parametrize(("roles", "code", "message"), TOLD.values(), ids=TOLD.keys())
def test_a_wrong_role_is_refused(tmp_path: Path, roles: dict[str, object], code: int, message: str) -> None:
    """A wrong word is a mistake of use, exit code 2; a column that cannot play its role is one of the data, 3."""
    path = tmp_path / "data.csv"
    path.write_text(rows("0,2,ann", "1,1,ann", "2,5,ann", "3,4,bob", "4,3,bob", "5,0,bob", header="t,x,who"))
    with pytest.raises(DiscoveryError, match=message) as caught:
        read_csv(path, **roles)  # pyright: ignore[reportArgumentType]
    assert code == caught.value.exit_code


FOUND, NONE, ANY = ("found",), ("not_found",), ("found", "not_found")
SYMPY = ["t", "E", "gamma", "I"]

TAKEN: dict[str, tuple[str | bytes, tuple[str, ...], str]] = {
    "UTF-8 with its mark": (table(T, DECAY).encode("utf-8-sig"), FOUND, ""),
    "UTF-16": (table(T, DECAY).encode("utf-16"), FOUND, ""),
    "UTF-32": (table(T, DECAY).encode("utf-32"), FOUND, ""),
    "Windows 1252": (table(T, DECAY, names=["t", "Größe"]).encode("cp1252"), FOUND, "it was read as cp1252"),
    "packed": (gzip.compress(table(T, DECAY).encode()), FOUND, ""),
    "line ends of old Macintoshes": (table(T, DECAY).replace("\n", "\r"), FOUND, ""),
    "semicolons and decimal commas": (table(T, DECAY, separator=";", decimal=","), FOUND, "decimal commas"),
    "tabs": (table(T, DECAY, separator="\t"), FOUND, ""),
    "minus signs of a word processor": (table(T, -DECAY).replace("-", "−"), FOUND, ""),
    "a column of words": (series("{i},{square}.5,ok", "t,x,quality", 30), ANY, "'quality' was set aside"),
    "an empty column": (series("{i},{square},", "t,x,", 30), ANY, "'column 3' was set aside: it has no measured"),
    "dates with time zones": (series("2020-01-01T00:{i}0:00+02:00,{square}", "date,x", 6), ANY, "since 2019-12-31"),
    "dates of year one": (series("000{day}-01-01,{square}", "date,x", 9), ANY, "since 0001-01-01"),
    "Unix time in milliseconds": (table(1.7e12 + 1000 * T, DECAY), FOUND, ""),
    "a time far off": (table(2.0**40 + T, DECAY), FOUND, ""),
    "a constant beside a state": (table(T, 0 * T + 3, DECAY), FOUND, "'x0' was set aside: it is 3 throughout"),
    "an exactly straight line": (table(T, 2 * T + 1), FOUND, ""),
    "a straight line of huge numbers": (table(T, 1e24 * (2 * T + 1)), FOUND, ""),
    "pure noise": (table(T, np.random.default_rng(0).normal(size=40)), NONE, ""),
    "a spike": (table(T, np.where(np.arange(40) == 20, 1.0, 0.0)), NONE, ""),
    "a step": (table(T, np.where(T > 2.5, 1.0, 0.0)), ANY, ""),
    "one outlier of 1e25": (table(T, np.where(np.arange(40) == 20, 1e25, DECAY)), ANY, ""),
    "five samples": (table(T[::8], DECAY[::8]), ANY, ""),
    "a state measured twice": (table(T, DECAY, DECAY), FOUND, ""),
    "states that are never measured together": (
        table(T, np.where(np.arange(40) % 2, SINE, np.nan), np.where(np.arange(40) % 2, np.nan, np.cos(T))),
        FOUND,
        "",
    ),
    "scales that are far apart": (table(T, 1e15 * SINE, 1e-15 * np.cos(T)), FOUND, ""),
    "a value that hardly changes": (table(T, 1.0 + 1e-15 * SINE), ANY, ""),
    "the time as a state": (table(T, T), FOUND, ""),
    "names of SymPy": (table(T, DECAY, SINE, np.cos(T), names=SYMPY), ANY, ""),
    "names of Python": (table(T, SINE, np.cos(T), names=["t", "lambda", "__import__"]), FOUND, ""),
    "names of constants": (table(T, SINE, np.cos(T), names=["t", "c0", "c1"]), FOUND, ""),
    "names in other scripts": (table(T, SINE, np.cos(T), names=GREEK_CHINESE), FOUND, ""),
    "names with spaces and units": (table(T, SINE, np.cos(T), names=["time [s]", "x pos [m]", "v (m/s)"]), FOUND, ""),
    "names that differ in signs only": (table(T, SINE, np.cos(T), names=["t", "a+", "a-"]), FOUND, ""),
    "names of five thousand letters": (table(T, SINE, np.cos(T), names=["t", "x" * 5000, "x" * 4999]), FOUND, ""),
    "names that are code": (
        table(T, SINE, np.cos(T), names=["t", "__import__('os').system('x')", r"\write18{ls}"]),
        FOUND,
        "",
    ),
    "no names": (re.sub(".*\n", "", table(T, DECAY), count=1), FOUND, "The file has no header"),
}


@pytest.mark.parametrize(("text", "statuses", "note"), TAKEN.values(), ids=TAKEN.keys())
def test_what_can_be_used_gets_a_verdict(
    tmp_path: Path, text: str | bytes, statuses: tuple[str, ...], note: str
) -> None:
    """A status, without a warning on the way; what was guessed is noted."""
    path = tmp_path / "data.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    result = discover_ode(read_csv(path), RunConfig().changed(engines=("sindy",), smoother="kalman"))
    assert result.status in statuses
    assert "done" == result.stopped_by
    assert re.search(note, " ".join(result.notes))


@pytest.mark.parametrize("engines", [("sindy",), ("sindy", "structured")])
def test_an_exactly_straight_line_is_a_constant_rate(tmp_path: Path, engines: tuple[str, ...]) -> None:
    """Of each state, and nothing else: x' = 2 and y' = -1/16."""
    path = tmp_path / "data.csv"
    path.write_text(table(T, 2 * T + 1, 3 - T / 16, names=["t", "x", "y"]), encoding="utf-8")
    result = discover_ode(read_csv(path), RunConfig().changed(engines=engines, smoother="kalman"))
    assert "found" == result.status
    assert result.law is not None
    assert {state: pytest.approx(rate) for state, rate in (("x", 2.0), ("y", -1 / 16))} == {
        state: float(rhs) for state, rhs in result.law.equations.items()
    }


def test_the_table_is_as_long_as_promised() -> None:
    """At least sixty files, each by a name of its own."""
    assert 60 <= len(REFUSED) + len(TOLD) + len(TAKEN)
