"""A CSV table of the constants of the chosen law."""

from __future__ import annotations

import pandas as pd

from discovery.export.law import ExportedLaw
from discovery.types import DiscoveryResult, symbol


def write(result: DiscoveryResult) -> str:
    """One row for each constant: value, bounds of the 95 % interval, and the columns whose equations it stands in."""
    law = ExportedLaw.of(result, ())
    ranked = result.ranking.front[0]
    pairs = list(zip(law.headers, law.law.skeletons, strict=True))
    missing = (float("nan"),) * len(law.law.constants)
    rows = [
        {
            "constant": f"c{i}",
            "value": value,
            "low": low,
            "high": high,
            "level": 0.95,
            "columns": "; ".join(header for header, skeleton in pairs if symbol(f"c{i}") in skeleton.free_symbols),
        }
        for i, (value, low, high) in enumerate(
            zip(law.law.constants, ranked.lows or missing, ranked.highs or missing, strict=True)
        )
    ]
    columns = ["constant", "value", "low", "high", "level", "columns"]
    return pd.DataFrame(rows, columns=pd.Index(columns)).to_csv(index=False, lineterminator="\n")
