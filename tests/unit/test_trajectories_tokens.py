"""Single entries of a table."""

import numpy as np
import pandas as pd
import pytest

from discovery.trajectories.columns import Numbers
from discovery.trajectories.tokens import is_limit, is_upper_limit, kind_of, seconds_of


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


def test_exponents_of_fortran_are_those_of_numbers() -> None:
    """Of double precision, with a sign; the places of wells are text."""
    entries = ["1.5D+00", "-2.D-03", "1.0d+01", "", "3"]
    assert kind_of(entries, ".") == "number"
    column = Numbers(".")
    column.add(pd.Series(entries), np.arange(5))
    np.testing.assert_array_equal(column.finished("x").values, [1.5, -0.002, 10.0, np.nan, 3.0])
    assert kind_of(["1D2", "2D2", "1D3"], ".") == "text"


def test_durations_with_their_unit_are_times() -> None:
    """As MATLAB writes those of timetables; a treatment that lasts as long in a whole run is none."""
    entries = ["0 sec", "0.01 sec", "1.5e+03 sec", "2 min", "1.5 hr", "1 days"]
    assert kind_of(entries, ".") == "clock"
    assert [seconds_of(entry) for entry in entries] == [0.0, 0.01, 1500.0, 120.0, 5400.0, 86400.0]
    assert kind_of([f"{i} sec" for i in range(9)] * 4, ".") == "clock", "of four runs"
    assert kind_of([*["5 min"] * 9, *["10 min"] * 9], ".") == "text"
    assert kind_of(["5 min", "10 min", "20 min"] * 9, ".") == "text", "the runs of which alternate"
    assert kind_of(["5 mice", "6 mice"], ".") == "text"
