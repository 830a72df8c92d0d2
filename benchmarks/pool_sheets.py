"""What the pool's benchmark prints: shares of equations by setting and kind, sources, seconds, what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median

from discovery.datasets import known
from pipelines.validation_cases import Case
from pipelines.validation_jobs import Record
from pipelines.validation_sheets import Sheet

Results = Mapping[tuple[str, Case], Record]
# The equations that the floors speak of, apart from ODEBench's.
PLAIN = ("polynomial", "rational", "single function")
Group = Callable[[Case, Record], bool]


def sheets(found: Results, subjects: Sequence[str]) -> tuple[Sheet, ...]:
    """All tables."""
    kept = [name for name in subjects if any(subject == name for subject, _ in found)]
    return (_shares(found, kept), _seconds(found, kept), _sources(found), _missing(found))


def _groups() -> dict[str, Group]:
    groups: dict[str, Group] = {
        "ODEBench": lambda case, _: _odebench(case),
        "others, one function at most": lambda case, row: not _odebench(case) and row["kind"] in PLAIN,
        "others, the rest": lambda case, row: not _odebench(case) and row["kind"] not in PLAIN,
        "design half": lambda case, _: known.half(case.system) == "design",
        "check half": lambda case, _: known.half(case.system) == "check",
    }
    for kind in (*PLAIN, "several functions", "forced"):
        groups[kind] = lambda _, row, kind=kind: row["kind"] == kind
    for dimension in (1, 2, 3, 4):
        groups[f"{dimension} states"] = lambda _, row, dimension=dimension: row["states"] == dimension
    return groups


def _odebench(case: Case) -> bool:
    return case.system.startswith("odebench_")


def _rows(found: Results, subject: str) -> Iterator[tuple[Case, Record]]:
    for (name, case), record in found.items():
        if name == subject:
            for row in record["equations"]:
                yield case, {**row, "states": len(record["equations"])}


def _setting(case: Case) -> str:
    return f"σ={case.noise:g}" + (f", ρ={case.drop:g}" if case.drop else "")


def _settings(found: Results) -> list[str]:
    return list(dict.fromkeys(_setting(case) for _, case in found))


def _shares(found: Results, subjects: Sequence[str]) -> Sheet:
    settings = _settings(found)
    cells: list[tuple[str, ...]] = []
    for name, belongs in _groups().items():
        for subject in subjects:
            rows = [(case, row) for case, row in _rows(found, subject) if belongs(case, row)]
            if rows:
                cells.append((name, subject, *(_share(rows, setting) for setting in settings)))
    title = "Equations whose true structure is among the candidates"
    return Sheet(
        title, ("equations", "candidates of", *settings), (False, False, *[True] * len(settings)), tuple(cells)
    )


def _share(rows: Sequence[tuple[Case, Record]], setting: str) -> str:
    hits = [bool(row["verdict"]) for case, row in rows if _setting(case) == setting]
    return f"{100 * sum(hits) / len(hits):.1f} % of {len(hits)}" if hits else ""


def _seconds(found: Results, subjects: Sequence[str]) -> Sheet:
    cells: list[tuple[str, ...]] = []
    for setting in _settings(found):
        for subject in subjects:
            records = [r for (name, case), r in found.items() if name == subject and _setting(case) == setting]
            if not records:
                continue
            spent = [record["seconds"] for record in records]
            parts = {key: median(r["spent"][key] for r in records) for key in records[0].get("spent", {})}
            text = ", ".join(f"{key} {value:.2f}" for key, value in parts.items())
            sizes = [row["size"] for record in records for row in record["equations"]]
            seconds = (f"{median(spent):.2f}", f"{max(spent):.1f}", text)
            cells.append((setting, subject, *seconds, f"{median(sizes):.0f}", str(max(sizes))))
    columns = ("setting", "subject", "median s", "most s", "median of each part", "median size", "largest size")
    return Sheet("CPU seconds of a system", columns, (False, False, True, True, False, True, True), tuple(cells))


def _sources(found: Results) -> Sheet:
    """How often a source has the true structure, and how often it is the only engine's part that has."""
    every: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    total = 0
    for _, row in (*_rows(found, "pool"), *_rows(found, "genetic")):
        total += 1
        sources = row.get("sources", "").split()
        every.update(sources)
        if len(sources) == 1:
            alone.update(sources)
    cells = tuple((name, f"{count}", f"{alone[name]}") for name, count in every.most_common())
    return Sheet(
        f"Sources of the true structure, of {total} equations", ("source", "found", "alone"), (False, True, True), cells
    )


def _missing(found: Results) -> Sheet:
    """Equations that are not in the pool, by what a grammar needs to write them; CUT: found but not kept."""
    where: dict[tuple[str, str, str], list[str]] = {}
    subject = "genetic" if any(name == "genetic" for name, _ in found) else "pool"
    for case, row in _rows(found, subject):
        if not row["verdict"]:
            mark = " CUT" if row.get("cut") else ""
            where.setdefault((row["kind"], case.system, row["state"]), []).append(_setting(case) + mark)
    cells = tuple(
        (kind, system, known.half(system), state, "; ".join(settings))
        for (kind, system, state), settings in sorted(where.items())
    )
    return Sheet(f"Missing from {subject}", ("kind", "system", "half", "equation", "settings"), (False,) * 5, cells)
