"""Lines above the names of columns, as exports of building systems have them, and descriptions below them."""

from pathlib import Path

import pytest

from discovery.errors import DataError
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.read import read_csv

NAMES = "stamp;Room [°C];Heat [kW]\n"
ROWS = "".join(f"26.10.2024 00:{5 * i:02d};{19 + i * i / 8:.3f};{i % 3}\n" for i in range(12))
COMMAS = "".join(f"26.10.2024 00:{5 * i:02d};{19 + i * i // 8},{i % 8};{i % 3},5\n" for i in range(12))


def read(tmp_path: Path, text: str) -> Measurements:
    """The measurements in a file of that text."""
    path = tmp_path / "data.csv"
    path.write_text(text, encoding="utf-8")
    return read_csv(path)


@pytest.mark.parametrize(
    "above",
    [
        "Site: building 7\nExport: trend log v4.2\n",
        "Site: building 7;;\nExport: trend log v4.2;;\n",
        "Serial;10233;\nStart;26.10.2024;\n",
        "Site, town\n\nExport\n",
        "Room 7;;\n",
    ],
)
@pytest.mark.parametrize("rows", [ROWS, COMMAS], ids=["points", "commas"])
def test_lines_above_the_names_are_passed_over(tmp_path: Path, above: str, rows: str) -> None:
    """Padded with separators or not, with numbers and dates among them; a note says which."""
    found = read(tmp_path, above + NAMES + rows)
    plain = read(tmp_path, NAMES + rows)
    assert plain.headers == found.headers
    assert (plain.trajectories[0].states == found.trajectories[0].states).all()
    lines = len(above.splitlines())
    said = f"Lines 1 to {lines} were" if lines > 1 else "Line 1 was"
    assert [one for one in found.notes if one not in plain.notes] == [
        f"{said} passed over: {'they stand' if lines > 1 else 'it stands'} above the names of the columns."
    ]


@pytest.mark.parametrize("above", ["Ready.\n", "Ready.\nCalibrating\n"])
@pytest.mark.parametrize("mark", ["\t", ",", ";"])
def test_a_word_above_two_columns_is_passed_over(tmp_path: Path, above: str, mark: str) -> None:
    """As a board writes when it starts; a name that is missing above as many columns stays missing."""
    rows = "".join(f"{25 * i}{mark}{i * i % 7}\n" for i in range(12))
    found = read(tmp_path, f"{above}millis{mark}A0\n{rows}")
    assert ("millis", ["A0"]) == (found.time_name, list(found.headers.values()))
    assert any("passed over" in note for note in found.notes)
    with pytest.raises(DataError, match="line 2: 2 fields, but the header has 1"):
        read(tmp_path, f"millis\n{rows}")


def test_units_below_are_read_all_the_same(tmp_path: Path) -> None:
    """And lines of errors are those of the file."""
    text = "Export\n\nt;x;y\ns;m;K\n" + "".join(f"{i};{i * i};{i % 4}\n" for i in range(9))
    assert ["x [m]", "y [K]"] == list(read(tmp_path, text).headers.values())
    with pytest.raises(DataError, match=r"line 14, column 't \[s\]': 'end'"):
        read(tmp_path, f"{text}end;;\n")


def test_a_row_of_descriptions_is_passed_over(tmp_path: Path) -> None:
    """It has none for the time; units may follow."""
    names, words = "stamp;LT-101;XV-101\n", ";Level;Valve position\n"
    found = read(tmp_path, names + words + ROWS)
    assert ["LT-101", "XV-101"] == list(found.headers.values())
    assert "Line 2 was passed over: it describes the columns." in found.notes
    found = read(tmp_path, names + words + ";cm;%\n" + ROWS)
    assert ["LT-101 [cm]", "XV-101 [%]"] == list(found.headers.values())


def test_what_may_be_data_is_kept(tmp_path: Path) -> None:
    """Headers that come again, and labels, below rows of data; a word beside numbers is an error as ever."""
    with pytest.raises(DataError, match="'t' is not a time"):
        read(tmp_path, "0;1;2\n" + "".join(f"{i};{i * i};{i % 4}\n" for i in range(1, 5)) + "t;x;y\n5;4;3\n6;2;2\n")
    with pytest.raises(DataError, match="line 3, column 'x': 'broken' is not a number"):
        read(tmp_path, "t;x;y\n0;1;2\n;broken;\n" + "".join(f"{i};{i * i};{i % 4}\n" for i in range(1, 9)))


HOBO = "".join(
    f"{i + 1},06/13/23 {12 if i < 4 else 1}:{15 * (i % 4):02d}:00 AM,{7 + i * i / 8:.2f},\n" for i in range(8)
)


@pytest.mark.parametrize("title", ["Lake", "Lake_buoy_3", "Lake buoy 3 north shore"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_title_of_as_many_words_as_rows_have_is_passed_over(tmp_path: Path, title: str, mark: str) -> None:
    """Loggers write ``Plot Title: NAME``, three words, and a date, a time of day and AM, three pieces by blanks."""
    names = '"#","Date Time, GMT-06:00","DO conc, mg/L (LGR S/N: 10312345)","Stopped (LGR S/N: 10312345)"\n'
    found = read(tmp_path, f'{mark}"Plot Title: {title}"\n{names}{HOBO}')
    assert ["DO conc, mg/L (LGR S/N: 10312345)"] == list(found.headers.values())
    assert ("Date Time, GMT-06:00 [h]", 8) == (found.time_name, len(found.trajectories[0]))


def test_columns_between_blanks_stay_so(tmp_path: Path) -> None:
    """Though decimal commas part each row in as many pieces."""
    found = read(tmp_path, "t x y\n" + "".join(f"{i},5 {i * i},25 {i % 4},0\n" for i in range(9)))
    assert ["x", "y"] == list(found.headers.values())
