# SPDX-License-Identifier: Apache-2.0
"""The page under strain: very many frames, partial and failing answers, tenants."""

import time
import unittest

from hearthtest import pprof
from hearthtest.client import Client
from hearthtest.page import ENTER, ESCAPE, PageTest
from hearthtest.process import UNLIMITED, wait_until

LABELS = {"__name__": "process_cpu", "service_name": "checkout"}
FRAMES = 100_000
# Answers of the real server, changed on the way by what the tab's storage says: headers to add, or a status instead.
MEDDLE = """
const real = window.fetch;
window.fetch = async (url, options) => {
  const how = JSON.parse(sessionStorage.getItem("meddle") || "{}");
  if (how.status) return new Response(JSON.stringify({code: "internal", message: "the disk is on fire"}), {status: how.status});
  const answer = await real(url, options);
  return new Response(await answer.text(), {status: answer.status, headers: {...Object.fromEntries(answer.headers), ...how.headers}});
};
"""


def wide_profile():
    """100,000 frames: 1,250 stacks of 80 that share nothing below the third; only each first name is its own."""
    found = []
    for stack in range(FRAMES // 80):
        own = tuple(f"pkg{stack % 37}.(*Type{stack % 11}).call{depth or 1000 + stack}" for depth in range(80))
        found.append((("main.main", "main.serve", f"main.route{stack % 9}", *own), [(1 + stack % 50) * 1_000_000], {}))
    return pprof.build(found, time_nanos=time.time_ns())


class ManyFrames(PageTest):
    flags = tuple(UNLIMITED)

    @classmethod
    def fill(cls):
        cls.server.client.push(LABELS, wide_profile())

    def test_a_draw_costs_pixels_and_not_frames(self):
        self.open(service="checkout", nodes=1048576)
        wait_until(lambda: self.counts()[0] > FRAMES, 20, "all frames")
        width = self.script("return document.querySelector('#flame').width")
        self.assertLessEqual(self.counts()[1], 5 * width)
        self.driver.save_screenshot(str(self.shots / "explore-100k.png"))
        # Zoomed in, a row of equal boxes can be drawn whole: then the pixels of the rows in view are the bound.
        rows = self.script("return document.querySelector('#flame').height") // 20 + 1
        for _ in range(12):
            self.keys("#flame", "+")
            self.assertLessEqual(self.counts()[1], rows * width)
        self.assertLess(len(self.all("#functions tr")), 80, "rows out of view exist")

    def test_small_frames_answer_as_one_and_other_leads_deeper(self):
        self.open(service="checkout", nodes=1048576)
        wait_until(lambda: self.counts()[0] > FRAMES, 20, "all frames")
        tip = """
        const c = document.querySelector('#flame'), r = c.getBoundingClientRect();
        for (let x = 1; x < r.width; x += 7) {
          c.dispatchEvent(new PointerEvent('pointermove', {clientX: r.left + x, clientY: r.top + 10 * 20 + 8, bubbles: true}));
          const text = document.querySelector('#tip').textContent;
          if (text.includes('small frames')) return text;
        }
        return '';
        """
        self.assertRegex(self.script(tip), r"^[\d,]+ small frames, \d+\.\d%")
        self.open(service="checkout", nodes=1024)
        self.assertIn("other", self.rows())
        self.assertIn("in “other”", self.text("#more-frames"))
        self.one("#more-frames").click()
        self.wait_state("nodes", "4096")


class Trouble(PageTest):
    @classmethod
    def fill(cls):
        cls.server.client.push(LABELS, pprof.build([(("main.main", "main.work"), [10_000_000], {})], time_nanos=time.time_ns()))

    def meddle(self, how):
        self.script("sessionStorage.setItem('meddle', arguments[0])", how)

    def test_partial_answers_say_so(self):
        self.before_page(MEDDLE)
        self.open(service="checkout")
        self.assertFalse(self.one("#banner").is_displayed())
        self.meddle('{"headers": {"x-hearth-partial": "true", "x-hearth-warning": "ingester-2 did not reply"}}')
        self.keys("#flame", "R")
        wait_until(lambda: "Partial answer: ingester-2 did not reply." in self.text("#banner"), 10, "the warning")
        self.meddle("{}")
        self.one("#banner button").click()
        wait_until(lambda: not self.one("#banner").is_displayed(), 10, "the complete answer")

    def test_a_failing_server_leaves_the_last_answer_and_offers_to_retry(self):
        self.before_page(MEDDLE)
        self.open(service="checkout")
        rows = self.rows()
        self.meddle('{"status": 500}')
        self.one("#refresh").click()
        wait_until(lambda: "the disk is on fire" in self.text("#banner"), 10, "what failed")
        self.assertEqual(self.rows(), rows)
        self.meddle("{}")
        self.one("#banner button").click()
        wait_until(lambda: not self.one("#banner").is_displayed(), 10, "the server being back")

    def test_keys_are_listed(self):
        self.open(service="checkout")
        self.keys("#flame", "?")
        wait_until(lambda: self.one("#help-dialog").is_displayed(), 5, "the list of keys")
        self.one("#help-close").send_keys(ESCAPE)
        wait_until(lambda: not self.one("#help-dialog").is_displayed(), 5, "the list closed")

    def test_no_stacks_names_the_way_out(self):
        self.open(shown="#nothing h2", service="checkout", filter='pod="none"')
        wait_until(lambda: self.one("#nothing").is_displayed(), 10, "the empty pane")
        self.one("#nothing button").click()
        wait_until(lambda: self.rows() and not self.one("#nothing").is_displayed(), 10, "the graph without the filter")


class FewFrames(PageTest):
    flags = ("-querier.max-flamegraph-nodes-max=100", "-querier.max-flamegraph-nodes-default=50")

    @classmethod
    def fill(cls):
        cls.server.client.push(LABELS, pprof.build([(("main.main", "main.work"), [10_000_000], {})], time_nanos=time.time_ns()))

    def is_expected(self, message):
        return "400" in message and "SelectMergeStacktraces" in message

    def test_a_server_that_allows_fewer_frames_is_asked_for_those(self):
        self.open(service="checkout")
        self.assertEqual(self.rows(), ["main.work", "main.main"])
        self.assertFalse(self.one("#banner").is_displayed())


class LongAgo(PageTest):
    flags = tuple(UNLIMITED)

    @classmethod
    def fill(cls):
        then = time.time_ns() - 5 * 3600 * 10**9
        cls.server.client.push(LABELS, pprof.build([(("main.main",), [10_000_000], {})], time_nanos=then))

    def test_a_quiet_hour_is_not_an_empty_server(self):
        for state in ({}, {"service": "checkout", "type": "process_cpu:cpu:nanoseconds:cpu:nanoseconds"}):
            self.open(shown="#nothing h2", **state)
            self.assertFalse(self.one("#first").is_displayed())
            self.script("[...document.querySelectorAll('#nothing button')].at(-1).click()")
            self.wait_state("from", "now-24h")
            wait_until(lambda: "main.main" in self.rows(), 10, "the profile of five hours ago")


class Tenants(PageTest):
    flags = ("-auth.multitenancy-enabled=true",)

    @classmethod
    def fill(cls):
        client = Client(cls.server.port, tenant="acme")
        client.push(LABELS, pprof.build([(("main.main",), [10_000_000], {})], time_nanos=time.time_ns()))

    def is_expected(self, message):
        return "401" in message and "QuerierService" in message

    def test_a_server_with_tenants_asks_which_and_remembers_for_the_tab(self):
        self.open(shown="#tenant-dialog[open]")
        self.one("#tenant-name").send_keys("acme" + ENTER)
        wait_until(lambda: "main.main" in self.rows(), 10, "the tenant's profile")
        self.assertEqual(self.text("#tenant-label"), "acme")
        self.driver.refresh()
        wait_until(lambda: "main.main" in self.rows(), 10, "the same tenant after a reload")


if __name__ == "__main__":
    unittest.main()
