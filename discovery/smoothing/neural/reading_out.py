"""Smoothed states under a fixed field: the first state of each window is fitted alone, and overlapping windows are
blended.

Windows that share a field but no states are independent, so long data cost little: no gradient of the field is needed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float

from discovery.smoothing.neural.network import Network
from discovery.smoothing.neural.scaling import Samples
from discovery.smoothing.neural.shooting import Reading, read, reading, solve
from discovery.smoothing.neural.windows import Windows, gather, spans

LEASH = (
    3.0  # how far a window's first state may leave the classical curve, in deviations of the noise, at a cost of one
)
FAR = 1e3  # standardised states beyond this mean that a window ran off
TILT = 1e-5  # forward difference of a first state, in standard deviations


def read_out(
    network: Network, parts: Sequence[Samples], size: int, steps: int, *, rounds: int = 2
) -> list[Float[np.ndarray, "_ state"]]:
    """Standardised states of every sample of every run; the classical curve where no window reaches."""
    places = [(index, *span) for index, part in enumerate(parts) for span in spans(part.times, size)]
    curves = [part.curve.copy() for part in parts]
    if not places:
        return curves
    windows = gather(parts, places, size)
    noise = np.stack([parts[index].deviations[row] for index, row in zip(windows.run, windows.rows[:, 0], strict=True)])
    solution = _settle(network, windows, noise, steps, rounds)
    return _blend(windows, solution, curves)


def _settle(
    network: Network, windows: Windows, noise: Float[np.ndarray, "window state"], steps: int, rounds: int
) -> Float[np.ndarray, "window sample state"]:
    """Gauss-Newton on the first state of each window, by forward differences; steps that do not help are not taken."""
    where = reading(windows.places, steps)
    starts, dimension = windows.starts.copy(), windows.starts.shape[1]
    states = _solve(network, starts, windows, steps, where)
    cost = _cost(windows, states, starts, noise)
    for _ in range(rounds):
        fan = np.stack(
            [_solve(network, starts + tilt, windows, steps, where) for tilt in TILT * np.eye(dimension)], axis=-1
        )
        slopes = windows.weights[..., None] * (fan - states[..., None]) / TILT
        misses = windows.weights * (windows.measured - states)
        leash = 1.0 / (LEASH * noise) ** 2
        normal = np.einsum("wksi,wksj->wij", slopes, slopes) + leash[:, :, None] * np.eye(dimension)
        right = np.einsum("wksi,wks->wi", slopes, misses) - leash * (starts - windows.starts)
        proposal = starts + np.linalg.solve(normal, right[:, :, None])[:, :, 0]
        tried = _solve(network, proposal, windows, steps, where)
        price = _cost(windows, tried, proposal, noise)
        better = price < cost
        starts = np.where(better[:, None], proposal, starts)
        states = np.where(better[:, None, None], tried, states)
        cost = np.where(better, price, cost)
    return states


def _cost(
    windows: Windows,
    states: Float[np.ndarray, "window sample state"],
    starts: Float[np.ndarray, "window state"],
    noise: Float[np.ndarray, "window state"],
) -> Float[np.ndarray, " window"]:
    """Squared misfit of each window, with the leash."""
    misfit = np.sum((windows.weights * (windows.measured - states)) ** 2, axis=(1, 2))
    return misfit + np.sum(((starts - windows.starts) / (LEASH * noise)) ** 2, axis=1)


def _solve(
    network: Network, starts: Float[np.ndarray, "window state"], windows: Windows, steps: int, where: Reading
) -> Float[np.ndarray, "window sample state"]:
    """States at the samples of all windows; far away where a window runs off."""
    durations = torch.tensor(windows.durations)
    with torch.no_grad():
        solution = solve(network, torch.tensor(starts), durations, steps)
        states = read(network, solution, durations, steps, where).numpy()
    return np.clip(np.nan_to_num(states, nan=FAR), -FAR, FAR)


def _blend(
    windows: Windows,
    solution: Float[np.ndarray, "window sample state"],
    curves: list[Float[np.ndarray, "_ state"]],
) -> list[Float[np.ndarray, "_ state"]]:
    """Averages overlapping windows, a sample counting most in the middle of its window, where it is known best."""
    totals = [np.zeros_like(curve) for curve in curves]
    shares = [np.zeros(len(curve)) for curve in curves]
    weight = np.where(windows.real, np.minimum(windows.places, 1.0 - windows.places) + 0.02, 0.0)
    for index, rows, states, share in zip(windows.run, windows.rows, solution, weight, strict=True):
        np.add.at(totals[index], rows, share[:, None] * states)
        np.add.at(shares[index], rows, share)
    return [
        np.where((share > 0.0)[:, None], total / np.maximum(share, 1e-12)[:, None], curve)
        for total, share, curve in zip(totals, shares, curves, strict=True)
    ]
