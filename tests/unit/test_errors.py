"""Errors that cross the border of a process, and what they say."""

import pickle

import pytest

from discovery import errors
from discovery.errors import DiscoveryError, EdgeReached

CLASSES = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, DiscoveryError)]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_comes_back_from_another_process(kind: type[DiscoveryError]) -> None:
    """With its class, text and what is noted with it; one that cannot be read again breaks a pool of workers."""
    raised = kind("What came.") if kind is not EdgeReached else EdgeReached("h", "sqrt(h)", 1.5, below=True, clock="d")
    raised.add_note("In run 2.")
    again = pickle.loads(pickle.dumps(raised))
    assert (kind, str(raised), vars(raised)) == (type(again), str(again), vars(again))
    assert ["In run 2."] == again.__notes__
