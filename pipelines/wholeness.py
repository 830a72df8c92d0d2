"""Whether the parts of a result that was read belong together: files in a folder may come from anywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np

from discovery.errors import DataError
from discovery.trajectories.names import is_safe
from discovery.types import Beginning, DiscoveryResult, Law, SmoothedTrajectory


def check_hashes(contents: Mapping[str, bytes], hashes: Mapping[str, str]) -> None:
    """Sees to it that files of arrays are those that the result was written with.

    Args:
        hashes: SHA-256 by name, as the result tells them; older results tell none.

    Raises:
        DataError: a file is of another result, as where a run was killed while it replaced an older one.
    """
    for name, content in contents.items():
        if name in hashes and hashlib.sha256(content).hexdigest() != hashes[name]:
            raise DataError(
                f"{name}.npz is not the file that result.json was written with, so that they may be of different runs. "
                "Run again with the same --out."
            )


def checked(result: DiscoveryResult) -> DiscoveryResult:
    """The same result, once its arrays are seen to have the shapes that its document speaks of.

    Raises:
        DataError: they have not; the message says which.
    """
    states = len(result.headers)
    runs, curves = result.trajectories, result.smoothing.trajectories
    noise = result.smoothing.noise
    seen = {
        "data.npz": bool(runs) and all(run.dimension == states and len(run) > 0 for run in runs),
        "smoothing.npz": len(curves) == len(runs) and all(_is_whole(curve, states) for curve in curves),
        "the noise of smoothing.npz": noise.scale.shape == noise.floor.shape == noise.constant.shape == (states,),
        "predictions.npz": all(
            one.states.shape == (len(one.times), states)
            and one.times.ndim == 1
            and one.kind in ("fit", "held_out")
            and (one.beginning is None or _fits(one.beginning, states, result.law))
            for one in result.predictions
        ),
        "an identifier": all(is_safe(name) for name in result.headers),  # laws are written as code, too
    }
    for part, whole in seen.items():
        if not whole:
            raise DataError(f"{part} does not fit what a law of {states} states has. Run again with the same --out.")
    return result


def _is_whole(curve: SmoothedTrajectory, states: int) -> bool:
    shape = (len(curve.times), len(curve.names))
    parts = (curve.states, curve.derivatives, curve.state_deviations, curve.derivative_deviations)
    return curve.times.ndim == 1 and len(curve.names) >= states and all(np.shape(part) == shape for part in parts)


def _fits(beginning: Beginning, states: int, law: Law | None) -> bool:
    if law is None or beginning.follows.shape != (states, len(law.constants)):
        return False
    finite = np.isfinite(beginning.follows).all() and np.isfinite(beginning.scatter).all()
    return bool(finite) and beginning.scatter.shape == (states, states)
