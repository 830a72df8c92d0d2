"""Cases of the smoothers' benchmark: noisy samples of a known system, and what the derivatives ought to be there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float

from discovery.datasets import known
from discovery.datasets.corrupt import Corruption
from discovery.datasets.field import compile_field
from discovery.datasets.simulate import simulate
from discovery.types import Trajectory
from pipelines.validation_cases import Case

# The comparison with other packages is made on these; the dimensions are in the proportions of ODEBench.
PEER_SYSTEMS = {
    "odebench_03_logistic_growth": "one state that is flat most of the time",
    "odebench_08_logistic_allee": "one state, cubic, the fastest transient among those that settle",
    "odebench_14_budworm": "one state, rational",
    "odebench_24_harmonic_oscillator": "linear; proportional noise vanishes where a state crosses zero",
    "odebench_27_lotka_volterra": "positive states with peaks",
    "odebench_28_pendulum": "trigonometric, conservative",
    "odebench_37_van_der_pol": "slow and fast phases",
    "odebench_49_brusselator": "a transient, then slow and fast phases; one state changes sign",
    "odebench_56_lorenz_chaotic": "three states, chaotic",
    "odebench_58_rossler_periodic": "three states, one of them near zero between its spikes",
    "odebench_60_aizawa": "three states, cubic and quartic, starts near zero where there is no noise",
    "odebench_63_seir": "four states, monotonous",
}


@dataclass(frozen=True)
class Measurement:
    """What a smoother is given, and the truth that it is judged by.

    Attributes:
        run: the noisy samples.
        slopes: true right-hand side at the true states of the samples that were kept.
    """

    run: Trajectory
    slopes: Float[np.ndarray, "time state"]


@cache
def clean(system: str) -> Measurement:
    """The system's own samples from its first initial state, without noise.

    Raises:
        UsageError: there is no such system.
        SimulationError: it cannot be integrated.
    """
    found = known.load(system)
    run = simulate(found, found.initial_states[0])
    field = compile_field(found)
    moments = list(zip(run.times.tolist(), run.states.tolist(), strict=True))
    slopes = [field.rates(t, x, [float(np.sign(gap)) for gap in field.gaps(t, x)]) for t, x in moments]
    return Measurement(run, np.array(slopes, dtype=np.float64))


def measurement(case: Case) -> Measurement:
    """The samples of a case: multiplicative noise, a share of the samples left out at random."""
    truth = clean(case.system)
    run = Corruption(multiplicative=case.noise, drop=case.drop).apply(truth.run, case.seed)
    kept = np.searchsorted(truth.run.times, run.times)
    return Measurement(run, truth.slopes[kept])


def relative_errors(
    found: Float[np.ndarray, "time state"], true: Float[np.ndarray, "time state"]
) -> Float[np.ndarray, " state"]:
    """Root mean square error of each state's derivative over its root mean square; NaN where that is zero."""
    sizes = np.sqrt(np.mean(true**2, axis=0))
    errors = np.sqrt(np.mean((found - true) ** 2, axis=0))
    return np.divide(errors, sizes, out=np.full(sizes.shape, np.nan), where=sizes > 0.0)


def derivative_error(found: Float[np.ndarray, "time state"], true: Float[np.ndarray, "time state"]) -> float:
    """Root mean square over the states of :func:`relative_errors`, without states that never move; NaN if all rest."""
    errors = relative_errors(found, true)
    moving = errors[~np.all(true == 0.0, axis=0)]
    return float(np.sqrt(np.mean(moving**2))) if len(moving) else float("nan")
