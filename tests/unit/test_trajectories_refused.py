"""Files that cannot be used are refused with one message that says what to do."""

import re
from pathlib import Path

import pytest

from discovery.errors import DataError, UsageError
from discovery.trajectories import columns, table
from discovery.trajectories.read import read_csv

GOOD = "".join(f"{i},{i * i}\n" for i in range(6))

REFUSED = {
    "nothing": ("", r"data.csv is empty. It needs a line of column names"),
    "blank lines": ("\n \n\n", r"data.csv is empty"),
    "a header only": ("t,x\n", r"data.csv has a header but no rows"),
    "comments only": ("# t,x\n", r"data.csv has a header but no rows"),
    "one row": ("t,x\n0,1\n", r"data.csv has 1 sample in 1 run. A law needs at least 5 in all, .* Add measurements"),
    "four rows": ("t,x\n0,1\n1,2\n2,3\n3,5\n", r"data.csv has 4 samples in 1 run"),
    "no row with a time": ("t,x\n,1\n,2\n,3\n,4\n", r"data.csv has 0 samples"),
    "one column": ("t\n0\n1\n2\n", r"data.csv has one column, 't'. It needs a column of times"),
    "text only": ("a,b\n" + "x,y\n" * 6, r"data.csv has no column of numbers; its columns are 'a', 'b'"),
    "no state": (
        "t,who\n" + "".join(f"{i},p{i}\n" for i in range(6)),
        r"no column of numbers besides 't' \(the time\), so that no state is left. 'who' was set",
    ),
    "prose": ("Some words, and more.\nAnd other words\n", r"line 2: 3 fields, but the header has 4"),
    "falling time": ("t,x\n0,1\n1,2\n2,3\n1.5,4\n4,5\n", r"line 5, column 't': time 1.5 comes after 2. Sort the rows"),
    "falling time below comments": ("#\n\nt,x\n0,1\n\n-1,2\n2,3\n", r"line 6, column 't': time -1 comes after 0"),
    "time backwards": ("t,x\n" + "".join(f"{-i},{i}\n" for i in range(6)), r"line 3, column 't': time -1 comes after"),
    "repeated time": (
        "t,x\n0,1\n1,2\n1,3\n2,4\n3,5\n",
        r"line 4, .*: time 1 stands in line 3 already. Average or remove",
    ),
    "repeated time in a run": (
        "run,t,x\n" + "".join(f"{run},{t},{i * i}\n" for run in (1, 2) for i, t in enumerate((0, 1, 2, 3, 3))),
        r"line 6, column 't': time 3 stands in line 5 already in the run 'run 1'.*name further columns that tell runs "
        r"apart with --trajectory, as one that numbers replicates\.",
    ),
    "a year for the time": (
        "year,plot,GDD [°Cd],yield\n"
        + "".join(f"{year},P{i},{day},{day % 7}\n" for year in (2019, 2020) for i in (1, 2) for day in (5, 9, 12, 20)),
        r"line 3, column 'year': time 2019 stands in line 2 already.*; or, if samples are to be counted by "
        r"'GDD \[°Cd\]', which rises in each, --time 'GDD \[°Cd\]' --trajectory year,plot\.",
    ),
    "a date twice": (
        "at,x\n2020-01-01 08:00,1\n2020-01-01 08:30,2\n2020-01-01 08:30,3\n2020-01-01 09:00,4\n",
        r"line 4, column 'at': time 2020-01-01 08:30:00 stands in line 3 already. Average or remove repeated times "
        r"\(in pandas table.groupby\('at', as_index=False\).mean\(numeric_only=True\)\), or name",
    ),
    "dates out of order": (
        "at,x\n2020-01-01 08:00,1\n2020-01-01 08:30,2\n2020-01-01 08:10,3\n2020-01-01 09:00,4\n",
        r"time 2020-01-01 08:10:00 comes after 2020-01-01 08:30:00. Sort",
    ),
    "restarts after few rows": ("t,x\n" + "0,1\n1,2\n2,3\n" * 3, r"line 5, column 't': time 0 comes after 2"),
    "blocks in the wrong order": (
        "t,x\n" + "".join(f"{t},{t * t}\n" for t in [*range(10, 20), *range(10)]),
        r"line 12, column 't': time 0 comes after 19",
    ),
    "text for a number": (
        "t,x\n0,1\n1,oops\n2,3\n3,4\n4,5\n",
        r"line 3, column 'x': 'oops' is not a number. Correct the entry",
    ),
    "a word that comes again": (
        "t,x\n0,1\n1,NS\n2,3\n3,4\n4,NS\n",
        r"line 3, column 'x': 'NS' is not a number. It is there 2 times: .* --missing NS leaves it out; else correct",
    ),
    "words of an archive, one of them once": (
        "t,x,y\n0,1,1\n1,Bad,2\n2,No Data,3\n3,Bad,I/O Timeout\n4,5,6\n5,6,7\n6,7,8\n",
        r"line 3, column 'x': 'Bad' .* It is there 2 times: .* --missing 'Bad,No Data,I/O Timeout' leaves",
    ),
    "limits of an assay": (
        "t,x,y\n0,1,1\n1,NS,2\n2,3,<1.0\n3,4,4\n4,NS,5\n5,6,BLQ\n",
        r"line 3, column 'x': 'NS' is not a number. --missing 'NS,<1.0,BLQ' leaves out .* too large on average near a",
    ),
    "upper limits of an assay": (
        "t,x,y\n0,1,1\n1,2,>2080\n2,3,3\n3,4,4\n4,4,5\n5,6,6\n",
        r"line 3, column 'y': '>2080' is not a number. --missing '>2080' leaves out .* too small on average near an up",
    ),
    "text in time": ("t,x\n0,1\nnoon,2\n2,3\n", r"line 3, column 't': 'noon' is not a time"),
    "words below the header": (f"t,x\nnow,here\n{GOOD}", r"line 2, column 't': 'now' is not a time"),
    "limits with decimal commas": (
        "t;x;y\n0;<0,5;1,5\n1;<0,5;2,5\n2;1,5;2,0\n3;3,5;Ice\n4;4,5;Ice\n5;4,5;0,1\n",
        r"line 2, column 'x': '<0,5' is not a number. --missing '\"<0,5\",Ice' leaves out what is beyond the limits",
    ),
    "dates with slashes": ("date,x\n01/02/2020,1\n02/02/2020,2\n", r"line 2, .* none tells .* 2024-01-31"),
    "a decimal point among commas": (
        "t;x\n0;0,5\n1;1,5\n2;2.5\n3;3,5\n4;4,5\n",
        r"line 4, column 'x': '2.5' is not a number",
    ),
    "an infinite value": ("t,x\n0,1\n1,-inf\n2,3\n3,4\n4,5\n", r"line 3, column 'x': the value is infinite"),
    "a value beyond floats": ("t,x\n0,1\n1,1e400\n2,3\n3,4\n4,5\n", r"line 3, column 'x': the value is infinite"),
    "an infinite time": ("t,x\n0,1\n1,2\n2,3\n3,4\ninf,5\n", r"line 6, column 't': the time is infinite"),
    "constants": (
        "t,x,y\n" + "".join(f"{i},1,2\n" for i in range(6)),
        r"no state that changes: 'x' .* 1 throughout. 'y'",
    ),
    "one name twice": ("t,x,x\n0,1,2\n", r"data.csv has two columns named 'x'"),
    "a row too long": ("t,x\n0,1\n1,2,3\n", r"line 3: 3 fields, but the header has 2"),
    "a row too long further down": ("t,x\n" + "0,1\n" * 400 + "1,2,3\n", r"line 402: 3 fields, but the header has 2"),
    "a row too short between blanks": ("t x y\n0 1 2\n1 2\n", r"line 3: 2 fields, but the header has 3"),
    "an open quotation mark": ('t,x\n0,1\n1,"2\n2,3\n', r"line 3: a quotation mark is not closed"),
    "an open quotation mark further down": ("t,x\n" + "0,1\n" * 400 + '1,"2\n', r"line 402: a quotation mark is not"),
    "no time": (
        "a,b\n3,1\n2,1\n3,2\n",
        r"no column named like a time .*'a', does not increase in line 3.*--time; .*'a', 'b'",
    ),
    "a workbook": (
        b"PK\x03\x04\0\0\0\0",
        r"data.csv is an Excel workbook or zip archive, not a table. Export it as CSV",
    ),
    "binary": (b"\x89PNG\r\n\x1a\n\0\0\0\r", r"data.csv is a binary file, not a table"),
    "half an archive": (b"\x1f\x8b\x08\0", r"data.csv cannot be read: .* complete"),
    "half a character": (b"\xff\xfet\0,\0x\0\n", r"data.csv is not text in utf-16"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, text: str | bytes, message: str) -> None:
    """The message names the file, the line as an editor counts it and the column."""
    path = tmp_path / "data.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DataError, match=message):
        read_csv(path)


ROLES = {
    "no such column": (
        {"states": ("speed",)},
        UsageError,
        r"no column 'speed' in .*data.csv. The columns are 'time', 'x', 'who'",
    ),
    "a name misspelt": ({"time": "tme"}, UsageError, r"no column 'tme' in .*. Did you mean 'time'\? The columns are"),
    "one column twice": ({"time": "x", "states": ("x",)}, UsageError, r"column 'x' is named 2 times"),
    "text as state": ({"states": ("who",)}, DataError, r"line 2, column 'who': 'ann' is not a number"),
    "text as time": ({"time": "who"}, DataError, r"line 2, column 'who': 'ann' is not a time"),
    "a run left open": ({"trajectory": ("who",)}, DataError, r"line 6, column 'who': the row does not tell its run"),
    "too few rows asked for": ({"max_rows": 3}, UsageError, r"At most 3 rows are asked for; at least 20 are needed"),
}


@pytest.mark.parametrize(("roles", "error", "message"), ROLES.values(), ids=ROLES.keys())
def test_a_role_that_cannot_be_played_is_refused(
    tmp_path: Path, roles: dict[str, object], error: type[Exception], message: str
) -> None:
    """A wrong name is a mistake of use; a wrong entry is one of the data."""
    path = tmp_path / "data.csv"
    path.write_text("time,x,who\n0,1,ann\n1,2,ann\n2,4,bob\n3,8,bob\n4,16,\n5,32,bob\n")
    with pytest.raises(error, match=message):
        read_csv(path, **roles)  # pyright: ignore[reportArgumentType]


def test_a_part_of_a_name_with_a_comma_is_told_how_to_be_whole(tmp_path: Path) -> None:
    """Options part names by commas."""
    path = tmp_path / "data.csv"
    path.write_text('t,"Air, north (2 m up)",x\n0,1,1\n')
    with pytest.raises(
        UsageError, match=r"no column 'Air' .* between quotation marks: '\"Air, north \(2 m up\)\"'\. The"
    ):
        read_csv(path, inputs=["Air", "north (2 m up)"])


def test_the_column_that_rises_is_advised_with_those_that_tell_its_runs(tmp_path: Path) -> None:
    """Of casts of an hour and a day the day alone repeats a depth; remarks of some rows tell nothing."""
    path = tmp_path / "casts.csv"
    casts = [(day, at, depth) for day in range(1, 6) for at in "ab" for depth in range(3)]
    rows = [f"2024-01-0{day},{at},ship,{'wind' * (z == day)},{z},{(day * z) % 7}\n" for day, at, z in casts]
    path.write_text("day,cast,from,remark,depth,x\n" + "".join(rows))
    with pytest.raises(DataError, match=r"counted by 'depth', .* --time depth --trajectory day,cast") as refused:
        read_csv(path)
    *_, keys = str(refused.value).removesuffix(".").split()
    assert 10 == len(read_csv(path, time="depth", trajectory=keys.split(",")).trajectories)


def test_dates_are_no_state(tmp_path: Path) -> None:
    """A date that is asked for as a state is refused by name."""
    path = tmp_path / "data.csv"
    path.write_text("t,day\n" + "".join(f"{i},2020-01-0{i + 1}\n" for i in range(6)))
    with pytest.raises(DataError, match=r"column 'day' holds dates. A state must be numbers"):
        read_csv(path, states=("day",))


@pytest.mark.parametrize("entry", ["12:30", "00:61:00", "noon"])
def test_what_is_no_time_of_day_is_named(tmp_path: Path, entry: str) -> None:
    """Of two parts nobody can tell whether they are hours or minutes; the message says what is read."""
    path = tmp_path / "data.csv"
    rows = [f"00:0{i}:00,{i * i}\n" for i in range(8)]
    path.write_text("time,x\n" + "".join(rows) + f"{entry},64\n")
    with pytest.raises(DataError, match=f"line 10, column 'time': '{entry}' is not a time.*such as 12:30:00"):
        read_csv(path)


def test_times_of_day_are_no_state(tmp_path: Path) -> None:
    """No more than dates are."""
    path = tmp_path / "data.csv"
    path.write_text("t,at\n" + "".join(f"{i},00:0{i}:00\n" for i in range(6)))
    with pytest.raises(DataError, match=r"column 'at' holds times of day. A state must be numbers"):
        read_csv(path, states=("at",))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The message shows the path and where it starts."""
    path = tmp_path / "absent.csv"
    with pytest.raises(DataError, match=f"There is no file {re.escape(str(path))}. Check the path"):
        read_csv(path)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder is refused before anything is read."""
    with pytest.raises(DataError, match="is not a file but a folder or device"):
        read_csv(tmp_path)


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's reason is in the message. (Permissions do not stop the administrator, so the refusal is played.)"""

    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "data.csv"
    path.write_text(f"t,x\n{GOOD}")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(DataError, match=r"data.csv cannot be read: .*Permission denied. Check its permissions"):
        read_csv(path)


def test_a_file_beyond_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is on entries, and the message has a way out."""
    monkeypatch.setattr(table, "MOST_ENTRIES", 10)
    path = tmp_path / "data.csv"
    path.write_text(f"t,x\n{GOOD}")
    with pytest.raises(DataError, match=r"more than 10 entries.* Keep every tenth row"):
        read_csv(path)


def test_a_column_of_too_many_labels_tells_no_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels are bounded; beyond, they are refused as runs and set aside as text."""
    monkeypatch.setattr(columns, "MOST_LABELS", 3)
    monkeypatch.setattr("discovery.trajectories.keys.MOST_LABELS", 3)
    path = tmp_path / "data.csv"
    path.write_text("t,x,who\n" + "".join(f"{i},{i * i},p{i}\n" for i in range(6)))
    with pytest.raises(DataError, match="column 'who': more than 3 different entries"):
        read_csv(path, trajectory=("who",))
    assert ("'who' was set aside: it holds text such as 'p0'.",) == read_csv(path).notes


@pytest.mark.parametrize("time", ["Travel time (d)", "time"])
def test_a_time_that_is_there_twice_in_a_block_is_named(tmp_path: Path, time: str) -> None:
    """Though the column that tells the blocks apart is not taken then, as times do not increase in each of them."""
    times = [0.0, 0.5, 1.2, 1.8, 2.1, 3.6, 0.0, 0.4, 0.7, 0.7, 0.9, 1.8]
    path = tmp_path / "data.csv"
    rows = [f"survey {1 + i // 6},{one},{9 - i % 6}" for i, one in enumerate(times)]
    path.write_text("\n".join([f"Survey,{time},x", *rows]))
    with pytest.raises(
        DataError, match=r"line 11, column .*: time 0\.7 stands in line 10 already in the run 'survey 2'"
    ):
        read_csv(path)
    rows[9] = "survey 2,0.71,6"
    path.write_text("\n".join([f"Survey,{time},x", *rows]))
    assert ("Survey",) == read_csv(path).keys
