"""What selection is given to choose from."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from discovery.knowledge.units import Units
from discovery.protocols import Deadline
from discovery.types import Law
from pipelines.ode import _left


@pytest.mark.parametrize(("seconds", "sets"), [(math.inf, [1]), (1e6, [2]), (0.0, [1, 1])])
def test_the_first_law_competes_where_time_may_be_up(
    seconds: float, sets: list[int], law_of: Callable[..., Law]
) -> None:
    """It was shown; a budget ended with nineteen constants that no fit had been near. Without one it has no part."""
    law = law_of({"x": "c0*x"}, -1.0)
    first = replace(law, sources=("first law",))
    found = _left((law,), (first,), (), Deadline.after(seconds), Units({}, {}))
    assert sets == [len(one) for one in found]
    assert (first in found[0]) == (seconds < math.inf)
