"""An initial state and its errors, read from the command line."""

from __future__ import annotations

import math

from discovery.errors import UsageError


def parts(text: str) -> tuple[str, ...]:
    """What commas separate, without the spaces around."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def initial_state(text: str, headers: dict[str, str]) -> list[float]:
    """Values in the order of the states, from ``1,2`` or ``x=1,y=2`` (identifiers or column names)."""
    said = parts(text)
    named = dict(part.split("=", 1) for part in said if "=" in part)
    numbers: list[float] = []
    try:
        if not named and len(said) == len(headers):
            numbers = [float(part) for part in said]
        if len(named) == len(said) == len(headers):
            numbers = [float(named[name] if name in named else named[headers[name]]) for name in headers]
    except (ValueError, KeyError):
        pass
    if numbers and all(map(math.isfinite, numbers)):
        return numbers
    raise UsageError(
        f"--x0 {text!r} does not give one number for each state. The states are {', '.join(headers.values())}; write "
        f"for example --x0 {','.join(f'{name}=1.0' for name in headers)}."
    )


def deviations(text: str, states: int) -> list[float]:
    """A deviation for each state, from ``0.1,0.2`` or one number for all."""
    try:
        numbers = [float(part) for part in parts(text)]
    except ValueError:
        numbers = []
    numbers = numbers * states if len(numbers) == 1 else numbers
    if len(numbers) == states and all(0.0 <= number < math.inf for number in numbers):
        return numbers
    raise UsageError(
        f"--start-error {text!r} does not give one deviation of at least 0 for each of {states} states. Write for "
        f"example --start-error {','.join(['0.1'] * states)}, or 0 if the initial state is exact."
    )
