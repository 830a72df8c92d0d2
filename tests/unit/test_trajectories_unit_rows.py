"""Rows between the names of columns and the numbers: units, and what a logger did."""

from pathlib import Path

import pytest

from discovery.errors import DataError
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.read import read_csv

ROWS = "".join(f"{1850.5 + i},{0.1 * i * i},{2.0 - 0.3 * i}\n" for i in range(8))
HOURS = "".join(f'"2024-05-01 0{i}:00:00",{41 + i},{0.1 * i * i},{2.0 - 0.3 * i}\n' for i in range(8))


def read(tmp_path: Path, text: str) -> Measurements:
    """The measurements in a file of that text."""
    path = tmp_path / "data.csv"
    path.write_text(text)
    return read_csv(path)


@pytest.mark.parametrize("units", ["yr,K,W/m2", "[yr],[K],[W/m2]", "(yr), (K), (W/m2)", ",K,W/m2", "years,K,Foo/bar"])
def test_a_row_of_units_goes_into_the_headers(tmp_path: Path, units: str) -> None:
    """With a note; a unit that nobody listed may be among them, and a column may have none."""
    found = read(tmp_path, f"# a comment\nyear,T,F\n{units}\n{ROWS}")
    last = "Foo/bar" if "Foo" in units else "W/m2"
    assert ["T [K]", f"F [{last}]"] == list(found.headers.values())
    assert any(note.startswith("Line 3 was read as units: ") and f"F [{last}]" in note for note in found.notes)
    assert 8 == len(found.trajectories[0])
    assert (found.time_name == "year") == units.startswith(",")


def test_units_that_a_header_has_stay(tmp_path: Path) -> None:
    """And those of the row are for the others."""
    found = read(tmp_path, f"year,T [mK],F\nyr,K,W/m2\n{ROWS}")
    assert ["T [mK]", "F [W/m2]"] == list(found.headers.values())


@pytest.mark.parametrize("words", ["first,second,third", "NA,low,high"])
def test_words_that_are_no_units_are_an_error_as_ever(tmp_path: Path, words: str) -> None:
    """It says where they stand."""
    with pytest.raises(DataError, match="line 2, column"):
        read(tmp_path, f"year,T,F\n{words}\n{ROWS}")


@pytest.mark.parametrize("first", ["V,,", "A,,", "V,h,m"])
def test_a_label_that_reads_as_a_unit_is_none(tmp_path: Path, first: str) -> None:
    """A row with a label alone is one of data without a time, which is said; units may stand beside a label."""
    rows = "".join(f"V,{i},{0.1 * i * i}\n" for i in range(8)) + "".join(f"W,{i},{0.2 * i * i}\n" for i in range(8))
    found = read(tmp_path, f"cond,t,x\n{first}\n{rows}")
    note = "Line 2 was read as units: t [h], x [m]." if "h" in first else "1 row without a time was left out, the"
    assert any(one.startswith(note) for one in found.notes)
    assert (("cond",), ["V", "W"]) == (found.keys, [run.label for run in found.trajectories])


def test_a_row_with_a_time_is_one_of_data(tmp_path: Path) -> None:
    """Though all else in it is text: what is no number is missing there, or an error."""
    found = read(tmp_path, f"year,T,F\n1849.5,NA,NA\n{ROWS}")
    assert 9 == len(found.trajectories[0])
    with pytest.raises(DataError, match="line 2, column 'T': 'K' is not a number"):
        read(tmp_path, f"year,T,F\n1849.5,K,NA\n{ROWS}")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("units", ['"TS","RN","Deg C","W/m2"', '"TS","RN","","PSU"'])
def test_files_of_loggers_are_read(tmp_path: Path, units: str, mark: str) -> None:
    """Their first line has fields of its own; names, units and processing follow; a number of records is no state."""
    head = f'{mark}"TOA5","Station7","CR1000","20105","OS","prog"\n"TIMESTAMP","RECORD","Ta","S"\n'
    found = read(tmp_path, head + f'{units}\n"","","Avg","Smp"\n{HOURS}')
    unit, other = ("Ta [degC]", "S [W/m2]") if "Deg" in units else ("Ta", "S [PSU]")
    assert [unit, other] == list(found.headers.values())
    assert ("TIMESTAMP [h]", 8) == (found.time_name, len(found.trajectories[0]))
    assert "'RECORD' was set aside: it counts the rows." in found.notes
    assert found.headers == read(tmp_path, head + f"{units}\n{HOURS}").headers


@pytest.mark.parametrize("formats", ["5s\t20d\t14n\t10s", "5S\t20D\t14N\t10S"])
def test_a_row_of_widths_and_kinds_is_passed_over(tmp_path: Path, formats: str) -> None:
    """As the USGS writes it below the names, in RDB: no column has the unit 14n."""
    rows = "".join(f"USGS\t2022-04-0{i} 00:00\t{315 - i * i}\tA\n" for i in range(1, 9))
    found = read(tmp_path, f"# Discharge, cubic feet per second\n#\nagency_cd\tdatetime\tQ\tQ_cd\n{formats}\n{rows}")
    assert (["Q"], "datetime [d]") == (list(found.headers.values()), found.time_name)
    assert "Line 4 was passed over: it has widths and kinds of the columns." in found.notes
    assert 8 == len(found.trajectories[0])
