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
# What a column is of, where its subject's name does not say so.
SPOKEN = {
    "genetic": "with genetic search",
    "pysindy": "pysindy at its best threshold",
    "operon": "PyOperon alone, equal seconds",
}
Group = Callable[[Case, Record], bool]


def sheets(found: Results, subjects: Sequence[str]) -> tuple[Sheet, ...]:
    """All tables."""
    kept = [name for name in subjects if any(subject == name for subject, _ in found)]
    peers = (_beside(found, kept),) if len(kept) > 1 else ()
    return (_shares(found, kept), *peers, _seconds(found, kept), _sources(found), _missing(found))


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
    for setting in (*_settings(found), "all"):
        for subject in subjects:
            records = [
                record
                for (name, case), record in found.items()
                if name == subject and setting in ("all", _setting(case))
            ]
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


def _beside(found: Results, subjects: Sequence[str]) -> Sheet:
    """Ours beside the peers, on the equations of cases that all of them have."""
    cases = [{case for name, case in found if name == subject} for subject in subjects]
    shared = cases[0].intersection(*cases[1:])
    common = {key: record for key, record in found.items() if key[1] in shared}
    cells: list[tuple[str, ...]] = []
    for setting in _settings(common):
        for name, belongs in (("all", lambda *_: True), *_groups().items()):
            mine = {
                subject: [(case, row) for case, row in _rows(common, subject) if belongs(case, row)]
                for subject in subjects
            }
            if any(_setting(case) == setting for case, _ in mine[subjects[0]]):
                cells.append((setting, name, *(_share(mine[subject], setting) for subject in subjects)))
    columns = ("setting", "equations", *(SPOKEN.get(subject, subject) for subject in subjects))
    title = f"Side by side: {len(shared)} cases that all of them have"
    return Sheet(title, columns, (False, False, *[True] * len(subjects)), tuple(cells))


def _sources(found: Results) -> Sheet:
    """How many of the found equations each source has, and of how many it is the only engine's part that has them."""
    cells: list[tuple[str, ...]] = []
    for subject in ("pool", "genetic"):
        rows = [row for _, row in _rows(found, subject) if row["verdict"]]
        sources = [set(row.get("sources", "").split()) for row in rows]
        every = Counter(source for some in sources for source in some)
        alone = Counter(source for some in sources if len(some) == 1 for source in some)
        for name, count in sorted(every.items(), key=lambda one: (-one[1], one[0])):
            cells.append((subject, name, str(count), _percent(count, len(rows)), str(alone[name]),
                          _percent(alone[name], len(rows))))  # fmt: skip
    columns = ("pool of", "source", "found", "share of found", "alone", "share alone")
    return Sheet("Sources of the true structure", columns, (False, False, True, True, True, True), tuple(cells))


def _percent(count: int, total: int) -> str:
    return f"{100 * count / total:.1f} % of {total}"


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
