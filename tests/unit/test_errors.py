"""Errors that cross the border of a process, and what they say."""

import pickle

import pytest

from discovery import errors
from discovery.errors import DiscoveryError, EdgeReached

CLASSES = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, DiscoveryError)]


def edge_reached(time: float = 1.5) -> EdgeReached:
    """A tank that runs empty, in the words of a user."""
    names = {"water_level": "water level"}
    return EdgeReached("water_level", "sqrt(water_level)", time, below=True, clock="t [s]", names=names)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_comes_back_from_another_process(kind: type[DiscoveryError]) -> None:
    """With its class, text and what is noted with it; one that cannot be read again breaks a pool of workers."""
    raised = kind("What came.") if kind is not EdgeReached else edge_reached()
    raised.add_note("In run 2.")
    again = pickle.loads(pickle.dumps(raised))
    assert (kind, str(raised), vars(raised)) == (type(again), str(again), vars(again))
    assert ["In run 2."] == again.__notes__


def test_what_is_to_be_typed_at_the_edge_of_a_law_has_identifiers() -> None:
    """A sentence cannot be told of a ``water level``; what is said of it alone is in the words of the user."""
    said, typed = str(edge_reached()).split("tell the law with")
    assert "water level reaches 0" in said
    assert "sqrt(water level) has no value below" in said
    assert " (water_level + abs(water_level))/2 in the place of water_level in sqrt(water_level)." == typed


@pytest.mark.parametrize(
    ("time", "said"), [(100.159, "100.15"), (49.99995, "49.999"), (-0.1234567, "-0.12346"), (2.0, "2"), (0.0, "0")]
)
def test_the_time_to_which_a_law_goes_is_rounded_down(time: float, said: str) -> None:
    """Who asks for the time that is printed gets it."""
    assert f"soon after t [s] = {said}, and" in str(edge_reached(time))
