"""How reports say what was taken for noise."""

from dataclasses import replace
from typing import get_args

import pytest

from discovery.reports.content import noise
from discovery.reports.tex import render
from discovery.resources import folder
from discovery.types import DiscoveryResult, NoiseKind

FORMULAS = {
    "additive": ("x + s ε", r"x + s\,\varepsilon"),
    "counts": ("x + s √x ε", r"x + s\,\sqrt{x}\,\varepsilon"),
    "proportional": ("x (1 + s ε)", r"x\,(1 + s\,\varepsilon)"),
    "combined": ("x (1 + s ε) + a ε'", r"x\,(1 + s\,\varepsilon) + a\,\varepsilon'"),
    "lognormal": ("x exp(s ε)", r"x\,\exp(s\,\varepsilon)"),
    "given": ("x + s r ε", r"x + s\,r\,\varepsilon"),
}


@pytest.mark.parametrize("kind", get_args(NoiseKind))
def test_each_kind_of_noise_has_its_formula(kind: NoiseKind, decay: DiscoveryResult) -> None:
    """In words for the page, and in LaTeX."""
    found = replace(decay, smoothing=replace(decay.smoothing, noise=replace(decay.smoothing.noise, kind=kind)))
    words, formula = FORMULAS[kind]
    assert words in noise(found)
    assert f"${formula}$" in render(found, folder("reports/templates"), ())
