"""What the templates are given: one dictionary for every output."""

from __future__ import annotations

from discovery.reports import content, openness, rows
from discovery.reports.conserving import conserved
from discovery.reports.methods import methods
from discovery.reports.naming import symbols
from discovery.reports.owning import own_sheets, own_tables
from discovery.reports.references import cited
from discovery.resources import folder
from discovery.types import DiscoveryResult


def context(result: DiscoveryResult, figures: tuple[str, ...]) -> dict[str, object]:
    """Words and rows of a report; formulas are added by the output that writes them."""
    drawn = {"figure_rows": content.figure_rows(result, figures)}
    return {**_law(result), **_data(result), **_tests(result), **_record(result), **drawn}


def _law(result: DiscoveryResult) -> dict[str, object]:
    front = result.ranking.front
    constants = rows.constants(result, front[0]) if front else ()
    has_units, untold = rows.units_of(constants)
    return {
        "title": content.title(result),
        "status": result.status,
        "status_text": content.STATUS[result.status],
        "law_heading": content.HEADINGS[result.status],
        "headline": result.verdict.headline,
        "findings": content.findings(result),
        "chosen": front[0] if front else None,
        "constants": constants,
        "has_units": has_units,
        "untold_unit": untold if has_units else "",
        "exact": content.exact(result),
        "symbols": symbols(result),
        "conserved": conserved(result),
        "own_tables": (own := own_tables(result)),
        "own_sheets": own_sheets(own),
        "rivals": rows.rivals(result),
        "most_constants": rows.MOST_CONSTANTS,
        "shown_rivals": rows.FIRST_LAWS,
        "longest": content.longest(result),
        "more_rivals": max(len(front) - rows.MOST_LAWS, 0),
    }


def _data(result: DiscoveryResult) -> dict[str, object]:
    return {
        "run_count": len(result.trajectories),
        "measured": content.measured(result),
        "runs": rows.runs(result),
        "columns_read": (*rows.states(result), *rows.drives(result)),
        "noise": content.noise(result),
        "noise_kind": result.smoothing.noise.kind,
        "noise_acts": content.ACTS if result.smoothing.noise.process else "",
        "noise_origin": content.noise_origin(result),
        "notes": (*result.notes, *result.smoothing.notes),
    }


def _tests(result: DiscoveryResult) -> dict[str, object]:
    return {
        "measure_rows": content.measures(result),
        "fit_errors": (fits := rows.errors(result, "fit")),
        "tested": tuple(row for row in fits if row.ljung_box != "–"),
        "forecast_errors": rows.errors(result, "held_out"),
        "unseen": content.unseen(result),
        "unseen_runs": rows.unseen_runs(result),
        "agreement": content.agreement(result),
        "engines": rows.engines(result),
        "untested": content.untested(result),
        "loose": openness.loose(result),
        "experiments": openness.experiments(result),
        "certainties": openness.certainties(result),
        "support": openness.support(result),
        "support_note": openness.support_note(result),
        "unsure": [row for row in openness.support(result) if row.unsure],
    }


def _record(result: DiscoveryResult) -> dict[str, object]:
    sentences = methods(result)
    named = [key for sentence in sentences for key in sentence.keys]  # numbered in the order in which they are named
    references, unknown = cited((*named, *result.cites), folder("reports/references.bib"))
    provenance = {key: value for key, value in result.provenance.items() if key not in ("command", "files")}
    number = {reference.key: place for place, reference in enumerate(references, start=1)}
    return {
        "method_sentences": [
            (sentence.text, [number[key] for key in sentence.keys if key in number]) for sentence in sentences
        ],
        "failures": result.failures,
        "references": references,
        "unknown_references": unknown,
        "command": str(result.provenance.get("command", "")),
        "provenance": content.flatten(provenance),
        "seconds": [(stage, f"{seconds:.1f}") for stage, seconds in result.seconds.items()],
    }
