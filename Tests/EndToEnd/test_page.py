# SPDX-License-Identifier: Apache-2.0
"""The Explore page in headless Chromium: what a person sees and does, and no error in the console."""

import time
import unittest

from hearthtest import pprof
from hearthtest.page import BACKSPACE, DOWN, ENTER, ESCAPE, LEFT, RIGHT, UP, PageTest
from hearthtest.process import wait_until

LABELS = {"__name__": "process_cpu", "service_name": "checkout", "region": "eu"}
SERVE, PLACE, MARSHAL = "net/http.(*conn).serve", "shop.(*Cart).Place", "encoding/json.Marshal"
STEPS, UNIT, BACKGROUND = 40, 10_000_000, 90_000_000
# Each step i weighs (i + 1) units below Place; the collector runs beside them.
BELOW_PLACE = STEPS * (STEPS + 1) // 2 * UNIT
TOTAL = BELOW_PLACE + BACKGROUND


def percent(part):
    return f"{100 * part / TOTAL:.1f}%"


def stacks():
    found = [((SERVE, PLACE, f"shop.step{i}", MARSHAL), [(i + 1) * UNIT], {}) for i in range(STEPS)]
    return [*found, (("runtime.gcBgMarkWorker",), [BACKGROUND], {})]


def send(server):
    for back in range(8):
        now = time.time_ns() - back * 15 * 10**9
        server.client.push(LABELS, pprof.build(stacks(), time_nanos=now))
        server.client.push({**LABELS, "region": "us"}, pprof.build(stacks(), time_nanos=now - 30 * 10**9))
    server.client.push({**LABELS, "service_name": "catalog"}, pprof.build(stacks()[:3], time_nanos=time.time_ns()))


class FirstRun(PageTest):
    def test_an_empty_server_says_how_to_send_then_shows_the_first_profile(self):
        self.open(shown="#first h2", theme="light")
        self.assertIn("Waiting for the first profile", self.text("#first"))
        self.assertIn("pip install pyroscope-io", self.text("#first .code"))
        self.assertIn(str(self.server.port), self.text("#first .code"))
        self.driver.save_screenshot(str(self.shots / "first-run-light.png"))
        send(self.server)
        wait_until(lambda: "checkout" in self.text("#services") and self.rows(), 20, "the page turning into a flame graph")
        self.assertFalse(self.one("#first").is_displayed())


class Explore(PageTest):
    @classmethod
    def fill(cls):
        send(cls.server)
        evil = "<img src=x onerror=window.hacked=1>"
        cls.server.client.push({**LABELS, "service_name": "evil"}, pprof.build([((evil, "b"), [10], {})], time_nanos=time.time_ns()))

    def test_services_have_cost_and_sparkline_and_types_have_names(self):
        self.open(service="checkout", theme="dark")
        self.assertEqual(self.text("#service-count"), "3 reporting")
        self.assertRegex(self.text("[data-service=checkout] .number"), r"\d\Wcores")
        self.assertTrue(self.all("[data-service=checkout] .spark polyline"))
        self.assertIn("CPU", self.texts("#tabs [role=tab]"))
        self.assertGreater(len(set(self.pixels())), 3, "the flame graph is not drawn")
        self.driver.save_screenshot(str(self.shots / "explore-dark.png"))
        self.one("[data-service=catalog]").click()
        self.wait_state("service", "catalog")

    def test_table_has_the_shares_of_the_profile_and_sorts(self):
        self.open(service="checkout")
        self.assertEqual(self.row(PLACE), ["0%", percent(BELOW_PLACE)])
        self.assertEqual(self.row(MARSHAL), [percent(BELOW_PLACE)] * 2)
        self.assertEqual(self.rows()[:2], [MARSHAL, "runtime.gcBgMarkWorker"])
        total = self.one("[data-sort=total]")
        total.click()
        self.wait_state("sort", "total")
        self.assertEqual(self.script("return document.querySelector('[data-sort=total]').closest('th').ariaSort"), "descending")
        self.assertEqual(set(self.rows()[:3]), {SERVE, PLACE, MARSHAL})
        total.click()
        self.wait_state("sort", "-total")
        self.assertEqual(self.rows()[0], "shop.step0")
        self.one("[data-sort=name]").click()
        self.wait_state("sort", "name")
        self.assertEqual(self.rows(), sorted(self.rows(), key=str.lower))

    def test_search_tells_the_share_of_stacks_and_walks_the_matches(self):
        self.open(service="checkout")
        before = self.pixels()
        self.one("#search").send_keys("step3")
        wanted = sum((i + 1) * UNIT for i in range(STEPS) if str(i).startswith("3"))
        wait_until(lambda: self.text("#search-share") == percent(wanted), 5, f"{percent(wanted)} covered")
        self.wait_state("search", "step3")
        wait_until(lambda: len(self.rows()) == 11, 5, "the table showing the matches only")
        wait_until(lambda: self.pixels() != before, 5, "the misses dimmed")
        self.keys("#flame", "n")
        self.wait_state("fn", "shop.step39")
        self.keys("#flame", "n")
        self.wait_state("fn", "shop.step38")
        self.keys("#flame", "N")
        self.wait_state("fn", "shop.step39")
        # A caller and its callee match, and their stacks still count once.
        self.open(service="checkout", search="shop.")
        wait_until(lambda: self.text("#search-share") == percent(BELOW_PLACE), 5, "each stack counted once")

    def test_keyboard_walks_zooms_and_steps_back_and_back_undoes(self):
        self.open(service="checkout")
        self.keys("#flame", DOWN + DOWN)
        self.wait_state("fn", SERVE)
        self.keys("#flame", DOWN + DOWN)
        self.wait_state("fn", "shop.step39")
        self.assertIn("level 3", self.text("#spoken"))
        self.assertEqual(self.texts("#flame [aria-selected=true]"), [self.text("#spoken")])
        self.keys("#flame", RIGHT)
        self.wait_state("fn", "shop.step38")
        self.keys("#flame", UP + ENTER)
        self.wait_state("root", f"{SERVE}\x1f{PLACE}")
        self.assertEqual(self.texts("#crumbs button"), ["All stacks", "(*conn).serve", "(*Cart).Place"])
        self.driver.back()
        wait_until(lambda: "root" not in self.state(), 5, "Back undoing the zoom")
        self.driver.forward()
        self.wait_state("root", f"{SERVE}\x1f{PLACE}")
        self.keys("#flame", ESCAPE)
        wait_until(lambda: "root" not in self.state(), 5, "Escape zooming out")
        self.keys("#flame", "/")
        self.assertEqual(self.script("return document.activeElement.id"), "search")

    def test_clicking_a_frame_zooms_to_it(self):
        self.open(service="checkout")
        whole = self.pixels()
        self.script(
            "const c = document.querySelector('#flame'); const r = c.getBoundingClientRect();"
            "for (const type of ['pointermove', 'click']) c.dispatchEvent(new PointerEvent(type, {clientX: r.left + 10, clientY: r.top + 70, bubbles: true}));"
        )
        self.wait_state("fn", "shop.step39")
        self.assertIn("step39", self.text("#tip"))
        wait_until(lambda: self.pixels() != whole, 5, "the zoomed graph")

    def test_drawer_has_the_function_its_callers_and_its_callees(self):
        self.open(service="checkout", fn=PLACE)
        wait_until(lambda: "(*Cart).Place" in self.text(".drawer-name"), 5, "the function's name")
        own, whole = self.texts("#drawer .figures .large")
        self.assertEqual(own, "0%0")
        self.assertTrue(whole.startswith(percent(BELOW_PLACE)), whole)
        sections = self.texts("#drawer section")
        self.assertIn("(*conn).serve100.0%", sections[1])
        self.assertIn("shop.step39" + f"{100 * STEPS * UNIT / BELOW_PLACE:.1f}%", sections[2])
        self.assertIn(f"{STEPS}", sections[2])
        self.script("[...document.querySelectorAll('#drawer .row')].find((row) => row.title === arguments[0]).click()", "shop.step39")
        self.wait_state("fn", "shop.step39")
        self.keys(".drawer-title .button", ESCAPE)
        wait_until(lambda: not self.one("#drawer").is_displayed(), 5, "Escape closing the drawer")

    def test_filter_completes_names_and_values_and_keeps_the_answer_on_errors(self):
        self.open(service="checkout")
        self.keys("#filter", "reg")
        wait_until(lambda: self.texts("#filter-list [aria-selected=true] span") == ["region"], 5, "the label's name")
        self.one("#filter").send_keys(ENTER)
        wait_until(lambda: self.texts("#filter-list li span") == ["eu", "us"], 5, "its values")
        self.one("#filter").send_keys("us")
        wait_until(lambda: self.texts("#filter-list li span") == ["us"], 5, "the values that fit")
        self.one("#filter").send_keys(ENTER)
        self.wait_state("filter", 'region="us"')
        self.assertEqual(self.texts("#chips .token-text"), ["region=us"])
        rows = self.rows()[:20]
        self.one("#filter").send_keys('pod=~"(web"' + ENTER)
        wait_until(lambda: "last good answer stays" in self.text("#filter-error"), 10, "what is wrong with the filter")
        self.assertEqual(self.rows()[:20], rows)
        self.assertEqual(self.one("#filter").get_attribute("aria-invalid"), "true")
        self.one("#filter").send_keys(BACKSPACE + BACKSPACE)
        self.wait_state("filter", 'region="us"')
        wait_until(lambda: not self.text("#filter-error"), 10, "the error gone")
        self.one("#filter").send_keys("region")
        wait_until(lambda: self.one("#filter-list").is_displayed(), 5, "the completion")
        self.one("#filter").send_keys(ESCAPE + ENTER)
        self.assertIn("not a label filter", self.text("#filter-error"))

    def is_expected(self, message):
        # The browser reports the 400 of the wrong filter by itself.
        return "400" in message and "QuerierService" in message

    def test_timeline_groups_by_a_label_and_its_brush_narrows_the_graph(self):
        self.open(service="checkout", **{"from": "now-15m"})
        self.script("const s = document.querySelector('#group'); s.value = 'region'; s.dispatchEvent(new Event('change'))")
        wait_until(lambda: sorted(self.texts("#legend b")) == ["eu", "us"], 10, "a legend of regions")
        total = self.text("#status-total")
        self.keys(".plot", RIGHT)
        wait_until(lambda: "brush" in self.state(), 5, "a brush in the address")
        self.assertEqual(self.text("#brush-length"), "3\u202fmin")
        start, end = map(int, self.state()["brush"].split("-"))
        self.assertAlmostEqual(end - start, 180_000, delta=1000)
        self.keys(".plot", LEFT * 4)
        wait_until(lambda: self.text("#status-total") not in ("", total), 10, "the graph of the brushed part")
        self.keys(".plot", ENTER)
        wait_until(lambda: "brush" not in self.state() and self.state()["from"].isdigit(), 5, "the brush as the range")

    def test_time_ranges_as_people_write_them(self):
        self.open(service="checkout")
        self.one("#time").click()
        self.one("#time-text").send_keys("whenever" + ENTER)
        self.assertIn("Not a time range", self.text("#time-error"))
        self.script("document.querySelector('#time-text').value = ''")
        self.one("#time-text").send_keys("6h" + ENTER)
        self.wait_state("from", "now-6h")
        self.assertEqual(self.text("#time-name"), "Last 6 hours")

    def test_themes_draw_in_their_own_colours(self):
        drawn = {}
        for theme in ("dark", "light", "contrast"):
            self.open(service="checkout", theme=theme)
            wait_until(lambda: len(set(self.pixels())) > 3, 5, "a drawn graph")
            drawn[theme] = self.pixels()
        self.assertEqual(len({tuple(pixels) for pixels in drawn.values()}), 3)
        self.assertLess(sum(p & 255 for p in drawn["dark"]), sum(p & 255 for p in drawn["light"]))

    def test_a_phone_has_no_sideways_scroll_and_a_sheet_for_the_function(self):
        self.size(390, 844, mobile=True)
        self.open(shown="#tabs [role=tab]", service="checkout", fn=PLACE)
        wait_until(lambda: self.one("#drawer").is_displayed(), 5, "the sheet")
        self.assertLessEqual(self.script("return document.documentElement.scrollWidth"), 390)
        wide = "return [...document.querySelectorAll('body *')].filter((n) => n.getBoundingClientRect().right > 391 && !n.closest('.tabs, .chips-row, .hidden-text')).map((n) => n.className || n.id)"
        self.assertEqual(self.script(wide), [])
        self.driver.save_screenshot(str(self.shots / "explore-phone.png"))

    def test_names_cannot_become_markup(self):
        self.open(service="evil")
        wait_until(lambda: "onerror" in self.text("#functions"), 20, "the hostile name as text")
        self.assertIsNone(self.script("return window.hacked ?? null"))


if __name__ == "__main__":
    unittest.main()
