"""A tank that runs out through a hole while its pump is switched on and off, found from its levels."""

import numpy as np
import pandas as pd

from discovery import EquationDiscovery

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
