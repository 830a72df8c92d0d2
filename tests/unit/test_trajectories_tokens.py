"""Single entries of a table."""

import pytest

from discovery.trajectories.tokens import is_limit


@pytest.mark.parametrize(
    "entry", ["<1.0", "< 0.05", "<0,05", "≤1e-3", ">200", "BLQ", "BLOD", "BLLOQ", "ND", "n.d.", "LLOQ"]
)
def test_limits_of_assays(entry: str) -> None:
    """As people write them."""
    assert is_limit(entry)


@pytest.mark.parametrize("entry", ["NS", "oops", "1.0", "<", "<x", "no", "lo", "and", "--"])
def test_other_words_are_no_limits_of_assays(entry: str) -> None:
    """Words, and numbers."""
    assert not is_limit(entry)
