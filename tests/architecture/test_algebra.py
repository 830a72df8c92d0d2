"""Algebra ends: what nobody can foresee is counted, what can be large is measured before."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted([*(ROOT / "discovery").rglob("*.py"), *(ROOT / "pipelines").rglob("*.py")])
# Functions of SymPy whose time nobody can foresee from what they are given.
UNFORESEEN = {
    "apart", "cancel", "doit", "dsolve", "factor", "factor_list", "gcd_list", "groebner", "integrate",
    "lcm_list", "limit", "linsolve", "nonlinsolve", "nsimplify", "nsolve", "nullspace", "powsimp", "radsimp", "ratsimp",
    "resultant", "rewrite", "series", "simplify", "solve", "solveset", "summation", "together", "trigsimp",
}  # fmt: skip
# Functions that multiply out.
GROWING = {"expand", "expand_mul", "expand_log", "expand_trig", "multinomial_coefficients"}
# Where these stand, and what bounds them there.
LIMITED = {
    "discovery/knowledge/conserved.py": "the search runs inside of limited(); its last check is of a few terms",
    "discovery/knowledge/conserved_sums.py": "after is_short(), and inside of limited()",
    "discovery/knowledge/integrals.py": "called by the search of conserved.py, inside of limited()",
    "discovery/knowledge/solved.py": "inside of limited()",
    "discovery/knowledge/vectors.py": "inside of limited()",
    "discovery/symbolic/constants.py": "after is_short()",
    "discovery/symbolic/multiplied.py": "after is_short()",
    "discovery/selection/inclusion.py": "after is_short()",
}


def calls(path: Path) -> set[str]:
    """Names of functions of SymPy that a file calls."""
    return {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and not ast.unparse(node.func.value).startswith(("np.", "scipy.", "linalg", "self", "shares"))
    }


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_algebra_without_a_foreseeable_end_is_limited(path: Path) -> None:
    """A further place has to be listed here with what bounds it."""
    place = str(path.relative_to(ROOT))
    if "smoothing/neural" not in place:  # torch has an expand of its own
        assert place in LIMITED or not calls(path) & (UNFORESEEN | GROWING), calls(path) & (UNFORESEEN | GROWING)


@pytest.mark.parametrize("place", LIMITED)
def test_what_is_listed_is_there_and_bounded(place: str) -> None:
    """By what the list says."""
    assert calls(ROOT / place) & (UNFORESEEN | GROWING)
    text = (ROOT / place).read_text(encoding="utf-8")
    assert ("is_short(" in text) == ("is_short" in LIMITED[place])
