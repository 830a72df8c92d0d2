"""Zones by their letters behind a date, as ``CEST``: letters may mean another elsewhere, so offsets are asked for."""

from __future__ import annotations

import re

# Behind dates of ISO 8601: an offset behind others is not read either.
_ZONE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d[\d.,:]*)?(\s*)([A-Z]{3,5})", re.ASCII)
# Offsets of winter and summer where such letters are mostly used (IANA's database has them): the line is an example.
_PAIRS = (
    {"CEST": "+02:00", "CET": "+01:00"}, {"MESZ": "+02:00", "MEZ": "+01:00"}, {"EEST": "+03:00", "EET": "+02:00"},
    {"WEST": "+01:00", "WET": "+00:00"}, {"BST": "+01:00"}, {"EDT": "-04:00", "EST": "-05:00"},
    {"CDT": "-05:00", "CST": "-06:00"}, {"MDT": "-06:00", "MST": "-07:00"}, {"PDT": "-07:00", "PST": "-08:00"},
    {"AEDT": "+11:00", "AEST": "+10:00"}, {"JST": "+09:00"}, {"IST": "+05:30"},
)  # fmt: skip


def said_of_zone(entry: str, header: str) -> str:
    """What to do about an entry that ends in the letters of a zone; nothing of others."""
    found = _ZONE.search(entry)
    pair = next((one for one in _PAIRS if found and found[2] in one and entry.endswith(found[2])), None)
    if found is None or pair is None:
        return ""
    column = f"table[{header!r}]"
    # The longer letters first: none is the end of another's then.
    changes = "".join(f".str.replace({found[1] + zone!r}, {offset!r})" for zone, offset in pair.items())
    return f"Letters of a zone are not read. Write its offset from UTC; in pandas {column} = {column}{changes}."
