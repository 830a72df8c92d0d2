"""What a validation says: shares with standard errors, and tables that any program reads."""

import math

import pytest

from pipelines.validation_sheets import as_csv, as_html, as_latex, case_sheet, latex_document, summary_sheet
from pipelines.validation_summary import Row, share, summaries


def row(
    system: str,
    seed: int,
    *,
    reconstruction: float = 1.0,
    form: str = "identical",
    extra: int = 0,
    status: str = "found",
) -> Row:
    """A row of a made-up case."""
    return Row(
        system, ("polynomial",), "check", 2, 0.02, 0.0, seed, reconstruction, math.nan, form, 0.01, 0, extra, 1.0, 2.0,
        3.0, 7.0, 6.0, status, 0, "", "x' = y",
    )  # fmt: skip


def test_shares_have_standard_errors_over_seeds_and_over_systems() -> None:
    """Two systems, two seeds: one case of four fails."""
    told = [(row("a", 0), True), (row("a", 1), True), (row("b", 0), True), (row("b", 1), False)]
    found = share(told)
    assert (0.75, pytest.approx(0.25), pytest.approx(0.25)) == (found.value, found.over_seeds, found.over_systems)


def test_one_seed_has_no_scatter_and_no_case_no_share() -> None:
    """What cannot be told is not told."""
    assert math.isnan(share([(row("a", 0), True)]).over_seeds)
    assert math.isnan(share([]).value)


def test_summaries_count_what_is_recovered() -> None:
    """The first summary is of everything; a missing unseen start is not a failure."""
    everything = summaries([row("a", 0), row("b", 0, reconstruction=0.8, form="same structure")])[0]
    assert (2, 2, 0.5) == (everything.systems, everything.cases, everything.reconstructed.value)
    assert (1.0, 0.5) == (everything.structure.value, everything.identical.value)
    assert math.isnan(everything.predicted.value)


def test_false_terms_are_counted_of_laws_that_were_accepted() -> None:
    """One law of two has terms too many; a third, which was not found, claims nothing."""
    rows = [row("a", 0), row("b", 0, extra=2), row("c", 0, extra=5, status="not_found")]
    assert 0.5 == summaries(rows)[0].false_terms.value
    assert ("false terms", "50.0 (– | 50.0)") in zip(
        summary_sheet(summaries(rows)).columns, summary_sheet(summaries(rows)).rows[0], strict=True
    )


def test_text_is_escaped_in_latex_and_html() -> None:
    """Names may hold what has a meaning there."""
    sheet = case_sheet([row("a_b<c&d", 0)])
    assert r"a\_b$<$c\&d" in as_latex(sheet)
    assert "<td>a_b&lt;c&amp;d</td>" in as_html([sheet], "t<t")
    assert "<title>t&lt;t</title>" in as_html([sheet], "t<t")
    assert latex_document([sheet]).count("longtable}") == 3


def test_empty_tables_are_tables() -> None:
    """An interrupt before the first case leaves files that can be read."""
    assert () == summaries([])
    assert "\n" == as_csv([])
    assert "toprule" in as_latex(summary_sheet([]))
