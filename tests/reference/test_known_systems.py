"""Every known system: its file is sound, it runs from all its starts, and independent sources agree with it."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import solve_ivp

from discovery.datasets import known
from discovery.datasets.field import compile_field
from discovery.datasets.simulate import simulate
from discovery.symbolic.parse import parse
from discovery.types import symbol

ODEBENCH = tomllib.loads((Path(__file__).parent / "odebench_numeric.toml").read_text(encoding="utf-8"))

# Any two solvers of a chaotic system part; over a fifth of the run, a few Lyapunov times, they still agree.
CHAOTIC_SHARE = 0.2
AGREEMENT = 1e-6  # of a state's range; the worst of all systems is 1e-7

FIRST = [(name, 0) for name in known.names()]
OTHERS = [
    pytest.param(name, index, marks=pytest.mark.slow)
    for name in known.names()
    for index in range(1, len(known.load(name).initial_states))
]


@pytest.mark.parametrize("name", known.names())
def test_every_constant_and_state_is_used(name):
    """No constant stands in a file for nothing."""
    system = known.load(name)
    used = set().union(*(skeleton.free_symbols for skeleton in system.skeletons.values()))
    assert set() == {symbol(constant) for constant in system.constants} - used


@pytest.mark.parametrize(("name", "index"), FIRST + OTHERS)
def test_systems_run_move_and_agree_with_another_solver(name, index):
    """Each start gives a finite run that moves, and LSODA at other tolerances gives the same."""
    system = known.load(name)
    start = system.initial_states[index]
    run = simulate(system, start)
    assert len(run) == system.samples
    assert np.all(np.isfinite(run.states))
    assert np.abs(run.states).max() < 1e4
    spread = np.ptp(run.states, axis=0)
    assert np.max(spread / np.abs(run.states).max(axis=0).clip(1e-12)) > 0.02  # the stillest, of ODEBench, moves by 3 %
    if system.events:
        return  # solved in closed form below
    times = run.times
    if "chaotic" in system.tags:
        times = times[: max(2, int(CHAOTIC_SHARE * len(times)))]
    field = compile_field(system)
    other = solve_ivp(
        lambda t, y: field.rates(t, y.tolist(), []),
        (times[0], times[-1]),
        start,
        method="LSODA",
        t_eval=times,
        rtol=1e-11,
        atol=1e-13,
    )
    error = np.abs(other.y.T - run.states[: len(times)])
    assert np.max(error / spread.clip(1e-12)) < AGREEMENT


@pytest.mark.parametrize("name", [name for name in known.names() if known.load(name).conserved])
def test_what_is_conserved_stays_constant(name):
    """The stated quantity does not change along the run, up to the error of integration."""
    system = known.load(name)
    states = simulate(system, system.initial_states[0]).states
    for expression in system.parsed(system.conserved):
        value = sp.lambdify([symbol(state) for state in system.names], expression, "numpy")(*states.T)
        assert np.ptp(value) < 1e-7 * (1 + np.abs(value).max())


@pytest.mark.parametrize("name", sorted(ODEBENCH))
def test_odebench_is_as_published(name):
    """Named constants put in give the numbers that ODEBench's authors print (d'Ascoli et al. 2024)."""
    system = known.load(name)
    generator = np.random.default_rng(0)
    for point in generator.uniform(0.1, 0.9, size=(5, system.dimension)):  # where every power is real
        values = dict(zip(map(symbol, system.names), point, strict=True))
        for state, text in ODEBENCH[name].items():
            published = parse(text, system.names).evalf(subs=values)
            ours = system.expressions[state].evalf(subs=values)
            assert pytest.approx(float(published), rel=1e-10, abs=1e-12) == float(ours)


def test_odebench_keeps_its_protocol():
    """512 samples of [0, 10] and two initial states each."""
    assert sorted(ODEBENCH) == list(known.select(suite="odebench"))
    for name in ODEBENCH:
        system = known.load(name)
        assert ((0.0, 10.0), 512, 2) == (system.time_span, system.samples, len(system.initial_states))


def test_hires_ends_where_the_test_set_says():
    """Reference solution of Mazzia & Magherini (2008), Test Set for IVP Solvers, problem HIRES, t = 321.8122."""
    system = known.load("hires")
    published = [
        0.7371312573325668e-3,
        0.1442485726316185e-3,
        0.5888729740967575e-4,
        0.1175651343283149e-2,
        0.2386356198831331e-2,
        0.6238968252742796e-2,
        0.2849998395185769e-2,
        0.2850001604814231e-2,
    ]
    np.testing.assert_allclose(simulate(system, system.initial_states[0]).states[-1], published, rtol=1e-8)


def test_robertson_ends_where_the_test_set_says():
    """Reference solution of Mazzia & Magherini (2008), Test Set for IVP Solvers, problem ROBER, t = 1e11."""
    run = simulate(known.load("robertson"), [1.0, 0.0, 0.0], times=np.array([0.0, 1e11]), atol=1e-22)
    published = [0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050]
    np.testing.assert_allclose(run.states[-1], published, rtol=1e-7)


def test_the_sliding_block_loses_the_same_at_each_swing():
    """Amplitudes fall by 2 mu g / kappa each half period (Den Hartog, Mechanical Vibrations, on Coulomb damping)."""
    system = known.load("sliding_block")
    values = system.values
    half = np.pi / np.sqrt(values["kappa"])
    run = simulate(system, [6.0, 0.0], times=np.arange(6) * half)
    fall = 2 * values["mu"] * values["g"] / values["kappa"]
    expected = [(-1) ** swing * (6.0 - swing * fall) for swing in range(6)]
    np.testing.assert_allclose(run.states[:, 0], expected, atol=1e-8)


def test_the_tunnel_diode_has_two_stable_states():
    """The two starts end at the equilibria Q1 and Q3 of Khalil (2002), Nonlinear Systems, example 2.1."""
    system = known.load("tunnel_diode")
    ends = [simulate(system, start, times=np.array([0.0, 200.0])).states[-1] for start in system.initial_states]
    np.testing.assert_allclose(sorted(end[0] for end in ends), [0.063, 0.884], atol=1e-3)


def test_hodgkin_and_huxley_s_axon_fires_repeatedly():
    """At 10 µA/cm^2 spikes come every 14 to 15 ms at 6.3 °C (Hodgkin & Huxley 1952; Rinzel & Miller 1980)."""
    system = known.load("hodgkin_huxley")
    run = simulate(system, system.initial_states[0], times=np.linspace(0.0, 100.0, 10001))
    potential = run.states[:, 0]
    spikes = run.times[1:][(potential[1:] > 0) & (potential[:-1] <= 0)]
    assert np.all((np.diff(spikes)[1:] > 13.5) & (np.diff(spikes)[1:] < 15.5))
    assert len(spikes) >= 6
