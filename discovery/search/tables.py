"""A shape's terms at the rows of a regression for every start of its inner constants, and their normal equations."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from discovery.library.grammar import monomial
from discovery.library.shapes import Powers, Shape
from discovery.search.models import View
from discovery.search.projection import LARGEST, MOVE


@dataclass(frozen=True)
class Table:
    """Rows of all terms of one shape at all usable starts."""

    shape: Shape
    starts: Float[np.ndarray, "start constant"]
    columns: Float[np.ndarray, "start row term"]
    terms: tuple[tuple[int, Powers], ...]
    slopes: Float[np.ndarray, "start constant row term"] | None = None

    @classmethod
    def of(cls, view: View, shape: Shape, *, sloped: bool = False) -> Table:
        """The table at the shape's own starts.

        Args:
            sloped: with the terms' slopes by the inner constants, each in its own unit.
        """
        return cls(shape, shape.starts[:0], np.empty((0, 0, 0)), ()).at(view, shape.starts, sloped=sloped)

    def at(self, view: View, candidates: Float[np.ndarray, "start constant"], *, sloped: bool = False) -> Table:
        """The same shape at other starts."""
        shape = self.shape
        multipliers = np.stack([monomial(view.states, m) for m in shape.multipliers], axis=1)
        starts: list[np.ndarray] = []
        blocks: list[np.ndarray] = []
        count = 0
        for start in candidates:
            functions = shape.value(view.states, start)
            count = functions.shape[1]
            columns = (functions[:, :, None] * multipliers[:, None, :]).reshape(len(view.states), -1)
            if np.all(np.abs(columns) < LARGEST):
                starts.append(start)
                blocks.append(view.operator(columns))
        terms = tuple((f, m) for f in range(count) for m in shape.multipliers)
        rows = len(view.targets)
        stacked = np.stack(blocks) if blocks else np.empty((0, rows, len(terms)))
        found = Table(shape, np.array(starts).reshape(len(blocks), shape.starts.shape[1]), stacked, terms)
        return found._sloped(view, multipliers) if sloped and found.starts.size else found

    def _sloped(self, view: View, multipliers: np.ndarray) -> Table:
        """With slopes, by a small step of each inner constant; zero where that step meets a pole."""
        starts, rows, terms = self.columns.shape
        constants = self.starts.shape[1]
        slopes = np.zeros((starts, constants, rows, terms))
        for s, start in enumerate(self.starts):
            functions = self.shape.value(view.states, start)
            for c in range(constants):
                moved = start.copy()
                moved[c] += MOVE * (start[c] or 1.0)  # what begins at zero has no unit of its own
                change = (self.shape.value(view.states, moved) - functions) / MOVE
                columns = (change[:, :, None] * multipliers[:, None, :]).reshape(len(view.states), -1)
                if np.all(np.abs(columns) < LARGEST):
                    slopes[s, c] = view.operator(columns)
        return replace(self, slopes=slopes)


def normal_equations(
    fixed: np.ndarray, columns: np.ndarray, target: np.ndarray
) -> tuple[Float[np.ndarray, "start column column"], float]:
    """Normal equations of the fixed columns, those of a shape and the target at every start, all of unit length."""
    starts, _, terms = columns.shape
    own = np.hstack([fixed, target[:, None]])
    size = np.linalg.norm(own, axis=0)
    own = own / np.where(size > 0.0, size, 1.0)
    sizes = np.sqrt(np.einsum("srt,srt->st", columns, columns))
    scaled = columns / np.where(sizes > 0.0, sizes, 1.0)[:, None, :]
    grams = np.empty((starts, own.shape[1] + terms, own.shape[1] + terms))
    p = fixed.shape[1]
    grams[:, :p, :p] = own[:, :p].T @ own[:, :p]
    cross = np.einsum("rp,srt->spt", own, scaled, optimize=True)
    grams[:, :p, p:-1], grams[:, p:-1, :p] = cross[:, :p], cross[:, :p].transpose(0, 2, 1)
    grams[:, p:-1, -1] = grams[:, -1, p:-1] = cross[:, p]
    grams[:, p:-1, p:-1] = scaled.transpose(0, 2, 1) @ scaled
    right = own[:, :p].T @ own[:, p]
    grams[:, :p, -1] = grams[:, -1, :p] = right
    grams[:, -1, -1] = 1.0
    return grams, float(size[-1] ** 2)
