"""Candidates whose units do not match are not even tried."""

import numpy as np

from discovery.knowledge.units import units_of
from discovery.laws import EquationCandidate, Law
from discovery.samples import NoiseModel, Smoothing, Trajectory
from discovery.symbolic.parse import parse
from discovery.types import DiscoveryProblem
from pipelines.dimensional import admitted, charging

UNITS = units_of({"x": "x [m]", "v": "v [m/s]", "t": "t [s]"}, {}, "hard")
RUN = Trajectory(np.arange(3.0), np.ones((3, 2)), ("x", "v"))
NOISE = NoiseModel("additive", np.ones(2), np.ones(2))
PROBLEM = DiscoveryProblem((RUN,), Smoothing((), None, NOISE, 0.0, ""), (), surcharge=UNITS.surcharge)


def test_candidates_are_refused_by_their_units() -> None:
    """With a note on how many; numbers that are no 1 may have a unit."""
    good = EquationCandidate("x", parse("1.02*v"), "sindy")
    bad = EquationCandidate("v", parse("-2.0*exp(x)"), "sindy")
    whole = Law(("x", "v"), (parse("v"), parse("-c0*x")), (1.0,))
    kept, notes = admitted((good, bad, whole), UNITS.surcharge)
    assert (good, whole) == kept
    assert ("1 of 3 candidate equations were refused, because their units do not match.",) == notes


def test_equations_are_settled_only_if_their_units_match() -> None:
    """That x changes by v is refused where v is a length."""
    assert {"x": parse("v")} == dict(charging(PROBLEM.settling({"x": parse("v"), "v": parse("x")}), UNITS).settled)
