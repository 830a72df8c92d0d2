"""What to do about entries of columns of numbers that are none, as ``Bad`` and ``I/O Timeout`` of a plant's archive."""

from __future__ import annotations

import shlex
from collections import Counter

from discovery.trajectories.table import Table
from discovery.trajectories.tokens import is_limit, is_upper_limit
from discovery.wording import joined, listed


def remedy(table: Table, entry: str, alone: str) -> str:
    """What to do about an entry: one that assays write, or that comes again, stands for missing.

    Where it does, all other words do, in whatever column: an error for each of them in turn would help nobody.

    Args:
        alone: what to do where it does not.
    """
    counts: Counter[str] = sum((Counter(one.misfits) for one in table.columns if one.kind == "number"), Counter())
    if not is_limit(entry) and counts[entry] < 2:
        return alone
    marks = [one for one, count in counts.items() if is_limit(one) or count > 1 or not any(map(str.isdigit, one))]
    named = shlex.quote(joined(marks))
    if not any(map(is_limit, marks)):
        return (
            f"It is there {counts[entry]} times: if nothing was measured then, --missing {named} leaves it out; else "
            "correct the entries, or choose columns with --states."
        )
    upper = [one for one in marks if is_upper_limit(one)]
    lower = [one for one in marks if is_limit(one) and one not in upper]
    biased = [*(["too large on average near a lower limit"] if lower else [])]
    biased += ["too small on average near an upper limit"] if upper else []
    return (
        f"--missing {named} leaves out what is beyond the limits of an assay, too. The law is fitted to the other "
        f"values alone then, which are {listed(biased)}; leave out all of a run from where it comes near the limit, or "
        "up to where it leaves it."
    )
