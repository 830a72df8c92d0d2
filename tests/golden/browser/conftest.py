"""A headless Chromium with a report, for the tests of this folder.

Pictures of the page are left in the folder that ``DISCOVERY_ARTEFACTS`` names, else in ``.ci/artefacts``.
"""

import base64
import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PICTURES = Path(os.environ.get("DISCOVERY_ARTEFACTS", ROOT / ".ci" / "artefacts"))
CHROMIUM, DRIVER = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
PATIENCE = 20  # seconds after which a condition that should hold at once is a failure


def keep(name: str, data: bytes) -> None:
    """Leaves a file among the artefacts."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    (PICTURES / name).write_bytes(data)


class Page:
    """A browser with a report, and what the tests ask of it."""

    def __init__(self, driver) -> None:
        self.driver = driver

    def open(self, path: Path, width: int = 1200, scheme: str = "light", scripts: bool = True) -> None:
        """Shows a file in a window of that width, to a reader who prefers those colours."""
        command = self.driver.execute_cdp_cmd
        command("Emulation.setScriptExecutionDisabled", {"value": not scripts})
        command("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        command("Emulation.setDeviceMetricsOverride", size)
        self.driver.get_log("browser")
        self.driver.get(path.as_uri())
        self.ask("document.fonts.ready.then(() => true)")

    def ask(self, expression: str):
        """The value of a JavaScript expression, waited for where it is a promise, also where scripts are off."""
        answer = self.driver.execute_cdp_cmd(
            "Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True}
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, expression: str) -> None:
        """Returns when the expression is true."""
        from selenium.webdriver.support.wait import WebDriverWait

        WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05).until(lambda _: self.ask(expression), expression)

    def click(self, selector: str) -> None:
        """A click with the mouse at the middle of an element, where it is what a person would hit."""
        from selenium.webdriver.common.by import By

        self.driver.find_element(By.CSS_SELECTOR, selector).click()

    def press(self, *keys: str) -> None:
        """Keys, to what has the focus."""
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def complaints(self) -> list[str]:
        """What the console says since the page was opened."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def picture(self, name: str) -> bytes:
        """The whole page as PNG, kept as an artefact."""
        height = self.ask("document.documentElement.scrollHeight")
        width = self.ask("innerWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        command = {"format": "png", "captureBeyondViewport": True, "clip": clip}
        data = base64.b64decode(self.driver.execute_cdp_cmd("Page.captureScreenshot", command)["data"])
        keep(f"report_{name}.png", data)
        return data

    def printed(self) -> bytes:
        """The page as it goes to paper, a PDF that is kept as an artefact."""
        command = {"preferCSSPageSize": True, "printBackground": True}
        data = base64.b64decode(self.driver.execute_cdp_cmd("Page.printToPDF", command)["data"])
        keep("report_printed.pdf", data)
        return data


@pytest.fixture(scope="session")
def page(tmp_path_factory) -> Iterator[Page]:
    """One headless browser with a profile of its own."""
    if CHROMIUM is None or DRIVER is None:
        pytest.skip(
            "Chromium or its driver is not installed, so the page was not opened in a browser: "
            "apt-get install chromium chromium-driver"
        )
    if find_spec("selenium") is None:
        pytest.skip('selenium is not installed: pip install ".[test]"')
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
        f"--user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_page_load_timeout(PATIENCE * 3)
    driver.get("about:blank")  # else what the browser opens by itself may be under way when a test listens
    yield Page(driver)
    driver.quit()
