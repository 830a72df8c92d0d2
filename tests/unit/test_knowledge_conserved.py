"""First integrals: found where a law has them, stated with the relations that they need, and nowhere else."""

import numpy as np
import pytest
import sympy as sp

from discovery.dynamics.simulate import simulate
from discovery.knowledge.conserved import conserved
from discovery.knowledge.integrals import primitive, rates
from discovery.protocols import Deadline
from discovery.reports.owning import collapsed_expression
from discovery.samples import through_samples
from discovery.structure import Invariant, Owned
from discovery.symbolic.parse import parse
from discovery.types import Frame, Law, NoiseModel, SmoothedTrajectory, Trajectory, symbol

# Relative deviations of the constants that the covariances below stand for.
KNOWN_TO = 0.005


def asked(equations: dict[str, str], constants: tuple[float, ...], start: list[float]) -> tuple[Invariant, ...]:
    """What is found for a law on one of its own solutions."""
    law = Law(tuple(equations), tuple(parse(text) for text in equations.values()), constants)
    times = np.linspace(0.0, 10.0, 101)
    states = simulate(law, np.array(start), times)
    ones = np.full_like(states, 1e-3)
    run = SmoothedTrajectory(times, states, states, ones, ones, law.states)
    return conserved(law, [run], np.diag((KNOWN_TO * np.array(constants)) ** 2).tolist())


def texts(found: tuple[Invariant, ...]) -> list[str]:
    """The conserved expressions as text."""
    return [str(one.expression) for one in found]


CONSERVING = {
    "lotka_volterra": (
        {"x": "c0*x - c1*x*y", "y": "c2*x*y - c3*y"}, (1.1, 0.4, 0.1, 0.4), [10.0, 5.0],
        ["c0*log(y) - c1*y - c2*x + c3*log(x)"],
    ),
    "pendulum": ({"a": "w", "w": "-c0*sin(a)"}, (9.81,), [1.0, 0.0], ["-c0*cos(a) + w**2/2"]),
    "oscillator": ({"x": "v", "v": "-c0*x"}, (2.0,), [1.0, 0.0], ["c0*x**2/2 + v**2/2"]),
    "bead_on_hoop": (
        {"a": "w", "w": "sin(a)*(cos(a) - c0)"}, (0.93,), [1.0, 0.0], ["-c0*cos(a) + w**2/2 + cos(a)**2/2"],
    ),
    "rigid_body": (
        {"a": "c0*b*c", "b": "c1*a*c", "c": "c2*a*b"}, (0.5, -1.1, 0.7), [1.0, 0.2, 0.5],
        ["-a**2*c1 + b**2*c0", "-a**2*c2 + c**2*c0"],
    ),
    "henon_heiles": (
        {"x": "u", "y": "v", "u": "-x - 2*x*y", "v": "-y - x**2 + y**2"}, (), [0.2, 0.1, 0.0, 0.3],
        ["u**2/2 + v**2/2 + x**2*y + x**2/2 - y**3/3 + y**2/2"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("equations", "constants", "start", "expected"), CONSERVING.values(), ids=CONSERVING)
def test_what_a_law_conserves_is_found(
    equations: dict[str, str], constants: tuple[float, ...], start: list[float], expected: list[str]
) -> None:
    """Polynomials, cosines and logarithms, whatever the constants."""
    found = asked(equations, constants, start)
    assert [sp.simplify(one.expression - parse(text)) for one, text in zip(found, expected, strict=True)] == [0] * len(
        expected
    )
    assert all(one.relations == () for one in found)
    assert all(one.variation < 1e-5 for one in found)


DISSIPATIVE = {
    "lorenz": ({"x": "c0*(y - x)", "y": "c1*x - y - x*z", "z": "x*y - c2*z"}, (10.0, 28.0, 2.667), [1.0, 1.0, 20.0]),
    "van_der_pol": ({"x": "y", "y": "c0*y - c1*x**2*y - c2*x"}, (1.0, 1.0, 1.0), [1.0, 1.0]),
    "damped_pendulum": ({"a": "w", "w": "-c0*sin(a) - c1*w"}, (9.81, 0.2), [1.0, 0.0]),
    "one_state": ({"x": "-c0*x"}, (1.0,), [1.0]),
}  # fmt: skip


@pytest.mark.parametrize(("equations", "constants", "start"), DISSIPATIVE.values(), ids=DISSIPATIVE)
def test_a_law_that_loses_energy_conserves_nothing(
    equations: dict[str, str], constants: tuple[float, ...], start: list[float]
) -> None:
    """Neither does one with a single state, whatever it is."""
    assert () == asked(equations, constants, start)


def test_what_time_drives_may_still_keep_a_sum() -> None:
    """An epidemic with seasons moves people between compartments; a driven oscillator keeps nothing."""
    seasons = {"s": "-c0*(2 + cos(3*t))*s*i + c2*r", "i": "c0*(2 + cos(3*t))*s*i - c1*i", "r": "c1*i - c2*r"}
    assert ["i + r + s"] == texts(asked(seasons, (0.4, 0.3, 0.1), [0.9, 0.1, 0.0]))
    assert () == asked({"x": "v", "v": "c1*cos(3*t) - c0*x"}, (2.0, 0.5), [1.0, 0.0])


def test_each_group_of_a_family_keeps_its_own_energy() -> None:
    """Two springs: one expression with the groups' inputs, and each run's changes with its own constant."""
    owned = Owned("k", "spring", ("soft", "stiff"), ("in_group_0", "in_group_1"))
    sides = (parse("v"), parse("-x*(c0*in_group_0 + c1*in_group_1)"))
    frame = Frame(("x", "v"), sides, inputs=owned.inputs)
    law = Law(("x", "v"), sides, (1.0, 4.0), frame=frame, told=("k[soft]", "k[stiff]"))
    times = np.linspace(0.0, 10.0, 101)
    runs, inputs = list[SmoothedTrajectory](), list[np.ndarray]()
    for stiffness, mark in zip(law.constants, np.eye(2), strict=True):
        single = Law(("x", "v"), (parse("v"), parse("-c0*x")), (stiffness,))
        states = simulate(single, np.array([1.0, 0.0]), times)
        ones = np.full_like(states, 1e-3)
        runs.append(SmoothedTrajectory(times, states, states, ones, ones, law.states))
        inputs.append(np.tile(mark, (len(times), 1)))
    (energy,) = conserved(law, runs, owned=(owned,), inputs=inputs)
    assert sp.expand(energy.expression - parse("v**2/2 + x**2*(c0*in_group_0 + c1*in_group_1)/2")) == 0
    assert energy.variation < 1e-5
    assert parse("v**2/2 + k*x**2/2") == collapsed_expression(energy.expression, law, (owned,))
    assert () == conserved(law, runs)  # as inputs that change, they would do work


SIR = {"s": "-c0*s*i", "i": "c1*s*i - c2*i", "r": "c3*i"}


def test_relations_among_constants_are_stated() -> None:
    """The sum of SIR's compartments stays only where what leaves one enters another."""
    total, other = asked(SIR, (0.5, 0.503, 0.1, 0.0995), [0.9, 0.1, 0.0])
    assert total.expression == parse("s + i + r")
    assert {str(relation) for relation in total.relations} == {"-c0 + c1", "-c2 + c3"}
    assert total.general is not None
    assert "c0*i + c1*s - c2*log(s)" == str(other.expression)


def test_constants_that_differ_are_not_called_equal() -> None:
    """With rates that differ by a fifth only the weighted sum is conserved."""
    weighted, _ = asked(SIR, (0.5, 0.6, 0.1, 0.12), [0.9, 0.1, 0.0])
    assert () == weighted.relations
    assert sp.simplify(weighted.expression - parse("c0*c2*r + c0*c3*i + c1*c3*s")) == 0


AGES = {
    "s": "-c0*s*i - c1*s*j", "i": "c0*s*i + c1*s*j + c2*i",
    "u": "-c3*i*u - c4*j*u", "j": "c3*i*u + c4*j*u + c5*j",
}  # fmt: skip


def test_what_holds_for_any_constants_is_told_without_a_condition() -> None:
    """That one constant is a third of another by chance is no part of what an epidemic conserves."""
    found = asked(AGES, (0.6015, 0.1472, -0.2001, 0.1551, 0.243, -0.199), [0.9, 0.05, 0.8, 0.02])
    assert [(), ()] == [one.relations for one in found]
    assert sp.expand(found[0].expression - parse("c1*c2*(j + u) + c0*c5*(i + s) + c2*c5*log(s)")) == 0
    (plain,) = asked({"s": "-c0*s*i", "i": "c0*s*i - c1*i"}, (0.6, 0.2005), [0.9, 0.1])
    assert ("c0*i + c0*s - c1*log(s)", ()) == (str(plain.expression), plain.relations)
    (counted,) = asked({"a": "-c0*a", "b": "c1*a"}, (0.6, 1.2), [0.9, 0.1])
    assert ("2*a + b", {"-2*c0 + c1"}) == (str(counted.expression), {str(one) for one in counted.relations})


def test_what_holds_only_with_a_relation_is_found_too() -> None:
    """Kepler's angular momentum needs the same attraction along both axes; his energy does not."""
    equations = {"x": "u", "y": "v", "u": "-c0*x/(x**2 + y**2)**(3/2)", "v": "-c1*y/(x**2 + y**2)**(3/2)"}
    energy, momentum = asked(equations, (1.0, 1.001), [1.0, 0.0, 0.0, 1.1])
    assert sp.simplify(energy.expression - parse("u**2/2 + v**2/2 - c0/sqrt(x**2 + y**2)")) == 0
    assert sp.simplify(momentum.expression - parse("u*y - v*x")) == 0
    assert ["-c0 + c1"] == [str(relation) for relation in momentum.relations]


def test_functions_of_what_is_known_are_not_repeated() -> None:
    """The square of an energy is conserved too, and says nothing more."""
    assert 1 == len(asked({"x": "v", "v": "c0*x - c1*x**3"}, (1.0, 1.0), [1.4, 0.0]))


def test_a_deadline_ends_the_search() -> None:
    """What there is no time for is left out."""
    law = Law(("x", "v"), (parse("v"), parse("-c0*x")), (1.0,))
    ones = np.ones((5, 2))
    run = SmoothedTrajectory(np.arange(5.0), np.random.default_rng(0).random((5, 2)), ones, ones, ones, law.states)
    assert () == conserved(law, [run], deadline=Deadline().sooner(0.0))


def test_a_rate_is_zero_only_if_its_parts_are() -> None:
    """x^2 + v^2 changes at a rate of x v (2 - 2 c0), which vanishes for c0 = 1."""
    x, v, c0 = symbol("x"), symbol("v"), symbol("c0")
    changes = rates([x**2, v**2], [x, v], [v, -c0 * x])
    assert ((0, 1),) == changes.null_space({})
    assert () == rates([x**2 + v**2], [x, v], [v, -c0 * x]).null_space({})
    assert ((0,),) == rates([x**2 + v**2], [x, v], [v, -c0 * x]).null_space({c0: sp.S.One})


def test_common_factors_are_left_out() -> None:
    """And squares are positive and halved, as energies are written."""
    x, v, c0 = symbol("x"), symbol("v"), symbol("c0")
    assert c0 * x**2 / 2 + v**2 / 2 == primitive([-3 * c0, -sp.S(3)], [x**2, v**2])


def test_a_relation_may_be_to_a_constant_that_no_rate_has() -> None:
    """As one that stands inside a fraction alone; two constants that are its multiples are multiples of each other."""
    x, y, c0, c1, c2 = (symbol(name) for name in ("x", "y", "c0", "c1", "c2"))
    changes = rates((x, y), (x, y), (c0 * x * y, -c2 * x * y))
    assert (c0, c2) == changes.constants
    assert changes.null_space({c0: 2 * c1, c2: 3 * c1}) == changes.null_space({}) == ((0, 1),)
    assert ((0, 1),) == rates((x, y), (x, y), (c0 * x, -c0 * x)).null_space({c0: 2 * c1})


def test_what_is_measured_says_whether_it_is_kept() -> None:
    """A smoother that cuts a steep corner makes what is conserved vary; the samples do not."""
    law = Law(("a", "b"), (parse("-c0*a"), parse("c0*a")), (2.0,))
    times = np.linspace(0.0, 4.0, 60)
    noise = NoiseModel("additive", np.full(2, 0.02), np.zeros(2))
    states = simulate(law, np.array([2.0, 0.5]), times)
    run = Trajectory(times, states + 0.02 * np.random.default_rng(0).standard_normal(states.shape), law.states)
    ones = np.full_like(states, 5e-3)
    bent = states.copy()
    bent[:3, 0] -= 0.6
    curve = SmoothedTrajectory(times, bent, states, ones, ones, law.states)
    (bad,) = conserved(law, [curve])
    (good,) = conserved(law, [curve], measured=through_samples([run], [curve], noise))
    assert bad.variation > 4.0 * bad.expected
    np.testing.assert_allclose(good.variation, good.expected, rtol=0.2)


def test_curves_stay_where_nothing_was_measured() -> None:
    """Gaps, hidden states and those that a smoother adds."""
    times, names = np.arange(3.0), ("x", "y")
    gappy = Trajectory(times, np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan]]), names)
    ones = np.full((3, 3), 0.1)
    curve = SmoothedTrajectory(times, np.full((3, 3), 7.0), ones, ones, ones, (*names, "x_dot"))
    (found,) = through_samples([gappy], [curve], NoiseModel("additive", np.full(2, 0.5), np.zeros(2)))
    assert [[1.0, 7.0, 7.0], [7.0, 7.0, 7.0], [3.0, 7.0, 7.0]] == found.states.tolist()
    assert [[0.5, 0.1, 0.1], [0.1, 0.1, 0.1], [0.5, 0.1, 0.1]] == found.state_deviations.tolist()


def test_the_energy_of_a_power_whose_exponent_is_fitted_is_found() -> None:
    """As that of one which is a number."""
    found = asked({"x": "v", "v": "c0*x**c1"}, (-1.0, 1.5), [1.5, 0.2])
    (energy,) = (sp.expand(one.expression) for one in found)
    assert energy.coeff(symbol("v"), 2) != 0


@pytest.mark.filterwarnings("error")
def test_a_law_whose_rates_cannot_be_squared_conserves_nothing_and_warns_of_nothing() -> None:
    """A switch by exp(400 x), as of a constant that is not determined, is beyond all numbers in the box of the data."""
    law = Law(("x", "y"), tuple(parse(text) for text in ("-c0*x", "exp(c1*x) - y")), (0.5, 400.0))
    states = np.column_stack([np.linspace(1.0, 0.1, 50), np.linspace(0.0, 1.0, 50)])
    ones = np.full_like(states, 1e-3)
    run = SmoothedTrajectory(np.linspace(0.0, 4.0, 50), states, states, ones, ones, law.states)
    assert () == conserved(law, [run])
