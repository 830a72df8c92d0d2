"""Units of their own in columns side by side: they are noticed, and how to put them one below the other is said."""

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.errors import DataError
from discovery.headers import bare
from discovery.trajectories.abreast import Abreast
from discovery.trajectories.checks import check
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.read import read_csv
from pipelines.checking import next_command
from pipelines.config import Columns, RunConfig
from pipelines.ode import ensure

WELLS = [f"{row}{column}" for row in "ABC" for column in range(1, 9)]


def plate(path: Path, names: list[str], *, separator: str = ",", decimal: str = ".") -> Path:
    """A table with a temperature and growth in other columns."""
    time = np.linspace(0.0, 8.0, 17)
    table = pd.DataFrame({"Time [h]": time, "T 600": 37.0 + 0.1 * np.cos(9.0 * time)})
    for place, name in enumerate(names):
        table[name] = np.round(1.0 / (1.0 + (20.0 + place) * np.exp(-time)), 4)
    table.to_csv(path, index=False, sep=separator, decimal=decimal)
    return path


def seen(path: Path, states: tuple[str, ...] = ()) -> tuple[Measurements, Abreast]:
    """What was read, and which columns are alike."""
    found = read_csv(path, states=states)
    assert found.abreast is not None
    return found, found.abreast


@pytest.mark.parametrize(("separator", "decimal"), [(",", "."), (";", ","), ("\t", ".")])
def test_wells_are_put_one_below_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, separator: str, decimal: str
) -> None:
    """By the line of pandas that is proposed, however the file is written; the command after it reads 24 runs."""
    found, units = seen(plate(tmp_path / "plate.csv", WELLS, separator=separator, decimal=decimal))
    (alert,) = (one for one in check(found).alerts if one.subject == "wide")
    assert ("caution", units.melt in alert.advice) == (alert.level, True)
    assert next_command(tmp_path / "plate.csv", Columns(), check(found)) == " ".join(units.words)
    monkeypatch.chdir(tmp_path)
    pd.read_csv("plate.csv", sep=separator, decimal=decimal).melt(
        list(units.others), var_name=units.key, value_name=units.values
    ).to_csv(units.long, index=False)
    for option in (f"sep={separator!r}", f"decimal={decimal!r}"):
        assert (option in units.melt) == (option not in ("sep=','", "decimal='.'"))
    *_, trajectory, _, states = units.words
    long = read_csv(units.long, trajectory=[trajectory], states=[states])
    assert (24, {"value": "value"}) == (len(long.trajectories), long.headers)


def test_more_columns_than_a_law_has_states_are_refused_with_the_way_out(tmp_path: Path) -> None:
    """Whatever they are called, as of countries nobody can tell."""
    countries = [f"{letter}land" for letter in "ABCDEFGHIJKLMNOPQRSTUVW"]
    with pytest.raises(DataError, match=r"at most 20 .* --states.* runs of one law: .*melt\(\['Time \[h\]'\]"):
        ensure(RunConfig(), read_csv(plate(tmp_path / "a.csv", countries)))


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["A1", "A2", "A3"], "well"), (["cell 1 [a.u.]", "cell 2 [a.u.]", "cell 3 [a.u.]"], "unit"),
        (["5 nM", "10 nM", "20 nM"], "unit"), (["rod1", "rod2", "rod_3"], "unit"),
        (["A1", "A2"], ""), (["x1", "x2", "x3"], ""), (["cell 1 [V]", "cell 2 [A]", "cell 3 [K]"], ""),
        (["prey", "predator", "food"], ""),
    ],
)  # fmt: skip
def test_columns_that_are_called_alike_are_noted(tmp_path: Path, names: list[str], kind: str) -> None:
    """A note alone, of three or more in one unit: they may be states of one system, as compartments are."""
    found = read_csv(plate(tmp_path / "a.csv", names))
    assert (found.abreast.key if found.abreast else "") == kind
    assert ["note"] * bool(kind) == [one.level for one in check(found).alerts if one.subject == "wide"]
    assert "a_long.csv" not in next_command(tmp_path / "a.csv", Columns(), check(found))
    if found.abreast:
        assert tuple(names) == found.abreast.columns


@pytest.mark.parametrize(
    "form",
    ["P={} uW", "{} uW", "PL_{}uW", "PL {} uW", "counts_{}uW", "I({} mW)", "I ({} mW)", "signal @ {} mW", "T={} K",
     "T={}", "alpha_{}K", "alpha ({} K)", "PL_{}uW [counts]", "F={} uJ/cm2", "n(T={} K)", "glucose {} mM", "trace{}"],
)  # fmt: skip
@pytest.mark.parametrize("levels", [("1", "5", "25"), ("0.5", "1.5", "3.0")])
def test_columns_of_one_quantity_at_other_settings_are_noted(
    tmp_path: Path, form: str, levels: tuple[str, ...]
) -> None:
    """One text about a number with a unit, or behind a sign; a run tells it, too, unless something was told."""
    names = [form.format(one) for one in levels]
    found, units = seen(plate(tmp_path / "a.csv", names))
    assert (units.columns, units.certain) == (tuple(names), False)
    subprocess.run([sys.executable, "-c", f"import pandas as pd; {units.melt}"], cwd=tmp_path, check=True)
    assert names == [run.label for run in read_csv(tmp_path / units.long, trajectory=["unit"]).trajectories]
    checked = check(found)
    assert [units.melt in note for note in checked.notes_on(hidden=False)][:1] == [True]
    for later in (checked.notes_on(hidden=False, told=True), checked.notes_on(hidden=False, named=True)):
        assert not any(units.melt in note for note in later)


@pytest.mark.parametrize(
    "form",
    ["n_{}", "x{}", "theta_{}", "phi{}", "T{}", "x_{} [V]", "C_{} (mM)", "C_{} mM", "Ca_{} mM", "C{} mM", "x_{}A",
     "V_{}V", "T @ {} cm", "T_{}m", "u(x={})", "y({})", "v{} (m/s)", "ERK_{}P", "x{}_a", "a_{}h", "B_{}Hz",
     "room {} T"],
)  # fmt: skip
@pytest.mark.parametrize("numbers", ["123", "159"])
def test_numbers_of_states_and_places_are_no_settings(tmp_path: Path, form: str, numbers: str) -> None:
    """They count compartments, or say where or when; a unit behind a blank may be that of the state."""
    assert read_csv(plate(tmp_path / "a.csv", [form.format(one) for one in numbers])).abreast is None


def test_what_may_be_counted_is_no_setting_where_the_name_is_a_symbol(tmp_path: Path) -> None:
    """V 1, V 2 and V 3 in mV are three voltages; behind a word, and from 5 to 25, they are doses."""
    assert read_csv(plate(tmp_path / "a.csv", ["V 1 mV", "V 2 mV", "V 3 mV"])).abreast is None
    for names in (["V 5 mV", "V 10 mV", "V 25 mV"], ["drug 1 mg", "drug 2 mg", "drug 3 mg"]):
        assert tuple(names) == seen(plate(tmp_path / "b.csv", names))[1].columns


def test_several_quantities_at_other_settings_stay_beside_each_other(tmp_path: Path) -> None:
    """All of one setting belong together."""
    names = [f"{one}_{power}uW [a.u.]" for one in ("PL", "Abs") for power in (1, 5, 25)]
    _, found = seen(plate(tmp_path / "a.csv", names))
    assert (("1uW", "5uW", "25uW"), ("PL [a.u.]", "Abs [a.u.]")) == (found.units, found.quantities)
    subprocess.run([sys.executable, "-c", f"import pandas as pd; {found.melt}"], cwd=tmp_path, check=True)
    long = read_csv(tmp_path / found.long, trajectory=["unit"])
    assert ["T 600", "PL [a.u.]", "Abs [a.u.]"] == [*long.headers.values()]


ROOMS = [f"R10{room}_{quantity}" for room in "123" for quantity in ("T [degC]", "Q [W]")]


def test_units_of_several_quantities_are_put_one_below_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What all have in common stays beside each; the line of pandas does what it says."""
    found, units = seen(plate(tmp_path / "rooms.csv", ROOMS))
    (alert,) = (one for one in check(found).alerts if one.subject == "wide")
    assert "R101, R102 and R103 have T [degC] and Q [W] each" in alert.text
    assert ("note", units.melt in alert.advice) == (alert.level, True)
    assert (("T [degC]", "Q [W]"), ("Time [h]", "T 600")) == (units.quantities, units.others)
    assert "discover check rooms_long.csv --trajectory unit" in alert.advice
    monkeypatch.chdir(tmp_path)
    wide = pd.read_csv("rooms.csv")
    pd.concat(
        [
            wide[list(units.others)].assign(
                unit=unit, **{one: wide[unit + units.split + one] for one in units.quantities}
            )
            for unit in units.units
        ]
    ).to_csv(units.long, index=False)
    long = read_csv(units.long, trajectory=["unit"])
    assert ["R101", "R102", "R103"] == [run.label for run in long.trajectories]
    assert ["T 600", "T [degC]", "Q [W]"] == [*long.headers.values()]


@pytest.mark.parametrize(
    "names",
    [
        ROOMS[:4],
        ROOMS[:-1],
        [f"x{one}_{other}" for one in "123" for other in "ab"],
        ["room 1_T", "room 2_T", "room 3_T"],
    ],
)
def test_two_units_or_quantities_that_one_lacks_are_no_runs(tmp_path: Path, names: list[str]) -> None:
    """Nor are states that are numbered, nor one quantity alone."""
    assert read_csv(plate(tmp_path / "a.csv", names)).abreast is None


@pytest.mark.parametrize(
    ("form", "unit", "quantities"),
    [
        ("{}_rep{}", "rep1", ["algae", "N"]),
        ("{}_{}", "1", ["algae", "daphnia"]),
        ("{} {} (mg/L)", "1", ["algae (mg/L)", "daphnia (mg/L)"]),
        ("{} ({})", "1", ["algae", "daphnia"]),
    ],
)
def test_units_behind_their_quantities_are_put_one_below_the_other(
    tmp_path: Path, form: str, unit: str, quantities: list[str]
) -> None:
    """All quantities of a unit stay beside each other, else which belong together is lost; the line of pandas runs."""
    names = [form.format(bare(one), number) for one in quantities for number in "123"]
    _, found = seen(plate(tmp_path / "mix.csv", names))
    assert ((unit, *found.units[1:]), ("Time [h]", "T 600")) == (found.units, found.others)
    assert f"{quantities[0]} and {quantities[1]} are there for each of {unit}, " in found.said
    subprocess.run([sys.executable, "-c", f"import pandas as pd; {found.melt}"], cwd=tmp_path, check=True)
    long = read_csv(tmp_path / found.long, trajectory=["unit"])
    assert [17, 17, 17] == [len(run) for run in long.trajectories]
    assert ["T 600", *quantities] == [*long.headers.values()]


def test_quantities_that_one_unit_lacks_are_not_put_below_each_other(tmp_path: Path) -> None:
    """Nor those that have a column of their own already, as a mean."""
    alike = [f"algae_{n}" for n in "123"]
    for others in (["daphnia_1", "daphnia_2"], ["algae", *(f"daphnia_{n}" for n in "123")]):
        _, found = seen(plate(tmp_path / "mix.csv", [*alike, *others]))
        assert (tuple(alike), ()) == (found.columns, found.units)


def test_two_wells_of_a_plate_are_noticed_too(tmp_path: Path) -> None:
    """Though the others were not named; one alone is a state as any other."""
    path = plate(tmp_path / "a.csv", WELLS)
    assert tuple(WELLS) == seen(path, ("A1", "A2"))[1].columns
    assert read_csv(path, states=("A1", "T 600")).abreast is None


HEADER = f"Time [h],T 600,{','.join(WELLS)}"
UNITS = HEADER.replace(" [h]", "") + "\nh,K" + ",OD" * len(WELLS)


def options(command: str) -> dict[str, object]:
    """What the line of pandas tells of the file."""
    (reading,) = (
        one
        for one in ast.walk(ast.parse(command))
        if isinstance(one, ast.Call) and ast.unparse(one.func) == "pd.read_csv"
    )
    return {str(one.arg): ast.literal_eval(one.value) for one in reading.keywords}


@pytest.mark.parametrize(
    ("head", "encoding", "told"),
    [
        (HEADER, "utf-8", set()), (f"# by a reader\n\n{HEADER}", "utf-8", {"skiprows"}),
        (UNITS, "utf-8", {"skiprows", "names"}), (f"# by a reader\n{UNITS}", "utf-8", {"skiprows", "names"}),
        (HEADER.replace(",", ", "), "utf-8", {"skiprows", "names"}), (HEADER + ",", "utf-8", {"skiprows", "names"}),
        ("", "utf-8", {"names"}), (f"# 37 °C\n{HEADER}", "cp1252", {"skiprows", "encoding"}),
    ],
)  # fmt: skip
def test_pandas_reads_the_columns_that_are_read_here(tmp_path: Path, head: str, encoding: str, told: set[str]) -> None:
    """Below comments and above a row of units, too: which lines it has to pass over, and the names if need be."""
    path = plate(tmp_path / "plate.csv", WELLS)
    _, *rows = path.read_text().splitlines()
    path.write_text("\n".join([*([head] if head else []), *rows]) + "\n", encoding=encoding)
    _, found = seen(path)
    given = options(found.melt)
    assert told == given.keys()
    table = pd.read_csv(path, **given)  # pyright: ignore[reportCallIssue, reportArgumentType]
    assert {*found.others, *found.columns} == {*table.columns}
    assert 17 == len(table.dropna(axis="columns"))


def test_what_was_told_is_told_again_of_the_long_table(tmp_path: Path) -> None:
    """Of time and inputs, which stay columns, and of what stands for missing."""
    path = plate(tmp_path / "plate.csv", WELLS)
    found = read_csv(path, time="Time", inputs=["T 600"], missing=["-1"])
    told = ["--time", "Time [h]", "--inputs", "T 600", "--missing", "-1"]
    assert found.abreast is not None
    assert told == [*found.abreast.words[-6:]]
    columns = Columns(time="Time", inputs=("T 600",), missing=("-1",))
    assert "--time 'Time [h]' --inputs 'T 600' --missing -1" in next_command(path, columns, check(found))
    held = read_csv(path, held=["T 600"]).abreast
    assert held is not None
    assert ("--held", "T 600") == held.told


@pytest.mark.parametrize("names", [[f"A{i}" for i in range(1, 9)], ["cell 1", "cell 2", "cell 3"]])
def test_replicates_are_alike_and_no_relation_is_told_between_them(tmp_path: Path, names: list[str]) -> None:
    """That two have one course, but for noise, speaks for putting them one below the other, not for leaving one out."""
    times, rng = np.linspace(0.0, 20.0, 80), np.random.default_rng(0)
    growth = 1.0 / (1.0 + 20.0 * np.exp(-0.5 * times))
    table = {"Time [h]": times} | {name: growth + 0.01 * rng.normal(size=80) for name in names}
    path = tmp_path / "plate.csv"
    pd.DataFrame(table).to_csv(path, index=False)
    checked = check(read_csv(path))
    assert "wide" in {one.subject for one in checked.alerts}
    assert not {"relation", "surplus"} & {one.subject for one in checked.alerts}
    pd.DataFrame(table | {names[1]: 1.05 * table[names[0]]}).to_csv(path, index=False)
    assert "surplus" in {one.subject for one in check(read_csv(path)).alerts}, "what holds exactly was computed"


def test_a_sum_of_compartments_is_told_though_they_may_be_units(tmp_path: Path) -> None:
    """Three amounts that add up to a constant are more than alike."""
    times, rng = np.linspace(0.0, 20.0, 200), np.random.default_rng(0)
    first, last = np.exp(-0.3 * times), 1.0 - np.exp(-0.1 * times)
    table = {"Time [h]": times, "pool 1": first, "pool 2": 1.0 - first - last, "pool 3": last}
    noisy = {name: one + 0.003 * rng.normal(size=200) * (name[0] == "p") for name, one in table.items()}
    path = tmp_path / "pools.csv"
    pd.DataFrame(noisy).to_csv(path, index=False)
    assert "relation" in {one.subject for one in check(read_csv(path)).alerts}
