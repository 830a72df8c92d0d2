"""Conserved quantities in words."""

import sympy as sp

from discovery.reports.conserving import kept, sides
from discovery.structure import Invariant
from discovery.symbolic.parse import parse
from discovery.types import symbol


def test_a_relation_has_a_constant_on_its_left() -> None:
    """The later of two, as what it equals was named before."""
    assert (symbol("c1"), symbol("c0")) == sides(parse("c1 - c0"))
    assert (symbol("c10"), 2 * symbol("c9")) == sides(parse("c10 - 2*c9"))


def test_what_noise_makes_is_told_beside_the_variation() -> None:
    """And a variation that noise does not make is a warning."""
    one = symbol("x") ** 2
    assert "noise alone could make 1 %." in kept(Invariant(one, variation=0.009, expected=0.01))
    assert "the law may lack a small term" in kept(Invariant(one, variation=0.2, expected=0.01))
    assert "" == kept(Invariant(one))


def test_nothing_is_said_of_what_was_not_measured() -> None:
    """An invariant without relations has none to show."""
    assert () == Invariant(sp.S.One).relations
