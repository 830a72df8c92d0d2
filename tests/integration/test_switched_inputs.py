"""Laws found where inputs are switched or set: a tank with a pump, a chemostat, a heater behind a controller."""

import numpy as np
import pandas as pd

from discovery import EquationDiscovery
from discovery.symbolic.compare import compare
from discovery.symbolic.parse import parse

TIMES = np.arange(0.0, 1200.0, 4.0)
PUMP = np.where((TIMES // 40) % 7 < 3, 1.0, 0.0)
NOISE = 0.005
SETTINGS = {"engines": ("sindy", "structured")}


def levels() -> np.ndarray:
    """Torricelli's law, level' = 0.02 pump - 0.01 sqrt(level), by small steps."""
    level, found = 0.1, []
    for pump in PUMP:
        found.append(level)
        for _ in range(400):
            level += 0.01 * (0.02 * pump - 0.01 * np.sqrt(level + 0.005 * (0.02 * pump - 0.01 * np.sqrt(level))))
    return np.array(found)


def test_a_switched_pump_hides_no_root() -> None:
    """Levels have corners where the pump switches; their noise is not taken for larger, nor their law for a line."""
    noisy = levels() + NOISE * np.random.default_rng(2).normal(size=len(TIMES))
    table = pd.DataFrame({"level": noisy, "pump": PUMP}, index=pd.Index(TIMES, name="t"))
    found = EquationDiscovery(**SETTINGS).fit(table.reset_index(), "t", inputs="pump")
    assert "found" == found.result_.status
    law = found.law_
    assert {"level": "c0*sqrt(level) + c1*pump"} == dict(zip(law.states, map(str, law.skeletons), strict=True))
    np.testing.assert_allclose(law.constants, [-0.01, 0.02], rtol=0.01)
    np.testing.assert_allclose(found.result_.smoothing.noise.scale, NOISE, rtol=0.1)


def chemostat() -> pd.DataFrame:
    """Monod's law under a dilution that is switched, three runs at uneven times, 4 % noise, some biomass missing."""
    rng, rows = np.random.default_rng(5), list[tuple[str, float, float, float, float]]()
    for number, start in enumerate([(0.2, 8.0), (1.5, 2.0), (0.5, 5.0)]):
        times = np.sort(rng.choice(np.arange(0.5, 60.0, 0.5), 70, replace=False))
        dilution = np.where((times // 12).astype(int) % 2 == number % 2, 0.05, 0.25)
        states = np.array(start)
        for place, time in enumerate(times):
            biomass, substrate = states * np.exp(0.04 * rng.normal(size=2))
            rows.append((f"run {number}", time, np.nan if rng.random() < 0.05 else biomass, substrate, dilution[place]))
            if place + 1 < len(times):
                for _ in range(200):  # small steps
                    growth = 0.4 * states[1] / (1.0 + states[1]) * states[0]
                    flow = dilution[place] * (np.array([0.0, 10.0]) - states)
                    states = states + (times[place + 1] - time) / 200.0 * (flow + growth * np.array([1.0, -2.0]))
    return pd.DataFrame(rows, columns=["run", "t", "biomass", "substrate", "dilution"])


def test_a_switched_dilution_hides_no_growth() -> None:
    """Rates that jump are integrated from their limits on either side: else dilution counts as if it came early."""
    found = EquationDiscovery(**SETTINGS).fit(
        [table.drop(columns="run") for _, table in chemostat().groupby("run")], "t", inputs="dilution"
    )
    assert "found" == found.result_.status
    reference = {
        "biomass": "0.4*biomass*substrate/(1 + substrate) - dilution*biomass",
        "substrate": "dilution*(10 - substrate) - 0.8*biomass*substrate/(1 + substrate)",
    }
    names = ("biomass", "substrate", "dilution")
    for state, side in found.law_.equations.items():
        assert compare(side, parse(reference[state], names), names).verdict in ("identical", "same structure")
    assert len(found.result_.trajectories[0].times) == len(found.result_.smoothing.trajectories[0].times) == 70


def motor() -> pd.DataFrame:
    """A motor with friction whose voltage is switched whenever, which its record has from the next sample."""
    rng = np.random.default_rng(7)
    times = np.round(np.cumsum(rng.uniform(1.0, 4.0, 400)), 1)
    moments = np.append(0.0, np.cumsum(rng.uniform(30.0, 90.0, 40)))
    volts = rng.choice([-12.0, -8.0, -4.0, 4.0, 8.0, 12.0], 41)
    current, speed, now, rows = 0.0, 0.0, 0.0, []
    for time in np.union1d(times, moments[moments < times[-1]]):
        volt = volts[np.searchsorted(moments, now, side="right") - 1]
        step = (time - now) / 100.0
        for _ in range(100):
            change = (volt - current) / 5.0 - 0.001 * speed
            speed += step * (4.8 * (current + step / 2.0 * change) - 0.02 * speed)
            current += step * (change - step / 2.0 * (change / 5.0))
        now = time
        if time in times:
            rows.append((time, volts[np.searchsorted(moments, time, side="right") - 1], current, speed))
    table = pd.DataFrame(rows, columns=["t", "voltage", "current", "speed"])
    table["current"] += 0.03 * rng.normal(size=len(table))
    table["speed"] += 5.0 * rng.normal(size=len(table))
    return table


def test_switches_between_samples_hide_no_law() -> None:
    """What a motor's current did since the switch is no part of the law: its constants were a fifth off."""
    found = EquationDiscovery(**SETTINGS).fit(motor(), "t", inputs="voltage")
    assert "found" == found.result_.status
    assert len(found.result_.trajectories) > 5
    assert {
        "current": "-current/5 - speed/1000 + voltage/5",
        "speed": "c0*current + c1*speed",
    } == dict(zip(found.law_.states, map(str, found.law_.skeletons), strict=True))
    np.testing.assert_allclose(found.law_.constants, [4.8, -0.02], rtol=0.02)


def test_what_a_controller_sets_at_each_row_hides_no_law() -> None:
    """A power that is held for each step, and read as a line would come half a step early: nobody has to tell."""
    rng, temperature, found = np.random.default_rng(3), 1.0, []
    times = 0.5 * np.arange(150)
    power = 1.0 + np.sin(times) * np.cos(0.23 * times)
    for watts in power:
        found.append(temperature)
        temperature = 1.5 / 0.4 * watts + (temperature - 1.5 / 0.4 * watts) * np.exp(-0.4 * 0.5)
    noisy = np.array(found) + 0.02 * rng.normal(size=len(times))
    model = EquationDiscovery(**SETTINGS).fit(pd.DataFrame({"T": noisy, "power": power}), times, inputs="power")
    assert "found" == model.result_.status
    assert (True,) == model.result_.trajectories[0].held
    assert {"T": "T*c0 + c1*power"} == dict(zip(model.law_.states, map(str, model.law_.skeletons), strict=True))
    np.testing.assert_allclose(model.law_.constants, [-0.4, 1.5], rtol=0.02)
