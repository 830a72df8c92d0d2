"""A law that keeps what the measured runs lose is wrong."""

import pytest

from discovery.selection.contradicted import contradicted, shown
from discovery.structure import Invariant
from discovery.symbolic.parse import parse
from discovery.types import Finding, Law, Verdict

FOUND = Verdict("found", "A law was found that describes the data.", (Finding("good", "It fits."),), {"misfit": 1.0})
LAW = Law(("y", "v"), (parse("v"), parse("-c0")), (9.81,))
ENERGY = parse("2*c0*y + v**2")


@pytest.mark.parametrize(
    ("variation", "expected", "status"),
    [
        (0.75, 0.07, "not_found"),
        (0.3, 0.01, "found"),  # a small term may be missing, as friction is
        (0.75, 0.4, "found"),  # noise may be it
        (float("nan"), float("nan"), "found"),
    ],
)
def test_what_is_lost_is_not_conserved(variation: float, expected: float, status: str) -> None:
    """By more than half of what its terms do, where noise does not make a third of that."""
    verdict = contradicted(FOUND, LAW, [Invariant(ENERGY, variation=variation, expected=expected)])
    assert status == verdict.status
    assert FOUND.findings == verdict.findings[-1:]
    assert FOUND.measures == verdict.measures
    if status == "not_found":
        assert (
            "By the law 2*c0*y + v**2 stays as it is, but along the measured runs it varies by 75 %" in verdict.headline
        )
        assert "let each stretch between jumps be a run of its own" in verdict.findings[1].text


def test_only_what_was_found_is_taken_back() -> None:
    """Nothing is said where nothing is conserved, or work was cut off."""
    lost = Invariant(ENERGY, variation=0.9, expected=0.01)
    assert FOUND is contradicted(FOUND, LAW, [])
    partial = Verdict("partial", "Cut off.", (), {})
    assert partial is contradicted(partial, LAW, [lost])


def test_what_noise_hides_is_not_said_to_be_conserved() -> None:
    """A quantity that varies as much as its terms do was not seen to be kept, though noise may be why."""
    seen = [Invariant(ENERGY, variation=variation, expected=0.3) for variation in (0.1, 0.4, float("nan"))]
    assert shown([*seen, Invariant(parse("a"), variation=1.0, expected=1.0)]) == tuple(seen)
