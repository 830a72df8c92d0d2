"""What is believed of constants beside the data, where steps go far."""

import math

import numpy as np

from discovery.dynamics.beliefs import Beliefs
from discovery.laws import Frame, Law, Told
from discovery.samples import symbol


def test_a_step_beyond_all_numbers_costs_all() -> None:
    """No warning is printed, and of a constant of which nothing is believed the cost stays a number."""
    told = (Told("k", mean=1.0, deviation=0.1), Told("m"))
    skeleton = symbol("c0") * symbol("x") + symbol("c1")
    law = Law(("x",), (skeleton,), (1.0, 1.0), told=("k", "m"), frame=Frame(("x",), (skeleton,), constants=told))
    beliefs = Beliefs.of(law)
    assert beliefs is not None
    with np.errstate(all="raise"):
        assert math.inf == beliefs.cost(np.array([1e200, 1.0]))
        assert 4.0 == np.round(beliefs.cost(np.array([1.2, 1e200])), 9)
