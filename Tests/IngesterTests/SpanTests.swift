// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import CatalogStore
import HeadStore
import Ingester
import LabelSelector
import ProfileColumns
import ProfileModel
import Support
import Testing
import WireAPI

/// Ten thousand requests in one profile: every sample has a span of its own, ten traces, three span names.
private enum ManySpans {
    static let count = 10_000

    /// Every third one in upper case, as some tracers write it.
    static func span(_ number: Int) -> String {
        let digits = String(UInt64(number) &* 0x9E37_79B9_7F4A_7C15, radix: 16, uppercase: number % 3 == 0)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    static func trace(_ number: Int) -> String { String(repeating: "0", count: 31) + "\(number % 10)" }

    static func name(_ number: Int) -> String { "GET /\(number % 3)" }

    /// Sample `number` ran for `number` + 1 nanoseconds in one of two functions.
    ///
    /// Profiles of different `round`s have no span in common.
    static func payload(time: Int64, spanLabel: String = LabelName.spanID, round: Int = 0) -> [UInt8] {
        var texts = ["", "cpu", "nanoseconds", "even", "odd", spanLabel, LabelName.traceID, "span_name"]
        var writer = ByteWriter()
        Self.nested(&writer, 1) { $0.pair(1, 1, 2, 2) }
        for number in 0..<Self.count {
            let first = UInt64(texts.count)
            texts += [Self.span(round * Self.count + number), Self.trace(number), Self.name(number)]
            Self.nested(&writer, 2) { sample in
                sample.pair(1, UInt64(1 + number % 2), 2, UInt64(number + 1))
                for label in UInt64(0)..<3 {
                    Self.nested(&sample, 3) { $0.pair(1, 5 + label, 2, first + label) }
                }
            }
        }
        for id in UInt64(1)...2 {
            Self.nested(&writer, 4) { location in
                location.pair(1, id, 3, 0)
                Self.nested(&location, 4) { $0.pair(1, id, 2, 1) }
            }
            Self.nested(&writer, 5) { $0.pair(1, id, 2, 2 + id) }
        }
        for text in texts {
            writer.tag(6, .lengthDelimited)
            writer.text(text)
        }
        writer.pair(9, UInt64(time), 12, 1)
        Self.nested(&writer, 11) { $0.pair(1, 1, 2, 2) }
        return writer.bytes
    }

    private static func nested(
        _ writer: inout ByteWriter,
        _ field: UInt32,
        _ body: (inout ByteWriter) -> Void
    ) {
        writer.tag(field, .lengthDelimited)
        writer.nested { body(&$0) }
    }
}

extension ByteWriter {
    /// Two numbers.
    fileprivate mutating func pair(_ field: UInt32, _ value: UInt64, _ next: UInt32, _ other: UInt64) {
        self.tag(field, .varint)
        self.varint(value)
        self.tag(next, .varint)
        self.varint(other)
    }
}

/// One at a time: each keeps a core busy for a while.
@Suite(.serialized) struct SpanTests {
    private static func profile(
        _ folder: DataFolder,
        _ round: Int,
        spanLabel: String = LabelName.spanID
    ) -> IncomingProfile {
        var profile = folder.profile(round)
        profile.payload = ManySpans.payload(time: folder.now, spanLabel: spanLabel, round: round)
        return profile
    }

    private static func sum(
        _ ingester: Ingester,
        _ folder: DataFolder,
        _ name: String,
        _ ids: [String],
        selector: String = "{}"
    ) async throws -> [String: Int64] {
        var query = try Question.all(selector)
        query.spans = SpanFilter(name: name, ids: ids)
        var sums: [String: Int64] = [:]
        for tree in try await ingester.stacktraces(tenant: .anonymous, query: query).answer {
            for (path, value) in try await tree.paths(folder.catalog) { sums[path, default: 0] += value }
        }
        return sums
    }

    /// What samples with these numbers add up to.
    private static func expected(_ numbers: some Sequence<Int>) -> [String: Int64] {
        var sums: [String: Int64] = [:]
        for number in numbers { sums[number % 2 == 0 ? "even" : "odd", default: 0] += Int64(number) + 1 }
        return sums
    }

    /// Everything that must hold wherever the samples are.
    private static func check(_ ingester: Ingester, _ folder: DataFolder, _ place: Comment) async throws {
        for number in stride(from: 0, to: ManySpans.count, by: 2_003) {
            let found = try await Self.sum(ingester, folder, LabelName.spanID, [ManySpans.span(number)])
            #expect(found == Self.expected([number]), place)
            let lowered = [ManySpans.span(number).lowercased()]
            let again = try await Self.sum(ingester, folder, LabelName.spanID, lowered)
            #expect(again == found, place)
        }
        let all = (0..<ManySpans.count).map(ManySpans.span)
        let everything = Self.expected(0..<ManySpans.count)
        #expect(try await Self.sum(ingester, folder, LabelName.spanID, all) == everything, place)
        #expect(try await ingester.stacks(folder.catalog) == everything, place)
        let trace = try await Self.sum(ingester, folder, LabelName.traceID, [ManySpans.trace(7)])
        #expect(trace == Self.expected(stride(from: 7, to: ManySpans.count, by: 10)), place)
        let both = try await Self.sum(
            ingester,
            folder,
            LabelName.traceID,
            [ManySpans.trace(7)],
            selector: #"{span_name="GET /1"}"#
        )
        let numbers = (0..<ManySpans.count).filter { $0 % 10 == 7 && $0 % 3 == 1 }
        #expect(both == Self.expected(numbers), place)
        #expect(try await Self.sum(ingester, folder, LabelName.spanID, ["00000000000000ff"]).isEmpty, place)
        try await Self.checkPoints(ingester, place)
        let series = try await ingester.series(tenant: .anonymous, query: try Question.all())
        // One series; the span names, which are labels like any other, show it three times.
        #expect(series.answer.count == 3, place)
        let names = Set(series.answer.flatMap { $0.labels.labels.map(\.name) })
        #expect(names == ["__name__", "pod", "service_name", "span_name"], place)
    }

    /// Every span is a point, grouped by name, and all of them lie in one profile.
    private static func checkPoints(_ ingester: Ingester, _ place: Comment) async throws {
        let query = try Question.all()
        let spans = try await ingester.points(
            tenant: .anonymous,
            query: query,
            groupBy: ["span_name"],
            kind: .spans
        ).answer
        #expect(Set(spans.map { $0.labels["span_name"] ?? "" }) == Set((0..<3).map(ManySpans.name)), place)
        var values: [String: Int64] = [:]
        for point in spans.flatMap(\.points) { values[point.spanID + point.traceID] = point.value }
        #expect(values.count == ManySpans.count, place)
        for number in stride(from: 0, to: ManySpans.count, by: 499) {
            let key = ManySpans.span(number) + ManySpans.trace(number)
            #expect(values[key] == Int64(number) + 1, place)
        }
        let whole = try await ingester.points(
            tenant: .anonymous,
            query: query,
            groupBy: [],
            kind: .profiles
        ).answer.flatMap(\.points)
        // Three parts of one profile, whose samples have three span names.
        #expect(Set(whole.map(\.uid)).count == 1, place)
        #expect(whole.map(\.value).reduce(0, +) == (1...Int64(ManySpans.count)).reduce(0, +), place)
        let figures = try await ingester.figures(tenant: .anonymous, range: query.range).answer
        #expect(figures.map(\.profileCount) == [1], place)
        #expect(figures.map(\.sampleCount) == [ManySpans.count], place)
    }

    @Test func tenThousandSpansAreOneSeriesAndSurvive() async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        try await ingester.store([Self.profile(folder, 0)])
        let heads = await ingester.heads.snapshots(tenant: .anonymous, query: try Question.all())
        #expect(heads.map(\.dataset.series.count) == [1])
        let labelSets = Set(heads.flatMap(\.dataset.labelSets))
        let sent = (0..<ManySpans.count).map { number in
            LabelSet([
                Label(LabelName.spanID, ManySpans.span(number)), Label("span_name", ManySpans.name(number)),
                Label(LabelName.traceID, ManySpans.trace(number)),
            ])
        }
        #expect(labelSets == Set(sent + [.empty]), "every id as it was sent")
        try await Self.check(ingester, folder, "heads")

        let crashed = try await folder.crashed()
        await ingester.close()
        let replayed = try await crashed.open()
        let again = await replayed.heads.snapshots(tenant: .anonymous, query: try Question.all())
        #expect(Set(again.flatMap(\.dataset.labelSets)) == labelSets, "and after a replay")
        try await Self.check(replayed, crashed, "replayed heads")

        try await replayed.flush()
        let rest = await replayed.heads.snapshots(tenant: .anonymous, query: try Question.all())
        #expect(rest.isEmpty)
        try await Self.check(replayed, crashed, "a block")
        await replayed.close()
        let reopened = try await crashed.open()
        try await Self.check(reopened, crashed, "a block after a restart")
        await reopened.close()
    }

    @Test func olderClientsCallASpanProfile() async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        try await ingester.store([Self.profile(folder, 0, spanLabel: "profile_id")])
        let found = try await Self.sum(ingester, folder, LabelName.spanID, [ManySpans.span(7)])
        #expect(found == Self.expected([7]))
        await ingester.close()
    }

    @Test func spansOfThePastDoNotPileUp() async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        for number in 0..<4 {
            try await ingester.store([Self.profile(folder, number)])
            try await ingester.flush()
        }
        try await ingester.store([folder.profile(9)])
        let heads = await ingester.heads.snapshots(tenant: .anonymous, query: try Question.all())
        #expect(heads.count == 1)
        let limit = HeadStoreConfig(directory: "", instance: "").dictionary.labelSetCountMax
        #expect(heads.allSatisfy { $0.dataset.labelSets.count <= limit + ManySpans.count })
        await ingester.close()
    }
}
