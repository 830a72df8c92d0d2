"""Examples in docstrings are run, wherever there are some."""

import doctest
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROMPT = re.compile(r"^\s*>>> ", flags=re.MULTILINE)
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for package in ("discovery", "pipelines")
    for path in (ROOT / package).rglob("*.py")
    if PROMPT.search(path.read_text(encoding="utf-8"))
)


def test_some_modules_have_examples() -> None:
    """The estimator's, which is what users meet first, is among them."""
    assert "pipelines.estimator" in MODULES


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_are_true(module: str) -> None:
    """Each line prints what the docstring says."""
    outcome = doctest.testmod(importlib.import_module(module), optionflags=doctest.ELLIPSIS)
    assert outcome.attempted > 0
    assert 0 == outcome.failed
