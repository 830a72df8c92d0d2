"""Priors over smooth curves, as chains of derivatives driven by white noise.

Both give, for each gap between samples, the transition of (x, x', x'', x''') and a root of the covariance that the
gap adds. Time is in sample spacings and x in standard deviations, so that the numbers of a prior do not depend on
the data's units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float

from discovery.smoothing.state_space import ORDER, Array, compiled, triangularise

# Stationary covariance of (x, x'/k, x''/k^2, x'''/k^3) of a unit Matern-7/2 process, k = sqrt(7) / length: the
# solution of the Lyapunov equation of Hartikainen & Sarkka (2010), equation 14, for (d/dt + k)^4 x = white noise.
_MATERN_STATIONARY = np.array([[1, 0, -0.2, 0], [0, 0.2, 0, -0.2], [-0.2, 0, 0.2, 0], [0, -0.2, 0, 1.0]])
_MATERN_DRIFT = np.array([[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [-1, -4, -6, -4.0]])
_MATERN_POWER = 32.0 / 5.0  # density of the white noise that gives the covariance above
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)


def _faint_noise(logarithm: float) -> float:
    """Negative log-density of the noise hyper-parameter: a weak belief that samples have some noise.

    Log-normal below three tenths of the state's deviation, with a width of 1 in the logarithm. Twenty yearly samples
    of the lynx and hare are interpolated or smoothed with equal likelihood; a hundred noise-free samples outweigh
    this belief by far.
    """
    return 0.5 * max(0.0, float(np.log(0.3)) - logarithm) ** 2


class Prior(Protocol):
    """A prior with its hyper-parameters' logarithms as a vector; the first two are amplitude and noise."""

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Grid of each hyper-parameter from which tuning starts, natural units."""
        ...

    @property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """Smallest and largest value of each hyper-parameter, natural units."""
        ...

    def penalty(self, hyper: Float[np.ndarray, " hyper"]) -> float:
        """Negative log-density of the hyper-parameters, up to a constant."""
        ...

    def initial(self, hyper: Float[np.ndarray, " hyper"]) -> Float[np.ndarray, "4 4"]:
        """Root of the covariance before the first sample."""
        ...

    def moves(
        self, gaps: Float[np.ndarray, " gap"], hyper: Float[np.ndarray, " hyper"]
    ) -> tuple[Float[np.ndarray, "gap 4 4"], Float[np.ndarray, "gap 4 4"]]:
        """Transition and root of the added covariance for each gap."""
        ...

    def rate(self, hyper: Float[np.ndarray, " hyper"]) -> float:
        """Factor from the second component of the state to x'."""
        ...


@compiled
def _matern_moves(gaps, rate, amplitude, powers, nodes, weights, power):
    """Transitions and roots of a Matern-7/2 process; ``powers`` holds N^k / k! of the nilpotent N = drift + 1.

    The added covariance is an integral of a positive matrix: quadrature on its roots keeps all digits where P - A P
    A' has none. Panels of two length units keep eight Gauss points exact to rounding; after 24 units nothing is left
    of the start.
    """
    count = gaps.shape[0]
    transitions, diffusions = np.zeros((count, 4, 4)), np.zeros((count, 4, 4))
    for g in range(count):
        gap = gaps[g] * rate
        for k in range(4):
            transitions[g] += np.exp(-gap) * gap**k * powers[k]
        reach = min(gap, 24.0)
        panels = int(np.ceil(reach / 2.0))
        stacked = np.empty((panels * nodes.shape[0], 4))
        for p in range(panels):
            for i in range(nodes.shape[0]):
                moment = reach / panels * (p + 0.5 * (nodes[i] + 1.0))
                factor = amplitude * np.sqrt(0.5 * weights[i] * reach / panels * power) * np.exp(-moment)
                for c in range(4):
                    column = 0.0
                    for k in range(4):
                        column += moment**k * powers[k, c, 3]
                    stacked[p * nodes.shape[0] + i, c] = factor * column
        triangularise(stacked, 4)
        diffusions[g] = stacked[:4].T
    return transitions, diffusions


@dataclass(frozen=True)
class Matern:
    """Matérn covariance with exponent 7/2: three derivatives exist. Hyper-parameters: amplitude, noise, length-scale.

    Attributes:
        shortest: length-scale, in sample spacings, below which a curve is thought to follow the noise from sample to
            sample.
        stiffness: how strongly shorter length-scales are disliked, in squared logarithms. Both chosen on the lynx
            and hare records, where 21 yearly samples of a ten-year cycle can be interpolated without any noise.

    Source: Rasmussen & Williams (2006), equation 4.16; as a chain of derivatives: Hartikainen & Särkkä (2010).
    """

    shortest: float = 3.0
    stiffness: float = 10.0
    starts: tuple[tuple[float, ...], ...] = ((1.0,), (1e-4, 1e-2, 0.1, 0.4), (3.0, 8.0, 20.0, 60.0))
    bounds: tuple[tuple[float, float], ...] = ((1e-2, 1e4), (1e-9, 3.0), (0.3, 1e4))

    def penalty(self, hyper: Float[np.ndarray, " hyper"]) -> float:
        """Dislikes short length-scales and vanishing noise."""
        short = max(0.0, float(np.log(self.shortest) - hyper[2]))
        return 0.5 * self.stiffness * short**2 + _faint_noise(float(hyper[1]))

    def rate(self, hyper: Float[np.ndarray, " hyper"]) -> float:
        """Factor from the second component of the state to x'."""
        return float(np.sqrt(7.0) * np.exp(-hyper[2]))

    def initial(self, hyper: Float[np.ndarray, " hyper"]) -> Float[np.ndarray, "4 4"]:
        """Root of the covariance before the first sample."""
        return np.exp(hyper[0]) * np.linalg.cholesky(_MATERN_STATIONARY)

    def moves(
        self, gaps: Float[np.ndarray, " gap"], hyper: Float[np.ndarray, " hyper"]
    ) -> tuple[Float[np.ndarray, "gap 4 4"], Float[np.ndarray, "gap 4 4"]]:
        """Transition and root of the added covariance for each gap."""
        amplitude = float(np.exp(hyper[0]))
        return _matern_moves(gaps, self.rate(hyper), amplitude, _POWERS, _NODES, _WEIGHTS, _MATERN_POWER)


def _nilpotent_powers() -> Array:
    """N^k / k! for k = 0..3 of the nilpotent part N of the Matérn drift."""
    nilpotent = _MATERN_DRIFT + np.eye(ORDER)
    second = nilpotent @ nilpotent / 2.0
    return np.stack([np.eye(ORDER), nilpotent, second, nilpotent @ second / 3.0])


_POWERS = _nilpotent_powers()


def wiener_moves(
    gaps: Float[np.ndarray, " gap"], order: int, amplitude: float
) -> tuple[Float[np.ndarray, "gap order order"], Float[np.ndarray, "gap order order"]]:
    """Transitions of white noise integrated ``order`` times, at most four, and roots of the covariances it adds."""
    transitions = np.zeros((len(gaps), order, order))
    for row in range(order):
        for column in range(row, order):
            transitions[:, row, column] = gaps ** (column - row) / _FACTORIALS[column - row]
    left = order - 1 - np.arange(order)  # times that the noise is integrated before it reaches each component
    scales = amplitude * gaps[:, None] ** (left + 0.5) / _FACTORIALS[left]
    return transitions, scales[:, :, None] * np.linalg.cholesky(1.0 / (left[:, None] + left + 1.0))


@dataclass(frozen=True)
class IntegratedWiener:
    """White noise integrated four times: x''' is a Wiener process. Hyper-parameters: amplitude of the noise,
    measurement noise.

    Attributes:
        spread: deviation of the k-th derivative before the first sample is spread * pi**k, in standard deviations of
            the state and sample spacings: wider than any curve that the sampling resolves.
        roughest: amplitude above which a curve is thought to follow the noise from sample to sample (on it, a curve
            turns within about three spacings), and ``stiffness`` of that belief, in squared logarithms.

    Source: Särkkä & Svensson (2023), section 4.3; a smoothing spline of degree seven is its limit.
    """

    spread: float = 10.0
    roughest: float = 3.0
    stiffness: float = 1.0
    starts: tuple[tuple[float, ...], ...] = ((1e-4, 1e-3, 1e-2, 1e-1, 1.0), (1e-4, 1e-2, 0.1, 0.4))
    bounds: tuple[tuple[float, float], ...] = ((1e-12, 1e3), (1e-9, 3.0))

    def penalty(self, hyper: Float[np.ndarray, " hyper"]) -> float:
        """Dislikes short length-scales and vanishing noise."""
        rough = max(0.0, float(hyper[0] - np.log(self.roughest)))
        return 0.5 * self.stiffness * rough**2 + _faint_noise(float(hyper[1]))

    def rate(self, hyper: Float[np.ndarray, " hyper"]) -> float:
        """Factor from the second component of the state to x'."""
        del hyper  # the state is in the units of the data
        return 1.0

    def initial(self, hyper: Float[np.ndarray, " hyper"]) -> Float[np.ndarray, "4 4"]:
        """Root of the covariance before the first sample."""
        del hyper  # as good as diffuse at any hyper-parameters
        return np.diag(self.spread * np.pi ** np.arange(ORDER))

    def moves(
        self, gaps: Float[np.ndarray, " gap"], hyper: Float[np.ndarray, " hyper"]
    ) -> tuple[Float[np.ndarray, "gap 4 4"], Float[np.ndarray, "gap 4 4"]]:
        """Transition and root of the added covariance for each gap."""
        return wiener_moves(gaps, ORDER, float(np.exp(hyper[0])))


_FACTORIALS = np.array([1.0, 1.0, 2.0, 6.0])
