"""The plain recipe of torchdiffeq's ``examples/ode_demo.py`` (Chen et al. 2018): a perceptron fitted through odeint.

Two layers of 50 tanh units on standardised states, weights from N(0, 0.1), mean absolute error; either short stretches
from random samples (their 20 of 10 samples, RMSprop at 1e-3, Runge-Kutta 4) or the whole run at once (Adam at 1e-3,
Dormand-Prince). It trains for the CPU seconds that it is given. The derivative is the network along its own solution
from the first sample where that follows the samples, else at the samples themselves.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.differentiators.attempt import Attempt, back, evenly
from discovery.types import Trajectory

WIDTH, RATE = 50, 1e-3
STRETCH, BATCH = 10, 20  # samples of a stretch and stretches of a step, as in ode_demo.py
FOLLOWS = 0.9  # R² on the samples from which a solution is said to follow them


def stretches(run: Trajectory, seconds: float, seed: int) -> tuple[Attempt, ...]:
    """Random short stretches; uneven samples are brought to even times by linear interpolation."""
    times, states = evenly(run)
    return _read(run, times, _trained(times, states, seconds, seed, whole=False))


def whole(run: Trajectory, seconds: float, seed: int) -> tuple[Attempt, ...]:
    """One solution over the whole run, at the samples' own times."""
    times, states = run.times.copy(), run.states.copy()
    return _read(run, times, _trained(times, states, seconds, seed, whole=True))


@dataclass(frozen=True)
class _Trained:
    network: Any
    standard: Any
    unit: np.ndarray


def _trained(times: np.ndarray, states: np.ndarray, seconds: float, seed: int, *, whole: bool) -> _Trained:
    import torch
    from torchdiffeq import odeint

    begin = time.process_time()
    torch.manual_seed(seed)
    unit = np.where(np.std(states, axis=0) > 0.0, np.std(states, axis=0), 1.0)
    standard = torch.tensor((states - np.mean(states, axis=0)) / unit, dtype=torch.float32)
    clock = torch.tensor(times - times[0], dtype=torch.float32)
    network = _network(states.shape[1])
    optimizer = (torch.optim.Adam if whole else torch.optim.RMSprop)(network.parameters(), lr=RATE)
    rng = np.random.default_rng(seed)
    while time.process_time() - begin < seconds:
        optimizer.zero_grad()
        if whole:
            found = odeint(_field(network), standard[0], clock, method="dopri5", rtol=1e-4, atol=1e-5)
            wanted = standard
        else:
            starts = rng.choice(len(times) - STRETCH, size=min(BATCH, len(times) - STRETCH), replace=False)
            wanted = torch.stack([standard[starts + row] for row in range(STRETCH)])
            found = odeint(_field(network), standard[starts], clock[:STRETCH], method="rk4")
        loss = torch.mean(torch.abs(found - wanted))
        loss.backward()
        optimizer.step()
    return _Trained(network, standard, unit)


def _network(dimension: int) -> Any:
    from torch import nn

    layers = [nn.Linear(dimension, WIDTH), nn.Tanh(), nn.Linear(WIDTH, WIDTH), nn.Tanh(), nn.Linear(WIDTH, dimension)]
    for layer in layers:
        if isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, mean=0.0, std=0.1)
            nn.init.constant_(layer.bias, val=0.0)
    return nn.Sequential(*layers)


def _field(network: Any) -> Any:
    return lambda _, state: network(state)


def _read(run: Trajectory, times: np.ndarray, trained: _Trained) -> tuple[Attempt, ...]:
    """The network along its solution and at the samples; the loss of either tells which is taken."""
    import torch
    from torchdiffeq import odeint

    with torch.no_grad():
        clock = torch.tensor(times - times[0], dtype=torch.float32)
        solution = odeint(_field(trained.network), trained.standard[0], clock, method="rk4")
        along, at = (trained.network(states).numpy().astype(np.float64) for states in (solution, trained.standard))
        misses = (solution - trained.standard).numpy().astype(np.float64)
    unexplained = np.mean(misses**2, axis=0)
    unexplained = np.where(np.isfinite(unexplained), unexplained, np.inf)
    found = []
    for name, slopes, losses in (
        ("along the solution", along, unexplained),
        ("at the samples", at, np.full(run.dimension, 1.0 - FOLLOWS)),
    ):
        columns = [back(run, times, column) * unit for column, unit in zip(slopes.T, trained.unit, strict=True)]
        found.append(Attempt(name, np.stack(columns, axis=1), losses))
    return tuple(found)
