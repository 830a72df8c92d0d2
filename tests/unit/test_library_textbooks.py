"""The table of the grammar has what is built, and nothing else."""

import re

import numpy as np
import pytest

from discovery.library.angles import angles
from discovery.library.grammar import fractions, growth, libraries
from discovery.library.shapes import shapes
from discovery.library.textbooks import GRAMMAR

RNG = np.random.default_rng(0)
DATA = (RNG.uniform(0.5, 1.4, (60, 1)), RNG.normal(0.0, 1.0, (60, 2)), RNG.uniform(0.5, 1.4, (60, 3)))


def built(module: str) -> set[str]:
    """Names of all that a module makes for some data, numbers and states left out."""
    names: list[str] = []
    for data in DATA:
        states = ("x", "y", "z")[: data.shape[1]]
        if module == "library.grammar":
            names += [
                one.name
                for one in (
                    *libraries(states, data, [states[:2]] if len(states) > 1 else []),
                    *growth(states, 60),
                    *fractions(states, data, 60),
                )
            ]
        else:
            made = shapes(data) if module == "library.shapes" else angles(data, data)
            names += [one.name for one in made]
    return {re.match(r"[a-z_]+", name)[0] for name in names}  # pyright: ignore[reportOptionalSubscript]


@pytest.mark.parametrize("module", ["library.grammar", "library.shapes", "library.angles"])
def test_every_kind_of_term_is_in_the_table_and_every_row_is_built(module: str) -> None:
    """A shape that is added is stated, with its source; one that is taken away leaves the table."""
    assert built(module) == {one.name for one in GRAMMAR if one.built == module}


def test_rows_say_what_is_meant_and_where_it_stands() -> None:
    """A formula and the year of a source; no row twice."""
    assert len({(one.built, one.name) for one in GRAMMAR}) == len(GRAMMAR)
    for one in GRAMMAR:
        assert one.formula
        assert one.inner
        assert re.search(r"(16|17|18|19|20)\d\d", one.source), one.name
