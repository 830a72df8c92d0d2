"""The verb that lists and shows known systems, and writes their data."""

import json
from pathlib import Path

import pytest

from discovery.datasets import known
from discovery.datasets.corrupt import Corruption
from discovery.errors import UsageError
from discovery.trajectories.read import read_csv
from pipelines import systems


def shown(*names: str, **options) -> None:
    """`discover systems`."""
    defaults = {"suite": None, "tags": (), "csv": None, "runs": 1, "seed": 0, "as_json": False}
    systems.systems_command(names, **{**defaults, "corruption": Corruption(), **options})


def test_systems_are_listed_with_measurements(capsys) -> None:
    """One line for each."""
    shown()
    text = capsys.readouterr().out
    assert all(name in text for name in (*known.names(), "lynx_hare_1900_1920"))


def test_a_system_is_shown_with_typeset_equations(capsys) -> None:
    """Fractions have a bar; constants have value, unit and meaning."""
    shown("odebench_42_chlorine_dioxide_iodine")
    text = capsys.readouterr().out
    assert "────────" in text
    assert "c_0  = 8.9  empirical rate parameter" in text
    assert "512 of 0 … 10, evenly spaced" in text


def test_what_drives_a_system_is_shown_and_written(capsys, tmp_path) -> None:
    """The input has its course and meaning; its column stands in the data, ready for `--inputs`."""
    shown("rlc")
    assert "source  = v_in*cos(omega*t)  V  voltage of the source" in capsys.readouterr().out
    shown("rlc", csv=tmp_path / "rlc.csv", runs=2)
    assert f"discover run {tmp_path / 'rlc.csv'} --inputs source" in capsys.readouterr().err
    read = read_csv(tmp_path / "rlc.csv", inputs=["source"])
    assert (("v", "i"), 2) == (read.trajectories[0].names, len(read.trajectories))
    assert [5.0, 5.0] == [run.inputs[0, 0] for run in read.trajectories]


def test_measurements_are_shown_with_published_constants(capsys) -> None:
    """Value, deviation, unit, meaning, licence."""
    shown("lynx_hare_1900_1920")
    text = capsys.readouterr().out
    assert "a  = 0.55 ± 0.06 1/yr  growth rate of the hares" in text
    assert "licence" in text


def test_json_holds_every_system_in_one_list(capsys) -> None:
    """With the half that it is in."""
    shown(as_json=True)
    document = json.loads(capsys.readouterr().out)
    halves = {one["name"]: one["half"] for one in document if one["kind"] == "known"}
    assert {name: known.half(name) for name in known.names()} == halves
    assert document[0]["equations"]


def test_data_of_several_runs_have_a_column_that_tells_them_apart(tmp_path) -> None:
    """They are read back as they were written."""
    shown("rlc", csv=tmp_path / "rlc.csv", runs=2, corruption=Corruption(0.02, drop=0.5))
    read = read_csv(tmp_path / "rlc.csv")
    assert 2 == len(read.trajectories)
    assert ("v", "i", "source") == tuple(read.headers.values())
    assert known.load("rlc").samples // 2 == len(read.trajectories[0])


def test_data_may_go_to_stdout(capsys) -> None:
    """For a pipe."""
    shown("rlc", csv=Path("-"))
    assert "t,v,i,source" == capsys.readouterr().out.splitlines()[0]


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        (("rlc", "lu"), {"csv": Path("x.csv")}, "--csv writes the data of one system, but 2 are named"),
        (("rlc",), {"csv": Path("x.csv"), "runs": 9}, "rlc has 2 initial states, but --runs is 9. Ask for 1 to 2"),
        (("rlc",), {"csv": Path("/nowhere/at/all/x.csv")}, "cannot be written"),
        (("lorenz_stenfo",), {}, "Did you mean lorenz_stenflo"),
        (
            ("Pendu",),
            {},
            r"called 'Pendu'. Did you mean double_pendulum or .* or .*\? `discover systems` lists them all.$",
        ),
        (("fitzhugh",), {}, r"called 'fitzhugh'. `discover systems` lists them all.$"),
        (("lorenz_stenfo",), {"csv": Path("x.csv")}, "Did you mean lorenz_stenflo"),
    ],
)
def test_impossible_wishes_are_refused(names, options, message, monkeypatch) -> None:
    """Each with what to do."""

    def refuse(*arguments: object, **settings: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(systems, "write", refuse)
    with pytest.raises(UsageError, match=message):
        shown(*names, **options)
