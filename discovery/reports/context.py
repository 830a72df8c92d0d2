"""What the templates are given: one dictionary for LaTeX and HTML alike."""

from __future__ import annotations

from discovery.reports import content
from discovery.reports.references import cited
from discovery.resources import folder
from discovery.types import DiscoveryResult


def context(result: DiscoveryResult, figures: tuple[str, ...]) -> dict[str, object]:
    """Words and rows of a report; formulas are added by the output that writes them."""
    front = result.ranking.front
    references, unknown = cited(result.cites, folder("reports/references.bib"))
    provenance = {key: value for key, value in result.provenance.items() if key not in ("command", "files")}
    return {
        "title": content.title(result),
        "status": result.status,
        "status_text": content.STATUS[result.status],
        "headline": result.verdict.headline,
        "findings": result.verdict.findings,
        "measures": [(name, content.plain(value, 4)) for name, value in result.verdict.measures.items()],
        "chosen": front[0] if front else None,
        "constants": content.constants(front[0]) if front else (),
        "rivals": content.rivals(result),
        "more_rivals": max(len(front) - content.MOST_LAWS, 0),
        "agreement": content.agreement(result),
        "untested": content.untested(result),
        "sample_count": content.sample_count(result.trajectories),
        "run_count": len(result.trajectories),
        "runs": content.runs(result),
        "states": content.states(result),
        "noise": content.noise(result),
        "time_name": result.time_name,
        "notes": (*result.notes, *result.smoothing.notes),
        "figures": [(name, content.figure_caption(result, name)) for name in figures],
        "methods": content.methods(result),
        "failures": result.failures,
        "references": references,
        "unknown_references": unknown,
        "command": str(result.provenance.get("command", "")),
        "provenance": content.flatten(provenance),
        "seconds": [(stage, f"{seconds:.1f}") for stage, seconds in result.seconds.items()],
    }
