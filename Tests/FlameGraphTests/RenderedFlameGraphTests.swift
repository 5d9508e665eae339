// SPDX-License-Identifier: Apache-2.0
import FlameGraph
import Support
import Testing

@Suite struct RenderedFlameGraphTests {
    private static let foo = Stacks("foo;bar=1 foo;bar;baz=1 foo;qux=2 fred;zoo=1 fred;other=1")

    /// Vectors that were computed with the Go server (spec/query 4.5).
    @Test func laysOutTheKnownGraphs() throws {
        let first = RenderedFlameGraph(try merged(Stacks("a;b;e=1 a;c=2 a;c;d=1")), maxNodes: -1)
        #expect(first.names == ["total", "a", "c", "d", "b", "e"])
        #expect(
            first.levels == [
                [0, 4, 0, 0], [0, 4, 0, 1], [0, 1, 0, 4, 0, 3, 2, 2], [0, 1, 1, 5, 2, 1, 1, 3],
            ]
        )
        #expect(first.total == 4)
        #expect(first.maxSelf == 2)

        let second = RenderedFlameGraph(try merged(Self.foo), maxNodes: 4)
        #expect(second.names == ["total", "fred", "other", "foo", "qux", "bar"])
        #expect(
            second.levels == [
                [0, 6, 0, 0], [0, 4, 0, 3, 0, 2, 0, 1], [0, 2, 1, 5, 0, 2, 2, 4, 0, 2, 2, 2], [1, 1, 1, 2],
            ]
        )
        #expect(second.maxSelf == 2)

        let third = RenderedFlameGraph(try merged(Self.foo), maxNodes: -1)
        #expect(third.names == ["total", "fred", "other", "zoo", "foo", "qux", "bar", "baz"])
        #expect(third.levels[2] == [0, 2, 1, 6, 0, 2, 2, 5, 0, 1, 1, 3, 0, 1, 1, 2])
        #expect(third.levels[3] == [1, 1, 1, 7])
    }

    @Test func emptyTreesHaveOneNode() throws {
        let graph = RenderedFlameGraph(TreeMerger().finish(maxNodes: 10), maxNodes: 10)
        #expect(graph == RenderedFlameGraph(names: ["total"], levels: [[0, 0, 0, 0]], total: 0, maxSelf: 0))
    }

    @Test func namesTotalShareTheFirstEntryAndEmptyNamesDoNot() throws {
        var tree = FunctionTree()
        tree.names = [.text("total"), .text("")]
        tree.parents = [0, 0, 0]
        tree.nodeNames = [FunctionTree.rootName, 0, 1]
        tree.selfValues = [0, 3, 4]
        var merger = TreeMerger()
        try merger.add(tree) { _ in "" }
        let graph = RenderedFlameGraph(merger.finish())
        #expect(graph.names == ["total", ""])
        #expect(graph.levels == [[0, 7, 0, 0], [0, 4, 4, 1, 0, 3, 3, 0]])
    }

    /// The relations of spec/query 4.10, on random trees and limits.
    @Test(arguments: 0..<40) func partsOfAGraphAgree(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        let stacks = Stacks(random: &random, count: 60)
        let total = stacks.all.reduce(0) { $0 + $1.value }
        for limit in [0, 1, 5, 30, 1_000] {
            let graph = RenderedFlameGraph(try merged(stacks, maxNodes: limit), maxNodes: limit)
            let nodes = Self.decoded(graph)
            #expect(nodes.filter { $0.level == 0 }.count == 1)
            #expect(graph.total == total)
            #expect(nodes.reduce(0) { $0 + $1.own } == total)
            #expect(graph.maxSelf == nodes.map(\.own).max())
            #expect(Set(nodes.map(\.name)).union([0]) == Set(graph.names.indices))
            for (index, node) in nodes.enumerated() {
                let children = nodes.filter { $0.parent == index }
                #expect(children.reduce(node.own) { $0 + $1.total } == node.total)
                #expect(children.first.map { $0.x == node.x + node.own } ?? true)
                #expect(zip(children, children.dropFirst()).allSatisfy { $0.x + $0.total == $1.x })
            }
        }
    }

    private struct Node {
        var level: Int
        var x: Int64
        var total: Int64
        var own: Int64
        var name: Int
        var parent: Int
    }

    /// Reads a graph as clients do: the parent is the last node of the level above that begins no later.
    private static func decoded(_ graph: RenderedFlameGraph) -> [Node] {
        var nodes: [Node] = []
        var above: Range<Int> = 0..<0
        for (level, values) in graph.levels.enumerated() {
            let start = nodes.count
            var x: Int64 = 0
            for index in stride(from: 0, to: values.count, by: 4) {
                x += values[index]
                let parent = above.last { nodes[$0].x <= x && x < nodes[$0].x + nodes[$0].total } ?? -1
                nodes.append(
                    Node(
                        level: level,
                        x: x,
                        total: values[index + 1],
                        own: values[index + 2],
                        name: Int(values[index + 3]),
                        parent: parent
                    )
                )
                x += values[index + 1]
            }
            above = start..<nodes.count
        }
        return nodes
    }
}
