"""What a run says of its columns, in the user's words."""

import pytest

from discovery.types import Finding, Verdict
from pipelines.told import in_words_of_the_user, spoken

HEADERS = {"x_100": "100%", "a_b_c": "a$b{c} [m]", "mu": "μ", "law": "law!", "theta_rad_dot": "theta_rad'", "x": "x"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x_100' = a_b_c", "100%' = a$b{c}"),
        ("Residuals of mu are structured", "Residuals of μ are structured"),
        ("with other equations for theta_rad_dot", "with other equations for theta_rad'"),
        ("the law of x is x_1000*a_b_c2", "the law of x is x_1000*a_b_c2"),
    ],
)
def test_sentences_name_columns_as_the_user_does(text: str, expected: str) -> None:
    """Without units; parts of other names, and identifiers that could be English words, stay."""
    assert expected == spoken(text, HEADERS)


def test_a_greek_column_does_not_change_the_name_of_a_statistic() -> None:
    """Chi-squared is not the square of a column."""
    assert "chi-squared of χ" == spoken("chi-squared of chi", {"chi": "χ"})
    assert "as it is" == spoken("as it is", {"x": "x"})


def test_all_of_a_verdict_is_in_the_users_words() -> None:
    """Headline and findings; measures are numbers."""
    verdict = Verdict("found", "x_100 is a law.", (Finding("good", "x_100 and a_b_c"),), {"misfit": 1.0})
    said = in_words_of_the_user(verdict, HEADERS)
    assert ("100% is a law.", "100% and a$b{c}") == (said.headline, said.findings[0].text)
    assert verdict.measures == said.measures
