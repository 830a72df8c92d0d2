"""What `discover check` prints and writes."""

import io
import json
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from discovery.errors import OutputError, UsageError
from discovery.trajectories.checks import check
from discovery.trajectories.read import read_csv
from pipelines.checking import check_command, next_command, survey
from pipelines.config import Columns

TIMES = np.linspace(0.0, 30.0, 400)
WAVES = np.column_stack([np.sin(TIMES), np.cos(1.7 * TIMES)]) + 0.01 * np.random.default_rng(0).normal(size=(400, 2))
WILD = ["x_1", "μ", "100%", "a$b{c}", "<script>", "\x1b[31mred", "[bold]b[/bold]", ":warning:"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two waves, one of them twice, in a file whose name has a blank."""
    table = pd.DataFrame({"t": TIMES, "x": WAVES[:, 0], "y, z": WAVES[:, 1], "twice": 2.0 * WAVES[:, 0]})
    table.to_csv(tmp_path / "two waves.csv", index=False)
    return tmp_path / "two waves.csv"


@pytest.fixture
def wild(tmp_path: Path) -> Path:
    """Columns whose names would command a terminal, and a row that is missing."""
    rates = np.linspace(0.5, 2.0, len(WILD))
    noise = 0.01 * np.random.default_rng(1).normal(size=(400, len(WILD)))
    table = pd.DataFrame(np.sin(TIMES[:, None] * rates) + noise, columns=pd.Index(WILD))
    table.insert(0, "t", TIMES)
    table.drop(index=[100]).to_csv(tmp_path / "wild.csv", index=False)
    return tmp_path / "wild.csv"


def printed(path: Path, width: int, *, terminal: bool = False, dots: bool = True, inputs: tuple[str, ...] = ()) -> str:
    """The survey of a file."""
    measurements = read_csv(path, inputs=inputs)
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal, emoji=False, markup=False)
    console.print(survey(check(measurements), width, dots=dots))
    return console.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue]


def test_a_check_tells_what_to_run_next(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The last line is a command: without what adds nothing, with names and paths as a shell needs them."""
    check_command(data, Columns(), picture=None, as_json=False)
    text, errors = capsys.readouterr()
    assert "" == errors
    assert "two waves.csv: 400 rows, 1 run, t from 0 to 30, every 0.07519" in text
    assert "twice = 2 x holds exactly: twice was computed from the others." in text
    last = text.splitlines()[-1]
    assert last.startswith("next  discover run ")
    assert ["discover", "run", str(data), "--states", 'x,"y, z"'] == shlex.split(last)[1:]
    assert "\x1b" not in text


def test_the_next_command_reads_the_same_columns(data: Path) -> None:
    """What was told is told again; the states that it names are read as they are written."""
    told = Columns(time="t", states=("y, z", "x"))
    words = shlex.split(next_command(data, told, check(read_csv(data, states=told.states))))
    assert ["--time", "t", "--states", '"y, z",x'] == words[3:7]
    laws = ["y_z'' = f(y_z, x, y_z', x')", "x'' = g(y_z, x, y_z', x')"]  # waves cross their own way
    assert ["--law", laws[0], "--law", laws[1]] == words[7:]


def test_what_is_switched_is_proposed_as_an_input(tmp_path: Path) -> None:
    """A voltage of three values drives what is measured; it stays a state where it was named one."""
    times = np.linspace(0.0, 6.0, 200)
    volts = np.choose((times // 1.5).astype(int) % 3, (0.0, 5.0, 1.0))
    path = tmp_path / "rc.csv"
    pd.DataFrame({"t": times, "u [V]": volts, "q": np.sin(times)}).to_csv(path, index=False)
    words = shlex.split(next_command(path, Columns(), check(read_csv(path))))
    assert ["--inputs", "u [V]"] == words[3:]
    (alert,) = [one for one in check(read_csv(path)).alerts if one.columns == ("u [V]",)]
    assert "3 different values: what is switched from outside is an input" in alert.text
    told = Columns(states=("u [V]", "q"))
    assert "--inputs" not in shlex.split(next_command(path, told, check(read_csv(path, states=told.states))))


def test_rain_is_proposed_as_an_input_that_is_held(tmp_path: Path) -> None:
    """Its zeros were not clipped; what was told is told again."""
    random = np.random.default_rng(0)
    rain = np.where(random.random(400) < 0.3, np.round(random.gamma(0.7, 8.0, 400), 1), 0.0)
    path = tmp_path / "lake.csv"
    pd.DataFrame({"t": np.arange(400.0), "rain": rain, "level": WAVES[:, 0]}).to_csv(path, index=False)
    checked = check(read_csv(path))
    assert ["--held", "rain"] == shlex.split(next_command(path, Columns(), checked))[3:5]
    (alert,) = [one for one in checked.alerts if one.columns == ("rain",)]
    assert "rain is zero for long and comes in pulses" in alert.text
    again = Columns(held=("rain",))
    assert ["--held", "rain"] == shlex.split(next_command(path, again, check(read_csv(path, held=again.held))))[3:5]


def test_a_voltage_of_many_values_is_proposed_as_an_input(tmp_path: Path) -> None:
    """It is held, and jumps between them; a thermometer of as many values, that drifts, is not."""
    times, random = np.linspace(0.0, 60.0, 600), np.random.default_rng(0)
    volts = np.repeat(random.choice([-12.0, -8.0, -4.0, 4.0, 8.0, 12.0], 60), 10)
    room = np.round(18.0 + 4.0 * np.sin(0.2 * times))
    path = tmp_path / "motor.csv"
    speed = np.sin(times) + 0.01 * random.normal(size=600)
    pd.DataFrame({"t": times, "u [V]": volts, "room": room, "speed": speed}).to_csv(path, index=False)
    checked = check(read_csv(path))
    assert ["--inputs", "u [V]"] == shlex.split(next_command(path, Columns(), checked))[3:]
    alerts = {alert.columns: alert.text for alert in checked.alerts}
    assert (
        "u [V] is held at most steps and jumps between 6 values: what is set from outside is an input, no state."
        == (alerts["u [V]",])
    )
    assert "room takes only 9 different values." == alerts["room",]


def test_a_column_that_oscillates_alone_is_proposed_as_of_second_order(tmp_path: Path) -> None:
    """The next command says so in a sentence."""
    pd.DataFrame({"t [s]": TIMES, "x [mm]": WAVES[:, 0]}).to_csv(tmp_path / "spring.csv", index=False)
    checked = check(read_csv(tmp_path / "spring.csv"))
    assert ["--law", "x'' = f(x, x')"] == shlex.split(next_command(tmp_path / "spring.csv", Columns(), checked))[3:]
    assert "x [mm] turns back 9 times" in printed(tmp_path / "spring.csv", 120)


def test_what_stands_for_missing_is_told_again_in_the_next_command(tmp_path: Path) -> None:
    """What was noticed needs no telling."""
    path = tmp_path / "logger.csv"
    pd.DataFrame({"t": TIMES, "x": np.where(TIMES == TIMES[7], -9999.0, WAVES[:, 0])}).to_csv(path, index=False)
    assert "--missing" not in shlex.split(next_command(path, Columns(), check(read_csv(path))))
    assert "left out as missing" in printed(path, 120)
    told = Columns(missing=("-9999",))
    checked = check(read_csv(path, missing=told.missing))
    assert ["--missing", "-9999"] == shlex.split(next_command(path, told, checked))[3:5]


def test_inputs_are_shown_as_such(data: Path) -> None:
    """Their range and course, and in the place of noise that they are inputs."""
    text = printed(data, 120, inputs=("twice",))
    (line,) = [line for line in text.splitlines() if line.startswith("twice")]
    assert ["twice", "-2.028", "2.027", "input"] == line.split()[:4]


def test_a_document_has_all_of_it(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON document on stdout, the next command in it."""
    check_command(data, Columns(), picture=None, as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert (["x", "y, z", "twice"], ["twice"]) == ([one["header"] for one in document["states"]], document["surplus"])
    assert document["next"].startswith("discover run ")


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("terminal", [True, False])
def test_wild_names_show_themselves(wild: Path, width: int, terminal: bool) -> None:
    """No escape sequence but the program's own, no emoji, no markup, no line that is too wide."""
    text = printed(wild, width, terminal=terminal)
    bare = "".join(part.split("m", 1)[1] if place else part for place, part in enumerate(text.split("\x1b[")))
    for name in (r"\x1b[31mred", "[bold]b[/bold]", ":warning:", "<script>", "a$b{c}", "100%", "μ"):
        assert name in bare
    assert "\x1b[31mred" not in text
    assert all(len(line) <= width for line in bare.splitlines())
    assert ("\x1b" in text) == terminal


def test_a_terminal_without_braille_gets_letters(data: Path) -> None:
    """The courses are drawn in ASCII."""
    text = printed(data, 80, dots=False)
    assert not any(0x2800 <= ord(character) < 0x2900 for character in text)
    assert {"_", "-", "~", "^"} <= set(text)


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")])
def test_the_picture_is_written(
    suffix: str, start: bytes, wild: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever the columns are called."""
    check_command(wild, Columns(), picture=tmp_path / f"survey{suffix}", as_json=False)
    assert (tmp_path / f"survey{suffix}").read_bytes().startswith(start)
    assert capsys.readouterr().out


def test_a_picture_of_several_runs_is_written(tmp_path: Path) -> None:
    """More runs than are shown."""
    table = pd.concat([pd.DataFrame({"run": i, "t": TIMES[:50], "x": WAVES[i : i + 50, 0]}) for i in range(14)])
    table.to_csv(tmp_path / "runs.csv", index=False)
    assert "runs.csv: 700 rows, 14 runs of 50, t from 0 to " in printed(tmp_path / "runs.csv", 120)
    check_command(tmp_path / "runs.csv", Columns(), picture=tmp_path / "runs.svg", as_json=True)
    assert "12 of 14 runs" in (tmp_path / "runs.svg").read_text(encoding="utf-8")


def test_inputs_are_in_the_picture(tmp_path: Path) -> None:
    """Below the states; those that are set from time to time in steps."""
    table = pd.DataFrame({"t": TIMES, "x": WAVES[:, 0], "pump [l/s]": np.where(TIMES < TIMES[len(TIMES) // 2], 0, 2)})
    table.to_csv(tmp_path / "tank.csv", index=False)
    check_command(tmp_path / "tank.csv", Columns(inputs=("pump [l/s]",)), picture=tmp_path / "a.svg", as_json=True)
    drawn = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "pump [l/s]" in drawn
    assert "input, held between samples" in drawn


def test_a_picture_needs_an_ending_and_a_place(data: Path, tmp_path: Path) -> None:
    """Both are said before anything is printed."""
    with pytest.raises(UsageError, match=r"--picture .*survey\.bmp has none of the endings \.png, \.svg, \.pdf"):
        check_command(data, Columns(), picture=tmp_path / "survey.bmp", as_json=False)
    (tmp_path / "taken").touch()
    with pytest.raises(OutputError, match=r"cannot be written: .*choose another place"):
        check_command(data, Columns(), picture=tmp_path / "taken" / "survey.svg", as_json=False)


def test_the_next_command_tells_the_unit_of_what_looks_like_a_wrapped_angle(tmp_path: Path) -> None:
    """So that the run unwraps it: on its jumps it would be long, and in vain."""
    path, times = tmp_path / "turns.csv", np.linspace(0.0, 30.0, 400)
    values = (1.3 * times + np.sin(times)) % (2.0 * np.pi)
    path.write_text("t,theta\n" + "".join(f"{t},{x:.4f}\n" for t, x in zip(times, values, strict=True)), "utf-8")
    assert next_command(path, Columns(), check(read_csv(path))).endswith("turns.csv --set data.units.theta=rad")


def test_late_times_are_told_apart(tmp_path: Path) -> None:
    """The first six digits of milliseconds since 1970, or of a day's number, are the same in all of a record."""
    rows = "".join(f"{1.69851e12 + 1000 * i:.0f},{i * i}\n" for i in range(100))
    (tmp_path / "a.csv").write_text(f"epoch_ms,x\n{rows}")
    assert "epoch_ms from 1.69851e+12 to 1.698510099e+12, every 1000" in printed(tmp_path / "a.csv", 120)
