"""Candidates whose units do not match are not even tried."""

from dataclasses import replace

import numpy as np
import pytest

from discovery.errors import DataError, UsageError
from discovery.knowledge.units import units_of
from discovery.laws import EquationCandidate, Law
from discovery.samples import NoiseModel, Smoothing, Trajectory
from discovery.symbolic.parse import parse
from discovery.trajectories.arrays import from_arrays
from discovery.types import DiscoveryProblem
from pipelines.config import RunConfig
from pipelines.dimensional import admitted, charging, stated
from pipelines.told import understood

UNITS = units_of({"x": "x [m]", "v": "v [m/s]", "t": "t [s]"}, {}, "hard")
RUN = Trajectory(np.arange(3.0), np.ones((3, 2)), ("x", "v"))
NOISE = NoiseModel("additive", np.ones(2), np.ones(2))
PROBLEM = DiscoveryProblem((RUN,), Smoothing((), None, NOISE, 0.0, ""), (), surcharge=UNITS.surcharge)


@pytest.mark.parametrize(("unit", "fits"), [("m", True), ("km", False), ("s", False), (None, True)])
def test_a_state_that_nothing_measured_may_have_a_unit(unit: str | None, fits: bool) -> None:
    """It is checked with the columns' then; of none that was told it has any."""
    laws = ("x' = -a*(x - w)", "w' = b*(x - w)", "v' = -v*c")
    config = RunConfig(laws=laws, data={"units": {"w": unit} if unit else {}})
    known = understood(TABLE, config)
    if fits:
        assert stated(TABLE, config, known).texts.get("w") == unit
    else:
        with pytest.raises(UsageError, match="What was told does not fit the units"):
            stated(TABLE, config, known)
    with pytest.raises(UsageError, match="'q', which is no column"):
        stated(TABLE, RunConfig(laws=laws, data={"units": {"q": "m"}}), known)


def test_candidates_are_refused_by_their_units() -> None:
    """With a note on how many; numbers that are no 1 may have a unit."""
    good = EquationCandidate("x", parse("1.02*v"), "sindy")
    bad = EquationCandidate("v", parse("-2.0*exp(x)"), "sindy")
    whole = Law(("x", "v"), (parse("v"), parse("-c0*x")), (1.0,))
    kept, notes = admitted((good, bad, whole), UNITS)
    assert (good, whole) == kept
    assert ("1 of 3 candidate equations were refused, because their units do not match.",) == notes


def test_equations_are_settled_only_if_their_units_match() -> None:
    """That x changes by v is refused where v is a length."""
    assert {"x": parse("v")} == dict(charging(PROBLEM.settling({"x": parse("v"), "v": parse("x")}), UNITS).settled)


MOVING = np.random.default_rng(0).standard_normal((30, 2))
TABLE = from_arrays(MOVING, np.arange(30.0), names=("x [m]", "v [m/s]"))
TABLE = replace(TABLE, time_name="t [s]")


@pytest.mark.parametrize(
    "sentence",
    [
        "x'' = -k*sin(x)",
        "x' = v + f(v)*sin(x)",
        "v' = -v",
        "x'' = -k*x - k*x'",
        "x' = v**2",
        "x' = a*log(v/278) - b*x",
        "x' = a*log(v/278) + f(x)",
    ],
)
def test_sentences_that_do_not_fit_the_units_are_refused_before_anything_is_computed(sentence: str) -> None:
    """Functions of lengths, numbers that hide a unit, one constant in two units; of hidden velocities too.

    An unknown function that could be a constant mends no logarithm of which the size is told.
    """
    config = RunConfig(laws=(sentence,))
    with pytest.raises(UsageError, match="What was told does not fit the units"):
        stated(TABLE, config, understood(TABLE, config))


@pytest.mark.parametrize("sentence", ["x' = v", "x'' = -k*sin(q*x) - c*x'", "v' = -k*x + f(v)", "x' = c*v**2"])
def test_sentences_that_fit_are_not(sentence: str) -> None:
    """Constants and unknown functions take the units that they need."""
    config = RunConfig(laws=(sentence,))
    assert "hard" == stated(TABLE, config, understood(TABLE, config)).mode


def test_constants_with_values_have_units_that_nobody_stated() -> None:
    """9.81 is m/s^2 here; another number has none."""
    fits = RunConfig(laws=("x' = v", "v' = -k*x - g", "g = 9.81"))
    assert "hard" == stated(TABLE, fits, understood(TABLE, fits)).mode
    wrong = RunConfig(laws=("x' = v", "v' = -k*x - g - 2.5*x", "g = 9.81"))
    with pytest.raises(UsageError, match="What was told does not fit the units"):
        stated(TABLE, wrong, understood(TABLE, wrong))


def test_functions_that_data_cannot_support_are_refused_before_anything_is_computed() -> None:
    """Five values for each of them."""
    few = from_arrays(MOVING[:5], np.arange(5.0), names=("x", "v"))
    with pytest.raises(DataError, match="leave 3 functions and 0 constants to be found, for which at least 15"):
        understood(few, RunConfig(laws=("x' = f(x) + h(v)", "v' = g(v)")))


def test_a_column_in_radians_is_an_angle_where_a_function_depends_on_it() -> None:
    """By its name or its unit, with a note; not where no function does, nor without sentences."""
    turning = from_arrays(MOVING, np.arange(30.0), names=("theta_rad", "x"))

    def angles(*laws: str) -> tuple[str, ...]:
        known = understood(turning, RunConfig(laws=laws))
        return () if known is None else known.angles

    assert ("theta_rad",) == angles("theta_rad'' = f(theta_rad, theta_rad')", "x' = -k*x")
    assert () == angles("theta_rad' = -k*theta_rad", "x' = f(x)")
    assert () == angles()


def test_a_velocity_that_nobody_measured_has_a_unit_in_reports() -> None:
    """So that the constants of its equation have theirs; none where units are not looked at."""
    config = RunConfig(laws=("x'' = -k*x - c*x'",))
    table = replace(from_arrays(MOVING[:, :1], np.arange(30.0), names=("x [m]",)), time_name="t [s]")
    known = understood(table, config)
    assert "m/s" == stated(table, config, known).texts["x_dot"]
    millimetres = RunConfig(laws=config.laws, data={"units": {"x": "mm"}})
    assert "mm/s" == stated(table, millimetres, known).texts["x_dot"], "the configuration goes before the header"
    off = config.changed(units="off")
    assert "x_dot" not in stated(table, off, known).texts


@pytest.mark.parametrize(
    ("laws", "mode"),
    [
        (("x' = v", "v' = -g/L*x + f(v)", "g = 9.81", "L = 0.5"), "hard"),
        (("x' = k*x*(1 - x/K) + f(v)", "k = 3", "K = 10"), "hard"),
        (("v' = -w^2*x + f(v)", "w = 3"), "hard"),
        (("x' = k*x + f(v)", "k = 1"), "off"),
    ],
)
def test_values_that_meet_have_units_too(laws: tuple[str, ...], mode: str) -> None:
    """Their quotient is another number; of a one nothing is left to see, so that nothing is checked, which is said."""
    config = RunConfig(laws=laws)
    found = stated(TABLE, config, understood(TABLE, config))
    assert mode == found.mode
    assert (mode == "off") == any("were not checked" in note for note in found.notes)


def test_the_rate_of_what_has_no_unit_is_one_over_time() -> None:
    """And no unit of its own; a radian has a name that stays."""
    config = RunConfig(laws=("x'' = -k*x - c*x'",))
    for unit, rate in (("-", "1/s"), ("rad", "rad/s")):
        table = replace(from_arrays(MOVING[:, :1], np.arange(30.0), names=(f"x [{unit}]",)), time_name="t [s]")
        assert rate == stated(table, config, understood(table, config)).texts["x_dot"]


def test_growth_by_a_logarithm_has_units(law_of) -> None:
    """Gompertz' a x + b x log(x) is b x log(x/K); a logarithm alone of a volume is none."""
    units = units_of({"V": "V [mm^3]", "t": "t [d]"}, {}, "hard")
    good, bad = law_of({"V": "c0*V + c1*V*log(V)"}, 1.0, -0.1), law_of({"V": "c0*log(V)"}, 1.0)
    assert [0.0, np.inf] == [units.surcharge(one) for one in (good, bad)]


@pytest.mark.parametrize(
    ("growth", "expected"),
    [
        ("c0*S*X*log(S) + c1*X*log(S) + c2*X", np.inf),
        ("c0*S*X*log(S) + c1*X*log(S) + c2*X + c3*S*X", 0.0),
        ("c0*X*log(S)*log(X) + c1*X*log(S) + c2*X", np.inf),
        ("c0*X*log(S)*log(X) + c1*X*log(S) + c2*X + c3*X*log(X)", 0.0),
    ],
)
def test_each_logarithm_of_what_has_a_unit_needs_a_partner(law_of, growth: str, expected: float) -> None:
    """In mg/L for g/L, S X log(S) leaves a term S X, whatever stands beside X log(S)."""
    units = units_of({"X": "X (g/L)", "S": "S (g/L)", "t": "t (h)"}, {}, "hard")
    assert expected == units.surcharge(law_of({"X": growth}, 1.0, 1.0, 1.0, 1.0))
