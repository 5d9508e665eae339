// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import FlameGraph
import ProfileColumns
import ProfileModel
import Support
import Testing
import WireAPI

@Suite struct PartialAnswerTests {
    @Test func treesSurviveTheRoundTrip() throws {
        for seed in 0..<50 as Range<UInt64> {
            let partial = Self.trees(seed: seed)
            let read = try Partial<[FunctionTree]>(decoding: partial.encoded().span)
            #expect(read.warnings == partial.warnings)
            #expect(read.answer.map(Self.view) == partial.answer.map(Self.view))
            #expect(!read.answer.contains { !$0.isWellFormed })
        }
    }

    @Test func equalNamesOfSeveralTreesAreSentOnce() {
        var tree = FunctionTree()
        tree.names = [.text(String(repeating: "n", count: 1_000))]
        #expect(Partial([tree, tree, tree]).encoded().count < 1_100)
    }

    @Test func namesThatOnlyUnicodeCallsEqualStayApart() throws {
        var tree = FunctionTree()
        tree.names = [.text("\u{E9}"), .text("e\u{301}")]
        let read = try Partial<[FunctionTree]>(decoding: Partial([tree]).encoded().span)
        #expect(read.answer[0].names == tree.names)
        #expect(read.answer[0].names[0] != read.answer[0].names[1])
    }

    @Test func seriesSurviveTheRoundTrip() throws {
        let partial = Partial(Self.series, warnings: ["replay is running"])
        let read = try Partial<[SeriesDescription]>(decoding: partial.encoded().span)
        #expect(read.answer == partial.answer)
        #expect(read.warnings == partial.warnings)
    }

    @Test func totalsSurviveTheRoundTrip() throws {
        let partial = Partial(Self.totals)
        let read = try Partial<[LabeledTotals]>(decoding: partial.encoded().span)
        #expect(read.answer.map(\.labels) == partial.answer.map(\.labels))
        #expect(read.answer.map(\.totals) == partial.answer.map(\.totals))
    }

    @Test func pointsAndFiguresSurviveTheRoundTrip() throws {
        let points = Partial(Self.points)
        let read = try Partial<[LabeledPoints]>(decoding: points.encoded().span)
        #expect(read.answer.map(\.labels) == Self.points.map(\.labels))
        #expect(read.answer.map(\.rest) == Self.points.map(\.rest))
        #expect(read.answer.map(\.points) == Self.points.map(\.points))
        let figures = try Partial<[StoredFigures]>(decoding: Partial(Self.figures).encoded().span)
        #expect(figures.answer == Self.figures)
    }

    @Test func truncatedPointsAndFiguresAreRefused() {
        let points = Partial(Self.points).encoded()
        let figures = Partial(Self.figures).encoded()
        for bytes in [points, figures] { FuzzSeed.save(bytes, for: "PartialAnswerFuzz") }
        for count in points.indices {
            #expect(throws: WireError.self) {
                try Partial<[LabeledPoints]>(decoding: Array(points.prefix(count)).span)
            }
        }
        for count in figures.indices {
            #expect(throws: WireError.self) {
                try Partial<[StoredFigures]>(decoding: Array(figures.prefix(count)).span)
            }
        }
    }

    @Test func answersOfAnotherKindAreRefused() {
        let bytes = Partial(Self.series).encoded()
        #expect(throws: WireError.outOfRange(at: 1)) { try Partial<[FunctionTree]>(decoding: bytes.span) }
        var newer = bytes
        newer[0] = 9
        #expect(throws: WireError.outOfRange(at: 0)) {
            try Partial<[SeriesDescription]>(decoding: newer.span)
        }
    }

    @Test func truncationAtEveryOffsetIsRefused() {
        let trees = Self.trees(seed: 3).encoded()
        let series = Partial(Self.series).encoded()
        let totals = Partial(Self.totals).encoded()
        for bytes in [trees, series, totals] { FuzzSeed.save(bytes, for: "PartialAnswerFuzz") }
        for count in 0..<trees.count {
            #expect(throws: WireError.self) {
                try Partial<[FunctionTree]>(decoding: Array(trees.prefix(count)).span)
            }
        }
        for count in 0..<series.count {
            #expect(throws: WireError.self) {
                try Partial<[SeriesDescription]>(decoding: Array(series.prefix(count)).span)
            }
        }
        for count in 0..<totals.count {
            #expect(throws: WireError.self) {
                try Partial<[LabeledTotals]>(decoding: Array(totals.prefix(count)).span)
            }
        }
    }

    @Test func damagedAnswersAreRefusedOrWellFormed() {
        var random = SplitMix(seed: 8)
        let whole = Self.trees(seed: 5).encoded()
        var refused = 0
        for _ in 0..<5_000 {
            do {
                let read = try Partial<[FunctionTree]>(decoding: random.damaged(whole).span)
                #expect(!read.answer.contains { !$0.isWellFormed })
            } catch { refused += 1 }
        }
        #expect(refused > 100)
    }

    @Test func aParentBehindItsChildIsRefused() {
        var writer = ByteWriter()
        writer.raw([1, 1, 0, 1, 1, 0x61, 1, 1, 0, 0, 2, 0])
        writer.raw([1, 0, 0])
        #expect(throws: WireError.outOfRange(at: 12)) {
            try Partial<[FunctionTree]>(decoding: writer.bytes.span)
        }
    }

    private static let series = [
        SeriesDescription(
            labels: LabelSet([Label("a", "b"), Label("service_name", "api")]),
            types: [Self.cpu]
        ),
        SeriesDescription(labels: .empty, types: []),
    ]

    private static let totals = [
        LabeledTotals(
            labels: LabelSet([Label("pod", "p-1")]),
            totals: [
                TimedTotal(timeNanoseconds: 5, value: -1), TimedTotal(timeNanoseconds: .max, value: .max),
                TimedTotal(timeNanoseconds: .min, value: .min),
            ]
        ),
        LabeledTotals(labels: .empty, totals: []),
    ]

    private static let points = [
        LabeledPoints(
            labels: LabelSet([Label("pod", "p-1")]),
            rest: LabelSet([Label("a", "b")]),
            points: [
                ProfilePoint(timeNanoseconds: 5, value: -1, uid: ProfileUID(high: .max, low: 1)),
                ProfilePoint(
                    timeNanoseconds: .min,
                    value: .max,
                    uid: ProfileUID(high: 0, low: .max),
                    spanID: "00000bac2a5ab0c7",
                    traceID: "t"
                ),
            ]
        ),
        LabeledPoints(labels: .empty, rest: .empty, points: []),
    ]

    private static let figures: [StoredFigures] = [true, false].map { isBlock in
        var figures = StoredFigures(isBlock: isBlock, range: TimeRange(first: -3, last: .max))
        (figures.seriesCount, figures.profileCount, figures.sampleCount) = (1, 20, 300)
        (figures.indexByteCount, figures.profileByteCount, figures.symbolByteCount) = (4_000, 5, 6)
        return figures
    }

    static let cpu = ProfileType(
        name: "process_cpu",
        sampleType: "cpu",
        sampleUnit: "nanoseconds",
        periodType: "cpu",
        periodUnit: "nanoseconds"
    )

    private static func trees(seed: UInt64) -> Partial<[FunctionTree]> {
        var random = SplitMix(seed: seed)
        let trees = (0..<1 + random.below(3)).map { _ in
            var tree = FunctionTree()
            tree.names = (0..<1 + random.below(20)).map { index in
                random.below(2) == 0
                    ? .text(random.text()) : .symbol(Int64(bitPattern: random.next()) >> index)
            }
            tree.selfValues[0] = Int64(random.below(5))
            for node in 1..<1 + random.below(60) {
                tree.parents.append(UInt32(random.below(node)))
                tree.nodeNames.append(UInt32(random.below(tree.names.count)))
                tree.selfValues.append(Int64(bitPattern: random.next()) >> Int64(random.below(64)))
            }
            return tree
        }
        return Partial(trees, warnings: ["block 7 is quarantined"])
    }

    private struct View: Equatable {
        var names: [FrameName]
        var columns: [[Int64]]
    }

    private static func view(_ tree: FunctionTree) -> View {
        View(
            names: tree.names,
            columns: [tree.parents.map(Int64.init), tree.nodeNames.map(Int64.init), tree.selfValues]
        )
    }
}
