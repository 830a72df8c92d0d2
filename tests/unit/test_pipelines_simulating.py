"""What `discover simulate` reads of an initial state, and how it says what is needed."""

import shlex

import pytest

from discovery.errors import UsageError
from pipelines.simulating import initial_state


def test_the_state_that_is_proposed_can_be_pasted() -> None:
    """A prime opens a quotation in a shell, a blank ends a word; identifiers stand for such names."""
    headers = {"angle": "angle [deg]", "angle_dot": "angle' [deg/s]", "arctic_hare": "arctic hare", "x_100": "100%"}
    with pytest.raises(UsageError) as refused:
        initial_state("angle=1", headers)
    told = str(refused.value).rsplit("--x0 ", 1)[1].removesuffix(".")
    assert "angle=1.0,angle_dot=1.0,arctic_hare=1.0,100%=1.0" == told
    assert [told] == shlex.split(told)
    assert [1.0] * 4 == initial_state(told, headers)
