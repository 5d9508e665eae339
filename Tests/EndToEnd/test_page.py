# SPDX-License-Identifier: Apache-2.0
"""The web page in headless Chromium: what a person sees, and no error in the console."""

import os
import pathlib
import shutil
import time
import unittest

from hearthtest import pprof
from hearthtest.process import Folder, hearth, wait_until

LABELS = {"__name__": "process_cpu", "service_name": "checkout", "region": "eu"}


def browser(theme):
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1440,900", "--hide-scrollbars"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
    return webdriver.Chrome(options=options, service=service)


class Page(unittest.TestCase):
    def setUp(self):
        if not shutil.which("chromium") or not shutil.which("chromedriver"):
            self.skipTest("chromium or its driver is not installed")
        self.folder = Folder()
        self.addCleanup(self.folder.close)
        self.server = hearth(self.folder.path)
        self.addCleanup(self.server.close)
        self.server.start()
        self.driver = browser("dark")
        self.addCleanup(self.driver.quit)
        self.shots = pathlib.Path(os.environ.get("HEARTHTEST_SHOTS", self.folder.path))

    def open(self, query=""):
        self.driver.get(f"http://127.0.0.1:{self.server.port}/{query}")

    def text(self, selector):
        found = self.driver.find_elements("css selector", selector)
        return found[0].get_attribute("textContent") if found else ""

    def send(self):
        stacks = [
            (("net/http.(*conn).serve", "shop.(*Cart).Place", f"shop.step{i}", "encoding/json.Marshal"), [(i + 1) * 10_000_000], {})
            for i in range(40)
        ]
        stacks.append((("runtime.gcBgMarkWorker",), [90_000_000], {}))
        for back in range(8):
            now = time.time_ns() - back * 15 * 10**9
            self.server.client.push(LABELS, pprof.build(stacks, time_nanos=now))
        self.server.client.push({**LABELS, "service_name": "catalog"}, pprof.build(stacks[:3], time_nanos=time.time_ns()))

    def errors(self):
        return [one for one in self.driver.get_log("browser") if one["level"] == "SEVERE" and "favicon" not in one["message"]]

    def test_an_empty_server_says_how_to_send_then_shows_the_first_profile(self):
        self.open("?theme=light")
        wait_until(lambda: "Waiting for the first profile" in self.text("#first"), 20, "first-run text")
        self.assertIn("pip install pyroscope-io", self.text("#first .code"))
        self.assertIn(str(self.server.port), self.text("#first .code"))
        self.driver.save_screenshot(str(self.shots / "first-run-light.png"))
        self.send()
        wait_until(lambda: "checkout" in self.text("#services"), 20, "the page turning into services")
        self.assertEqual(self.errors(), [])

    def test_explore_draws_searches_zooms_and_keeps_state_in_the_address(self):
        self.send()
        self.open("?service=checkout&theme=dark")
        wait_until(lambda: "json.Marshal" in self.text("#functions"), 20, "table of functions")
        self.assertIn("CPU", self.text("#tabs"))
        self.assertRegex(self.text("#status-frames"), r"\d+ frames")
        self.driver.save_screenshot(str(self.shots / "explore-dark.png"))
        search = self.driver.find_element("id", "search")
        search.send_keys("step3")
        wait_until(lambda: self.text("#search-share").endswith("%"), 5, "share of the search")
        self.assertIn("search=step3", self.driver.current_url)
        self.driver.execute_script("const f = document.querySelector('#flame'); f.focus();")
        flame = self.driver.find_element("id", "flame")
        flame.send_keys("\ue015\ue015")
        flame.send_keys("\ue007")
        wait_until(lambda: "root=" in self.driver.current_url, 5, "zoom in the address")
        self.driver.back()
        wait_until(lambda: "root=" not in self.driver.current_url, 5, "Back undoing the zoom")
        pixels = self.driver.execute_script(
            "const c = document.querySelector('#flame'); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
            "const s = new Set(); for (let i = 0; i < d.length; i += 4) s.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]); return s.size;"
        )
        self.assertGreater(pixels, 8, "the flame graph is not drawn")
        self.assertEqual(self.errors(), [])

    def test_names_cannot_become_markup(self):
        evil = "<img src=x onerror=window.hacked=1>"
        self.server.client.push({**LABELS, "service_name": "evil"}, pprof.build([((evil, "b"), [10], {})], time_nanos=time.time_ns()))
        self.open("?service=evil")
        wait_until(lambda: "onerror" in self.text("#functions"), 20, "the hostile name as text")
        self.assertIsNone(self.driver.execute_script("return window.hacked ?? null"))
        self.assertEqual(self.errors(), [])


if __name__ == "__main__":
    unittest.main()
