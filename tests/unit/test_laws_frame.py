"""Laws that were told in part: what is found is put into what was told, which never changes."""

import sympy as sp

from discovery.laws import Frame, Law, Told, Unknown, told_symbol, unknown_symbol
from discovery.samples import symbol
from discovery.selection.moves import renumbered, without_terms
from discovery.selection.pool import Entry
from discovery.selection.refined import canonical_law
from discovery.selection.varying import exchanged

X, V, K = symbol("x"), symbol("v"), told_symbol("k")
C0, C1, C2 = (symbol(f"c{i}") for i in range(3))
FRAME = Frame(
    ("x", "v"),
    (V, -K * sp.sin(X) + unknown_symbol("f")),
    (Unknown("f", ("v", "wave"), (V, sp.cos(told_symbol("w") * symbol("t")))),),
    (Told("k"), Told("w")),
)


def test_told_constants_come_first_and_those_that_stand_nowhere_are_left_out() -> None:
    """Without the wave its frequency is no constant of the law."""
    law = FRAME.law([C2 * V], (1.5, 3.0, -0.1))
    assert (V, -C0 * sp.sin(X) + C1 * V) == law.skeletons
    assert ((1.5, -0.1), ("k",)) == (law.constants, law.told)
    whole = FRAME.law([C2 * symbol("wave")], (1.5, 3.0, -0.1))
    assert -C0 * sp.sin(X) + C2 * sp.cos(C1 * symbol("t")) == whole.skeletons[1]


def test_a_law_can_be_rebuilt_with_other_parts() -> None:
    """Numbers of its own constants stand in the parts."""
    law = FRAME.law([C2 * V], (1.5, 3.0, -0.1))
    other = law.rebuilt([C1 * V + C2 * V**3], (1.5, -0.1, 0.2))
    assert -C0 * sp.sin(X) + C1 * V + C2 * V**3 == other.skeletons[1]
    assert law.frame == other.frame


def test_time_or_an_input_in_a_law_leaves_it_no_one_vector_field() -> None:
    """A wave of time stands in the first law; an input counts although it is in no equation."""
    assert not FRAME.law([C2 * symbol("wave")], (1.5, 3.0, -0.1)).autonomous
    assert FRAME.law([C2 * V], (1.5, 3.0, -0.1)).autonomous
    assert not Law(("x",), (X,), (), frame=Frame(("x",), (X,), inputs=("u",))).autonomous


def test_a_map_stays_a_map_whatever_is_changed() -> None:
    """Told in part or not: with other parts, other numbers or fewer terms."""
    free = Law(("x",), (C0 * X - C2 * X**2,), (3.0, 0.0, 3.0), discrete=True)
    told = FRAME.law([C2 * V + symbol("c3") * V**3], (1.5, 3.0, -0.1, 0.2), discrete=True)
    entry = Entry("x", C0 * X**3, (0.3,), ())
    for law in (free, told):
        assert law.rebuilt(law.parts, law.constants).discrete
        assert renumbered(law).discrete
        assert canonical_law(law).discrete
        assert all(one.discrete for one in without_terms(law))
    assert exchanged(free, 0, entry).discrete


def test_structure_moves_leave_what_was_told() -> None:
    """Only found terms are dropped, and the last of them too."""
    law = FRAME.law([C2 * V + symbol("c3") * V**3], (1.5, 3.0, -0.1, 0.2))
    smaller = list(without_terms(law))
    assert {-C0 * sp.sin(X) + C1 * V, -C0 * sp.sin(X) + C1 * V**3} == {one.skeletons[1] for one in smaller}
    assert [-C0 * sp.sin(X)] == [one.skeletons[1] for one in without_terms(smaller[0])]


def test_numbers_that_were_told_are_not_made_constants() -> None:
    """A canonical law frees what was found only."""
    frame = Frame(("x",), (-9.81 * X + unknown_symbol("f"),), (Unknown("f", ("x",), (X,)),))
    law = canonical_law(frame.law([sp.Float(2.5) * X**3], ()))
    assert (-9.81 * X + C0 * X**3,) == law.skeletons
    assert (2.5,) == law.constants


def test_a_function_that_needs_a_constant_which_the_law_lacks_can_be_exchanged_into_it() -> None:
    """The law without the wave has no frequency; the entry brings its first value."""
    law = FRAME.law([C2 * V], (1.5, 3.0, -0.1))
    entry = Entry("f", C0 * V + C1 * symbol("wave"), (0.3, 0.4), (), FRAME, (9.0, 3.1))
    found = exchanged(law, 0, entry)
    assert ("k", "w") == found.told
    assert (1.5, 3.1, 0.3, 0.4) == found.constants
    assert -C0 * sp.sin(X) + C2 * V + symbol("c3") * sp.cos(C1 * symbol("t")) == found.skeletons[1]


def test_cosine_and_sine_of_one_argument_are_a_circle() -> None:
    """Columns of the cosine and the sine; a cosine whose sine is not among the arguments is no circle, nor is time."""
    turn = told_symbol("w") * symbol("t")
    waves = Unknown("f", ("v", "a", "b", "c"), (V, sp.sin(X), sp.cos(X), sp.cos(V)))
    assert waves.circles == ((2, 1),)
    assert Unknown("f", ("a", "b"), (sp.cos(turn), sp.sin(turn))).circles == ()
    assert FRAME.unknowns[0].circles == ()
