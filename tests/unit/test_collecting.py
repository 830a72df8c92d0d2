"""Cycles of objects are looked for less often while a law is searched for, and as before afterwards."""

import gc

import pytest

from pipelines.collecting import BETWEEN, seldom_collected


def test_less_often_inside_and_as_before_afterwards() -> None:
    """Also where one of two that overlap ends before the other."""
    before = gc.get_threshold()
    one, other = seldom_collected(), seldom_collected()
    one.__enter__()
    other.__enter__()
    one.__exit__(None, None, None)
    assert gc.get_threshold() == (BETWEEN, *before[1:])
    other.__exit__(None, None, None)
    assert gc.get_threshold() == before


def _stopped() -> None:
    with seldom_collected():
        assert gc.get_threshold() == (BETWEEN + 1, 20, 30)
        raise ValueError("stopped")


def test_as_before_after_an_error() -> None:
    """Also where the user had set more."""
    before = gc.get_threshold()
    gc.set_threshold(BETWEEN + 1, 20, 30)
    try:
        with pytest.raises(ValueError, match="stopped"):
            _stopped()
        assert gc.get_threshold() == (BETWEEN + 1, 20, 30)
    finally:
        gc.set_threshold(*before)
