"""The pool's benchmark: shares by source, ours beside the peers, and the key by which a true form is known."""

from benchmarks.pool_sheets import sheets
from benchmarks.pool_truth import skeleton_key
from discovery.symbolic.parse import parse
from pipelines.validation_cases import Case
from pipelines.validation_jobs import Record
from pipelines.validation_sheets import Sheet

LORENZ, SIR = Case("odebench_56_lorenz_chaotic", 0.05, 0.0, 0), Case("odebench_31_sir", 0.05, 0.0, 0)


def record(*sources: str) -> Record:
    """Of one polynomial equation for each of the sources; empty where it was not found."""
    rows = [
        {"state": f"x_{i}", "kind": "polynomial", "size": 10, "verdict": "identical" if one else "", "sources": one}
        for i, one in enumerate(sources)
    ]
    return {"seconds": 1.0, "equations": rows}


def titled(found: dict[tuple[str, Case], Record], title: str) -> Sheet:
    """The table whose title begins so."""
    subjects = ("pool", "genetic", "pysindy", "operon")
    return next(one for one in sheets(found, subjects) if one.title.startswith(title))


def test_every_source_has_its_share_of_what_was_found() -> None:
    """Of each pool by itself; alone is what no other source has."""
    found = {
        ("pool", LORENZ): record("sindy:stlsq", "sindy:stlsq structured:mixed", ""),
        ("genetic", LORENZ): record("sindy:stlsq", "sindy:stlsq structured:mixed", "operon:residual"),
    }
    assert (
        ("pool", "sindy:stlsq", "2", "100.0 % of 2", "1", "50.0 % of 2"),
        ("pool", "structured:mixed", "1", "50.0 % of 2", "0", "0.0 % of 2"),
        ("genetic", "sindy:stlsq", "2", "66.7 % of 3", "1", "33.3 % of 3"),
        ("genetic", "operon:residual", "1", "33.3 % of 3", "1", "33.3 % of 3"),
        ("genetic", "structured:mixed", "1", "33.3 % of 3", "0", "0.0 % of 3"),
    ) == titled(found, "Sources").rows


def test_peers_stand_beside_ours_on_the_same_cases() -> None:
    """A case that one of them lacks does not count."""
    found = {(subject, LORENZ): record("pool", "") for subject in ("pool", "pysindy", "operon")}
    found["operon", LORENZ] = record("", "")
    found["pool", SIR] = record("pool")
    sheet = titled(found, "Side by side: 1 cases")
    assert (
        "setting", "equations", "pool", "pysindy at its best threshold", "PyOperon alone, equal seconds",
    ) == sheet.columns  # fmt: skip
    assert ("σ=0.05", "all", "50.0 % of 2", "50.0 % of 2", "0.0 % of 2") == sheet.rows[0]


def test_skeleton_keys_ignore_values_only() -> None:
    """The key is the same for other constants, and another for another structure."""
    assert skeleton_key(parse("0.3*x*(1 - x/7)")) == skeleton_key(parse("2*x - 5*x**2"))
    assert skeleton_key(parse("x/(1 + x)")) == skeleton_key(parse("3*x/(2 + 5*x)"))
    assert skeleton_key(parse("x/(1 + x)")) != skeleton_key(parse("x/(1 + y)"))
