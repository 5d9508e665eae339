// SPDX-License-Identifier: Apache-2.0
import FlameGraph
import Support
import Testing

@Suite struct RenderedFlameDiffTests {
    private func diff(_ left: String, _ right: String, maxNodes: Int = 1_024) throws -> RenderedFlameDiff {
        let diff = FlameDiff(left: try merged(Stacks(left)), right: try merged(Stacks(right)))
        return RenderedFlameDiff(diff, maxNodes: maxNodes)
    }

    /// Vectors that were computed with the Go server (spec/query 4.9).
    @Test func laysOutTheKnownGraphs() throws {
        let first = try self.diff("a;b=1 a;c=2", "a;b=4 a;c=8")
        #expect(first.names == ["total", "a", "c", "b"])
        #expect(
            first.levels == [
                [0, 3, 0, 0, 12, 0, 0], [0, 3, 0, 0, 12, 0, 1], [0, 1, 1, 0, 4, 4, 3, 0, 2, 2, 0, 8, 8, 2],
            ]
        )
        #expect((first.total, first.maxSelf, first.leftTicks, first.rightTicks) == (15, 8, 3, 12))

        let second = try self.diff("a;b=1 a;c=2 a;e=3", "a;b=4 a;d=8 a;e=12")
        #expect(second.names == ["total", "a", "e", "d", "c", "b"])
        #expect(
            second.levels[2] == [
                0, 1, 1, 0, 4, 4, 5, 0, 2, 2, 0, 0, 0, 4, 0, 0, 0, 0, 8, 8, 3, 0, 3, 3, 0, 12, 12, 2,
            ]
        )
        #expect((second.total, second.maxSelf) == (30, 12))

        let cut = try self.diff("a;b=1 a;c=2", "a;b=4 a;c=8", maxNodes: 2)
        #expect(cut.names == ["total", "a", "other"])
        #expect(cut.levels.last == [0, 3, 3, 0, 12, 12, 2])
        #expect(cut.maxSelf == 12)

        let apart = try self.diff("a;b=1", "k;b;a;c=8")
        #expect(apart.names == ["total", "k", "b", "a", "c"])
        #expect(
            apart.levels == [
                [0, 1, 0, 0, 8, 0, 0], [0, 1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 8, 0, 1],
                [0, 1, 1, 0, 0, 0, 2, 0, 0, 0, 0, 8, 0, 2], [1, 0, 0, 0, 8, 0, 3], [1, 0, 0, 0, 8, 8, 4],
            ]
        )
    }

    @Test func twoEmptyTreesHaveOneNode() {
        let empty = TreeMerger().finish()
        let graph = RenderedFlameDiff(FlameDiff(left: empty, right: empty), maxNodes: 10)
        #expect(graph.names == ["total"])
        #expect(graph.levels == [[0, 0, 0, 0, 0, 0, 0]])
        #expect((graph.total, graph.maxSelf) == (0, 0))
    }

    @Test func aRealOtherStaysInItsPlaceAndARealTotalIsNotTheRoot() throws {
        let graph = try self.diff("a=1 other=2 total=3 z=4", "a=1 other=2 total=3 z=4")
        let order = Self.names(graph.levels[1]).map { graph.names[Int($0)] }
        #expect(order == ["a", "other", "total", "z"])
        #expect(graph.names.count { $0 == "total" } == 2)
    }

    /// Invariants of spec/query 4.10 per side, on random trees and every limit.
    @Test(arguments: 0..<40) func everyBarLiesInItsParentAndNothingIsLost(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        let left = Self.stacks(&random)
        let right = Self.stacks(&random)
        for maxNodes in [0, 1, 2, 5, 20, 1_000] {
            let graph = try self.diff(left, right, maxNodes: maxNodes)
            for side in [0, 3] {
                let bars = Self.bars(graph, side)
                #expect(bars.first?.count == 1)
                let own = bars.flatMap(\.self).reduce(0) { $0 + $1.own }
                #expect(own == (side == 0 ? graph.leftTicks : graph.rightTicks))
                for (level, next) in zip(bars, bars.dropFirst()) {
                    #expect(
                        next.allSatisfy { bar in
                            bar.total == 0
                                || level.contains { $0.start + $0.own <= bar.start && bar.end <= $0.end }
                        }
                    )
                    #expect(zip(next, next.dropFirst()).allSatisfy { $0.end <= $1.start })
                    let beneath = level.reduce(0) { $0 + $1.total - $1.own }
                    #expect(next.reduce(0) { $0 + $1.total } == beneath)
                }
            }
            let used = Set(
                graph.levels.flatMap { level in stride(from: 6, to: level.count, by: 7).map { level[$0] } }
            )
            #expect(used == Set(0..<Int64(graph.names.count)))
        }
    }

    /// Ten thousand frames on one side, one on the other: no recursion anywhere.
    @Test func stacksMayBeDeep() throws {
        let deep = (0..<10_000).map { "f\($0)" }.joined(separator: ";") + "=1"
        let graph = try self.diff(deep, "g=2", maxNodes: 0)
        #expect(graph.levels.count == 10_001)
    }

    private struct PlacedBar {
        var start: Int64
        var total: Int64
        var own: Int64
        var end: Int64 { self.start + self.total }
    }

    /// The bars of one side, level by level, with their places from the left edge.
    private static func bars(_ graph: RenderedFlameDiff, _ side: Int) -> [[PlacedBar]] {
        graph.levels.map { level in
            var end: Int64 = 0
            return stride(from: 0, to: level.count, by: 7).map { at in
                let (offset, total, own) = (level[at + side], level[at + side + 1], level[at + side + 2])
                let bar = PlacedBar(start: end + offset, total: total, own: own)
                end = bar.end
                return bar
            }
        }
    }

    /// The names of a level's bars, by number.
    private static func names(_ level: [Int64]) -> [Int64] {
        stride(from: 6, to: level.count, by: 7).map { level[$0] }
    }

    private static func stacks(_ random: inout SplitMix) -> String {
        (0..<Int(random.next() % 30)).map { _ in
            let depth = Int(random.next() % 6) + 1
            let names = ["a", "b", "c", "other", "total", "é"]
            let stack = (0..<depth).map { _ in names[Int(random.next() % UInt64(names.count))] }
            return stack.joined(separator: ";") + "=\(random.next() % 9 + 1)"
        }.joined(separator: " ")
    }
}
