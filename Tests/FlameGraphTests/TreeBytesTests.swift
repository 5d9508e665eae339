// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import FlameGraph
import Support
import Testing

@Suite struct TreeBytesTests {
    private static let eight = Stacks(
        "a;b;c=2 a;b;c1=1 a;b1;c=1 a;b1;c1=1 a1;b;c=1 a1;b;c1=1 a1;b1;c=1 a1;b1;c1=1"
    )

    /// Vectors that were computed with the Go server (spec/query 4.4).
    @Test func writesTheKnownBytes() throws {
        #expect(
            try merged(Stacks("a;b;e=1 a;c=2 a;c;d=1")).encoded() == [
                0, 0, 1, 1, 0x61, 0, 2, 1, 0x63, 2, 1, 1, 0x64, 1, 0, 1, 0x62, 0, 1, 1, 0x65, 1, 0,
            ]
        )
        let other: [UInt8] = [5] + Array("other".utf8)
        let expected: [UInt8] =
            [0, 0, 2, 2, 0x61, 0x31, 0, 1] + other + [4, 0, 1, 0x61, 0, 2] + other + [2, 0, 1, 0x62, 0, 1]
            + other
            + [3, 0]
        #expect(try merged(Self.eight, maxNodes: 3).encoded() == expected)
        #expect(TreeMerger().finish().encoded().isEmpty)
    }

    @Test(arguments: 0..<20) func readsWhatItWrote(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        let tree = try merged(Stacks(random: &random, count: 50), maxNodes: 30)
        let read = try FlameTree(decoding: tree.encoded())
        #expect(read.listing == tree.listing)
        #expect(read.totals == tree.totals)
        #expect(read.ends == tree.ends)
    }

    @Test func readsChildrenInAnyOrderAndAddsEqualOnes() throws {
        let tree = try FlameTree(decoding: [0, 0, 3, 1, 0x61, 1, 0, 1, 0x62, 2, 0, 1, 0x61, 4, 0])
        #expect(tree.listing == Stacks("a=5 b=2").oracle.listing())
        #expect(try FlameTree(decoding: [0]).nodeCount == 1)
    }

    @Test func refusesEveryTruncation() throws {
        let bytes = try merged(Self.eight).encoded()
        FuzzSeed.save(bytes, for: "FlameTreeFuzz")
        for count in 2..<bytes.count {
            #expect(throws: WireError.self) { try FlameTree(decoding: Array(bytes.prefix(count))) }
        }
        #expect(throws: WireError.outOfRange(at: bytes.count)) { try FlameTree(decoding: bytes + [0]) }
    }

    @Test func boundsWhatInputClaims() {
        #expect(throws: WireError.self) { try FlameTree(decoding: [0, 0, 0xFF, 0xFF, 0xFF, 0x7F]) }
        #expect(throws: WireError.outOfRange(at: 1)) {
            try FlameTree(decoding: [0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0])
        }
        let chain =
            [UInt8](repeating: 0, count: 2) + (0..<50).flatMap { _ in [1, 1, 0x61, 1] as [UInt8] } + [0]
        #expect(throws: WireError.self) { try FlameTree(decoding: chain, nodeCountMax: 20) }
    }

    @Test func survivesMutation() throws {
        let seed = try merged(Self.eight).encoded()
        var random = SplitMix(seed: 1)
        for _ in 0..<3_000 {
            var bytes = seed
            for _ in 0..<2 {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            guard let tree = try? FlameTree(decoding: bytes) else { continue }
            #expect(RenderedFlameGraph(tree, maxNodes: 3).names.first == "total")
        }
    }
}
