# SPDX-License-Identifier: Apache-2.0
"""The page's modules by themselves, run by the browser: layout, callers, filters and times."""

import json
import unittest

from hearthtest.page import PageTest

# total 20: main 12 (work 8 (work 3 (leaf 3), leaf 2), other 1), idle 5, other 3.
GRAPH = {
    "names": ["total", "idle", "main", "work", "leaf", "other"],
    "levels": [
        [0, 20, 0, 0],
        [0, 5, 5, 1, 0, 12, 3, 2, 0, 3, 3, 5],
        [5, 8, 3, 3, 0, 1, 1, 5],
        [5, 3, 0, 3, 0, 2, 2, 4],
        [5, 3, 3, 4],
    ],
    "total": 20,
}


class Modules(PageTest):
    def setUp(self):
        super().setUp()
        self.open(shown="#first h2")

    def run_in(self, module, body, *arguments):
        """What `body` returns, with the module's exports in scope as `m`."""
        source = (
            "const done = arguments[arguments.length - 1], given = [...arguments].slice(0, -1);"
            f"import(new URL('./assets/{module}.js', document.baseURI).href)"
            f".then((m) => {{ {body} }}).then(done, (error) => done(`failed: ${{error}}`));"
        )
        return self.driver.execute_async_script(source, *arguments)

    def graph(self, body, graph=None):
        return self.run_in("layout", f"const graph = m.layout(given[0]); const id = (name) => graph.names.indexOf(name); {body}", graph or GRAPH)

    def test_children_go_by_size_and_other_goes_last(self):
        rows = self.graph("return graph.rows.map((row) => [...row.id].map((id, i) => [graph.names[id], row.x[i] * 20]))")
        self.assertEqual([[(name, round(x)) for name, x in row] for row in rows], [
            [("total", 0)], [("main", 0), ("idle", 12), ("other", 17)], [("work", 0), ("other", 8)], [("work", 0), ("leaf", 3)], [("leaf", 0)],
        ])

    def test_a_refresh_keeps_the_order_of_what_it_knows(self):
        grown = json.loads(json.dumps(GRAPH))
        # idle is now larger than main.
        grown["levels"][1][1:3] = [15, 15]
        grown["levels"][2][0] = grown["levels"][3][0] = grown["levels"][4][0] = 15
        grown["levels"][0][1] = grown["total"] = 30
        order = "return [m.layout(given[0]), m.layout(given[0], m.layout(given[1]))].map((g) => [...g.rows[1].id].map((id) => g.names[id]))"
        self.assertEqual(self.run_in("layout", order, grown, GRAPH), [["idle", "main", "other"], ["main", "idle", "other"]])

    def test_recursion_counts_once(self):
        found = self.graph("return m.functionTable(graph).map(({name, self, total}) => [name, self, total])")
        self.assertEqual(sorted(found), [
            ["idle", 5, 5], ["leaf", 5, 5], ["main", 3, 12], ["other", 4, 4], ["work", 3, 8],
        ])

    def test_callers_and_callees_add_up_to_the_function(self):
        named = "const n = m.neighbours(graph, id(%r)); const say = (list) => list.map(([i, v]) => [graph.names[i], v]); return [say(n.callers), say(n.callees)]"
        self.assertEqual(self.graph(named % "work"), [[["main", 8]], [["leaf", 5]]])
        self.assertEqual(self.graph(named % "main"), [[["total", 12]], [["work", 8], ["other", 1]]])
        self.assertEqual(self.graph(named % "leaf"), [[["work", 5]], []])

    def test_a_stack_is_covered_once(self):
        covered = "return m.coverage(graph, Uint8Array.from(graph.names, (name) => Number(['work', 'leaf', 'idle'].includes(name)))) * 20"
        self.assertAlmostEqual(self.graph(covered), 13)

    def test_a_path_leads_back_to_its_box(self):
        back = "const path = m.pathOf(graph, [3, 1]); return [path, m.findPath(graph, path), m.findPath(graph, ['total', 'gone'])]"
        self.assertEqual(self.graph(back), [["total", "main", "work", "leaf"], [3, 1], None])

    def test_an_empty_answer_is_an_empty_graph(self):
        empty = {"names": [], "levels": [], "total": 0}
        self.assertEqual(self.graph("return [graph.frameCount, m.functionTable(graph).length, m.coverage(graph, [])]", empty), [0, 0, 0])

    def test_filters_are_read_as_people_write_them(self):
        read = "try { return m.formatFilter(m.parseFilter(given[0])); } catch (error) { return error.message; }"
        for text, wanted in {
            'region="eu"': 'region="eu"',
            "{region=eu, pod=~web-.*}": 'region="eu", pod=~"web-.*"',
            'a!="x,y",b!~`\\d+`,': 'a!="x,y", b!~"\\\\d+"',
            'a="say \\"hi\\""': 'a="say \\"hi\\""',
            "": "",
            "region": "“region” is not a label filter: write label=\"value\".",
            "region=": "The value of region is missing.",
            'region="eu': "The value of region is missing its closing quote.",
            'a="1" b="2"': 'A comma is missing before “b="2"”.',
        }.items():
            self.assertEqual(self.run_in("selector", read, text), wanted, text)

    def test_times_are_read_as_people_write_them(self):
        now = 1_700_000_000_000
        read = "return m.parseRange(given[0], given[1])"
        for text, wanted in {
            "6h": {"from": "now-6h", "until": "now"},
            "last 30 minutes": {"from": "now-30m", "until": "now"},
            "now-2d to now-1d": {"from": "now-2d", "until": "now-1d"},
            "1699990000 to 1699995000": {"from": "1699990000000", "until": "1699995000000"},
            "2023-11-14T10:00:00Z to 2023-11-14T11:00:00Z": {"from": "1699956000000", "until": "1699959600000"},
            "now-1h to now-2h": None, "soon": None, "25": None, "": None,
        }.items():
            self.assertEqual(self.run_in("times", read, text, now), wanted, text)
        clock = "const r = m.parseRange('mon 10:00 to 12:30', given[0]); return [new Date(+r.from).getDay(), new Date(+r.from).getHours(), new Date(+r.until).getMinutes()]"
        self.assertEqual(self.run_in("times", clock, now), [1, 10, 30])

    def test_names_are_split_and_coloured_by_whose_they_are(self):
        split = "return given[0].map((name) => [...m.splitName(name), m.familyOf(name)])"
        self.assertEqual(self.run_in("names", split, [
            "acme.dev/shop/cart.(*Store).Load", "encoding/json.Marshal", "runtime.mallocgc", "tokio::runtime::park",
            "com.acme.Cart.place", "java/util/HashMap.get", "app/main.py handler", "do_work", "do_syscall_64", "tokenise.<locals>.inner",
        ]), [
            ["acme.dev/shop/cart", "(*Store).Load", "app"], ["encoding/json", "Marshal", "dep"], ["runtime", "mallocgc", "run"],
            ["tokio::runtime", "park", "dep"], ["com.acme", "Cart.place", "app"], ["java/util/HashMap", "get", "run"],
            ["app/main.py", "handler", "app"], ["", "do_work", "app"], ["", "do_syscall_64", "ker"],
            ["tokenise.<locals>", "inner", "app"],
        ])


if __name__ == "__main__":
    unittest.main()
