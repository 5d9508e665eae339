// SPDX-License-Identifier: Apache-2.0
import FlameGraph
import Support
import Testing

@Suite struct TreeMergerTests {
    @Test(arguments: 0..<40) func mergesAndCutsLikeTheOracle(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed) &* 77)
        let book = SymbolBook()
        let parts = (0..<4).map { _ in Stacks(random: &random, count: 30) }
        let root = OracleNode()
        for (stack, value) in parts.flatMap(\.all) { root.insert(stack, value) }
        for limit in [0, 1, 2, 7, 40, 10_000] {
            var merger = TreeMerger()
            for (index, part) in parts.enumerated() {
                try merger.add(part.tree(symbols: index % 2 == 0 ? book : nil)) { book.name($0) }
            }
            #expect(merger.finish(maxNodes: limit).listing == root.cut(root.minimum(limit)).listing())
        }
    }

    @Test func asksForEachSymbolOnce() throws {
        let book = SymbolBook()
        let tree = Stacks("a;b=1 b;a=2").tree(symbols: book)
        var merger = TreeMerger()
        var asked: [Int64] = []
        for _ in 0..<3 {
            try merger.add(tree) { symbol in
                asked.append(symbol)
                return book.name(symbol)
            }
        }
        #expect(asked == [0, 1])
        #expect(merger.finish().listing == Stacks("a;b=3 b;a=6").oracle.listing())
    }

    @Test func differentSymbolsOfOneNameBecomeOneNode() throws {
        var tree = FunctionTree()
        tree.names = [.symbol(1), .symbol(2), .text("f")]
        tree.parents = [0, 0, 0, 0]
        tree.nodeNames = [FunctionTree.rootName, 0, 1, 2]
        tree.selfValues = [0, 1, 2, 4]
        var merger = TreeMerger()
        try merger.add(tree) { _ in "f" }
        #expect(merger.finish().listing == Stacks("f=7").oracle.listing())
    }

    /// A folded tree is taken over whole; what comes before or after it must not matter, nor that two of its
    /// names turn out to be one.
    @Test(arguments: [["f", "g"], ["f", "f"]]) func foldedTreesAddUpInAnyOrder(names: [String]) throws {
        let folded = Self.folded()
        let plain = Stacks("a;b=32 c=64").tree()
        #expect(folded.siblingsDiffer && !plain.siblingsDiffer)
        let once = "a=1 a;b=2 a;\(names[0])=4 \(names[1])=8 \(names[1]);\(names[0]);a=16"
        let both = once + " a;b=32 c=64"
        let orders = [
            ([folded], once), ([folded, plain], both), ([plain, folded], both),
            ([folded, folded], once + " " + once), ([FunctionTree(), folded, plain], both),
        ]
        for (trees, expected) in orders {
            var merger = TreeMerger()
            for tree in trees { try merger.add(tree) { names[Int($0)] } }
            let under = merger
            #expect(merger.finish().listing == Stacks(expected).oracle.listing())
            let root = OracleNode()
            for (stack, value) in Stacks(expected).all where stack[0] == "a" { root.insert(stack, value) }
            #expect(under.finish(callSite: ["a"]).listing == root.listing())
        }
    }

    private static func folded() -> FunctionTree {
        var frames = FrameTable(names: [.text("a"), .text("b"), .symbol(0), .symbol(1)])
        for location in [[0], [1], [2], [3], [2, 0]] as [[UInt32]] {
            for name in location { frames.appendFrame(name: name) }
            frames.endLocation()
        }
        return FunctionTree.fold(
            parents: [0, 0, 1, 1, 0, 4],
            locations: [.max, 0, 1, 2, 3, 4],
            frames: frames,
            selfValues: [0, 1, 2, 4, 8, 16]
        )
    }

    @Test func refusesMalformedColumns() {
        let good = Stacks("a;b=1").tree()
        #expect(good.isWellFormed)
        let damages: [(inout FunctionTree) -> Void] = [
            { $0.parents = [] },
            { $0.parents[1] = 1 },
            { $0.parents[1] = 2 },
            { $0.parents[0] = 1 },
            { $0.nodeNames[2] = 2 },
            { $0.nodeNames[0] = 0 },
            { $0.selfValues.removeLast() },
            { $0.nodeNames.removeLast() },
        ]
        for damage in damages {
            var tree = good
            damage(&tree)
            var merger = TreeMerger()
            #expect(throws: TreeMergeError.malformed) { try merger.add(tree) { _ in "" } }
        }
    }

    @Test(arguments: 0..<20) func keepsOnlyStacksThatBeginAtTheCallSite(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed) &* 13 &+ 3)
        let stacks = Stacks(random: &random, count: 60)
        let sites = [
            ["a"], ["b", "a"], ["other", "total", "a"], ["e\u{301}"], ["nowhere"], ["a", "nowhere"],
        ]
        for site in sites + stacks.all.prefix(3).map(\.stack) {
            let root = OracleNode()
            for (stack, value) in stacks.all where Self.begins(stack, with: site) {
                root.insert(stack, value)
            }
            var merger = TreeMerger()
            try merger.add(stacks.tree()) { _ in "" }
            #expect(merger.finish(callSite: site).listing == root.listing(), "\(site)")
        }
    }

    private static func begins(_ stack: [String], with site: [String]) -> Bool {
        stack.count >= site.count && zip(stack, site).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }

    @Test func tiesAtTheThresholdAllSurvive() throws {
        let tree = try merged(Stacks("a=5 b=5 c=5 d=1"), maxNodes: 2)
        #expect(tree.listing == Stacks("a=5 b=5 c=5 other=1").oracle.listing())
    }

    @Test func sumsWrapInsteadOfTrapping() throws {
        var merger = TreeMerger()
        for _ in 0..<3 { try merger.add(Stacks("a;b=9223372036854775807").tree()) { _ in "" } }
        let tree = merger.finish(maxNodes: 1)
        #expect(RenderedFlameGraph(tree).names.first == "total")
    }

    @Test func survivesStacksOfTenThousandFrames() throws {
        var tree = FunctionTree()
        tree.names = [.text("f"), .text("g")]
        for depth in 0..<10_000 {
            tree.parents.append(UInt32(depth))
            tree.nodeNames.append(UInt32(depth % 2))
            tree.selfValues.append(1)
        }
        var merger = TreeMerger()
        try merger.add(tree) { _ in "" }
        let whole = merger.finish()
        #expect(whole.totals[0] == 10_000)
        #expect(RenderedFlameGraph(whole).levels.count == 10_001)
        let read = try FlameTree(decoding: whole.encoded())
        #expect(read.encoded() == whole.encoded())
    }
}
