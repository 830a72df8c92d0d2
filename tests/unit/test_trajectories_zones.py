"""Stamps with the letters of a zone, and with marks before the fraction of a second that pandas does not read."""

import re
from pathlib import Path

import pandas as pd
import pytest

from discovery.errors import DataError
from discovery.trajectories.read import read_csv


def written(folder: Path, stamps: list[str]) -> Path:
    """A file of those times."""
    (folder / "a.csv").write_text("time;x\n" + "".join(f"{stamp};{i * i}\n" for i, stamp in enumerate(stamps)))
    return folder / "a.csv"


@pytest.mark.parametrize(
    "form",
    [
        "2023-05-11 08:00:{:02d} UTC",
        "2023-05-11T08:00:{:02d}GMT",
        "2023-05-11 08:00:{:02d},000",
        "2023-05-11 08:00:{:02d}:000",
        "08:00:{:02d}:000",
    ],
)
def test_stamps_of_archives_and_programs_are_read(tmp_path: Path, form: str) -> None:
    """The zone of the world, and thousandths behind a comma or a colon."""
    found = read_csv(written(tmp_path, [form.format(i) for i in range(8)]))
    assert ("time [s]", [float(i) for i in range(8)]) == (found.time_name, found.trajectories[0].times.tolist())


def test_thousandths_behind_a_colon_are_counted(tmp_path: Path) -> None:
    """Of a time of day and of a date."""
    for day in ("", "2023-05-11 "):
        found = read_csv(written(tmp_path, [f"{day}08:00:0{i // 4}:{i % 4 * 250:03d}" for i in range(8)]))
        assert [0.25 * i for i in range(8)] == found.trajectories[0].times.tolist()


@pytest.mark.parametrize(("summer", "winter"), [("CEST", "CET"), ("EDT", "EST")])
def test_letters_of_a_zone_are_refused_with_a_line_that_writes_its_offset(
    tmp_path: Path, summer: str, winter: str
) -> None:
    """The line works, also through the end of summer time."""
    hours = [f"2023-10-29 {hour:02d}:30:00 {summer}" for hour in (0, 1, 2)]
    path = written(tmp_path, [*hours, *(f"2023-10-29 {hour:02d}:30:00 {winter}" for hour in (2, 3, 4))])
    with pytest.raises(DataError, match=rf"{summer}' is not a time. Letters of a zone are not read") as refused:
        read_csv(path)
    table = pd.read_csv(path, sep=";")
    line = re.search(r"in pandas (.*)\.$", str(refused.value))
    assert line is not None
    exec(line[1], {"table": table})  # the line that is printed is what is tested
    table.to_csv(path, index=False)
    assert [0.0, 1.0, 2.0, 3.0, 4.0, 5.0] == read_csv(path).trajectories[0].times.tolist()


def test_the_letters_of_a_zone_behind_other_dates_get_no_line_that_fails(tmp_path: Path) -> None:
    """Offsets are read behind dates of ISO 8601 alone; there no blank is needed before the letters."""
    with pytest.raises(DataError) as refused:
        read_csv(written(tmp_path, [f"0{i + 1}.07.2024 00:00:00 CEST" for i in range(8)]))
    assert "offset" not in str(refused.value)
    with pytest.raises(DataError, match=r"replace\('CEST', '\+02:00'\)"):
        read_csv(written(tmp_path, [f"2024-07-0{i + 1}T00:00:00CEST" for i in range(8)]))
