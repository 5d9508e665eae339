// SPDX-License-Identifier: Apache-2.0
import LegacyFormats
import ProfileModel
import Support
import Testing

@Suite struct BinaryFormatTests {
    /// `a;b` 1, `a;c` 2.
    static let tree: [UInt8] = [0, 0, 1, 1, 0x61, 0, 2, 1, 0x62, 1, 0, 1, 0x63, 2, 0]
    /// `abc` 1, `abd` 2.
    static let trie: [UInt8] = [0, 0, 1, 2, 0x61, 0x62, 0, 2, 1, 0x63, 1, 0, 1, 0x64, 2, 0]

    static func varint(_ value: UInt64) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + Self.varint(value >> 7)
    }

    static func node(_ name: String, _ value: UInt64, _ children: UInt64) -> [UInt8] {
        Self.varint(UInt64(name.utf8.count)) + name.bytes + Self.varint(value) + Self.varint(children)
    }

    @Test func treesAndTriesGiveTheStacksTheyWereMadeOf() throws {
        #expect(try stacks(Self.tree, .tree) == ["a;b=1", "a;c=2"])
        #expect(try stacks(Self.trie, .trie) == ["abc=1", "abd=2"])
        FuzzSeed.save(Self.tree, for: "TreeFuzz")
        FuzzSeed.save(Self.trie, for: "TrieFuzz")
        #expect(try stacks([], .trie).isEmpty)
    }

    @Test func keysOfTriesMayBeCutAnywhere() throws {
        let body =
            Self.node("", 0, 2) + Self.node("ma", 0, 2) + Self.node("in;wo", 1, 2) + Self.node("rk;", 0, 2)
            + Self.node("leaf", 5, 0) + Self.node("list", 6, 0) + Self.node("", 2, 0) + Self.node("p", 3, 0)
            + Self.node("z", 4, 0)
        let expected = ["main;wo=3", "main;work;leaf=5", "main;work;list=6", "map=3", "z=4"]
        #expect(try stacks(body, .trie) == expected)
        FuzzSeed.save(body, for: "TrieFuzz")
    }

    @Test func whatFollowsTheRootsChildrenIsStillRead() throws {
        let body = Self.node("r", 0, 1) + Self.node("a", 1, 0) + Self.node("b", 2, 0)
        #expect(try stacks(body, .trie) == ["ra=1", "rb=2"])
    }

    @Test func namesWithSeparatorsAreSeveralFrames() throws {
        let body = Self.node("root", 9, 1) + Self.node("a;b", 1, 1) + Self.node("c", 2, 0)
        #expect(try stacks(body, .tree) == ["a;b;c=2", "a;b=1"])
        FuzzSeed.save(body, for: "TreeFuzz")
    }

    @Test func valuesAboveTheLargestStopThere() throws {
        let body = Self.node("", 0, 2) + Self.node("a", .max, 0) + Self.node("a", 1, 0)
        #expect(try stacks(body, .tree) == ["a=\(Int64.max)"])
    }

    @Test func cutTreesAreRefusedAtEveryOffset() {
        for count in 0..<Self.tree.count {
            #expect(throws: LegacyFault.truncated(at: count)) {
                try stacks(Array(Self.tree[..<count]), .tree)
            }
        }
    }

    @Test func cutTriesAreRefusedButBetweenNodes() {
        let between: Set = [0, 3, 8, 12]
        for count in 0..<Self.trie.count where !between.contains(count) {
            #expect(throws: LegacyFault.truncated(at: count)) {
                try stacks(Array(Self.trie[..<count]), .trie)
            }
        }
    }

    @Test func countsThatLieAreFoundBeforeAnythingIsKept() {
        let many = Self.varint(4_294_967_295)
        let fault = LegacyFault.tooManyChildren(4_294_967_295, limit: 64_000)
        #expect(throws: fault) { try stacks([0, 0] + many, .tree) }
        #expect(
            fault.text(format: "tree") == "tree node children count 4294967295 exceeds maximum 64000"
        )
        #expect(throws: LegacyFault.self) { try stacks([0, 0] + Self.varint(60_000) + [1, 0x61], .tree) }
        #expect(throws: LegacyFault.truncated(at: 10)) { try stacks([0, 0, 1, 3] + many + [0x61], .tree) }
        #expect(throws: LegacyFault.truncated(at: 9)) { try stacks(Self.varint(1 << 60), .trie) }
        #expect(throws: LegacyFault.overlongVarint(at: 0)) {
            try stacks([UInt8](repeating: 0xFF, count: 11), .trie)
        }
    }

    @Test func nothingRecursesHoweverDeepATreeIs() throws {
        for depth in [1, 10, 1_000, 100_000] {
            let tree =
                Self.node("", 0, 1)
                + [[UInt8]](repeating: [1, 0x61, 0, 1], count: depth - 1).flatMap(\.self) + [1, 0x61, 1, 0]
            let upload = LegacyUpload(app: "app", sampleRate: 0, limits: ProfileLimits())
            let profile = try #require(try LegacyFormat.tree.decode(tree, upload).first)
            #expect(profile.stacks.map(\.frames.count) == [depth])
            let pprof = try profile.pprof(
                timeNanoseconds: 1,
                limits: ProfileLimits(),
                byteCountMax: 1 << 20
            )
            #expect(pprof.count < 3_000)
            let trie =
                [0, 0, 1]
                + [[UInt8]](repeating: [2, 0x61, 0x3B, 0, 1], count: depth - 1).flatMap(\.self)
                + [1, 0x61, 1, 0]
            let read = try #require(try LegacyFormat.trie.decode(trie, upload).first)
            #expect(read.stacks.map(\.frames.count) == [depth])
        }
    }

    @Test func treesOfTooManyNodesAreRefused() {
        var upload = LegacyUpload(app: "app", sampleRate: 0, limits: ProfileLimits())
        upload.nodeCountMax = 1_000
        let tree = Self.node("", 0, 1) + [[UInt8]](repeating: [1, 0x61, 0, 1], count: 1_000).flatMap(\.self)
        #expect(throws: LegacyFault.tooManyNodes(limit: 1_000)) {
            try LegacyFormat.tree.decode(tree + [1, 0x61, 1, 0], upload)
        }
        let trie = [[UInt8]](repeating: [0, 0, 1], count: 1_001).flatMap(\.self)
        #expect(throws: LegacyFault.nestedTooDeep(limit: 1_000)) {
            try LegacyFormat.trie.decode(trie, upload)
        }
        let lines = (0..<1_000).map { "f\($0) 1\n" }.joined()
        #expect(throws: LegacyFault.tooManyNodes(limit: 1_000)) {
            try LegacyFormat.groups.decode(lines.bytes, upload)
        }
    }

    @Test func mutatedTreesNeverTrap() throws {
        var random = SplitMix(seed: 7)
        for format in [LegacyFormat.tree, .trie] {
            let original = format == .tree ? Self.tree : Self.trie
            for _ in 0..<500 {
                var body = original + original
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    body[Int.random(in: body.indices, using: &random)] = .random(in: 0...255, using: &random)
                }
                do {
                    for stack in try stacks(body, format) { #expect(!stack.isEmpty) }
                } catch {
                    #expect(!error.text(format: format.rawValue).isEmpty)
                }
            }
        }
    }
}
