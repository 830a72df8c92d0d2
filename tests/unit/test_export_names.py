"""Names that every language takes."""

import re

import pytest

from discovery.export.names import LONGEST, identifiers


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("x", "y_1"), ("x", "y_1")),
        (("end",), ("end_",)),
        (("end", "end_"), ("end_2", "end_")),
        (("end_", "end"), ("end_", "end_2")),
        (("_x",), ("x",)),
        (("_x", "x"), ("x_", "x")),
        (("μ", "é", "1st", ""), ("x", "e", "x_1st", "x_")),
        (("a b", "a-b", "a$b"), ("a_b", "a_b_", "a_b_2")),
        (("a", "a", "a_"), ("a", "a_2", "a_")),
    ],
)
def test_names_become_identifiers(names: tuple[str, ...], expected: tuple[str, ...]) -> None:
    """A good name stays, whatever the others are; the rest get what is free."""
    assert expected == identifiers(names, {"end"})


def test_long_names_are_told_apart_within_what_compilers_read() -> None:
    """Sixty characters; MATLAB and C read 63."""
    names = [f"{'long' * 30}{i}" for i in range(12)]
    given = identifiers(names, ())
    assert 12 == len(set(given))
    assert max(map(len, given)) <= LONGEST


def test_any_text_becomes_a_name() -> None:
    """A letter, then letters, digits and lines; never a reserved word; never the same twice."""
    odd = [
        "*/",
        "\n",
        "x_1",
        "100%",
        "<script>",
        "lambda",
        "a\N{COMBINING ACUTE ACCENT}",
        "\N{RIGHT-TO-LEFT OVERRIDE}",
        "__",
    ]
    given = identifiers(odd, {"lambda"})
    assert len(odd) == len(set(given))
    assert all(re.fullmatch(r"[A-Za-z]\w*", name, flags=re.ASCII) for name in given)
    assert "lambda" not in given
