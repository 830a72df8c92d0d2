"""Gaussian process with a Matérn-7/2 covariance for each state."""

from __future__ import annotations

from dataclasses import dataclass, field

from discovery.smoothing.classical import Classical
from discovery.smoothing.priors import Matern
from discovery.smoothing.process import Process

PLUGIN = "GaussianProcess"
REQUIRES = ("scipy", "numba")
CITES = ("Rasmussen2006", "Hartikainen2010")


@dataclass(frozen=True)
class GaussianProcess(Classical):
    """Smooths each state by a Gaussian process; hyper-parameters, by marginal likelihood, are shared by all runs of
    a state.

    The likelihood and the posterior are computed in state-space form: the same numbers as by the covariance matrix,
    at a cost linear in the number of samples.

    Attributes:
        noise: kind of noise; ``auto`` keeps the likeliest that the data allow, ``lognormal`` smooths logarithms.
        prior: the covariance.
    """

    name = "gaussian_process"
    prior: Matern = field(default_factory=Matern)

    @property
    def method(self) -> Process:
        """How curves are drawn."""
        return Process(self.prior)
