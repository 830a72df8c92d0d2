"""CSV files that are read, whatever program wrote them."""

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest

from discovery.errors import UsageError
from discovery.resources import folder
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.read import read_csv

TIMES = np.arange(6) + 0.5
SQUARES = np.arange(6.0) ** 2
NAN = float("nan")


def read(tmp_path: Path, text: str | bytes, **roles: object) -> Measurements:
    """The measurements in a file of that text."""
    path = tmp_path / "data.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_csv(path, **roles)  # pyright: ignore[reportArgumentType]


def table(header: str, row: str, *, decimal: str = ".") -> str:
    """A header and six rows in which ``{t}`` and ``{x}`` are filled in; the header may be several lines or none."""
    rows = [row.format(t=t, x=x) for t, x in zip(TIMES, SQUARES, strict=True)]
    return header + "".join(line.replace(".", decimal) + "\n" for line in rows)


DECIMAL_COMMA = "Numbers were read with decimal commas."
NO_HEADER = "The file has no header; the first column is taken as time t, the others are named x0, x1, ..."
SET_ASIDE = "{!r} was set aside: it holds text such as {!r}."
LAYOUTS = {
    "commas": (table("t,x\n", "{t},{x}"), "x", ()),
    "commas and blanks": (table("t, x\n", "{t}, {x} "), "x", ()),
    "semicolons and padding": (
        table("t;a;b;c; x\n", "{t};u;v;w;   {x}"),
        "x",
        tuple(map(SET_ASIDE.format, "abc", "uvw")),
    ),
    "semicolons": (table("t;x\n", "{t};{x}"), "x", ()),
    "decimal commas": (table("t;x\n", "{t};{x}", decimal=","), "x", (DECIMAL_COMMA,)),
    "quoted decimal commas": (table("t,x\n", '"{t}","{x}"', decimal=","), "x", (DECIMAL_COMMA,)),
    "tabs and decimal commas": (table("t\tx\n", "{t}\t{x}", decimal=","), "x", (DECIMAL_COMMA,)),
    "tabs": (table("t\tx\n", "{t}\t{x}"), "x", ()),
    "blanks": (table("  t    x\n", "  {t}   {x}"), "x", ()),
    "byte-order mark": (table("t,x\n", "{t},{x}").encode("utf-8-sig"), "x", ()),
    "Excel's Unicode text": (table("t\tx\n", "{t}\t{x}").encode("utf-16"), "x", ()),
    "Excel's separator line": (table("sep=;\nt;x\n", "{t};{x}", decimal=","), "x", (DECIMAL_COMMA,)),
    "Windows line ends": (table("t,x\n", "{t},{x}").replace("\n", "\r\n"), "x", ()),
    "old Macintosh line ends": (table("t,x\n", "{t},{x}").replace("\n", "\r"), "x", ()),
    "gzip": (gzip.compress(table("t,x\n", "{t},{x}").encode()), "x", ()),
    "comments": (table("# a pendulum\n#\n\nt,x\n", "{t},{x}"), "x", ()),
    "blank lines": (table("t,x\n", "{t},{x}\n") + "\n\n", "x", ()),
    "no header": (table("", "{t},{x}"), "x0", (NO_HEADER,)),
    "numpy's header": (
        table("# t x\n", "{t} {x}"),
        "x",
        ("The column names were read from the last comment line: t, x.",),
    ),
    "Windows encoding": (
        table("t,größe\n", "{t},{x}").encode("cp1252"),
        "größe",
        ("The file is not UTF-8; it was read as cp1252.",),
    ),
    "bytes that no encoding knows": (
        table("t,x\x81\n", "{t},{x}").encode("latin-1"),
        "x\x81",
        ("The file is not UTF-8; it was read as latin-1.",),
    ),
    "separators at the ends": (
        table("t,x\n", "{t},{x},"),
        "x",
        ("'column 3' was set aside: it has no measured values.",),
    ),
    "row numbers": (
        "".join(f"{n},{line}\n" for n, line in zip(["", *range(6)], table("t,x\n", "{t},{x}").split(), strict=True)),
        "x",
        ("'column 1' was set aside: it counts the rows.",),
    ),
    "pieces of the record": (
        "t,x,Step Index\n"
        + "".join(f"{t},{x},{1 + i // 2}\n" for i, (t, x) in enumerate(zip(TIMES, SQUARES, strict=True))),
        "x",
        (
            "'Step Index' was set aside: it counts pieces of the record, of which there are 3. "
            "--trajectory 'Step Index' takes each as a run.",
        ),
    ),
    "a constant column": (
        table("t,x,g\n", "{t},{x},9.81"),
        "x",
        ("'g' was set aside: it is 9.81 throughout.",),
    ),
    "an empty column": (
        table("t,x,y\n", "{t},{x},NA"),
        "x",
        ("'y' was set aside: it has no measured values.",),
    ),
    "remarks": (
        table("t,x,remark\n", "{t},{x},") + "6.5,36,cloudy\n",
        "x",
        ("'remark' was set aside: it holds text such as 'cloudy'.",),
    ),
    "truth values": (
        table("t,x,on\n", "{t},{x},True").replace("True", "False", 3),
        "x",
        ("'on' was set aside: it holds text such as 'False'.",),
    ),
}


@pytest.mark.parametrize(("text", "header", "notes"), LAYOUTS.values(), ids=LAYOUTS.keys())
def test_a_table_is_read_whatever_its_layout(
    tmp_path: Path, text: str | bytes, header: str, notes: tuple[str, ...]
) -> None:
    """Times and states are those that were written; what was done to them is noted."""
    measurements = read(tmp_path, text)
    (trajectory,) = measurements.trajectories
    np.testing.assert_array_equal(TIMES, trajectory.times[:6])
    np.testing.assert_array_equal(SQUARES[:, None], trajectory.states[:6])
    assert [header] == list(measurements.headers.values())
    assert tuple(measurements.headers) == trajectory.names
    assert "t" == measurements.time_name
    assert notes == measurements.notes


@pytest.mark.parametrize("mark", ["", "NA", "NaN", "nan", "null", "None", "-", "?", " NA "])
def test_a_missing_entry_is_kept_as_nan(tmp_path: Path, mark: str) -> None:
    """A gap stays a gap: no value is made up and no row is lost."""
    measurements = read(tmp_path, table("t,x,y\n", "{t},{x},{x}").replace(",4.0,", f",{mark},"))
    (trajectory,) = measurements.trajectories
    np.testing.assert_array_equal([0, 1, NAN, 9, 16, 25], trajectory.states[:, 0])
    np.testing.assert_array_equal(SQUARES, trajectory.states[:, 1])
    assert () == measurements.notes


@pytest.mark.parametrize(("mark", "told"), [("-9999", "-9999"), ("-9999.00", "-9999"), ("n.d.", "n.d.")])
def test_what_is_told_to_stand_for_a_missing_entry_is_one(tmp_path: Path, mark: str, told: str) -> None:
    """A number however it is written, or a word."""
    text = table("t,x,y\n", "{t},{x},{x}").replace(",4.0,", f",{mark},")
    (trajectory,) = read(tmp_path, text, missing=(told,)).trajectories
    np.testing.assert_array_equal([0, 1, NAN, 9, 16, 25], trajectory.states[:, 0])


def test_a_number_that_stands_for_missing_may_be_a_time(tmp_path: Path) -> None:
    """Zero is no measurement of x here, and where time begins."""
    text = table("t,x,y\n", "{t},{x},{x}").replace(",4.0,", ",0,").replace(",0.0,", ",0.5,", 1)
    (trajectory,) = read(tmp_path, text, missing=("0",)).trajectories
    np.testing.assert_array_equal(TIMES, trajectory.times)
    np.testing.assert_array_equal([0.5, 1, NAN, 9, 16, 25], trajectory.states[:, 0])


def test_a_number_of_nines_far_from_all_else_is_taken_for_missing(tmp_path: Path) -> None:
    """Which is said; who tells what stands for missing has told all of it."""
    text = table("t,x,y\n", "{t},{x},{x}").replace(",4.0,", ",-9999,")
    measurements = read(tmp_path, text)
    np.testing.assert_array_equal([0, 1, NAN, 9, 16, 25], measurements.trajectories[0].states[:, 0])
    assert ("'x' is -9999 in 1 row, far from all else: left out as missing. --missing NA takes it as measured.",) == (
        measurements.notes
    )
    told = read(tmp_path, text, missing=("NA",))
    assert (-9999.0, ()) == (told.trajectories[0].states[2, 0], told.notes)


def test_a_row_without_a_time_is_left_out_with_a_note(tmp_path: Path) -> None:
    """The note names the line as an editor counts it, blank lines included."""
    measurements = read(tmp_path, table("t,x\n", "{t},{x}") + "\n,36\n7.5,49\n")
    assert [*TIMES, 7.5] == measurements.trajectories[0].times.tolist()
    assert ("1 row without a time was left out, the first in line 9.",) == measurements.notes


def test_a_file_is_known_by_its_name_and_its_bytes(tmp_path: Path) -> None:
    """The fingerprint is that of the file as it lies on the disk, packed or not."""
    packed = gzip.compress(table("t,x\n", "{t},{x}").encode())
    measurements = read(tmp_path, packed)
    assert "data.csv" == measurements.source
    assert hashlib.sha256(packed).hexdigest() == measurements.sha256


def test_headers_are_kept_as_they_were_written(tmp_path: Path) -> None:
    """Markup in a header is text like any other; reports escape it, reading does not."""
    text = table("t,<script>,a$b{c},100%\n", "{t},{x},{t},{t}")
    assert {"script": "<script>", "a_b_c": "a$b{c}", "x_100": "100%"} == read(tmp_path, text).headers


def test_states_come_in_the_order_asked_for(tmp_path: Path) -> None:
    """Columns that are not asked for may hold anything."""
    measurements = read(tmp_path, table("t,x,y,z\n", "{t},{x},{t},{x}") + "6.5,1,2,oops\n", states=("y", "x"))
    assert ("y", "x") == measurements.trajectories[0].names
    assert [0.5, 0.0] == measurements.trajectories[0].states[0].tolist()


def test_numbers_are_read_to_the_last_digit(tmp_path: Path) -> None:
    """Reading gives the number that Python reads."""
    values = np.random.default_rng(0).normal(size=200)
    text = "t,x\n" + "".join(f"{i},{value!r}\n" for i, value in enumerate(values.tolist()))
    np.testing.assert_allclose(values, read(tmp_path, text).trajectories[0].states[:, 0], rtol=3e-16)


def test_a_long_file_is_thinned_with_a_note(tmp_path: Path) -> None:
    """The rows come from the whole file, in several pieces, and are not averaged."""
    rows = 120_001
    text = "t,x\n" + "".join(f"{i},{i % 7}\n" for i in range(rows))
    measurements = read(tmp_path, text, max_rows=10_000)
    (trajectory,) = measurements.trajectories
    assert ("9,231 of 120,001 rows were used: one row in 13.",) == measurements.notes
    np.testing.assert_array_equal(np.arange(0, rows, 13), trajectory.times)
    np.testing.assert_array_equal(np.arange(0, rows, 13) % 7, trajectory.states[:, 0])


@pytest.mark.parametrize(
    ("name", "time", "states", "lengths"),
    [
        ("lynx_hare_1900_1920", "year", ("hare_thousands", "lynx_thousands"), [21]),
        ("pendulum_schmidt_lipson", "t", ("theta_rad", "omega"), [556]),
        ("oscillator_schmidt_lipson", "t_s", ("x", "v_est", "a_est"), [870]),
        ("planets_heliocentric_de421", "t_days", ("x_au", "y_au", "z_au"), [731] * 5),
    ],
)
def test_measured_data_are_read_without_being_told_anything(
    name: str, time: str, states: tuple[str, ...], lengths: list[int]
) -> None:
    """Time, states and runs are guessed right."""
    measurements = read_csv(folder("datasets/measured") / f"{name}.csv")
    assert time == measurements.time_name
    assert {state: state for state in states} == measurements.headers
    assert lengths == [len(trajectory) for trajectory in measurements.trajectories]


@pytest.mark.parametrize("told", [(), ("ball", "drop")])
def test_balls_and_their_drops_are_told_apart_by_two_columns(told: tuple[str, ...]) -> None:
    """Time starts again with each drop of one ball, so that the ball alone does not tell the run."""
    measurements = read_csv(folder("datasets/measured") / "falling_balls.csv", trajectory=told)
    labels = [trajectory.label for trajectory in measurements.trajectories]
    assert 22 == len(labels)
    assert ["baseball, drop 1", "baseball, drop 2"] == labels[:2]
    assert ("The rows are 22 runs, told apart by 'ball' and 'drop'.",) == measurements.notes
    assert ("height_m", "velocity_m_per_s_from_video") == measurements.trajectories[0].names


@pytest.mark.parametrize("mark", ["-9999", "\N{MINUS SIGN}9999"])
def test_what_stands_for_missing_may_have_any_minus(mark: str, tmp_path: Path) -> None:
    """As a word processor writes it, in the option or in the file."""
    text = table("t,x\n", "{t},{x}").replace(",4.0", f",{mark}")
    for told in ("-9999", "\N{MINUS SIGN}9999"):
        (run,) = read(tmp_path, text, missing=(told,)).trajectories
        np.testing.assert_array_equal([0, 1, NAN, 9, 16, 25], run.states[:, 0])


@pytest.mark.parametrize(
    ("unit", "last"),
    [("h", 5.0), ("hours", 5.0), ("min", 300.0), ("days", 5 / 24), ("week", 5 / 168), ("years", 5 / 8766)],
)
def test_dates_are_counted_in_the_unit_that_is_told(unit: str, last: float, tmp_path: Path) -> None:
    """However it is spelled; in no other."""
    text = "date,x\n" + "".join(f"2024-01-01 0{i}:00,{i * i}\n" for i in range(6))
    assert pytest.approx(last) == read(tmp_path, text, units={"t": unit}).trajectories[0].times[-1]
    with pytest.raises(UsageError, match=r"counted in 'month'; dates .* in s, min, h, d, week, yr"):
        read(tmp_path, text, units={"t": "month"})


def test_of_a_map_the_first_rows_are_kept(tmp_path: Path) -> None:
    """As each is the next of the one before; runs that would be too short are left out instead."""
    text = "run,t,x\n" + "".join(f"{run},{i},{i}\n" for run in range(3) for i in range(40))
    found = read(tmp_path, text, max_rows=60, successive=True, trajectory=("run",))
    assert [list(range(20))] * 3 == [run.states[:, 0].tolist() for run in found.trajectories]
    assert "60 of 120 rows were used: the first 20 of each run." in found.notes
    few = read(tmp_path, text, max_rows=20, successive=True, trajectory=("run",))
    assert [10, 10] == [len(run) for run in few.trajectories]
    assert any("and one run in 2." in note for note in few.notes)


def test_brackets_that_may_be_meant_as_a_unit_are_noted(tmp_path: Path) -> None:
    """With what to write; nothing is said where the unit is told."""
    path = tmp_path / "data.csv"
    path.write_text("Year,Storage (TAF),Catch (raw)\n" + "".join(f"{1990 + i},{i * i},{i % 3}\n" for i in range(9)))
    note = "(TAF) of 'Storage (TAF)' was not read as a unit; if it is one, write 'Storage [TAF]', or tell it in"
    assert [True] == [one.startswith(note) for one in read_csv(path).notes]
    assert () == read_csv(path, units={"Storage (TAF)": "m^3"}).notes
    path.write_text("time (UTC),x\n" + "".join(f"2023-05-0{i}T00:00:00Z,{i * i}\n" for i in range(1, 10)))
    assert not any("unit" in one for one in read_csv(path).notes)  # a zone is none
