"""A fitted pysindy model as equations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sympy as sp

from discovery.types import symbol


def polynomial_equations(model: Any, library: Any, names: Sequence[str]) -> dict[str, sp.Expr]:
    """Right-hand sides of a model with a polynomial library; empty if a coefficient is not finite."""
    coefficients = np.asarray(model.coefficients(), dtype=np.float64)
    if not np.isfinite(coefficients).all():
        return {}
    states = [symbol(name) for name in names]
    terms = [
        sp.Mul(*[state ** int(power) for state, power in zip(states, powers, strict=True)])
        for powers in library.powers_
    ]
    return {
        name: sp.Add(*[sp.Float(float(c)) * term for c, term in zip(row, terms, strict=True) if c != 0.0])
        for name, row in zip(names, coefficients, strict=True)
    }
