# SPDX-License-Identifier: Apache-2.0
"""The web page in headless Chromium: one server and one browser per suite, and what a person does with them."""

import os
import pathlib
import shutil
import unittest
import urllib.parse

from .process import Folder, hearth, wait_until

DOWN, UP, LEFT, RIGHT, ENTER, ESCAPE, BACKSPACE = "\ue015", "\ue013", "\ue012", "\ue014", "\ue007", "\ue00c", "\ue003"


def browser():
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=shutil.which("chromedriver")))


class PageTest(unittest.TestCase):
    """A suite's server gets `flags` and, once, `fill()`."""

    flags: tuple[str, ...] = ()

    @classmethod
    def setUpClass(cls):
        if not shutil.which("chromium") or not shutil.which("chromedriver"):
            raise unittest.SkipTest("chromium or its driver is not installed")
        cls.folder = Folder()
        cls.addClassCleanup(cls.folder.close)
        cls.server = hearth(cls.folder.path, *cls.flags)
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.fill()
        cls.driver = browser()
        cls.addClassCleanup(cls.driver.quit)
        cls.shots = pathlib.Path(os.environ.get("HEARTHTEST_SHOTS", cls.folder.path))

    @classmethod
    def fill(cls):
        """Sends what the suite's tests look at."""

    def setUp(self):
        self.size(1440, 900)
        self.scripts = []

    def tearDown(self):
        for script in self.scripts:
            self.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": script})
        self.driver.execute_script("localStorage.clear(); sessionStorage.clear()")
        loud = [one for one in self.driver.get_log("browser") if one["level"] == "SEVERE" and not self.is_expected(one["message"])]
        self.assertEqual(loud, [], "errors in the console")

    def is_expected(self, message):
        return False

    def size(self, width, height, mobile=False):
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
        )

    def before_page(self, script):
        """Runs a script in the next pages before their own."""
        added = self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})
        self.scripts.append(added["identifier"])

    def open(self, shown="#functions tr[title]", **state):
        self.driver.get(f"http://127.0.0.1:{self.server.port}/?{urllib.parse.urlencode(state)}")
        if shown:
            wait_until(lambda: self.all(shown), 20, f"{shown} on the page")

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def one(self, selector):
        return self.driver.find_element("css selector", selector)

    def text(self, selector):
        found = self.all(selector)
        return found[0].get_attribute("textContent") if found else ""

    def texts(self, selector):
        return self.script("return [...document.querySelectorAll(arguments[0])].map((node) => node.textContent)", selector)

    def script(self, source, *arguments):
        return self.driver.execute_script(source, *arguments)

    def keys(self, selector, keys):
        """Presses keys on an element that has the focus or takes it."""
        self.script("document.querySelector(arguments[0]).focus()", selector)
        self.one(selector).send_keys(keys)

    def state(self):
        query = urllib.parse.urlparse(self.driver.current_url).query
        return {key: values[0] for key, values in urllib.parse.parse_qs(query).items()}

    def wait_state(self, key, value):
        wait_until(lambda: self.state().get(key) == value, 10, f"{key}={value} in the address")

    def row(self, name):
        """[self, total] of a function's row of the table."""
        return self.script(
            "const row = document.querySelector(`#functions tr[title=${JSON.stringify(arguments[0])}]`);"
            "return row && [...row.querySelectorAll('td.number')].map((cell) => cell.textContent)", name,
        )

    def rows(self):
        return self.script("return [...document.querySelectorAll('#functions tr[title]')].map((row) => row.title)")

    def counts(self):
        """(frames, rectangles) of the last draw."""
        frames, rects = self.text("#status-frames").split(" · ")
        return int(frames.split()[0].replace(",", "")), int(rects.split()[0].replace(",", ""))

    def pixels(self, selector="#flame"):
        """A sample of the canvas's pixels."""
        return self.script(
            "const c = document.querySelector(arguments[0]);"
            "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
            "const found = []; for (let i = 0; i < d.length; i += 4 * 997) found.push(d[i] << 16 | d[i + 1] << 8 | d[i + 2]); return found;",
            selector,
        )
