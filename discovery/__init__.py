"""From a CSV of measurements to the differential equation behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from discovery.errors import DiscoveryError as DiscoveryError
    from discovery.trajectories.read import read_csv as read_csv
    from discovery.types import DiscoveryResult as DiscoveryResult
    from discovery.types import Law as Law
    from discovery.types import Trajectory as Trajectory
    from pipelines.estimator import EquationDiscovery as EquationDiscovery

# Names are imported when they are asked for: `import discovery` loads nothing heavy.
_HOMES = {
    "DiscoveryError": "discovery.errors",
    "DiscoveryResult": "discovery.types",
    "EquationDiscovery": "pipelines.estimator",
    "Law": "discovery.types",
    "Trajectory": "discovery.types",
    "read_csv": "discovery.trajectories.read",
}

__all__ = ["DiscoveryError", "DiscoveryResult", "EquationDiscovery", "Law", "Trajectory", "read_csv"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'discovery' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
