"""Columns that are switched between a few levels and measured with noise are inputs; others are not."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from discovery.trajectories.checks import check
from discovery.trajectories.noisy_levels import noisy_levels
from discovery.trajectories.read import read_csv

TIMES = np.arange(0.0, 40.0, 0.1)
SQUARE = (TIMES // 5.0) % 2.0
RNG = np.random.default_rng(0)


def van_der_pol(mu: float) -> np.ndarray:
    """A relaxation oscillation, which jumps between slow branches."""
    x, y, found = 2.0, 0.0, []
    for _ in TIMES:
        found.append(x)
        for _ in range(200):
            x, y = x + 0.0005 * mu * (x - x**3 / 3.0 + y), y - 0.0005 * x / mu
    return np.array(found)


@pytest.mark.parametrize("noise", [0.001, 0.02])
@pytest.mark.parametrize("levels", [2, 3])
def test_levels_are_counted(noise: float, levels: int) -> None:
    """Of a generator's voltage of two or three levels."""
    steps = (TIMES // 5.0) % levels
    assert levels == noisy_levels([steps + noise * RNG.normal(size=len(TIMES))])


@pytest.mark.parametrize(
    "column",
    [
        np.sin(TIMES),
        RNG.normal(size=len(TIMES)),
        np.cumsum(RNG.normal(size=len(TIMES))),
        SQUARE + 0.1 * RNG.normal(size=len(TIMES)),  # too noisy to be told from what lies between
        np.exp(-0.5 * TIMES) + 0.001 * RNG.normal(size=len(TIMES)),
        van_der_pol(8.0) + 0.01 * RNG.normal(size=len(TIMES)),
        RNG.choice([0.0, 1.0], len(TIMES)) + 0.01 * RNG.normal(size=len(TIMES)),  # does not stay
    ],
    ids=["sine", "noise", "walk", "noisy", "decay", "relaxation", "coin"],
)
def test_what_has_a_course_has_no_levels(column: np.ndarray) -> None:
    """Nor what does not stay at them."""
    assert 0 == noisy_levels([column])


def test_it_is_proposed_as_an_input(tmp_path: Path) -> None:
    """Its jumps are no strays."""
    answer = np.empty(len(TIMES))
    answer[0] = 0.0
    for i in range(1, len(TIMES)):
        answer[i] = answer[i - 1] * np.exp(-0.1) + (1.0 - np.exp(-0.1)) * SQUARE[i - 1]
    table = pd.DataFrame({"t [s]": TIMES, "drive [V]": SQUARE, "answer [V]": answer})
    table[["drive [V]", "answer [V]"]] += 0.004 * RNG.normal(size=(len(TIMES), 2))
    table.to_csv(tmp_path / "rc.csv", index=False)
    found = check(read_csv(tmp_path / "rc.csv"))
    assert ("drive [V]",) == found.switches
    texts = [one.text for one in found.alerts]
    assert any(text.startswith("drive [V] goes to and fro between 2 levels, but for noise:") for text in texts)
    assert not any("far off" in text for text in texts)
