"""What `discover compare` makes of two runs."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from discovery.errors import UsageError
from discovery.laws import Frame, Law
from discovery.symbolic.parse import parse
from pipelines.comparing import compare_command


def law_of(equations: dict[str, str], *, inputs: tuple[str, ...] = (), algebraic: tuple[str, ...] = ()) -> Law:
    """The law with these right-hand sides."""
    sides = tuple(map(parse, equations.values()))
    return Law((*equations,), sides, (), frame=Frame((*equations,), sides, inputs=inputs, algebraic=algebraic))


@pytest.mark.parametrize(
    ("other", "verdict"), [("torque - 2*sin(x) + t", "identical"), ("torque + 2*sin(x) + t", "different")]
)
def test_laws_with_inputs_and_time_are_compared(
    other: str, verdict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are variables, as the states are."""
    laws = {"one": "torque - 2*sin(x) + t", "two": other}

    times = np.linspace(0.0, 9.0, 10)
    run = SimpleNamespace(inputs=np.full((10, 1), 3.0))
    curve = SimpleNamespace(times=times, states=times[:, None] - 4.0)

    def load(folder: Path) -> SimpleNamespace:
        law = law_of({"x": laws[folder.name]}, inputs=("torque",))
        return SimpleNamespace(law=law, trajectories=[run], smoothing=SimpleNamespace(trajectories=[curve]))

    monkeypatch.setattr("pipelines.store.load", load)
    folders = [tmp_path / name for name in laws]
    for folder in folders:
        folder.mkdir()
    compare_command(*map(str, folders), as_json=False)
    printed = capsys.readouterr()
    assert f"{verdict}\n" == printed.out
    assert "Compared where -4 <= x <= 5, 0 <= t <= 9." in printed.err  # the torque rests, which says nothing of it


@pytest.fixture
def pendulum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder with the law of a pendulum that is driven."""
    times = np.linspace(0.0, 9.0, 10)
    law = law_of({"theta": "theta_dot", "theta_dot": "-2*sin(theta) - 0.1*theta_dot + u"}, inputs=("u",))
    result = SimpleNamespace(
        law=law,
        headers={"theta": "theta [rad]", "theta_dot": "theta'"},
        inputs={"u": "torque [N]"},
        time_name="time [s]",
        trajectories=[SimpleNamespace(inputs=times[:, None])],
        smoothing=SimpleNamespace(
            trajectories=[SimpleNamespace(times=times, states=np.column_stack([np.sin(times), np.cos(times)]))]
        ),
    )
    monkeypatch.setattr("pipelines.store.load", lambda folder: result)
    return str(tmp_path)


@pytest.mark.parametrize(
    ("text", "verdict", "how"),
    [
        ("theta'' = -2*sin(theta) - 0.1*theta' + torque", "identical", "Equation of theta_dot: Both are"),
        ("2*theta'' + 4*sin(theta) + 0.2*theta' = 2*torque", "identical", "Equation of theta_dot: Both are"),
        ("theta'' = c0*sin(theta) + c1*theta' + c2*u", "same structure", "c0, c1 and c2 are free constants"),
        ("theta'' = c0*theta + c1*theta' + torque", "different", "No values of c0 and c1 give it"),
        ("theta' = theta_dot; theta_dot' = -2.4*sin(theta) - 0.1*theta_dot + u", "same structure", "Equation of"),
        ("theta_dot' = -2*sin(theta) - 0.1*theta_dot + u + 0.01*time", "different", "No constants"),
    ],
)
def test_a_run_is_compared_with_equations(
    text: str, verdict: str, how: str, pendulum: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In either order, by the names that its columns have, those equations alone that are written."""
    for texts in ((pendulum, text), (text, pendulum)):
        compare_command(*texts, as_json=False)
        printed = capsys.readouterr()
        assert f"{verdict}\n" == printed.out
        assert how in printed.err
        assert "Compared where -0.959 <= theta <= 0.989" in printed.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("runs_lynx", "is a run with 2 equations, and runs_lynx is neither a folder nor equations. Write"),
        ("theta'' = -k*sin(theta)", "has 'k', which is no folder and no column of the run. Its columns are theta, "),
        ("phi' = theta", '"phi\' = theta" is no equation of a state'),
        ("k > 0; theta' = theta", "'k > 0' is no equation of a state"),
        ("theta'' = f(theta)", "has the unknown function f"),
    ],
)
def test_what_is_no_equation_of_the_run_is_refused(text: str, message: str, pendulum: str) -> None:
    """A folder whose name is misspelt is no expression either."""
    for texts in ((pendulum, text), (text, pendulum)):
        with pytest.raises(UsageError, match=message):
            compare_command(*texts, as_json=False)


def test_expressions_are_compared_where_they_are_told_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    """Laws that are defined far from zero only are compared there."""
    texts = ("2*y*sqrt(x - 50)", "y*sqrt(x - 50)")
    with pytest.raises(UsageError, match="Give the region in which they are: --region"):
        compare_command(*texts, as_json=False)
    compare_command(*texts, region="x=50:200, y = -1:1", as_json=False)
    assert "same structure\n" == capsys.readouterr().out


@pytest.mark.parametrize("region", ["z=1:2", "x=2:1", "x=1", "x=1:2:3", "x=1:inf", "x=-1e308:1e308", "1:2", "x=a:b"])
def test_a_region_that_is_none_is_refused(region: str) -> None:
    """The message has the variables, and an example."""
    with pytest.raises(UsageError, match=r"no range of a variable\. The variables are x, y; .* --region x=50:200"):
        compare_command("x + y", "x", region=region, as_json=False)


OSCILLATOR = {"x": "v", "v": "-4*x", "E_": "2*x**2 + 0.5*v**2"}


@pytest.fixture
def oscillators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Folders with laws of the same sides: in ``read`` the energy is that, in ``rate`` its rate is."""
    for name in ("read", "rate"):
        (tmp_path / name).mkdir()
    states = np.random.default_rng(0).normal(size=(20, 3))
    curve = SimpleNamespace(times=np.arange(20.0), states=states)

    def load(folder: Path) -> SimpleNamespace:
        return SimpleNamespace(
            law=law_of(OSCILLATOR, algebraic=("E_",) if folder.name == "read" else ()),
            headers={"x": "x", "v": "v", "E_": "E [J]"}, inputs={}, time_name="t",
            trajectories=[SimpleNamespace(inputs=np.empty((20, 0)))], smoothing=SimpleNamespace(trajectories=[curve]),
        )  # fmt: skip

    monkeypatch.setattr("pipelines.store.load", load)
    return str(tmp_path / "read"), str(tmp_path / "rate")


@pytest.mark.parametrize(
    ("text", "of_read", "of_rate"),
    [
        ("E = 2*x^2 + 0.5*v^2", "identical", "different"),
        ("E' = 2*x^2 + 0.5*v^2", "different", "identical"),
        ("E = c0*x^2 + c1*v^2", "same structure", "different"),
        ("E = 2*x^2 + 0.9*v^2", "same structure", "different"),
        ("v' = -4*x; E = 0.5*(v^2 + x'*v - v*v + 4*x^2 + v^2 - x'*v)", "identical", "different"),
    ],
)
def test_what_is_told_by_its_value_is_no_derivative(
    text: str, of_read: str, of_rate: str, oscillators: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A state that is read off the others is compared by its value, and differs from one with that derivative."""
    for folder, verdict in zip(oscillators, (of_read, of_rate), strict=True):
        for texts in ((folder, text), (text, folder)):
            compare_command(*texts, as_json=False)
            assert f"{verdict}\n" == capsys.readouterr().out


def test_runs_with_a_value_and_a_derivative_are_different(
    oscillators: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Though what stands on the right of their equations is the same."""
    compare_command(*oscillators, as_json=False)
    printed = capsys.readouterr()
    assert printed.out == "different\n"
    assert "Equation of E_: one law tells its value, and the other its derivative." in printed.err
    compare_command(oscillators[0], oscillators[0], as_json=False)
    assert capsys.readouterr().out == "identical\n"


def test_a_state_that_is_read_off_stands_for_its_side(
    oscillators: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """In the other equations of a text, by its own side or else by that of the run."""
    for text in ("v' = -4*x + E - 2*x^2 - v^2/2", "v' = E - x^2 - 4*x; E = x^2"):
        compare_command(oscillators[0], text, as_json=True)
    first, second = capsys.readouterr().out.splitlines()
    assert '"verdict": "identical"' in first
    assert "Equation of E_" in second


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ("x' = -x; V = 2*x", "x' = -V/2; V = 2*x", "identical"),
        ("x' = -x; V = 2*x", "x' = -x; V' = 2*x", "different"),
        ("V = 2*x", "2*x", "identical"),
    ],
)
def test_texts_may_tell_values(one: str, other: str, verdict: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As the laws of runs do."""
    compare_command(one, other, as_json=False)
    assert f"{verdict}\n" == capsys.readouterr().out


def test_equations_are_asked_for_as_the_law_has_them(oscillators: tuple[str, str]) -> None:
    """By the names of the columns, and without a derivative where there is none."""
    with pytest.raises(UsageError, match=r"state of .*read\. Write x' = \.\.\.; v' = \.\.\.; E = \.\.\.\.$"):
        compare_command(oscillators[0], "k > 0; x' = v", as_json=False)
    with pytest.raises(UsageError, match=r"V = \.\.\. is told by way of itself"):
        compare_command("V = V + x", "x", as_json=False)
