"""Units, maps and families: what is found where it is told of them, and where not.

    python benchmarks/knowledge_structure.py [--quick] [NAME ...]

Prints one line for each case and seed: what was told, the law, and whether it is what the case wants. Observed data;
the truth is looked at when the run is over. Maps have three seeds of noise of 1 %; falling balls are measured.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from discovery.resources import folder
from discovery.samples import Trajectory
from discovery.symbolic.compare import compare
from discovery.symbolic.parse import parse
from discovery.trajectories.arrays import from_arrays
from discovery.trajectories.measurements import Measurements
from discovery.trajectories.read import read_csv
from discovery.types import DiscoveryResult
from pipelines.config import RunConfig, read
from pipelines.laws import law_lines
from pipelines.ode import discover_ode

Step = Callable[[np.ndarray], Sequence[float]]
SEEDS, NOISE, SAMPLES = 3, 0.01, 200

# Maps by their right-hand sides, a start on the way to the attractor, and the step.
MAPS: Mapping[str, tuple[Mapping[str, str], Sequence[float], Step]] = {
    "logistic": ({"x": "3.9*x - 3.9*x**2"}, (0.4,), lambda x: (3.9 * x[0] * (1 - x[0]),)),
    "henon": ({"x": "1 - 1.4*x**2 + y", "y": "0.3*x"}, (0.1, 0.1), lambda x: (1 - 1.4 * x[0] ** 2 + x[1], 0.3 * x[0])),
    "ricker": (
        {"x": f"{math.exp(2.7)}*x*exp(-0.054*x)"}, (10.0,), lambda x: (x[0] * math.exp(2.7 * (1 - x[0] / 50)),),
    ),
}  # fmt: skip
# Drag by metre that the issue of calibration leaves: bounds, or nothing where none can be claimed.
DRAG: Mapping[str, tuple[float, float] | None] = {
    **dict.fromkeys(("whiffle_ball_1", "whiffle_ball_2", "yellow_whiffle_ball", "orange_whiffle_ball"), (0.035, 0.065)),
    "tennis_ball": (0.010, 0.022),
    "volleyball": (0.010, 0.022),
    "baseball": None,
    "golf_ball": None,
    "bowling_ball": None,
}
FALL = ("height_m'' = -g - kappa*height_m'*abs(height_m')", "g = 9.81")


@dataclass(frozen=True)
class Outcome:
    """One line of the table."""

    case: str
    told: str
    law: str
    wanted: bool


def maps(names: Sequence[str], config: RunConfig, seeds: int) -> Iterator[Outcome]:
    """Each map with noise, told that it is one; identical is what is wanted."""
    for name in names:
        truth, start, step = MAPS[name]
        states = [np.array(start)]
        while len(states) < SAMPLES:
            states.append(np.array(step(states[-1])))
        clean = np.array(states)
        for seed in range(seeds):
            noise = NOISE * clean.std(axis=0) * np.random.default_rng(seed).standard_normal(clean.shape)
            run = Trajectory(np.arange(float(SAMPLES)), clean + noise, tuple(truth))
            result = discover_ode([run], replace_config(config, map=True, seed=seed))
            found = result.law.equations if result.law else {}
            same = bool(found) and all(
                compare(found[state], parse(text), tuple(truth)).verdict == "identical" for state, text in truth.items()
            )
            yield Outcome(f"{name}, seed {seed}", "--map", _written(result), same)


def units(config: RunConfig) -> Iterator[Outcome]:
    """An oscillator whose velocity is in other units than its position: x' = v must not be made exact."""
    times = np.linspace(0, 10, 200)
    for unit, exact in (("m/s", True), ("km/h", False)):
        noise = 0.01 * np.random.default_rng(0).standard_normal((len(times), 2))
        states = np.column_stack([np.cos(times), -np.sin(times)]) + noise
        data = from_arrays(states, times, names=("x [m]", "v [" + unit + "]"))
        result = discover_ode(replace(data, time_name="t [s]"), config)
        plain = result.law is not None and str(result.law.skeletons[0]) in data.headers
        yield Outcome("oscillator", f"x [m], v [{unit}]", _written(result), plain == exact)


def balls(config: RunConfig) -> Iterator[Outcome]:
    """Falling balls, by their heights: told the form, g and that drag differs by ball."""
    data = _heights()
    told = replace_config(config, laws=FALL, own=("kappa:ball",))
    result = discover_ode(data, told)
    law = result.ranking.front[0]
    for name, number in zip(law.law.told, range(len(law.law.told)), strict=True):
        ball = name.removeprefix("kappa[").removesuffix("]")
        if ball not in DRAG:
            continue
        value, low, high = law.law.constants[number], law.lows[number], law.highs[number]
        bounds = DRAG[ball]
        claimed = low > 0.0
        wanted = not claimed and high > 0.0 if bounds is None else claimed and bounds[0] <= value <= bounds[1]
        yield Outcome(ball, "form, g, --own kappa:ball", f"{value:.4f} ({low:.4f} to {high:.4f}) /m", wanted)


def balls_without_g(config: RunConfig) -> Iterator[Outcome]:
    """Told the form alone: g and drag cannot be separated in these videos, and none of the drags is claimed."""
    for own in (("kappa:ball",), ()):
        verdict = discover_ode(_heights(), replace_config(config, laws=FALL[:1], own=own)).verdict
        told = f"form, --own {' '.join(own) or 'nothing'}"
        yield Outcome("falling balls", told, verdict.headline, verdict.status == "not_found")


def balls_told_nothing() -> Iterator[Outcome]:
    """Not even the form, with the default recipe: a law for all balls is not in these data."""
    for states in (("height_m", "velocity_m_per_s_from_video"), ("height_m",)):
        verdict = discover_ode(_falls(states), read("default")).verdict
        told = f"nothing, of {len(states)} columns" if len(states) > 1 else "nothing, of heights"
        yield Outcome("falling balls", told, verdict.headline, verdict.status == "not_found")


def _heights() -> Measurements:
    return _falls(("height_m",))


def _falls(states: tuple[str, ...]) -> Measurements:
    path = folder("datasets/measured") / "falling_balls.csv"
    return read_csv(path, time="t_s", states=states, trajectory=("ball", "drop"))


def replace_config(config: RunConfig, **changes: object) -> RunConfig:
    """The configuration with other values."""
    return config.changed(**changes)


def _written(result: DiscoveryResult) -> str:
    return "; ".join(law_lines(result.law, result.headers, result.structure.owned)) if result.law else "none"


def main() -> None:
    """Runs the cases that are named, or all."""
    parser = argparse.ArgumentParser(description="Units, maps and families.")
    parser.add_argument("names", nargs="*", help="maps, units, balls, or names of maps")
    parser.add_argument("--quick", action="store_true", help="one seed")
    told = parser.parse_args()
    names = told.names or ["maps", "units", "balls"]
    config = RunConfig(engines=("sindy", "structured"), smoother="gaussian_process")
    chosen = [name for name in MAPS if name in names or "maps" in names]
    outcomes = list(maps(chosen, config, 1 if told.quick else SEEDS)) if chosen else []
    outcomes += list(units(config)) if "units" in names else []
    outcomes += [*balls(config), *balls_without_g(config), *balls_told_nothing()] if "balls" in names else []
    for one in outcomes:
        print(f"{'yes' if one.wanted else 'NO ':4} {one.case:22} {one.told:28} {one.law}")
    print(f"{sum(one.wanted for one in outcomes)} of {len(outcomes)} as wanted")


if __name__ == "__main__":
    main()
