"""Single entries of a table."""

import pytest

from discovery.trajectories.tokens import is_limit, is_upper_limit


@pytest.mark.parametrize(
    "entry", ["<1.0", "< 0.05", "<0,05", "≤1e-3", ">200", "BLQ", "BLOD", "BLLOQ", "ND", "n.d.", "LLOQ"]
)
def test_limits_of_assays(entry: str) -> None:
    """As people write them."""
    assert is_limit(entry)


@pytest.mark.parametrize(
    "entry", ["<LOD", "< LLOQ", "Undetermined", "N/D", "below LOD", ">ULOQ", "OVRFLW", "OVER", "TNTC"]
)
def test_limits_that_readers_and_cyclers_write(entry: str) -> None:
    """Of plates, of qPCR and of counts of colonies."""
    assert is_limit(entry)
    assert (entry in (">ULOQ", "OVRFLW", "OVER", "TNTC")) == is_upper_limit(entry)


@pytest.mark.parametrize("entry", ["NS", "oops", "1.0", "<", "<x", "no", "lo", "and", "--", "over", "neg", "below"])
def test_other_words_are_no_limits_of_assays(entry: str) -> None:
    """Words, and numbers."""
    assert not is_limit(entry)
