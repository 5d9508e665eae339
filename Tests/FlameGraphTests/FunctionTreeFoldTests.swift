// SPDX-License-Identifier: Apache-2.0
import FlameGraph
import Support
import Testing

@Suite struct FunctionTreeFoldTests {
    /// Random location trees whose locations carry no, one or several (inlined) frames.
    @Test(arguments: 0..<40) func foldsLikeTheOracle(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed) &* 31 &+ 5)
        let names = ["a", "b", "c", "d", "other"]
        var table = FrameTable(names: names.map(FrameName.text))
        var frames: [[String]] = []
        for _ in 0..<12 {
            let chosen = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                Int.random(in: 0..<names.count, using: &random)
            }
            for name in chosen { table.appendFrame(name: UInt32(name)) }
            table.endLocation()
            frames.append(chosen.map { names[$0] })
        }
        var parents: [UInt32] = [0]
        var locations: [UInt32] = [.max]
        var values: [Int64] = [0]
        var paths: [[String]] = [[]]
        let root = OracleNode()
        for node in 1..<200 {
            parents.append(UInt32.random(in: 0..<UInt32(node), using: &random))
            locations.append(UInt32.random(in: 0..<12, using: &random))
            values.append(max(0, Int64.random(in: -20...10, using: &random)))
            paths.append(paths[Int(parents[node])] + frames[Int(locations[node])])
            if values[node] > 0 { root.insert(paths[node], values[node]) }
        }
        let tree = FunctionTree.fold(
            parents: parents,
            locations: locations,
            frames: table,
            selfValues: values
        )
        #expect(tree.isWellFormed)
        var merger = TreeMerger()
        try merger.add(tree) { _ in "" }
        #expect(merger.finish().listing == root.listing())
    }

    @Test func leavesOutWhatHasNoValue() {
        var table = FrameTable(names: ["a", "b", "c"].map(FrameName.text))
        for name: UInt32 in 0..<3 {
            table.appendFrame(name: name)
            table.endLocation()
        }
        let tree = FunctionTree.fold(
            parents: [0, 0, 0, 2],
            locations: [.max, 0, 1, 2],
            frames: table,
            selfValues: [0, 0, 0, 7]
        )
        #expect(tree.names == [.text("b"), .text("c")])
        #expect(tree.parents == [0, 0, 1])
        #expect(tree.selfValues == [0, 0, 7])
    }

    @Test func acceptsFewerValuesThanNodesAndNoNodesAtAll() {
        let table = FrameTable()
        let short = FunctionTree.fold(
            parents: [0, 0, 1],
            locations: [.max, 0, 0],
            frames: table,
            selfValues: [0, 3]
        )
        #expect(short.selfValues == [3])
        #expect(FunctionTree.fold(parents: [], locations: [], frames: table, selfValues: []).nodeCount == 1)
    }
}
