"""A notebook runs without a screen: what its cells show, by type."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

CELLS = (
    """
import numpy as np
import pandas as pd
from discovery import EquationDiscovery
t = np.linspace(0, 5, 60)
table = pd.DataFrame({"hour": t, "x_1": 3.0 * np.exp(-0.8 * t)})
model = EquationDiscovery(engines=("sindy",), smoother="local_polynomial", verbose=True)
""",
    "model.fit(table, 'hour')",
    "model.result_",
    "model.law_",
    "model.front_",
    "model.print()",
)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    """The outputs of each cell."""
    folder = tmp_path_factory.mktemp("notebook")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
            patch.setenv(name, str(folder / name))  # nothing of the user's own
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in CELLS])
        NotebookClient(notebook, timeout=250, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()
    nbformat.validate(notebook)
    assert [] == list(Path(folder).glob("*.ipynb"))
    return [cell.outputs for cell in notebook.cells]


def test_a_fitted_model_shows_progress_and_the_law(outputs: list[list[Any]]) -> None:
    """One line that changed, and at its end says that it is done; then the law as HTML and LaTeX."""
    assert [] == outputs[0]
    bar, shown = outputs[1]
    assert "display_data" == bar["output_type"]
    assert bar["data"]["text/plain"].startswith("done (")
    assert "execute_result" == shown["output_type"]
    assert {"text/plain", "text/html", "text/latex"} == set(shown["data"])
    assert "Law found." in shown["data"]["text/html"]
    assert "<math" in shown["data"]["text/html"]


@pytest.mark.parametrize("place", [2, 3])
def test_results_and_laws_are_mathematics(place: int, outputs: list[list[Any]]) -> None:
    """And text where there is nothing else."""
    (shown,) = outputs[place]
    assert {"text/plain", "text/html", "text/latex"} == set(shown["data"])
    assert shown["data"]["text/latex"].startswith(r"$$\begin{aligned} \frac{\mathrm{d}x_{1}}")
    assert "<math" in shown["data"]["text/html"]
    assert "(x_1)' = -0.8*x_1" in shown["data"]["text/plain"]


def test_the_front_is_a_table_and_the_law_is_printed(outputs: list[list[Any]]) -> None:
    """As pandas shows tables, and as text."""
    (front,), (printed,) = outputs[4:]
    assert "<table" in front["data"]["text/html"]
    assert {"name": "stdout", "output_type": "stream", "text": "(x_1)' = -0.8*x_1\n"} == dict(printed)
