"""A law that was told in part, with a small network in the place of each unknown function, as one field.

What was told is evaluated as it stands, its free constants are learned with the networks, and its derivatives are
exact: to training and to the solver it is a field like any other.

Source: Rackauckas et al. (2020), Universal differential equations for scientific machine learning, arXiv:2001.04385.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from discovery.dynamics.evaluate import jacobians, values
from discovery.laws import Frame, told_symbol, unknown_symbol
from discovery.samples import symbol
from discovery.smoothing.neural.evidence import FIRST, Prior
from discovery.smoothing.neural.network import Linearised, Network, new_network
from discovery.smoothing.neural.scaling import Scaling

# Precision of the told constants about their first values, in units of these. The evidence would hold them there, as
# networks can do what they do; free, they take their terms from the networks.
LOOSE = 0.1
FAINT = 1e-3  # share of the largest factor of a function below which an equation says nothing of its size
CLOCK = "t_"  # time as a column


@dataclass(frozen=True)
class Points:
    """A field at points in the data's units, and its derivatives by states, constants and functions.

    Attributes:
        values: of the right-hand sides.
        slopes: of these by each column, the functions moving with what they depend on.
        factors: of these by the value of each function.
        within: of each function by its own parameters.
    """

    values: Float[np.ndarray, "point state"]
    slopes: Float[np.ndarray, "point state column"]
    factors: Float[np.ndarray, "point state function"]
    within: tuple[Float[np.ndarray, "point parameter"], ...]


@dataclass(frozen=True)
class Universal:
    """dz/dt of standardised states; the drives are inputs and time in the data's units.

    Attributes:
        rate: typical size of each derivative.
        functions: a network for each unknown function, the last of whose values it is.
        units: centre and deviation of the arguments of each.
        start, size: a told constant is start + size * parameter.
        parameters: of the constants, then of each network.
        names: of columns: states, inputs, time, constants, functions.
    """

    frame: Frame
    scaling: Scaling
    rate: Tensor
    functions: tuple[Network, ...]
    units: tuple[tuple[Float[np.ndarray, " argument"], Float[np.ndarray, " argument"]], ...]
    start: Float[np.ndarray, " constant"]
    size: Float[np.ndarray, " constant"]
    parameters: Tensor
    names: tuple[str, ...]

    @property
    def states(self) -> int:
        """Number of states."""
        return len(self.frame.states)

    @property
    def prior(self) -> Prior:
        """The constants are one group; each network has groups of its own."""
        groups = [np.zeros(len(self.start), dtype=np.int64)]
        groups += [1 + i * len(FIRST) + one.groups for i, one in enumerate(self.functions)]
        return Prior(np.concatenate(groups), np.array([LOOSE, *FIRST * len(self.functions)]), kept=1)

    @property
    def constants(self) -> tuple[float, ...]:
        """Values of the told constants."""
        return tuple((self.start + self.size * self._parts()[0].numpy()).tolist())

    def at(self, parameters: Tensor) -> Universal:
        """The same field with other parameters."""
        return replace(self, parameters=parameters)

    def __call__(self, standard: Tensor, drives: Tensor) -> Tensor:
        """Time derivatives of standardised states; not finite where what was told has no value."""
        with np.errstate(all="ignore"):
            return torch.tensor(self._rates(standard, drives))

    def _rates(self, standard: Tensor, drives: Tensor) -> Float[np.ndarray, "point state"]:
        states = self.scaling.states(standard.numpy())
        columns = self.columns(states, drives.numpy())
        found = values(self.frame.templates, self.names, np.hstack([columns, self._functions(columns)]))
        return self.scaling.per_unit(states) * found

    def linearise(self, standard: Tensor, drives: Tensor, *, parameters: bool = True) -> Linearised:
        """The field and its derivatives at a batch of points."""
        with np.errstate(all="ignore"):
            return self._linearised(standard, drives, parameters)

    def _linearised(self, standard: Tensor, drives: Tensor, parameters: bool) -> Linearised:
        states = self.scaling.states(standard.numpy())
        near = self._near(self.columns(states, drives.numpy()), parameters)
        scale = self.scaling.per_unit(states)
        count = self.states
        by_states = scale[:, :, None] * near.slopes[:, :, :count] / scale[:, None, :]
        bent = np.where(self.scaling.logarithm, -near.values / np.where(self.scaling.logarithm, states, 1.0), 0.0)
        by_states[:, range(count), range(count)] += bent  # the unit of a logarithm moves with its state
        first = near.slopes.shape[2] - len(self.start)
        parts = [near.slopes[:, :, first:] * self.size]
        parts += [near.factors[:, :, [i]] * one[:, None, :] for i, one in enumerate(near.within)]
        by_parameters = scale[:, :, None] * np.concatenate(parts, axis=2)
        return Linearised(*map(torch.tensor, (scale * near.values, by_states, by_parameters)))

    def _near(self, columns: Float[np.ndarray, "point column"], parameters: bool) -> Points:
        """All derivatives at points in the data's units."""
        count, width = columns.shape
        moved = np.zeros((count, len(self.functions), width))
        found, within = np.empty((count, len(self.functions))), []
        for i, (arguments, function, unit) in enumerate(self._placed(columns)):
            near = function.linearise(torch.tensor(arguments), torch.empty(count, 0).double(), parameters=parameters)
            slopes = jacobians(self.frame.unknowns[i].arguments, self.names[:width], columns)
            found[:, i] = near.values[:, -1].numpy()
            moved[:, i] = np.einsum("pa,pac->pc", near.by_states[:, -1].numpy() / unit, slopes)
            within.append(near.by_parameters[:, -1].numpy())
        whole = np.hstack([columns, found])
        slopes = jacobians(self.frame.templates, self.names, whole)
        factors = slopes[:, :, width:]
        sides = values(self.frame.templates, self.names, whole)
        return Points(sides, slopes[:, :, :width] + factors @ moved, factors, tuple(within))

    def _functions(self, columns: Float[np.ndarray, "point column"]) -> Float[np.ndarray, "point function"]:
        """Values of the unknown functions."""
        none = torch.empty(len(columns), 0).double()
        return np.column_stack(
            [one(torch.tensor(arguments), none)[:, -1].numpy() for arguments, one, _ in self._placed(columns)]
        )

    def _placed(self, columns: Float[np.ndarray, "point column"]) -> list[tuple[np.ndarray, Network, np.ndarray]]:
        """Standardised arguments of each function, its network with its parameters, and the arguments' units."""
        own = self._parts()[1:]
        found: list[tuple[np.ndarray, Network, np.ndarray]] = []
        for unknown, function, part, (centre, unit) in zip(
            self.frame.unknowns, self.functions, own, self.units, strict=True
        ):
            arguments = values(unknown.arguments, self.names[: columns.shape[1]], columns)
            found.append(((arguments - centre) / unit, function.at(part), unit))
        return found

    def _parts(self) -> tuple[Tensor, ...]:
        return torch.split(self.parameters, [len(self.start), *(len(one.parameters) for one in self.functions)])

    def columns(self, states: Float[np.ndarray, "point state"], drives: np.ndarray) -> Float[np.ndarray, "point c"]:
        """States, drives and constants side by side."""
        told = np.broadcast_to(np.array(self.constants), (len(states), len(self.start)))
        return np.hstack([states, drives, told])


def universal(
    frame: Frame,
    scaling: Scaling,
    rate: Float[np.ndarray, " state"],
    constants: Sequence[float],
    curve: tuple[Float[np.ndarray, "point state"], Float[np.ndarray, "point drive"], Float[np.ndarray, "point state"]],
    width: int,
    rng: np.random.Generator,
) -> Universal:
    """The field at first values of its constants, its networks of the size that the curve asks for.

    Args:
        curve: states, drives and derivatives of smoothed curves.
    """
    states, drives, derivatives = curve
    timed = frame.changed({symbol("t"): symbol(CLOCK)})  # time is a column
    start = np.array(constants, dtype=np.float64)
    size = np.where(start != 0.0, np.abs(start), 1.0)
    none = Universal(
        timed, scaling, torch.tensor(rate), (), (), start, size, torch.zeros(len(start)).double(), _names(timed)
    )
    columns = none.columns(states, drives)
    zeros = np.zeros((len(columns), len(timed.unknowns)))
    whole = np.hstack([columns, zeros])
    factors = jacobians(timed.templates, none.names, whole)[:, :, columns.shape[1] :]
    rests = derivatives - values(timed.templates, none.names, whole)
    functions: list[Network] = []
    units: list[tuple[np.ndarray, np.ndarray]] = []
    for i, unknown in enumerate(timed.unknowns):
        arguments = values(unknown.arguments, none.names[: columns.shape[1]], columns)
        spread = arguments.std(axis=0)
        units.append((arguments.mean(axis=0), np.where(spread > 0.0, spread, 1.0)))
        still = np.zeros((len(spread), len(spread)))
        functions.append(new_network(np.array([_size(rests, factors[:, :, i])]), still, 0, width, rng))
    parameters = torch.cat([none.parameters, *(one.parameters for one in functions)])
    return replace(none, functions=tuple(functions), units=tuple(units), parameters=parameters)


def _size(rests: Float[np.ndarray, "point state"], factors: Float[np.ndarray, "point state"]) -> float:
    """Root mean square of what is left for a function."""
    sizes = np.abs(factors)
    there = sizes > FAINT * max(float(np.nanmax(sizes, initial=0.0)), 1e-300)
    wanted = rests[there] / factors[there]
    found = float(np.sqrt(np.mean(wanted[np.isfinite(wanted)] ** 2))) if np.isfinite(wanted).any() else 0.0
    return found if found > 0.0 else 1.0


def _names(frame: Frame) -> tuple[str, ...]:
    told = [str(told_symbol(one.name)) for one in frame.constants]
    marks = [str(unknown_symbol(one.name)) for one in frame.unknowns]
    return (*frame.states, *frame.inputs, CLOCK, *told, *marks)
