"""Decimal text of numbers, with as many digits as they deserve."""

from __future__ import annotations

import math

from discovery.symbolic.phases import digits as significant

# Two digits of the uncertainty are kept, as metrology does (Guide to the Expression of Uncertainty in Measurement,
# 7.2.6); the bounds on a value's own digits keep very wide and very narrow intervals readable.
_UNCERTAINTY_DIGITS = 2
_FEWEST, _MOST, _WITHOUT_INTERVAL = 2, 7, 4
_ABOVE = 4  # decades that a bound is above the value, from which the value's last place says nothing of it
NOT_DETERMINED = "not determined"


def rounded(
    value: float, low: float = math.nan, high: float = math.nan, places: int | None = None
) -> tuple[str, str, str]:
    """Value and bounds as text with the same last place, two digits of the interval's half width kept.

    Args:
        places: decimal places that the value has at least, where more hangs on it than on its interval.

    Returns:
        ``NOT_DETERMINED`` for a bound that is not a number; a value beyond 1e6 or below 1e-4 has an exponent.
    """
    if not math.isfinite(value):
        return NOT_DETERMINED, NOT_DETERMINED, NOT_DETERMINED
    known = math.isfinite(high - low)
    least = 0 if places is None or value == 0 else significant(value, places, 0)
    if value == 0 or not (known or least > _WITHOUT_INTERVAL):
        return _shortest(value), _shortest(low), _shortest(high)
    digits = max(least, _significant_digits(value, low, high) if known else _WITHOUT_INTERVAL)
    if not known:
        return _format(value, digits, value), _shortest(low), _shortest(high)
    return _format(value, digits, value), _format(low, digits, value), _format(high, digits, value)


def _significant_digits(value: float, low: float, high: float) -> int:
    half_width = (high - low) / 2
    if half_width <= 0:
        return _MOST
    digits = _exponent(value) - _exponent(half_width) + _UNCERTAINTY_DIGITS
    return min(max(digits, _FEWEST), _MOST)


def _exponent(value: float) -> int:
    return math.floor(math.log10(abs(value)))


def _format(number: float, digits: int, reference: float) -> str:
    """``number`` to the decimal place that ``digits`` significant digits of ``reference`` reach."""
    exponent = _exponent(reference)
    if number and _exponent(number) - exponent >= _ABOVE:
        return _shortest(number)
    if -4 <= exponent < 6:
        text = f"{number:.{max(digits - 1 - exponent, 0)}f}"
        return text if float(text) or not number else _tidy(f"{number:.1g}")  # on which side of zero it is, is seen
    if not number:
        return "0"
    places = max(digits - 1 - exponent + _exponent(number), 0)
    return _tidy(f"{number:.{places}e}")


def _shortest(number: float) -> str:
    return _tidy(f"{number:.{_WITHOUT_INTERVAL}g}") if math.isfinite(number) else NOT_DETERMINED


def _tidy(text: str) -> str:
    """Exponents without plus and leading zeros: ``1.2e-05`` becomes ``1.2e-5``."""
    digits, _, exponent = text.partition("e")
    return f"{digits}e{int(exponent)}" if exponent else digits


def plain(number: float, digits: int = 3) -> str:
    """A measure for a table: at most ``digits`` significant digits, a dash where there is none."""
    if math.isnan(number):
        return "–"
    if math.isinf(number):
        return "∞" if number > 0 else "−∞"
    is_whole_size = 10**digits <= abs(number) < 1e6
    return f"{number:.0f}" if is_whole_size else _tidy(f"{number:.{digits}g}")


def percent(share: float) -> str:
    """A share in per cent: whole from ten on, two digits below, a dash where there is none."""
    value = 100 * share
    return (
        f"{value:.0f} %" if 10 <= abs(value) < 1e6 else f"{plain(value, 2)} %" if math.isfinite(value) else plain(value)
    )
