"""Models of one equation fitted to the rows of a regression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from discovery.library.grammar import monomial
from discovery.library.shapes import Powers, Shape
from discovery.search.models import Model, Part, View
from discovery.search.projection import project, terms_of


@dataclass(frozen=True)
class Fitted:
    """A model with its constants, the squared error, and its terms at the rows."""

    model: Model
    outer: tuple[float, ...]
    error: float
    rows: Float[np.ndarray, "term row"]


class Rows:
    """The rows of one equation, to which models are fitted; what is asked of the states is worked out once.

    Args:
        base: monomials that may stand beside shapes.
        iterations: steps of a fit.
    """

    def __init__(self, view: View, equation: int, base: tuple[Powers, ...], iterations: int) -> None:
        self.states = view.states
        self.iterations = iterations
        self.target = view.targets[:, equation]
        weights = view.weights[:, equation]
        monomials = view.operator(np.stack([monomial(view.states, m) for m in base], axis=1)) * weights[:, None]
        self.plain = np.ascontiguousarray(monomials.T)
        self._places = {m: place for place, m in enumerate(base)}
        self._lift = view.lift(weights)
        self._known: dict[int, np.ndarray] = {}
        self._factors: dict[Powers, np.ndarray] = {}

    def fitted(self, models: Iterable[Model]) -> Iterator[Fitted]:
        """The models with their constants fitted, those that stay finite."""
        for model in models:
            parts = [
                (part.shape, self._arguments(part.shape), [(f, self._factor(m)) for f, m in part.terms])
                for part in model.parts
            ]
            terms = terms_of(self.plain[[self._places[m] for m in model.base]], parts)
            found = project(terms, self._lift, self.target, np.array(model.inner), iterations=self.iterations)
            if np.isfinite(found.error) and np.all(np.isfinite(found.outer)):
                inner, outer = tuple(map(float, found.inner)), tuple(map(float, found.outer))
                yield Fitted(Model(model.base, model.parts, inner), outer, found.error, found.rows)

    def descent(self, model: Model) -> Iterator[Fitted]:
        """From a model with terms to spare down to one term, inner constants refined at every step."""
        smaller: Model | None = model
        while smaller is not None:
            fitted = next(self.fitted([smaller]), None)
            if fitted is None:
                return
            yield fitted
            smaller = without_least(fitted)

    def _arguments(self, shape: Shape) -> Float[np.ndarray, "argument point"]:
        if id(shape) not in self._known:
            self._known[id(shape)] = shape.arguments(self.states)
        return self._known[id(shape)]

    def _factor(self, multiplier: Powers) -> Float[np.ndarray, " point"]:
        if multiplier not in self._factors:
            self._factors[multiplier] = monomial(self.states, multiplier)
        return self._factors[multiplier]


def without_least(fitted: Fitted) -> Model | None:
    """The model without the term whose loss raises the error least; None if a part would be left without terms."""
    model, rows, outer = fitted.model, fitted.rows, np.array(fitted.outer)
    scale = np.linalg.norm(rows, axis=1)
    scale = np.where(scale > 0.0, scale, 1.0)
    unit = rows / scale[:, None]
    inverse = np.linalg.pinv(unit @ unit.T, rcond=1e-12, hermitian=True)
    rises = (outer * scale) ** 2 / np.maximum(np.diag(inverse), 1e-300)
    owners = np.repeat(range(len(model.parts)), [len(part.terms) for part in model.parts])
    for j in np.argsort(rises, kind="stable"):
        k = int(j) - len(model.base)
        if k < 0:
            return Model(tuple(m for i, m in enumerate(model.base) if i != j), model.parts, model.inner)
        owner = int(owners[k])
        terms = model.parts[owner].terms
        if len(terms) > 1:
            k -= int(np.sum(owners < owner))
            part = Part(model.parts[owner].shape, (*terms[:k], *terms[k + 1 :]))
            return Model(model.base, (*model.parts[:owner], part, *model.parts[owner + 1 :]), model.inner)
    return None
