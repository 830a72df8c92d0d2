"""How long one candidate takes: constants and starts fitted on windows that grow to the whole record.

    python -m benchmarks.refinement            # ODEBench's ten systems of three states, 512 samples; two minutes
    python -m benchmarks.refinement --noise 0

A candidate is the true form with each constant off by a tenth, as what was fitted to derivatives is. Milliseconds of
CPU time, compiled code loaded, the median of five.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from benchmarks.odebench_best import posed
from discovery.datasets import known
from discovery.protocols import NEVER
from discovery.selection.growth import Growth, grow, levels
from pipelines.validation_cases import Case
from pipelines.validation_truth import load

STATES, OFF, TIMES = 3, 0.1, 5


def main() -> None:
    """Prints a row for each system, and the median of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--noise", type=float, default=0.05)
    given = parser.parse_args()
    print(f"{'system':<44}{'constants':>10}{'windows of':>12}{'misfit':>9}{'ms':>8}")
    taken: list[float] = []
    for name in known.select(suite="odebench"):
        truth = load(name, 0)
        if len(truth.equations) != STATES:
            continue
        law, problem = posed(Case(name, given.noise, 0.0, 0, 0), truth)
        factors = 1.0 + OFF * np.random.default_rng(0).choice([-1.0, 1.0], len(law.constants))
        law = law.with_constants(tuple(float(one) for one in np.array(law.constants) * factors))
        seconds: list[float] = []
        found, windows = grow([law], levels(problem, Growth()), Growth(), threads=1, deadline=NEVER)  # loads, too
        for _ in range(TIMES):
            begin = time.process_time()
            found, windows = grow([law], levels(problem, Growth()), Growth(), threads=1, deadline=NEVER)
            seconds.append(time.process_time() - begin)
        taken.append(1000.0 * float(np.median(seconds)))
        misfit = f"{found[0].fit.misfit:.2f}" if found else "lost"
        print(f"{name:<44}{len(law.constants):>10}{windows.length:>12}{misfit:>9}{taken[-1]:>8.0f}", flush=True)
    print(f"median {np.median(taken):.0f} ms, most {max(taken):.0f} ms")


if __name__ == "__main__":
    main()
