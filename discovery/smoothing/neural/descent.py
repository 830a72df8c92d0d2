"""L-BFGS in short bursts, so that a deadline, a plateau or a number that is not finite can end it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from discovery.protocols import Deadline

BURST = 5  # iterations between looks at the clock


@dataclass(frozen=True)
class Descent:
    """How a loss was brought down.

    Attributes:
        loss: the lowest value; the parameters are left there.
        finished: False if the deadline cut it short.
    """

    loss: float
    finished: bool


def descend(
    loss: Callable[[], Tensor],
    parameters: list[Tensor],
    iterations: int,
    deadline: Deadline,
    told: Callable[[float], None],
    *,
    plateau: float = 1e-4,
) -> Descent:
    """Lowers ``loss`` by at most ``iterations`` steps of L-BFGS and leaves the parameters at the best point met.

    Args:
        told: hears the share of the iterations that is done.
        plateau: relative decrease over one burst below which it stops.
    """
    optimizer = torch.optim.LBFGS(
        parameters,
        max_iter=BURST,
        history_size=20,
        line_search_fn="strong_wolfe",
        tolerance_grad=0.0,
        tolerance_change=0.0,
    )

    def closure() -> Tensor:
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    best, kept = float("inf"), [parameter.detach().clone() for parameter in parameters]
    for done in range(0, iterations, BURST):
        if deadline.passed():
            break
        optimizer.step(closure)  # pyright: ignore[reportArgumentType]
        with torch.no_grad():
            value = float(loss())
        if not value < best:
            break
        gained, best = best - value, value
        kept = [parameter.detach().clone() for parameter in parameters]
        told((done + BURST) / iterations)
        if gained < plateau * best:
            break
    with torch.no_grad():
        for parameter, value in zip(parameters, kept, strict=True):
            parameter.copy_(value)
    return Descent(best, not deadline.passed())


@contextmanager
def one_thread() -> Generator[None]:
    """Runs torch on one thread: its matrices are too small here for more, and sums keep their order."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
