"""Columns that hold the errors of others."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.read import read_csv


def read(tmp_path: Path, text: str, **roles: object) -> Measurements:
    """The measurements in a file of that text."""
    path = tmp_path / "data.csv"
    path.write_text(text)
    return read_csv(path, **roles)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "header",
    [
        "e_mag",
        "err_mag",
        "mag_err",
        "mag_error",
        "mag_sigma",
        "sigma_mag",
        "mag_sd",
        "sd_mag",
        "mag_se",
        "mag SD",
        "SEM mag",
        "mag_unc [mmag]",
    ],
)
def test_errors_of_a_column_are_neither_states_nor_inputs(tmp_path: Path, header: str) -> None:
    """A note says so; who names them has them."""
    text = f"t,mag [mmag],{header}\n" + "".join(f"{i},{i * i},{0.1 + i % 3}\n" for i in range(12))
    found = read(tmp_path, text.replace("5,25,2.1", "5,25,-9999"))
    assert ["mag [mmag]"] == list(found.headers.values())
    said = f"{header!r} looks like the errors of 'mag [mmag]', 1.1 at the median: samples are weighed by them"
    assert any(note.startswith(said) for note in found.notes)
    expected = [1.0 if i == 5 else (0.1 + i % 3) / 1.1 for i in range(12)]  # that of row 5 is not known
    np.testing.assert_allclose(found.trajectories[0].errors[:, 0], expected)
    assert [header] == list(read(tmp_path, text, inputs=(header,)).inputs.values())
    assert ["mag [mmag]", header] == list(read(tmp_path, text, states=("mag", header)).headers.values())


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("e_flux", "{i},{square},{small}"),  # of a column that is not there
        ("e_mag", "{i},{square},-{small}"),  # a component of some vector
        ("mag_sd", "{i},{square},{large}"),
        ("dmag", "{i},{square},{small}"),
        ("E_mag", "{i},{square},{small}"),
    ],
)
def test_what_is_only_called_like_errors_is_a_state(tmp_path: Path, header: str, row: str) -> None:
    """Errors are above zero, and smaller than the range of what they belong to, which is there."""
    rows = [row.format(i=i, square=i * i, small=0.1 + i % 3, large=1e3 + i) for i in range(12)]
    found = read(tmp_path, "\n".join([f"t,mag,{header}", *rows]))
    assert ["mag", header] == list(found.headers.values())


@pytest.mark.parametrize(
    "headers", ["glucose_mean,glucose_sd", "Mean,SD", "glucose,glucose_sd", "mean glucose,SD glucose"]
)
def test_deviations_beside_means_are_errors(tmp_path: Path, headers: str) -> None:
    """As tables of replicates have them; runs keep theirs, an error of zero or none being the usual one."""
    rows = [(run, i, i * i, [0.5, 2.0, 1.0, 0.0][i % 4] * run) for run in (1, 2) for i in range(12)]
    found = read(tmp_path, f"run,t,{headers}\n" + "".join(f"{a},{b},{c},{d}\n" for a, b, c, d in rows))
    assert [headers.split(",")[0]] == list(found.headers.values())
    first, second = (run.errors[:4, 0] for run in found.trajectories)
    np.testing.assert_allclose(second[:3], 2.0 * first[:3])
    assert first[3] == second[3] == 1.0


@pytest.mark.parametrize("headers", ["Mean,SD,SEM", "Mean,SEM,SD", "IgG,IgG_sd,IgG_sem"])
def test_of_two_columns_of_errors_that_of_the_mean_is_taken(tmp_path: Path, headers: str) -> None:
    """The other is left out, and that is said: samples cannot be weighed by both."""
    of, *both = headers.split(",")
    order = [0.5 * (1 + i % 3) for i in range(12)], [2.0 + i % 2 for i in range(12)]
    mean, scatter = (both[1], both[0]) if both[1].lower().endswith("sem") else (both[0], both[1])
    columns = dict(zip((mean, scatter), order, strict=True))
    rows = "".join(f"{i},{i * i},{columns[both[0]][i]},{columns[both[1]][i]}\n" for i in range(12))
    found = read(tmp_path, f"t,{headers}\n{rows}")
    np.testing.assert_allclose(found.trajectories[0].errors[:, 0], order[0])
    said = [note for note in found.notes if "looks like" in note]
    assert {f"{scatter!r} looks like the errors of {of!r}, and is left out, as {mean!r} is taken"} == {
        note.partition(". If")[0] for note in said if "is taken" in note
    }
    assert 2 == len(said)
    table = pd.read_csv(tmp_path / "data.csv")
    arrays = from_arrays(table.drop(columns="t"), table["t"].to_numpy())
    np.testing.assert_allclose(arrays.trajectories[0].errors[:, 0], order[0])
    assert said == [note for note in arrays.notes if "looks like" in note]


@pytest.mark.parametrize(
    ("headers", "errors"),
    [("t,T,T_err,s,s_err,S,S_err", {"T", "s", "S"}), ("t,T_mean,T_std,s,s_sd,S,S_sd", {"T_mean", "s", "S"})],
)
def test_errors_belong_to_the_column_whose_name_they_have_to_the_letter(
    tmp_path: Path, headers: str, errors: set[str]
) -> None:
    """Not to time, nor to a column of other letters."""
    rows = [f"{i},{i * i},{0.1 + i % 3},{2 * i + i % 5},{0.1 + i % 4},{i % 7},{0.1 + i % 5}" for i in range(12)]
    found = read(tmp_path, "\n".join([headers, *rows]))
    assert errors == {*found.headers.values()}
    sizes = found.trajectories[0].errors.std(axis=0)
    assert len(set(np.round(sizes, 6))) == 3


def test_errors_that_are_all_alike_weigh_nothing(tmp_path: Path) -> None:
    """The runs have no errors then, and a note says why."""
    found = read(tmp_path, "t,mag,e_mag\n" + "".join(f"{i},{i * i},0.5\n" for i in range(12)))
    assert not found.trajectories[0].errors.size
    assert any("all alike, so that none weighs more than another" in note for note in found.notes)
