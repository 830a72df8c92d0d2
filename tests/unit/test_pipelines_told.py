"""What a run says of its columns, in the user's words."""

from pathlib import Path

import numpy as np
import pytest

from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.checks import check
from discovery.trajectories.read import read_csv
from discovery.types import Finding, Law, Verdict, symbol
from pipelines.config import Columns, RunConfig
from pipelines.told import in_words_of_the_user, noise_of_inputs, notes_of, said_of_angles, spoken, understood

HEADERS = {"x_100": "100%", "a_b_c": "a$b{c} [m]", "mu": "μ", "law": "law!", "theta_rad_dot": "theta_rad'", "x": "x"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x_100' = a_b_c", "100%' = a$b{c}"),
        ("Residuals of mu are structured", "Residuals of μ are structured"),
        ("with other equations for theta_rad_dot", "with other equations for theta_rad'"),
        ("the law of x is x_1000*a_b_c2", "the law of x is x_1000*a_b_c2"),
        (
            "If x_100 has inertia: --law \"x_100'' = f(x_100, mu)\"",
            "If 100% has inertia: --law \"x_100'' = f(x_100, mu)\"",
        ),
    ],
)
def test_sentences_name_columns_as_the_user_does(text: str, expected: str) -> None:
    """Without units; parts of other names, identifiers that could be English words, and what is to be typed stay."""
    assert expected == spoken(text, HEADERS)


def test_columns_that_differ_in_more_than_their_word_stay_apart() -> None:
    """An index belongs to the name; of twins in two units each keeps its identifier, as in equations."""
    indexed = {"q_0": "q[0]", "q_1": "q[1]", "xyz_0": "xyz[0]"}
    assert "q[1]*xyz[0] in q[0]'" == spoken("q_1*xyz_0 in q_0'", indexed)
    assert "x_2 + x = x_3" == spoken("x_2 + x = x_3", {"x": "x [m]", "x_2": "x [ft]", "x_3": "x (%)"})
    assert "way + x" == spoken("way_2 + x", {"x": "x [m]", "way_2": "way [ft]"})


def test_a_column_with_an_accent_keeps_it() -> None:
    """Its identifier has none, which is the same word to a reader; short ones may be words of a sentence."""
    accented = {"Hohe": "Höhe [cm]", "the": "thé (°C)", "Masse": "Masse [g]"}
    assert "it is 0.12 (Höhe): the rest of Masse" == spoken("it is 0.12 (Hohe): the rest of Masse", accented)
    assert '--law "Hohe\' = f(Hohe)" for Höhe' == spoken('--law "Hohe\' = f(Hohe)" for Hohe', accented)


def test_a_greek_column_does_not_change_the_name_of_a_statistic() -> None:
    """Chi-squared is not the square of a column."""
    assert "chi-squared of χ" == spoken("chi-squared of chi", {"chi": "χ"})
    assert "as it is" == spoken("as it is", {"x": "x"})


def test_all_of_a_verdict_is_in_the_users_words() -> None:
    """Headline and findings; measures are numbers."""
    verdict = Verdict("found", "x_100 is a law.", (Finding("good", "x_100 and a_b_c"),), {"misfit": 1.0})
    said = in_words_of_the_user(verdict, HEADERS)
    assert ("100% is a law.", "100% and a$b{c}") == (said.headline, said.findings[0].text)
    assert verdict.measures == said.measures


@pytest.mark.parametrize(
    ("sentences", "units", "said"),
    [
        (["nu ~ 3 +- 0.5"], {}, True),
        (["0 < nu < 5"], {}, True),
        (["nu = 3"], {}, True),
        (["nu > 0"], {}, False),
        ([], {}, False),
        (["nu ~ 3 +- 0.5"], {"t": "d"}, False),
        (["nu ~ 3 +- 0.5"], {"when": "d"}, False),
    ],
)
def test_numbers_that_were_told_are_meant_in_the_unit_that_dates_are_counted_in(
    sentences: list[str], units: dict[str, str], said: bool, tmp_path: Path
) -> None:
    """It is said where steps chose the unit, and a number depends on it; a sign does not."""
    path = tmp_path / "data.csv"
    path.write_text("when,x\n" + "".join(f"{2000 + i}-01-01,{0.9**i}\n" for i in range(8)))
    measurements = read_csv(path, units=units)
    config = RunConfig(laws=("x' = -nu*x", *sentences), data=Columns(units=units))
    notes = notes_of(measurements, understood(measurements, config), config)
    assert said == any("Time is counted in d" in note and "--set data.units.t=yr" in note for note in notes)


@pytest.mark.parametrize(
    ("header", "power", "laws", "told"),
    [
        ("delta [rad]", 3, (), True), ("delta [rad]", 1, (), False), ("delta [m]", 3, (), False),
        ("delta [rad]", 3, ("f' = g(f, delta)",), False),
    ],
)  # fmt: skip
def test_powers_of_an_angle_may_be_those_of_its_sine(
    tmp_path: Path, header: str, power: int, laws: tuple[str, ...], told: bool
) -> None:
    """Which is said where nothing was told, with the sentence that looks for it."""
    rows = "".join(f"{i},{i % 5},{i % 3}\n" for i in range(20))
    (tmp_path / "a.csv").write_text(f"t,{header},f\n{rows}")
    law = Law(("delta", "f"), (symbol("f"), -(symbol("delta") ** power)), ())
    said = [*said_of_angles(law, read_csv(tmp_path / "a.csv"), RunConfig(laws=laws))]
    assert told == any('--law "delta angle" looks for its sine' in one for one in said)


@pytest.mark.parametrize(("noise", "held", "told"), [(0.02, False, True), (1e-6, False, False), (0.02, True, False)])
def test_the_noise_of_an_input_is_said_to_be_in_no_interval(noise: float, held: bool, told: bool) -> None:
    """Of one that was measured between samples; what is held has the value that it was set to."""
    times, rng = np.linspace(0.0, 20.0, 400), np.random.default_rng(0)
    inputs = (np.sin(times) + noise * rng.normal(size=400))[:, None]
    found = from_arrays(np.cos(times)[:, None], times, inputs=inputs, held=["u0"] if held else ["none"])
    said = [*noise_of_inputs(check(found), found.trajectories[0].held)]
    assert told == any("is in no interval" in one for one in said)
