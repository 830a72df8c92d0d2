"""Kalman smoother with an integrated Wiener process for each state."""

from __future__ import annotations

from dataclasses import dataclass, field

from discovery.smoothing.classical import Classical
from discovery.smoothing.priors import IntegratedWiener
from discovery.smoothing.process import Process

PLUGIN = "Kalman"
REQUIRES = ("scipy", "numba")
CITES = ("Sarkka2023",)


@dataclass(frozen=True)
class Kalman(Classical):
    """Smooths each state as a thrice integrated Wiener process, by a Rauch-Tung-Striebel smoother; O(samples).

    Unlike the Gaussian process it is not stationary: trends, growth and decay cost it nothing.

    Attributes:
        noise: kind of noise; ``auto`` keeps the likeliest that the data allow, ``lognormal`` smooths logarithms.
        prior: the process.
    """

    name = "kalman"
    prior: IntegratedWiener = field(default_factory=IntegratedWiener)

    @property
    def method(self) -> Process:
        """How curves are drawn."""
        return Process(self.prior)
