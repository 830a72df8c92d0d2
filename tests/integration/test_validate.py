"""A validation with the real pipeline, in processes of its own."""

import json
from pathlib import Path

import pytest

from pipelines.validate import validate
from pipelines.validation_cases import plan
from pipelines.validation_jobs import Suite, ours

GROWTH = "odebench_02_population_growth"


@pytest.mark.slow
def test_the_pipeline_recovers_exponential_growth_and_is_scored(tmp_path: Path) -> None:
    """One state, one term, noise of 1 %: the law, its score, and the seconds of each stage."""
    said: list[str] = []
    suite = Suite(ours("quick"), tmp_path, budget=60.0, jobs=1)
    (row,) = validate(suite, plan([GROWTH], [0.01], [0.0], 1), said.append)
    assert ("found", 0, "identical") == (row.status, row.exit_code, row.form), row.note
    assert row.reconstruction > 0.99
    assert row.unseen > 0.99
    assert row.largest_error < 0.05
    assert min(row.smoothing, row.search, row.selection) > 0.0
    assert 1 == len(said)
    assert GROWTH in said[0]
    record = json.loads(next((tmp_path / "cases").iterdir()).read_text())
    assert record["outcome"]["stages"]["start"] > 0.0
