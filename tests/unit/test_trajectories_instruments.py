"""Files of oscilloscopes, LabVIEW and Logger Pro, whose tables stand beside or below what the instrument tells."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.errors import DataError
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.read import read_csv

VALUES = [round(0.6 * 0.9**i, 4) for i in range(30)]
SETTINGS = (
    "Record Length,1.000000e+03,", "Sample Interval,4.000000e-06,", "Trigger Point,200,", ",,", "Source,CH1,",
    "Vertical Units,V,", "Horizontal Units,s,", "Model Number,TDS2014,",
)  # fmt: skip
LABVIEW = (
    "LabVIEW Measurement\t\nSeparator\tTab\nDecimal_Separator\t,\nX_Columns\tOne\n***End_of_Header***\t\n\t\n"
    "Channels\t1\t\nX_Dimension\tTime\t\nX0\t0,0E+0\t\nDelta_X\t0,02\t\n***End_of_Header***\t\t\n"
    "X_Value\tangle\tComment\n"
)


def read(tmp_path: Path, text: str, name: str = "data.csv") -> Measurements:
    """The measurements in a file of that text."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_csv(path)


def rows(separator: str, decimal: str = ".", step: float = 0.5) -> str:
    """Times and values, a line each."""
    lines = (f"{i * step:.7g}{separator}{value}" for i, value in enumerate(VALUES))
    return "".join(f"{line.replace('.', decimal)}\n" for line in lines)


def test_settings_beside_the_data_name_its_columns(tmp_path: Path) -> None:
    """The first columns of an oscilloscope's file have words in its first rows, and nothing below."""
    beside = [*SETTINGS, *[",,"] * (len(VALUES) - len(SETTINGS))]
    data = rows(",", step=4e-6).splitlines()
    found = read(tmp_path, "".join(f"{left},{right},\n" for left, right in zip(beside, data, strict=True)))
    assert found.time_name == "t [s]"
    assert [*found.headers.values()] == ["CH1 [V]"]
    (run,) = found.trajectories
    assert run.states[:, 0].tolist() == VALUES
    assert run.times[1] == 4e-6
    assert "Lines 1 to 8 have settings beside the data, which were passed over." in found.notes


@pytest.mark.parametrize("units", ["", "s,V\n"])
def test_settings_above_the_names_are_no_names(tmp_path: Path, units: str) -> None:
    """Though the first of them is two words, as names of two columns are; those of three are read as before."""
    above = "Model,MDO3024\nFirmware Version,1.26\n\nVertical Units,V\nVertical Scale,0.2\nLabel,\n"
    found = read(tmp_path, f"{above}TIME,CH1\n{units}{rows(',')}")
    assert [*found.headers.values()] == ["CH1 [V]" if units else "CH1"]
    assert found.trajectories[0].states[:, 0].tolist() == VALUES
    assert "Lines 1 to 6 were passed over: they stand above the names of the columns." in found.notes


TWO_CHANNELS = {
    "settings of each channel": (
        "Model,DPO4054\n\nPoint Format,Y,\nHorizontal Scale,2e-05,\nGating,0.0% to 100.0%,0.0% to 100.0%\n"
        "Probe Attenuation,10,10\nVertical Units,V,V\nLabel,,\nTIME,CH1,CH2\n",
        ["CH1", "CH2"],
    ),
    "settings with the channel's name": (
        "Record Length,Analog:2000,\nVertical Units,CH1:V,CH2:V\nHorizontal Scale,0.00002,\nSource,CH1,CH2\n"
        "Second,Volt,Volt\n",
        ["CH1 [Volt]", "CH2 [Volt]"],
    ),
    "rows that are wider than the table": (
        "LECROYWS44Xs,16834,Waveform,x\nSegments,1,SegmentSize,2000\nSegment,TrigTime,TimeSinceSegment1\n"
        "#1,12-Mar-2021 10:23:45,0\nTime,Ampl,Other\n",
        ["Ampl", "Other"],
    ),
}


@pytest.mark.parametrize(("above", "headers"), TWO_CHANNELS.values(), ids=TWO_CHANNELS.keys())
def test_settings_of_several_channels_are_no_names(tmp_path: Path, above: str, headers: list[str]) -> None:
    """A value for each channel stands in a row, and blocks above may have more columns than the table."""
    values = [round(0.6 * 0.97**i, 4) for i in range(80)]
    found = read(tmp_path, above + "".join(f"{0.5 * i},{value},{2 * value:.4f}\n" for i, value in enumerate(values)))
    assert headers == [*found.headers.values()]
    assert values == found.trajectories[0].states[:, 0].tolist()


def test_words_below_the_names_are_still_refused(tmp_path: Path) -> None:
    """A word in a column of numbers is an error as ever: without a number beside a word above, nothing is a setting."""
    with pytest.raises(DataError, match="line 2, column 'time': 'Zeit' is not a time"):
        read(tmp_path, f"time,x\nZeit,Ort\nname,other\n{rows(',')}")


def test_samples_that_are_counted_get_their_times(tmp_path: Path) -> None:
    """The start and the step stand in columns of their own, in the row of units alone."""
    text = "X,CH1,Start,Increment,\nSequence,VOLT,-1.0e-03,4.000000e-06,\n"
    found = read(tmp_path, text + "".join(f"{i},{value},,\n" for i, value in enumerate(VALUES)))
    assert found.time_name == "t [s]"
    assert [*found.headers.values()] == ["CH1 [volt]"]
    np.testing.assert_allclose(found.trajectories[0].times, -1e-3 + 4e-6 * np.arange(len(VALUES)))
    assert any("X counts samples: times are -0.001 s and 4e-06 s more for each." in note for note in found.notes)


def test_a_row_of_units_may_be_shorter_than_the_names(tmp_path: Path) -> None:
    """What stands behind its end has no unit."""
    text = "X,CH1,Start,Increment,CH2\nSequence,VOLT,0,1e-6\n"
    found = read(tmp_path, text + "".join(f"{i},{value},,,{2 * value}\n" for i, value in enumerate(VALUES)))
    assert [*found.headers.values()] == ["CH1 [volt]", "CH2"]
    np.testing.assert_allclose(found.trajectories[0].times, 1e-6 * np.arange(len(VALUES)))
    assert found.trajectories[0].states[:, 0].tolist() == VALUES


def test_labview_begins_below_its_last_head(tmp_path: Path) -> None:
    """Its rows lack the last column, of comments."""
    found = read(tmp_path, LABVIEW + rows("\t", ","), "pendulum.lvm")
    assert [*found.headers.values()] == ["angle"]
    assert found.trajectories[0].states[:, 0].tolist() == VALUES
    assert "Lines 1 to 11 were passed over: they stand above the names of the columns." in found.notes


def test_logger_pro_has_symbols_and_units_below_the_names(tmp_path: Path) -> None:
    """The long names stay, with the units; the voltage's symbol is no unit."""
    text = "Vernier Format 2\ncell.cmbl 3/14/2023 10:12:22\t\nRun 1\nTime\tVoltage drop\nt\tV\ns\tV\n\n"
    found = read(tmp_path, text + rows("\t"), "cell.txt")
    assert found.time_name == "Time [s]"
    assert [*found.headers.values()] == ["Voltage drop [V]"]
    assert found.trajectories[0].states[:, 0].tolist() == VALUES


def test_times_in_the_names_of_empty_columns_are_read(tmp_path: Path) -> None:
    """An oscilloscope tells so when the first sample was taken, and the next."""
    found = read(tmp_path, "CH1V,t0 =-2.0e-05, tInc = 1.0e-07,\n" + "".join(f"{value},,\n" for value in VALUES))
    assert ("t [s]", ["CH1V"]) == (found.time_name, [*found.headers.values()])
    np.testing.assert_allclose(found.trajectories[0].times[[0, 1, -1]], [-2e-5, -1.99e-5, -1.71e-5])
    assert VALUES == found.trajectories[0].states[:, 0].tolist()
    assert any(note.startswith("Times are -2e-05 s and 1e-07 s more for each row") for note in found.notes)


def test_times_in_the_head_of_labview_are_read(tmp_path: Path) -> None:
    """Where the column of times is empty; the comments are, too."""
    head = LABVIEW.replace("One", "No").replace("0,0E+0", "0,5")
    found = read(tmp_path, head + "".join(f"\t{value}\n".replace(".", ",") for value in VALUES), "a.lvm")
    assert ("X_Value", ["angle"]) == (found.time_name, [*found.headers.values()])
    np.testing.assert_allclose(found.trajectories[0].times[:3], [0.5, 0.52, 0.54])
    assert VALUES == found.trajectories[0].states[:, 0].tolist()


def test_a_row_without_entries_leaves_the_times_of_the_others(tmp_path: Path) -> None:
    """And a minus sign as word processors write it is one."""
    lines = [f"{value},,\n" for value in VALUES]
    found = read(tmp_path, "CH1V,t0 =\u22122.0e-05, tInc = 1.0e-07,\n" + "".join([*lines[:9], ",,\n", *lines[10:]]))
    np.testing.assert_allclose(found.trajectories[0].times[[0, 8, 9]], [-2e-5, -1.92e-5, -1.90e-5])


def test_channels_of_labview_that_begin_apart_are_not_read_as_one(tmp_path: Path) -> None:
    """Their head has a start and a step for each."""
    head = LABVIEW.replace("One", "No").replace("Delta_X\t0,02", "Delta_X\t0,02\t0,04")
    with pytest.raises(DataError):
        read(tmp_path, head + "".join(f"\t{value}\n".replace(".", ",") for value in VALUES), "a.lvm")


@pytest.mark.parametrize(
    "head", ["CH1V,t0 =-2.0e-05, tInc = 1.0e-07,\n", "X,CH1,Start,Increment\nSequence,Volt,0.5,0.1\n"]
)
def test_the_line_of_pandas_has_the_times_that_no_column_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, head: str
) -> None:
    """Whether samples are counted or not."""
    counted = head.startswith("X")
    lines = [f"{i},{value}\n" if counted else f"{value},,\n" for i, value in enumerate(VALUES)]
    found = read(tmp_path, head + "".join(lines))
    monkeypatch.chdir(tmp_path)
    table = eval(found.table, {"pd": pd})
    np.testing.assert_allclose(table["t [s]"], found.trajectories[0].times)


def test_times_beside_each_channel_of_labview_are_read_once(tmp_path: Path) -> None:
    """They are the same; other columns of one name are refused."""
    head = LABVIEW.replace("One", "Multi").replace("angle", "angle\tX_Value\trate")
    lines = [f"{i * 0.5}\t{value}\t{{}}\t{2 * value}\n" for i, value in enumerate(VALUES)]
    same = "".join(line.format(i * 0.5) for i, line in enumerate(lines)).replace(".", ",")
    found = read(tmp_path, head + same, "a.lvm")
    assert ["angle", "rate"] == [*found.headers.values()]
    assert 0.5 == found.trajectories[0].times[1]
    with pytest.raises(DataError, match="two columns named 'X_Value'"):
        read(tmp_path, head + "".join(line.format(i * 0.7) for i, line in enumerate(lines)).replace(".", ","), "b.lvm")


def test_segments_of_labview_are_refused_by_name(tmp_path: Path) -> None:
    """Only the last one would be read where all are short."""
    table = LABVIEW[LABVIEW.index("Channels") :] + rows("\t", ",")
    with pytest.raises(DataError, match="a second segment has a head of its own"):
        read(tmp_path, LABVIEW + rows("\t", ",") + table, "a.lvm")
