"""What a result rests on: the papers behind what ran, and what is needed to get the same law again."""

from __future__ import annotations

import platform
from importlib.metadata import version

from discovery import registry
from discovery.smoothing.successive import METHOD
from discovery.trajectories.measurements import Measurements
from discovery.types import DiscoveryProblem
from pipelines.config import RunConfig
from pipelines.told import NETWORKS, UNIVERSAL


def cites(config: RunConfig, problem: DiscoveryProblem) -> tuple[str, ...]:
    """Keys of the papers behind what ran; engines did not where all of the law was told."""
    asked = () if problem.smoothing.method == METHOD else (config.smoother,)  # a map's samples are not smoothed
    ran = [("smoothing", name) for name in (*asked, *problem.smoothing.method.split(" + "))]
    ran += [("selection", "trajectories")]
    if problem.frame is None or problem.frame.unknowns:
        ran += [("search", name) for name in config.engines]
    known = {stage: registry.plugins(stage) for stage in ("smoothing", "search", "selection")}
    keys = [key for stage, name in ran if name in known[stage] for key in known[stage][name].cites]
    return tuple(dict.fromkeys([*keys, *(NETWORKS if ("smoothing", UNIVERSAL) in ran else ())]))


def provenance(measurements: Measurements, config: RunConfig) -> dict[str, object]:
    """What is needed to get the same law again; nothing that changes from run to run."""
    packages = ("discovery", "numpy", "scipy", "sympy", "numba", "torch", "torchdiffeq", "pysindy", "pyoperon")
    return {
        "files": [measurements.source],
        "data_sha256": measurements.sha256,
        "seed": config.seed,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "versions": {name: version(name) for name in packages},
        "config": config.model_dump(mode="json"),
    }
